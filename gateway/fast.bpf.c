/*
 * The fast path's packet filter, for the kernel: carries packets of masquerade
 * entries that core/fast_map.h knows, at the ingress of the router's
 * interfaces. What it is not sure of goes on its way to the engine, untouched.
 */
#include "gateway/fast_birth.bpf.h"
#include "gateway/fast_change.bpf.h"
#include "gateway/fast_find.bpf.h"
#include "gateway/fast_packet.bpf.h"

/* bpf_redirect_neigh() replaces a link header, so there must be one. */
static __always_inline int send(struct __sk_buff *skb, __u32 l2,
				const struct fast_hop *hop)
{
	struct bpf_redir_neigh to = { .nh_family = AF_INET };

	if (hop->kind == FAST_HOP_RAW)
		return bpf_redirect(hop->ifindex, 0);
	if (!l2 && bpf_skb_change_head(skb, ETH_HLEN, 0))
		return TC_ACT_SHOT;
	to.ipv4_nh = hop->gateway;
	return bpf_redirect_neigh(hop->ifindex, &to, sizeof(to), 0);
}

/* The headers in one piece; NULL: they are not all there. */
static __always_inline void *headers(struct __sk_buff *skb, __u32 l2)
{
	void *data = (void *)(long)skb->data,
	     *end = (void *)(long)skb->data_end;

	if (data + l2 + HEADERS <= end)
		return data + l2;
	bpf_skb_pull_data(skb,
			  skb->len < l2 + HEADERS ? skb->len : l2 + HEADERS);
	return (void *)(long)skb->data + l2;
}

/* A packet that a way carries. */
struct trip {
	struct look l;
	struct parts parts;
	struct fast_way *at, *first,
		w; /* .w: as it was when it was looked at */
	const struct fast_hop *hop;
	enum sum_kind kind;
	int born; /* the way was made for it, and has counted it */
	__u64 anew, now;
};

/* Whether one does, and all is known to change the packet and send it. */
static __always_inline int find_trip(struct __sk_buff *skb, __u32 l2,
				     __u32 gate, struct trip *t)
{
	void *ip = headers(skb, l2);
	struct found f;

	if (!parse(&t->l, ip, (void *)(long)skb->data_end) ||
	    skb->len < l2 + IP_BYTES + t->l.size)
		return 0;
	f = find(&t->l);
	t->born = !way_of(skb, &f, gate, t->now, &t->at, &t->first);
	if (t->born && (t->l.tcp || skb->gso_size))
		return 0;
	t->kind = sum_kind_of(skb, &t->l, l2, &t->anew);
	if (t->kind == SUM_WRONG)
		return 0;
	if (t->born) {
		t->at = give_birth(skb, &t->l, &f, gate, t->now);
		t->first = t->at;
	}
	if (!t->at || !t->first)
		return 0;
	t->w = *t->at;
	barrier();
	t->parts = parts_of(skb, &t->l);
	t->hop = line(FAST_HOP_AT + t->w.hop);
	return t->hop && t->hop->kind != FAST_HOP_NONE &&
	       *(volatile __u32 *)&t->at->gen == gate &&
	       t->parts.longest <= t->w.max_len;
}

/* Makes the packet the one that leaves. False: it is as it was. */
static __always_inline int change(struct __sk_buff *skb, __u32 l2,
				  struct trip *t)
{
	__u32 len = l2 + IP_BYTES + t->l.size;
	__u16 sum = new_sum(&t->l, t->kind, t->anew, &t->w);
	struct ip *ip;
	struct udp *u;

	/* what fills up short frames is no part of the packet */
	if (skb->len > len && bpf_skb_change_tail(skb, len, 0))
		return 0;
	if (t->kind == SUM_BEGUN)
		change_begun(skb, l2, &t->w, t->l.tcp);
	else
		bpf_csum_update(skb, (__u16)~t->w.ip_sum);
	ip = (void *)(long)skb->data + l2;
	u = (void *)(ip + 1);
	if ((void *)(u + 1) > (void *)(long)skb->data_end)
		return 0;
	if (t->kind != SUM_BEGUN && !t->l.tcp)
		u->sum = sum;
	if (t->kind != SUM_BEGUN && t->l.tcp) {
		struct tcp *tcp = (void *)u;

		if ((void *)(tcp + 1) > (void *)(long)skb->data_end)
			return 0;
		tcp->sum = sum;
	}
	change_ports(u, &t->w);
	change_ip(ip, &t->w);
	return 1;
}

/* What it leaves alone is for who else sits there. */
static __always_inline int carry(struct __sk_buff *skb, __u32 l2)
{
	struct fast_ctl *ctl = line(FAST_CTL_AT);
	struct trip t = { .anew = 0 };
	__u32 gate;

	if (!ctl || skb->protocol != bpf_htons(ETH_P_IP) || skb->pkt_type)
		return TC_ACT_UNSPEC;
	gate = *(volatile __u32 *)&ctl->gate;
	t.now = bpf_ktime_get_boot_ns();
	if (!gate || t.now >= ctl->lease || !find_trip(skb, l2, gate, &t) ||
	    !change(skb, l2, &t))
		return TC_ACT_UNSPEC;
	if (!t.born) {
		__sync_fetch_and_add(&t.at->packets, t.parts.packets);
		__sync_fetch_and_add(&t.at->bytes, t.parts.bytes);
	}
	t.first->last = t.now;
	if (t.w.mark)
		skb->mark = t.w.mark;
	return send(skb, l2, t.hop);
}

SEC("tc")
int fast_ether(struct __sk_buff *skb)
{
	return carry(skb, ETH_HLEN);
}

SEC("tc")
int fast_raw(struct __sk_buff *skb)
{
	return carry(skb, 0);
}

char licence[] SEC("license") = "GPL";
