/*
 * The fast path's packet filter, for the kernel: carries packets of masquerade
 * entries that core/fast_map.h knows, at the ingress of the router's
 * interfaces. What it is not sure of goes on its way to the engine, untouched.
 *
 * Sums are ones' complement sums of words as they lie in memory, so the byte
 * order does not matter to them (RFC 1071, 2).
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "core/fast_map.h"

enum {
	IP_BYTES = 20,
	UDP_BYTES = 8,
	TCP_BYTES = 20,
	HEADERS = IP_BYTES + TCP_BYTES,
	IP_PIECE = 0x3FFF, /* offset, and that more follow */
	AF_INET = 2,
	CHUNK = 512,
	CHUNKS = 18, /* jumbo frames */
	FIN = 0x01,
	SYN = 0x02,
	RST = 0x04,
	ACK = 0x10,
};

struct ip {
	__u8 version_ihl, tos;
	__u16 len, id, frag;
	__u8 ttl, proto;
	__u16 sum;
	__u32 src, dst;
};

struct udp {
	__u32 ports;
	__u16 len, sum;
};

struct tcp {
	__u32 ports, seq, ack;
	__u8 offset, flags;
	__u16 window, sum, urgent;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, FAST_LINES);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, FAST_LINE);
} fast_lines SEC(".maps");

/* Where bytes are added up, and room to end them with zeros. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, CHUNK + 8);
} fast_room SEC(".maps");

/* A packet that is looked at. */
struct look {
	struct ip *ip;
	__u32 ports;
	__u32 tcp;    /* FAST_SLOT_TCP or 0 */
	__u32 size;   /* bytes behind the IP header */
	__u32 header; /* those of the transport header */
	__u16 sum;    /* of the transport header */
};

static __always_inline void *line(__u32 at)
{
	return bpf_map_lookup_elem(&fast_lines, &at);
}

static __always_inline __u16 fold(__u64 sum)
{
	sum = (sum >> 32) + (__u32)sum;
	sum = (sum >> 32) + (__u32)sum;
	sum = (sum >> 16) + (__u16)sum;
	sum = (sum >> 16) + (__u16)sum;
	return sum;
}

static __always_inline __u64 header_sum(const struct ip *ip)
{
	const __u32 *w = (const void *)ip;

	return (__u64)w[0] + w[1] + w[2] + w[3] + w[4];
}

/* Whether it is one that a way may carry, of what IP says. */
static __always_inline int is_plain_ip(const struct ip *ip)
{
	return ip->version_ihl == 0x45 && ip->ttl > 1 &&
	       !(ip->frag & bpf_htons(IP_PIECE)) &&
	       fold(header_sum(ip)) == 0xFFFF;
}

/* Neither beginning nor end of a conversation, and of a sound shape. */
static __always_inline int is_plain_tcp(const struct tcp *t, __u32 size)
{
	__u32 offset = (t->offset >> 4) * 4;

	return (t->flags & (FIN | SYN | RST | ACK)) == ACK &&
	       offset >= TCP_BYTES && offset <= size;
}

static __always_inline __u64 pseudo_sum(const struct look *l)
{
	__u8 proto = l->tcp ? IPPROTO_TCP : IPPROTO_UDP;

	return (__u64)l->ip->src + l->ip->dst + bpf_htons(proto) +
	       bpf_htons((__u16)l->size);
}

__s64 sum_bytes(struct __sk_buff *skb, __u32 at, __u32 n);

/*
 * Adds up the @n bytes at @at of the packet; -1: they are not there. A function
 * of its own, not static: so the kernel checks its loop once, and not again for
 * each way that leads to it and on from it.
 */
__attribute__((noinline)) __s64 sum_bytes(struct __sk_buff *skb, __u32 at,
					  __u32 n)
{
	__u32 zero = 0;
	__u8 *room = bpf_map_lookup_elem(&fast_room, &zero);
	__s64 sum = 0;

	if (!room)
		return -1;
	for (int i = 0; i < CHUNKS && n; i++) {
		__u32 len = n < CHUNK ? n : CHUNK;

		if (bpf_skb_load_bytes(skb, at, room, len))
			return -1;
		*(__u32 *)(room + len) = 0;
		sum = bpf_csum_diff(0, 0, (__be32 *)room, (len + 3) & ~3U, sum);
		at += len;
		n -= len;
	}
	return n || sum < 0 ? -1 : sum;
}

enum sum_kind {
	SUM_WRONG,
	SUM_WHOLE, /* covers the packet */
	SUM_BEGUN, /* the pseudo header alone: hardware adds the rest */
	SUM_NONE,  /* of UDP: there is none */
};

/* What the transport checksum is; @anew: the sum of all but itself. */
static __always_inline enum sum_kind
sum_kind_of(struct __sk_buff *skb, const struct look *l, __u32 l2, __u64 *anew)
{
	__u64 pseudo = pseudo_sum(l);
	__s64 bytes;

	if (l->sum == fold(pseudo) && l->sum)
		return SUM_BEGUN;
	if (skb->gso_segs > 1)
		return SUM_WRONG;
	if (l->sum && l->size > CHUNK &&
	    bpf_csum_level(skb, BPF_CSUM_LEVEL_QUERY) >= 0)
		return SUM_WHOLE;
	bytes = sum_bytes(skb, l2 + IP_BYTES, l->size);
	if (bytes < 0)
		return SUM_WRONG;
	if (!l->sum && !l->tcp) {
		*anew = (__u64)bytes;
		return SUM_NONE;
	}
	return fold(pseudo + (__u64)bytes) == 0xFFFF ? SUM_WHOLE : SUM_WRONG;
}

static __always_inline int slot_is(const struct fast_slot *s,
				   const struct look *l)
{
	return s->src == l->ip->src && s->dst == l->ip->dst &&
	       s->ports == l->ports;
}

/* The packet's slot, or NULL; @word: as it is now. */
static __always_inline struct fast_slot *
find_in(__u32 bucket, const struct look *l, __u32 *word)
{
	struct fast_bucket *b = line(FAST_BUCKET_AT + bucket);
	__u32 want = FAST_SLOT_USED | l->tcp;

	if (!b)
		return NULL;
#pragma unroll
	for (int i = 0; i < FAST_SLOTS; i++) {
		*word = *(const volatile __u32 *)&b->slot[i].way;
		if ((*word & (FAST_SLOT_USED | FAST_SLOT_TCP)) == want &&
		    slot_is(&b->slot[i], l))
			return &b->slot[i];
	}
	return NULL;
}

static __always_inline int parse(struct look *l, void *data, void *end)
{
	struct ip *ip = data;
	struct udp *u = (void *)(ip + 1);
	struct tcp *t = (void *)(ip + 1);
	__u32 len;

	if ((void *)(u + 1) > end || !is_plain_ip(ip))
		return 0;
	len = bpf_ntohs(ip->len);
	if (len < IP_BYTES + UDP_BYTES)
		return 0;
	l->ip = ip;
	l->size = len - IP_BYTES;
	l->ports = u->ports;
	if (ip->proto == IPPROTO_UDP) {
		l->tcp = 0;
		l->sum = u->sum;
		l->header = UDP_BYTES;
		return 1;
	}
	if (ip->proto != IPPROTO_TCP || (void *)(t + 1) > end ||
	    l->size < TCP_BYTES || !is_plain_tcp(t, l->size))
		return 0;
	l->tcp = FAST_SLOT_TCP;
	l->sum = t->sum;
	l->header = (t->offset >> 4) * 4;
	return 1;
}

/* A packet that others pieced together goes out as what it was made of. */
struct parts {
	__u32 longest;        /* bytes of the longest one */
	__u32 packets, bytes; /* of all */
};

static __always_inline struct parts parts_of(const struct __sk_buff *skb,
					     const struct look *l)
{
	__u32 headers = IP_BYTES + l->header, text = l->size - l->header;
	__u32 piece = skb->gso_size;
	struct parts p = { l->size + IP_BYTES, 1, l->size + IP_BYTES };

	if (!piece)
		return p;
	p.packets = (text + piece - 1) / piece;
	p.longest = headers + piece;
	p.bytes = text + p.packets * headers;
	return p;
}

/* What a packet's key is mixed to, and the slot that has it. */
struct found {
	__u64 mix;
	struct fast_slot *slot; /* or NULL */
	__u32 word;             /* of the slot */
};

static __always_inline struct found find(const struct look *l)
{
	struct found f = { .mix = fast_mix(l->ip->src, l->ip->dst, l->ports,
					   l->tcp) };

	f.slot = find_in(fast_bucket_of(f.mix, 0), l, &f.word);
	if (!f.slot)
		f.slot = find_in(fast_bucket_of(f.mix, 1), l, &f.word);
	return f;
}

/* The way that carries the packet now; 0: none does. */
static __always_inline int way_of(const struct __sk_buff *skb,
				  const struct found *f, __u32 gate, __u64 now,
				  struct fast_way **at, struct fast_way **first)
{
	__u32 way = f->word & FAST_SLOT_WAY;
	struct fast_way *w;

	if (!f->slot)
		return 0;
	if (f->word & FAST_SLOT_BIRTH) {
		*at = line(FAST_BIRTH_WAY_AT + way % FAST_BIRTHS);
		*first = *at;
	} else {
		*at = line(FAST_WAY_AT + way);
		*first = line(FAST_WAY_AT + (way & ~1U));
	}
	w = *at;
	if (!w || !*first || w->gen != gate ||
	    w->check != fast_check_of(f->mix) ||
	    w->in_if != skb->ingress_ifindex)
		return 0;
	return now - (*first)->last < (__u64)w->idle << FAST_IDLE_SHIFT;
}

static __always_inline __u8 *counter(__u32 n)
{
	__u8 *at = line(FAST_KNOWN_AT + n / FAST_LINE);

	return at ? at + n % FAST_LINE : NULL;
}

/* Whether nobody has that, for sure. */
static __always_inline int unknown(struct fast_two two)
{
	const __u8 *a = counter(two.a), *b = counter(two.b);

	return a && b && (!*a || !*b);
}

static __always_inline void make_known(struct fast_two two)
{
	__u8 *a = counter(two.a), *b = counter(two.b);

	if (a && *a < FAST_KNOWN_MAX)
		++*a;
	if (b && *b < FAST_KNOWN_MAX)
		++*b;
}

/* A place for one more key. */
static __always_inline struct fast_slot *free_slot(__u64 mix, __u32 gate)
{
	struct fast_bucket *b = line(FAST_BUCKET_AT + fast_bucket_of(mix, 0));

	if (!b)
		return NULL;
#pragma unroll
	for (int i = 0; i < FAST_SLOTS; i++) {
		__u32 word = b->slot[i].way, way = word & FAST_SLOT_WAY;
		__u32 at = word & FAST_SLOT_BIRTH
				   ? FAST_BIRTH_WAY_AT + way % FAST_BIRTHS
				   : FAST_WAY_AT + way;
		const struct fast_way *w = line(at);

		if (!word || (w && w->gen != gate))
			return &b->slot[i];
	}
	return NULL;
}

/* The entry of a packet that the pattern @p fits; the lock is ours. */
static __always_inline struct fast_way *
make_entry(struct fast_ports *ports, const struct fast_way *pattern,
	   const struct look *l, const struct found *f, __u32 gate, __u64 now)
{
	__u16 sport, dport, mport, *half;
	__u32 nth = ports->head % FAST_BIRTHS;
	__u32 src = l->ip->src, all = l->ports;
	struct fast_birth *b = line(FAST_BIRTH_AT + nth);
	struct fast_way *w = line(FAST_BIRTH_WAY_AT + nth);
	struct fast_slot *slot = f->slot;
	struct fast_two inside, outside;

	if (!slot || !slot_is(slot, l))
		slot = free_slot(f->mix, gate);
	half = (__u16 *)&all;
	sport = half[0];
	dport = half[1];
	mport = bpf_htons(ports->next);
	inside = fast_known_inside(src, sport, 0);
	outside = fast_known_port(mport, dport, 0);
	if (!b || !w || !slot || ports->open != gate || ports->open_ends ||
	    ports->left <= 0 || ports->head - ports->swept >= FAST_BIRTHS ||
	    !unknown(inside) || !unknown(outside))
		return NULL;
	*w = *pattern;
	w->check = fast_check_of(f->mix);
	w->port = mport;
	w->sum = fold((__u64)w->ip_sum + (__u16)~sport + mport);
	w->packets = 1;
	w->bytes = l->size + IP_BYTES;
	w->last = now;
	b->src = src;
	b->dst = l->ip->dst;
	b->ports = all;
	b->addr = w->addr;
	b->port = mport;
	slot->way = 0;
	barrier();
	slot->src = src;
	slot->dst = l->ip->dst;
	slot->ports = all;
	barrier();
	slot->way = FAST_SLOT_USED | FAST_SLOT_BIRTH | nth;
	make_known(inside);
	make_known(outside);
	ports->left--;
	ports->next++;
	if (ports->next >= ports->end)
		ports->next = ports->begin;
	barrier();
	ports->head++;
	return w;
}

/* A first packet that goes as others from its host to there went before. */
static __always_inline struct fast_way *give_birth(const struct __sk_buff *skb,
						   const struct look *l,
						   const struct found *f,
						   __u32 gate, __u64 now)
{
	__u32 all = l->ports, src = l->ip->src, dst = l->ip->dst, at;
	const __u16 *half = (const __u16 *)&all;
	__u16 sport = bpf_ntohs(half[0]);
	struct fast_ports *ports = line(FAST_PORTS_AT);
	const struct fast_pattern *p;
	const struct fast_way *pattern;
	struct fast_way *w;

	at = FAST_PATTERN_AT +
	     fast_pattern_of(src, dst, half[1]) * FAST_PATTERN_LINES;
	p = line(at);
	pattern = line(at + 1);
	if (!p || !pattern || !ports || p->gen != gate || !p->ready ||
	    p->src != src || p->dst != dst || p->dport != half[1] ||
	    sport < p->low || sport > p->high ||
	    pattern->in_if != skb->ingress_ifindex ||
	    l->size + IP_BYTES > pattern->max_len)
		return NULL;
	if (__sync_val_compare_and_swap(&ports->lock, 0, 1))
		return NULL;
	w = make_entry(ports, pattern, l, f, gate, now);
	__sync_lock_test_and_set(&ports->lock, 0);
	return w;
}

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

static __always_inline int carry(struct __sk_buff *skb, __u32 l2)
{
	struct fast_ctl *ctl = line(FAST_CTL_AT);
	struct trip t = { .anew = 0 };
	__u32 gate;

	if (!ctl || skb->protocol != bpf_htons(ETH_P_IP) || skb->pkt_type)
		return TC_ACT_OK;
	gate = *(volatile __u32 *)&ctl->gate;
	t.now = bpf_ktime_get_boot_ns();
	if (!gate || t.now >= ctl->lease || !find_trip(skb, l2, gate, &t) ||
	    !change(skb, l2, &t))
		return TC_ACT_OK;
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
