/* Makes a packet the one that leaves. */
#ifndef GATEWAY_FAST_CHANGE_BPF_H
#define GATEWAY_FAST_CHANGE_BPF_H

#include "gateway/fast_packet.bpf.h"

/* New addresses in the sum that hardware goes on with. */
static __always_inline void change_begun(struct __sk_buff *skb, __u32 l2,
					 const struct fast_way *w, __u32 tcp)
{
	__u32 at =
		l2 + IP_BYTES +
		(tcp ? offsetof(struct tcp, sum) : offsetof(struct udp, sum));
	__u64 flags = tcp ? 0 : BPF_F_MARK_MANGLED_0;
	__u16 ports = fold((__u64)w->sum + (__u16)~w->ip_sum);

	bpf_l4_csum_replace(skb, at, 0, w->ip_sum, flags | BPF_F_PSEUDO_HDR);
	bpf_l4_csum_replace(skb, at, 0, ports, flags);
}

/* The header of the packet that leaves. */
static __always_inline void change_ip(struct ip *ip, const struct fast_way *w)
{
	__u16 *const with_tos = (__u16 *)ip, *const with_ttl =
						     (__u16 *)&ip->ttl;
	__u64 sum = (__u16)~ip->sum + (__u64)w->ip_sum;

	sum += (__u16) ~*with_tos + (__u64)(__u16) ~*with_ttl;
	ip->tos = (ip->tos & w->tos_and) ^ w->tos_xor;
	ip->ttl--;
	sum += *with_tos + (__u64)*with_ttl;
	ip->sum = ~fold(sum);
	if (w->flags & FAST_REWRITES_SRC)
		ip->src = w->addr;
	if (w->flags & FAST_REWRITES_DST)
		ip->dst = w->addr;
}

static __always_inline void change_ports(struct udp *u,
					 const struct fast_way *w)
{
	__u16 *port = (__u16 *)&u->ports;

	if (w->flags & FAST_REWRITES_SRC)
		port[0] = w->port;
	if (w->flags & FAST_REWRITES_DST)
		port[1] = w->port;
}

static __always_inline __u16 new_sum(const struct look *l, enum sum_kind kind,
				     __u64 anew, const struct fast_way *w)
{
	__u16 sum;

	if (kind == SUM_NONE)
		sum = ~fold(pseudo_sum(l) + anew + w->sum);
	else
		sum = ~fold((__u16)~l->sum + (__u64)w->sum);
	return !sum && !l->tcp ? 0xFFFF : sum;
}

#endif
