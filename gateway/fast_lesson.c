/* What the fast path learns from a packet in the engine's hands. */
#include "gateway/fast_lesson.h"

#include <netinet/in.h>

#include "core/bytes.h"
#include "engine/fast_lines.h"
#include "engine/route.h"
#include "engine/state.h"
#include "gateway/fast.h"

enum { IP_HEADER = 20, TCP_FLAGS_AT = 13 };

/* Whether the filter carries packets of that kind at all. */
static bool is_teachable(const struct pkt *p)
{
	const uint8_t *h = pkt_at(p, 0, IP_HEADER);

	return h && (h[9] == IPPROTO_TCP || h[9] == IPPROTO_UDP) &&
	       (h[0] & 15) * 4 >= IP_HEADER;
}

void fast_lesson_begin(struct fast_lesson *l, struct fw *fw,
		       const struct pkt *p, uint32_t port)
{
	const uint8_t *flags;

	l->sent = 0;
	l->in_port = port;
	fw->trace = NULL;
	if (!is_teachable(p))
		return;
	pkt_look(p, &l->came);
	flags = pkt_at(p, l->came.ihl + TCP_FLAGS_AT, 1);
	l->tcp_flags = flags ? *flags : 0;
	fast_trace_start(&l->trace);
	fw->trace = &l->trace;
}

void fast_lesson_out(struct fast_lesson *l, const struct fw_out *out)
{
	if (out->kind != FW_OUT_SEND) {
		l->sent += 2;
		return;
	}
	l->out_port = out->ifindex;
	l->mark = out->pkt->mark;
	if (!l->sent++)
		pkt_look(out->pkt, &l->left);
}

/* The place for a hop: its own, or a free one. FAST_HOPS: all are taken. */
static uint32_t hop_place(struct fast_ctl *map, const struct fast_hop *want)
{
	uint32_t first = want->gateway * 0x9E3779B1 ^ want->ifindex;

	for (uint32_t i = 0; i < FAST_HOPS; i++) {
		uint32_t at = (first + i) % FAST_HOPS;
		struct fast_hop *h = fast_hop(map, at);

		if (h->kind == FAST_HOP_NONE)
			*h = *want;
		if (h->kind == want->kind && h->ifindex == want->ifindex &&
		    h->gateway == want->gateway)
			return at;
	}
	return FAST_HOPS;
}

/* By which hop the packet left. FAST_HOPS: none that is known. */
static uint32_t hop_of(const struct fast_lesson *l, const struct fast *f,
		       struct fw *fw)
{
	struct route to = route_out(fw, l->left.dst);
	struct fast_seat seat = fast_seat(f, l->out_port);
	struct fast_hop hop = {
		.kind = seat.ether ? FAST_HOP_ETHER : FAST_HOP_RAW,
		.ifindex = seat.ifindex,
	};

	if (to.kind != ROUTE_OUT || to.ifindex != l->out_port || !seat.ifindex)
		return FAST_HOPS;
	if (seat.ether)
		put_be32((uint8_t *)&hop.gateway, to.gateway);
	return hop_place(fast_map(f), &hop);
}

void fast_lesson_end(struct fast_lesson *l, const struct fast *f, struct fw *fw,
		     uint64_t now)
{
	struct fast_seen seen = {
		.came = &l->came,
		.left = &l->left,
		.tcp_flags = l->tcp_flags,
		.in_if = fast_seat(f, l->in_port).ifindex,
		.mark = l->mark,
		.now = now,
	};
	uint32_t hop;

	if (!fw->trace || l->sent != 1 || l->out_port == l->in_port ||
	    l->trace.entry == FW_NIL || !seen.in_if)
		return;
	hop = hop_of(l, f, fw);
	if (hop == FAST_HOPS)
		return;
	seen.hop = (uint8_t)hop;
	seen.mtu = host_if_mtu(fw, l->out_port);
	fast_learn(fw, &seen);
}
