/*
 * The way of a packet through a Linux 2.2 host: input chain, route,
 * demasquerade, forward chain, masquerade, output chain. Sources: Linux 2.2,
 * net/ipv4/ip_input.c, ip_forward.c, ip_output.c.
 */
#include <netinet/in.h>

#include "engine/chains.h"
#include "engine/frag.h"
#include "engine/host.h"
#include "engine/path_era.h"
#include "engine/pkt.h"
#include "engine/rate.h"
#include "engine/route.h"
#include "engine/state.h"
#include "engine/transmit.h"
#include "engine/walk.h"

enum { LEVEL_WARNING = 4 };

static enum walk_end tell(struct walk *w, uint8_t type, uint8_t code,
			  uint32_t rest)
{
	return walk_tell(w,
			 &(const struct icmp_what){ type, code, false, rest });
}

/* @local: the packet was for the host, whose address answers. */
static enum walk_end unreach_for(struct walk *w, uint8_t code, bool local)
{
	return walk_tell(w, &(const struct icmp_what){ ICMP_DEST_UNREACH, code,
						       local, 0 });
}

static inline struct fw_answer ask(struct walk *w, enum fw_builtin chain,
				   uint32_t ifindex)
{
	return chain_run(w->fw, chain, host_if_name(w->fw, ifindex), w->p,
			 &w->info);
}

/* The last chain, and out. */
static enum walk_end leave(struct walk *w, uint32_t ifindex)
{
	switch (ask(w, FW_OUTPUT, ifindex).verdict) {
	case FW_V_DENY:
		return END_DROP;
	case FW_V_REJECT:
		return walk_unreach(w, ICMP_HOST_UNREACH);
	default: /* quirk: REDIRECT and MASQ too */
		transmit(w->fw, ifindex, w->p, &w->info);
		return END_TOLD;
	}
}

/* Says what the forward chain decided, MASQ carried out. */
static inline enum masq_result forward_chain(struct walk *w,
					     const struct route *to)
{
	switch (ask(w, FW_FORWARD, to->ifindex).verdict) {
	case FW_V_ACCEPT:
		return MASQ_PASS;
	case FW_V_MASQ:
		return masq_out(w->fw, to->source, w->p, &w->info);
	case FW_V_REJECT:
		walk_unreach(w, ICMP_HOST_UNREACH);
		return MASQ_DROP;
	default: /* quirk: REDIRECT too */
		return MASQ_DROP;
	}
}

static enum walk_end forward(struct walk *w, const struct route *to)
{
	uint32_t mtu = host_if_mtu(w->fw, to->ifindex);
	enum masq_result masq = MASQ_DONE;

	if (!w->p->to_host)
		return END_DROP;
	if (w->info.ttl <= 1)
		return tell(w, ICMP_TIME_EXCEEDED, 0, 0);
	walk_decrease_ttl(w);
	if (to->redirect && rate_redirect(w->fw, w->info.src, w->info.dst))
		tell(w, ICMP_REDIRECT, ICMP_REDIRECT_HOST, to->gateway);
	if (w->info.tot_len > mtu && w->info.frag & IP_DF)
		return tell(w, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, mtu);
	if (!w->p->demasqueraded) {
		masq = walk_icmp_error(w);
		if (masq == MASQ_PASS)
			masq = forward_chain(w, to);
	}
	return masq == MASQ_DROP ? END_DROP : leave(w, to->ifindex);
}

static enum walk_end no_route(struct walk *w)
{
	if (!rate_no_route(w->fw, w->info.src, w->info.dst))
		return END_DROP;
	return walk_unreach(w, ICMP_NET_UNREACH);
}

static enum walk_end demasqueraded(struct walk *w);

/* Protocols that somebody on the host listens to. */
static bool is_known(uint8_t proto)
{
	return proto == IPPROTO_ICMP || proto == IPPROTO_IGMP ||
	       proto == IPPROTO_TCP || proto == IPPROTO_UDP;
}

/* To the host itself, whether or not that is the destination. */
static enum walk_end deliver(struct walk *w)
{
	enum masq_result masq = MASQ_PASS;
	bool piece = pkt_is_piece(&w->info);

	if (piece && !frag_add(w->fw, FRAG_DELIVERY, w->p, &w->info))
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
	if (masq == MASQ_DONE) {
		if (piece) /* its header still has the first piece's sum */
			pkt_ip_sum(w->p, w->info.ihl);
		return demasqueraded(w);
	}
	if (!is_known(w->info.proto))
		return unreach_for(w, ICMP_PROT_UNREACH, true);
	return walk_deliver(w);
}

static enum walk_end follow(struct walk *w, const struct route *to)
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
static enum walk_end demasqueraded(struct walk *w)
{
	struct route to = route_in(w->fw, &w->info, w->in_if);

	w->p->demasqueraded = true;
	return follow(w, &to);
}

static inline struct route route_of(struct walk *w)
{
	if (w->in_if == HOST_LO)
		return (struct route){ .kind = ROUTE_LOCAL };
	return route_in(w->fw, &w->info, w->in_if);
}

/* From the input chain on. */
static enum walk_end enter(struct walk *w)
{
	struct fw_answer said = ask(w, FW_INPUT, w->in_if);
	struct route to;

	if (said.verdict == FW_V_DENY)
		return END_DROP;
	to = route_of(w);
	if (to.kind == ROUTE_BROADCAST)
		w->p->to_host = false;
	if (to.kind == ROUTE_BAD ||
	    (w->info.ihl > 20 && !pkt_options_ok(w->p, &w->info)))
		return END_DROP;
	if (said.verdict == FW_V_REDIRECT && said.redir_port) {
		w->redir_port = said.redir_port;
		return deliver(w);
	}
	if (said.verdict == FW_V_REJECT)
		return unreach_for(w, ICMP_PORT_UNREACH,
				   to.kind == ROUTE_LOCAL);
	return follow(w, &to);
}

static enum walk_end arrive(struct walk *w)
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

	walk_finish(&w, arrive(&w));
}

/* The host's own packet; one to itself comes in again over lo. */
static enum walk_end send_own(struct walk *w, uint32_t ifindex)
{
	struct route to;
	enum fw_verdict v;

	if (pkt_parse(w->p, &w->info))
		return END_DROP;
	to = walk_own_way(w, ifindex);
	if (to.kind != ROUTE_OUT && to.kind != ROUTE_LOCAL)
		return END_DROP;
	v = ask(w, FW_OUTPUT, to.ifindex).verdict;
	/* UDP's and other senders get an error from their call. */
	if (v == FW_V_REJECT && w->info.proto == IPPROTO_TCP)
		return walk_unreach(w, ICMP_PORT_UNREACH);
	if (v == FW_V_DENY || v == FW_V_REJECT)
		return END_DROP;
	if (to.kind == ROUTE_LOCAL)
		return enter(w);
	transmit(w->fw, to.ifindex, w->p, &w->info);
	return END_TOLD;
}

static void path22_send(struct fw *fw, uint32_t ifindex, struct pkt *p)
{
	struct walk w = { .fw = fw, .p = p, .in_if = HOST_LO };

	p->to_host = true;
	walk_finish(&w, send_own(&w, ifindex));
}

/* Over lo it has to come in, too. */
static bool path22_passes(struct fw *fw, uint32_t ifindex, struct pkt *p)
{
	struct walk w = { .fw = fw, .p = p };
	enum fw_verdict v;

	pkt_look(p, &w.info);
	v = ask(&w, FW_OUTPUT, ifindex).verdict;
	if (v == FW_V_DENY || v == FW_V_REJECT)
		return false;
	if (ifindex == HOST_LO)
		v = ask(&w, FW_INPUT, ifindex).verdict;
	return v != FW_V_DENY && v != FW_V_REJECT;
}

const struct path_era path22 = { path22_arrive, path22_send, path22_passes };
