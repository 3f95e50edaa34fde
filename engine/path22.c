/*
 * The way of a packet through a Linux 2.2 host: input chain, route,
 * demasquerade, forward chain, masquerade, output chain. Sources: Linux 2.2,
 * net/ipv4/ip_input.c, ip_forward.c, ip_output.c.
 */
#include <netinet/in.h>

#include "core/bytes.h"
#include "engine/chains.h"
#include "engine/frag.h"
#include "engine/host.h"
#include "engine/icmp_out.h"
#include "engine/masq_icmp.h"
#include "engine/masq_pkt.h"
#include "engine/path_era.h"
#include "engine/pkt.h"
#include "engine/rate.h"
#include "engine/route.h"
#include "engine/state.h"
#include "engine/transmit.h"

enum { LEVEL_WARNING = 4 };

/* How a packet ended. */
enum end {
	END_DROP, /* silently, unless something was told about it */
	END_TOLD, /* it left, or was delivered */
	END_KEPT, /* it waits to be reassembled */
};

/* A packet on its way. */
struct walk {
	struct fw *fw;
	struct pkt *p;
	struct pkt_info info;
	uint32_t in_if;
	bool told; /* something about it was reported already */
};

static enum end tell(struct walk *w, uint8_t type, uint8_t code, bool local,
		     uint32_t rest)
{
	const struct icmp_what what = { type, code, local, rest };

	if (icmp_error(w->fw, w->p, &w->info, &what))
		w->told = true;
	return END_DROP;
}

static enum end tell_unreach(struct walk *w, uint8_t code)
{
	return tell(w, ICMP_DEST_UNREACH, code, false, 0);
}

static struct fw_answer ask(struct walk *w, enum fw_builtin chain,
			    uint32_t ifindex)
{
	return chain_run(w->fw, chain, host_if_name(w->fw, ifindex), w->p,
			 &w->info);
}

/* The last chain, and out. */
static enum end leave(struct walk *w, uint32_t ifindex)
{
	switch (ask(w, FW_OUTPUT, ifindex).verdict) {
	case FW_V_DENY:
		return END_DROP;
	case FW_V_REJECT:
		return tell_unreach(w, ICMP_HOST_UNREACH);
	default: /* quirk: REDIRECT and MASQ too */
		transmit(w->fw, ifindex, w->p, &w->info);
		return END_TOLD;
	}
}

/* One off the time to live; the checksum follows as 2.2 did it. */
static void decrease_ttl(struct walk *w)
{
	uint8_t *h = w->p->data;
	uint32_t sum = get_be16(h + 10) + 0x0100U;

	h[8] = --w->info.ttl;
	put_be16(h + 10, (uint16_t)(sum + (sum >= 0xFFFF)));
}

/* Says what the forward chain decided, MASQ carried out. */
static enum masq_result forward_chain(struct walk *w, const struct route *to)
{
	switch (ask(w, FW_FORWARD, to->ifindex).verdict) {
	case FW_V_ACCEPT:
		return MASQ_PASS;
	case FW_V_MASQ:
		return masq_out(w->fw, to->source, w->p, &w->info);
	case FW_V_REJECT:
		tell_unreach(w, ICMP_HOST_UNREACH);
		return MASQ_DROP;
	default: /* quirk: REDIRECT too */
		return MASQ_DROP;
	}
}

/* ICMP errors from inside are offered to masquerading before the chain. */
static enum masq_result try_icmp_error(struct walk *w)
{
	const uint8_t *type = pkt_at(w->p, w->info.ihl, 1);

	if (w->info.proto != IPPROTO_ICMP || !type ||
	    !masq_icmp_is_error(*type))
		return MASQ_PASS;
	return masq_icmp_out_error(w->fw, w->p, &w->info);
}

static enum end forward(struct walk *w, const struct route *to)
{
	uint32_t mtu = host_if_mtu(w->fw, to->ifindex);
	enum masq_result masq = MASQ_DONE;

	if (!w->p->to_host)
		return END_DROP;
	if (w->info.ttl <= 1)
		return tell(w, ICMP_TIME_EXCEEDED, 0, false, 0);
	decrease_ttl(w);
	if (to->redirect && rate_redirect(w->fw, w->info.src, w->info.dst))
		tell(w, ICMP_REDIRECT, ICMP_HOST_UNREACH, false, to->gateway);
	if (w->info.tot_len > mtu && w->info.frag & IP_DF)
		return tell(w, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, false, mtu);
	if (!w->p->demasqueraded) {
		masq = try_icmp_error(w);
		if (masq == MASQ_PASS)
			masq = forward_chain(w, to);
	}
	return masq == MASQ_DROP ? END_DROP : leave(w, to->ifindex);
}

static enum end no_route(struct walk *w)
{
	if (!rate_no_route(w->fw, w->info.src, w->info.dst))
		return END_DROP;
	return tell_unreach(w, ICMP_NET_UNREACH);
}

static enum end demasqueraded(struct walk *w);

/* Protocols that somebody on the host listens to. */
static bool is_known(uint8_t proto)
{
	return proto == IPPROTO_ICMP || proto == IPPROTO_IGMP ||
	       proto == IPPROTO_TCP || proto == IPPROTO_UDP;
}

/* To the host itself, whether or not that is the destination. */
static enum end deliver(struct walk *w)
{
	enum masq_result masq = MASQ_PASS;

	if (pkt_is_piece(&w->info) &&
	    !frag_add(w->fw, FRAG_DELIVERY, w->p, &w->info))
		return END_KEPT;
	if (w->in_if != HOST_LO && w->p->to_host) {
		if (w->p->demasqueraded) {
			fw_log(w->fw, LEVEL_WARNING,
			       "ip_input(): demasq recursion detected. Check "
			       "masq modules configuration");
			return END_DROP;
		}
		masq = masq_in(w->fw, w->p, &w->info);
	}
	if (masq == MASQ_DROP)
		return END_DROP;
	if (masq == MASQ_DONE)
		return demasqueraded(w);
	if (!is_known(w->info.proto))
		return tell(w, ICMP_DEST_UNREACH, ICMP_PROT_UNREACH, true, 0);
	report(w->fw, &(const struct fw_out){ .kind = FW_OUT_LOCAL,
					      .ifindex = w->in_if,
					      .pkt = w->p });
	return END_TOLD;
}

static enum end follow(struct walk *w, const struct route *to)
{
	switch (to->kind) {
	case ROUTE_LOCAL:
	case ROUTE_BROADCAST:
		return deliver(w);
	case ROUTE_OUT:
		return forward(w, to);
	case ROUTE_NONE:
		return no_route(w);
	default:
		return END_DROP;
	}
}

/* It has its inside destination now: routed anew. */
static enum end demasqueraded(struct walk *w)
{
	struct route to = route_in(w->fw, &w->info, w->in_if);

	w->p->demasqueraded = true;
	return follow(w, &to);
}

static struct route route_of(struct walk *w)
{
	if (w->in_if == HOST_LO)
		return (struct route){ .kind = ROUTE_LOCAL };
	return route_in(w->fw, &w->info, w->in_if);
}

/* From the input chain on. */
static enum end enter(struct walk *w)
{
	struct fw_answer said = ask(w, FW_INPUT, w->in_if);
	struct route to;

	if (said.verdict == FW_V_DENY)
		return END_DROP;
	to = route_of(w);
	if (to.kind == ROUTE_BROADCAST)
		w->p->to_host = false;
	if (to.kind == ROUTE_BAD || !pkt_options_ok(w->p, &w->info))
		return END_DROP;
	if (said.verdict == FW_V_REDIRECT && said.redir_port)
		return deliver(w);
	if (said.verdict == FW_V_REJECT)
		return tell(w, ICMP_DEST_UNREACH, ICMP_PORT_UNREACH,
			    to.kind == ROUTE_LOCAL, 0);
	return follow(w, &to);
}

static void finish(const struct walk *w, enum end end)
{
	if (end == END_DROP && !w->told)
		report(w->fw, &(const struct fw_out){ .kind = FW_OUT_DROP });
}

static enum end arrive(struct walk *w)
{
	if (pkt_parse(w->p, &w->info))
		return END_DROP;
	if (pkt_is_piece(&w->info) &&
	    w->fw->st->host.sysctl[SYSCTL_IP_ALWAYS_DEFRAG] &&
	    !frag_add(w->fw, FRAG_ARRIVAL, w->p, &w->info))
		return END_KEPT;
	return enter(w);
}

static void path22_arrive(struct fw *fw, uint32_t ifindex, struct pkt *p)
{
	struct walk w = { .fw = fw, .p = p, .in_if = ifindex };

	finish(&w, arrive(&w));
}

/* The host's own packet; one to itself comes in again over lo. */
static enum end send_own(struct walk *w)
{
	struct route to;
	enum fw_verdict v;

	if (pkt_parse(w->p, &w->info))
		return END_DROP;
	to = route_out(w->fw, w->info.dst);
	if (to.kind != ROUTE_OUT && to.kind != ROUTE_LOCAL)
		return END_DROP;
	v = ask(w, FW_OUTPUT, to.ifindex).verdict;
	if (v == FW_V_DENY || v == FW_V_REJECT)
		return END_DROP;
	if (to.kind == ROUTE_LOCAL)
		return enter(w);
	transmit(w->fw, to.ifindex, w->p, &w->info);
	return END_TOLD;
}

static void path22_send(struct fw *fw, struct pkt *p)
{
	struct walk w = { .fw = fw, .p = p, .in_if = HOST_LO };

	p->to_host = true;
	finish(&w, send_own(&w));
}

const struct path_era path22 = { path22_arrive, path22_send };
