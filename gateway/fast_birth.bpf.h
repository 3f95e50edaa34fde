/* Entries that the filter makes by itself. */
#ifndef GATEWAY_FAST_BIRTH_BPF_H
#define GATEWAY_FAST_BIRTH_BPF_H

#include "gateway/fast_find.bpf.h"

/* The counters of one inside end, or of one port towards one outside port. */
struct known {
	__u8 *line;
	__u64 mix;
};

static __always_inline struct known known_at(__u64 mix)
{
	struct known k = { line(FAST_KNOWN_AT + fast_known_line(mix)), mix };

	return k;
}

/* Whether nobody has that, for sure. */
static __always_inline int unknown(const struct known *k)
{
	int all = 1;

	if (!k->line)
		return 0;
#pragma unroll
	for (int i = 0; i < FAST_KNOWN_BY; i++)
		all = all && k->line[fast_known_byte(k->mix, i)];
	return !all;
}

static __always_inline void make_known(const struct known *k)
{
	if (!k->line)
		return;
#pragma unroll
	for (int i = 0; i < FAST_KNOWN_BY; i++) {
		__u8 *at = &k->line[fast_known_byte(k->mix, i)];

		if (*at < FAST_KNOWN_MAX)
			++*at;
	}
}

/* A place for one more key in its first bucket. */
static __always_inline struct fast_slot *free_slot(const struct found *f,
						   __u32 gate)
{
	struct fast_bucket *b =
		line(FAST_BUCKET_AT + fast_bucket_of(f->mix, 0));

	if (f->empty && !*(volatile __u32 *)&f->empty->way)
		return f->empty;
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
	struct known inside, outside;

	if (!slot || !slot_is(slot, l))
		slot = free_slot(f, gate);
	half = (__u16 *)&all;
	sport = half[0];
	dport = half[1];
	mport = bpf_htons(ports->next);
	inside = known_at(fast_known_inside(src, sport, 0));
	outside = known_at(fast_known_port(mport, dport, 0));
	if (!b || !w || !slot || ports->open != gate || ports->open_ends ||
	    ports->left <= 0 || ports->head - ports->swept >= FAST_BIRTHS ||
	    !unknown(&inside) || !unknown(&outside))
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
	b->entry = 0;
	slot->way = 0;
	barrier();
	slot->src = src;
	slot->dst = l->ip->dst;
	slot->ports = all;
	barrier();
	slot->way = FAST_SLOT_USED | FAST_SLOT_BIRTH | nth;
	make_known(&inside);
	make_known(&outside);
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

#endif
