/*
 * The way of a packet through a Linux 2.0 and a 1.3 host. Sources: Linux 2.0
 * and 1.3.56, net/ipv4/ip_input.c, ip_forward.c, ip_output.c (1.3.56: ip.c).
 *
 * 2.0: accounting, input list, route, demasquerade, forward list with the
 * device of departure, masquerade, output list, accounting.
 * 1.3: "blocking" list, demasquerade, accounting of what is delivered; forward
 * list with the device of arrival, route, masquerade, accounting with the
 * device of arrival. What the host sends: "blocking" list, accounting.
 */
#include <string.h>

#include "engine/frag.h"
#include "engine/host.h"
#include "engine/lists.h"
#include "engine/match20.h"
#include "engine/path_era.h"
#include "engine/route.h"
#include "engine/state.h"
#include "engine/transmit.h"
#include "engine/walk.h"

static bool is_1_3(const struct walk *w)
{
	return w->fw->st->g.era == ERA_1_3;
}

static enum fw_verdict ask(struct walk *w, enum fw20_list list,
			   uint32_t ifindex)
{
	struct fw_answer said = list_run(w->fw, list, ifindex, w->p, &w->info);

	if (said.verdict == FW_V_REDIRECT)
		w->redir_port = said.redir_port;
	return said.verdict;
}

static void account(struct walk *w, enum acct_direction direction,
		    uint32_t ifindex)
{
	list_account(w->fw, direction, ifindex, w->p, &w->info);
}

/* Bytes of the piece of a packet that begins @at bytes behind its IP header. */
static uint32_t piece_len(const struct pkt_info *info, uint32_t at,
			  uint32_t mtu)
{
	uint32_t left = info->tot_len - info->ihl - at;
	uint32_t room = (mtu - info->ihl) & ~7U;

	return left > mtu - info->ihl ? room : left;
}

/* What the piece that begins there has in its IP header. */
static struct pkt_info piece_info(const struct pkt_info *info, uint32_t at,
				  uint32_t mtu)
{
	struct pkt_info piece = *info;
	uint32_t n = piece_len(info, at, mtu);

	piece.tot_len = (uint16_t)(info->ihl + n);
	piece.frag = (uint16_t)(info->frag + at / 8);
	if (info->ihl + at + n < info->tot_len)
		piece.frag |= IP_MF;
	return piece;
}

/*
 * Asks a list about a packet that leaves by @ifindex; of one that goes in
 * pieces it sees the first.
 */
static enum fw_verdict ask_out(struct walk *w, enum fw20_list list,
			       uint32_t ifindex)
{
	uint32_t mtu = host_if_mtu(w->fw, ifindex);
	struct pkt_info first;
	enum fw_verdict verdict;

	if (w->info.tot_len <= mtu)
		return ask(w, list, ifindex);
	first = piece_info(&w->info, 0, mtu);
	verdict = list_run(w->fw, list, ifindex, w->p, &first).verdict;
	w->info.tos = first.tos;
	return verdict;
}

/* The last step: every piece is counted. @acct_if: the device of accounting. */
static enum walk_end leave(struct walk *w, uint32_t ifindex, uint32_t acct_if)
{
	uint32_t mtu = host_if_mtu(w->fw, ifindex);
	uint32_t size = w->info.tot_len - w->info.ihl;

	if (w->info.tot_len <= mtu)
		account(w, ACCT_OUT, acct_if);
	for (uint32_t at = 0; w->info.tot_len > mtu && at < size;) {
		struct pkt_info piece = piece_info(&w->info, at, mtu);

		list_account(w->fw, ACCT_OUT, acct_if, w->p, &piece);
		at += piece_len(&w->info, at, mtu);
	}
	transmit(w->fw, ifindex, w->p, &w->info);
	return END_TOLD;
}

/* What an ICMP error may quote of a packet, as it was. */
struct before {
	struct pkt_info info;
	uint8_t bytes[60 + 8];
	uint32_t len;
};

static void keep(const struct walk *w, struct before *b)
{
	b->info = w->info;
	b->len = w->p->len < sizeof(b->bytes) ? w->p->len
					      : (uint32_t)sizeof(b->bytes);
	memcpy(b->bytes, w->p->data, b->len);
}

/* Too long, and not to be divided. Its source knows the old addresses alone. */
static enum walk_end tell_too_long(struct walk *w, const struct before *b,
				   uint32_t mtu)
{
	memcpy(w->p->data, b->bytes, b->len);
	w->info = b->info;
	return walk_tell(w,
			 &(const struct icmp_what){ .type = ICMP_DEST_UNREACH,
						    .code = ICMP_FRAG_NEEDED,
						    .rest = mtu });
}

/* Whether the time to live allows another hop; it is one less now. */
static bool takes_hop(struct walk *w)
{
	if (w->info.ttl <= 1) {
		walk_tell(w, &(const struct icmp_what){
				     .type = ICMP_TIME_EXCEEDED });
		return false;
	}
	walk_decrease_ttl(w);
	return true;
}

/* What the forward list said, MASQ carried out. */
static enum masq_result obey(struct walk *w, enum fw_verdict verdict,
			     uint32_t maddr)
{
	switch (verdict) {
	case FW_V_ACCEPT:
		return MASQ_PASS;
	case FW_V_MASQ:
		return masq_out(w->fw, maddr, w->p, &w->info);
	case FW_V_REJECT:
		walk_unreach(w, ICMP_HOST_UNREACH);
		return MASQ_DROP;
	default:
		return MASQ_DROP;
	}
}

static enum walk_end forward_2_0(struct walk *w, const struct route *to)
{
	uint32_t mtu = host_if_mtu(w->fw, to->ifindex);
	enum masq_result masq = MASQ_DONE;
	struct before before;

	if (!takes_hop(w))
		return END_DROP;
	if (to->kind == ROUTE_NONE)
		return walk_unreach(w, ICMP_NET_UNREACH);
	keep(w, &before);
	if (!w->p->demasqueraded) {
		masq = walk_icmp_error(w);
		if (masq == MASQ_PASS)
			masq = obey(w, ask(w, FW20_FORWARD, to->ifindex),
				    host_if_addr(w->fw, to->ifindex));
	}
	if (masq == MASQ_DROP)
		return END_DROP;
	if (w->info.tot_len > mtu && w->info.frag & IP_DF)
		return tell_too_long(w, &before, mtu);
	switch (ask_out(w, FW20_OUTPUT, to->ifindex)) {
	case FW_V_DENY:
		return END_DROP;
	case FW_V_REJECT:
		return walk_unreach(w, ICMP_HOST_UNREACH);
	default:
		return leave(w, to->ifindex, to->ifindex);
	}
}

static enum walk_end forward_1_3(struct walk *w, const struct route *to)
{
	uint32_t mtu = host_if_mtu(w->fw, to->ifindex);
	enum fw_verdict verdict = FW_V_ACCEPT;
	struct before before;

	if (!w->p->demasqueraded)
		verdict = ask(w, FW20_FORWARD, w->in_if);
	if (verdict != FW_V_MASQ && obey(w, verdict, 0) == MASQ_DROP)
		return END_DROP;
	if (!takes_hop(w))
		return END_DROP;
	if (to->kind == ROUTE_NONE)
		return walk_unreach(w, ICMP_NET_UNREACH);
	keep(w, &before);
	if (obey(w, verdict, host_if_addr(w->fw, to->ifindex)) == MASQ_DROP)
		return END_DROP;
	if (w->info.tot_len > mtu && w->info.frag & IP_DF)
		return tell_too_long(w, &before, mtu);
	return leave(w, to->ifindex, w->in_if);
}

static enum walk_end demasqueraded(struct walk *w);

/* To the host itself, unless demasquerading has another destination for it. */
static enum walk_end deliver(struct walk *w)
{
	enum masq_result masq = MASQ_PASS;
	bool piece = pkt_is_piece(&w->info);

	if (piece && !frag_add(w->fw, FRAG_DELIVERY, w->p, &w->info))
		return END_KEPT;
	if (w->in_if != HOST_LO && w->p->to_host && !w->p->demasqueraded)
		masq = masq_in(w->fw, w->p, &w->info);
	if (masq == MASQ_DROP)
		return END_DROP;
	if (masq == MASQ_DONE) {
		if (piece) /* its header still has the first piece's sum */
			pkt_ip_sum(w->p, w->info.ihl);
		return demasqueraded(w);
	}
	if (is_1_3(w))
		account(w, ACCT_IN, w->in_if);
	return walk_deliver(w);
}

static struct route route_of(struct walk *w)
{
	if (w->in_if == HOST_LO)
		return (struct route){ .kind = ROUTE_LOCAL };
	return route_to(w->fw, w->info.dst);
}

static enum walk_end follow(struct walk *w, const struct route *to)
{
	if (to->kind == ROUTE_LOCAL || to->kind == ROUTE_BROADCAST)
		return deliver(w);
	if (to->kind == ROUTE_BAD || !w->p->to_host ||
	    !w->fw->st->host.sysctl[SYSCTL_IP_FORWARD])
		return END_DROP;
	return is_1_3(w) ? forward_1_3(w, to) : forward_2_0(w, to);
}

static enum walk_end demasqueraded(struct walk *w)
{
	struct route to = route_of(w);

	w->p->demasqueraded = true;
	return follow(w, &to);
}

/* From the first list on. */
static enum walk_end enter(struct walk *w)
{
	struct route to;

	if (!is_1_3(w))
		account(w, ACCT_IN, w->in_if);
	if (!pkt_options_ok(w->p, &w->info))
		return END_DROP;
	to = route_of(w);
	if (to.kind == ROUTE_BROADCAST)
		w->p->to_host = false;
	switch (ask(w, FW20_INPUT, w->in_if)) {
	case FW_V_DENY:
		return END_DROP;
	case FW_V_REJECT:
		return walk_tell(w, &(const struct icmp_what){
					    .type = ICMP_DEST_UNREACH,
					    .code = ICMP_PORT_UNREACH,
					    .local = to.kind == ROUTE_LOCAL });
	case FW_V_REDIRECT:
		return deliver(w);
	default:
		return follow(w, &to);
	}
}

static void path20_arrive(struct fw *fw, uint32_t ifindex, struct pkt *p)
{
	struct walk w = { .fw = fw, .p = p, .in_if = ifindex };

	walk_finish(&w, pkt_parse(p, &w.info) ? END_DROP : enter(&w));
}

/* Whether a list lets a packet pass, wherever it sends it. */
static bool passes(enum fw_verdict verdict)
{
	return verdict != FW_V_DENY && verdict != FW_V_REJECT;
}

/* Whether the lists let a packet of the host's own leave. */
static bool own_passes(struct walk *w, uint32_t ifindex)
{
	return passes(
		ask_out(w, is_1_3(w) ? FW20_INPUT : FW20_OUTPUT, ifindex));
}

/* One to itself comes in again over lo. */
static enum walk_end send_own(struct walk *w, uint32_t ifindex)
{
	struct route to;

	if (pkt_parse(w->p, &w->info))
		return END_DROP;
	to = walk_own_way(w, ifindex);
	if (to.kind != ROUTE_OUT && to.kind != ROUTE_LOCAL)
		return END_DROP;
	if (!own_passes(w, to.ifindex))
		return END_DROP;
	if (to.kind == ROUTE_OUT)
		return leave(w, to.ifindex, to.ifindex);
	account(w, ACCT_OUT, to.ifindex);
	return enter(w);
}

static void path20_send(struct fw *fw, uint32_t ifindex, struct pkt *p)
{
	struct walk w = { .fw = fw, .p = p, .in_if = HOST_LO };

	p->to_host = true;
	walk_finish(&w, send_own(&w, ifindex));
}

/* Over lo it has to come in, too. */
static bool path20_passes(struct fw *fw, uint32_t ifindex, struct pkt *p)
{
	struct walk w = { .fw = fw, .p = p, .in_if = ifindex };

	pkt_look(p, &w.info);
	if (!own_passes(&w, ifindex))
		return false;
	account(&w, ACCT_OUT, ifindex);
	if (ifindex != HOST_LO)
		return true;
	if (!is_1_3(&w))
		account(&w, ACCT_IN, ifindex);
	return passes(ask(&w, FW20_INPUT, ifindex));
}

const struct path_era path20 = { path20_arrive, path20_send, path20_passes };
