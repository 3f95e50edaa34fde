/* The memory that the filter shares with the engine, and the way of a packet in
 * it. */
#ifndef GATEWAY_FAST_FIND_BPF_H
#define GATEWAY_FAST_FIND_BPF_H

#include "gateway/fast_packet.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, FAST_LINES);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, FAST_LINE);
} fast_lines SEC(".maps");

static __always_inline void *line(__u32 at)
{
	return bpf_map_lookup_elem(&fast_lines, &at);
}

static __always_inline int slot_is(const struct fast_slot *s,
				   const struct look *l)
{
	return s->src == l->ip->src && s->dst == l->ip->dst &&
	       s->ports == l->ports;
}

/* What a packet's key is mixed to, and the slot that has it. */
struct found {
	__u64 mix;
	struct fast_slot *slot;  /* or NULL */
	struct fast_slot *empty; /* that never was a key's, in the first bucket:
				    it may be one's by now; or NULL */
	__u32 word;              /* of .slot */
};

static __always_inline void find_in(__u32 bucket, const struct look *l,
				    struct found *f)
{
	struct fast_bucket *b = line(FAST_BUCKET_AT + bucket);
	__u32 want = FAST_SLOT_USED | l->tcp;

	if (!b)
		return;
#pragma unroll
	for (int i = 0; i < FAST_SLOTS; i++) {
		f->word = *(const volatile __u32 *)&b->slot[i].way;
		if ((f->word & (FAST_SLOT_USED | FAST_SLOT_TCP)) == want &&
		    slot_is(&b->slot[i], l)) {
			f->slot = &b->slot[i];
			return;
		}
		if (!f->word)
			f->empty = &b->slot[i];
	}
}

/* Keys are in their second bucket only where the first one was full; from then
 * on it has no empty slot. */
static __always_inline struct found find(const struct look *l)
{
	struct found f = { .mix = fast_mix(l->ip->src, l->ip->dst, l->ports,
					   l->tcp) };

	find_in(fast_bucket_of(f.mix, 0), l, &f);
	if (!f.slot && !f.empty)
		find_in(fast_bucket_of(f.mix, 1), l, &f);
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

#endif
