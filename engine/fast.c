/* Teaching the fast path and making it forget. */
#include "engine/fast.h"

#include <netinet/in.h>
#include <stdatomic.h>
#include <string.h>

#include "core/bytes.h"
#include "core/cksum.h"
#include "engine/fast_birth.h"
#include "engine/fast_lines.h"
#include "engine/masq.h"
#include "engine/masq_era.h"
#include "engine/pkt.h"
#include "engine/state.h"

enum {
	TRAIL_TRIES = 16,
	FIN = 0x01,
	SYN = 0x02,
	RST = 0x04,
	ACK = 0x10,
};

/* A key as it lies in packets. */
struct key {
	uint32_t src, dst, ports;
	uint32_t tcp; /* FAST_SLOT_TCP or 0 */
};

void fast_trace_count(struct fw *fw, const void *at, bool narrow)
{
	struct fast_trace *t = fw->trace;

	if (t->n < FAST_TRAIL_MAX)
		t->counter[t->n++] = (uint32_t)((const uint8_t *)at -
						(const uint8_t *)fw->st) |
				     narrow;
	else
		t->odd = true;
}

void fast_trace_rule(struct fw *fw, bool logs, uint8_t tos_and, uint8_t tos_xor)
{
	struct fast_trace *t = fw->trace;

	t->odd |= logs;
	t->tos_and &= tos_and;
	t->tos_xor = (uint8_t)((t->tos_xor & tos_and) ^ tos_xor);
}

void fast_init(struct fast_ctl *map)
{
	memset(map, 0, (size_t)FAST_LINES * FAST_LINE);
	map->magic = FAST_MAGIC;
	map->gen = 1;
}

bool fast_shut(struct fast_ctl *map)
{
	bool was_open = map->gate;

	*(volatile uint32_t *)&map->gate = 0;
	atomic_thread_fence(memory_order_seq_cst);
	return was_open;
}

/* Fowler, Noll and Vo's hash, from @hash on. */
static uint64_t hash_bytes(uint64_t hash, const void *p, size_t n)
{
	const uint8_t *bytes = p;

	for (size_t i = 0; i < n; i++)
		hash = (hash ^ bytes[i]) * 0x100000001B3;
	return hash;
}

/* Of all that the ways of packets depend on, but for the entries themselves. */
static uint64_t print_of(const struct fw *fw)
{
	const struct fw_state *st = fw->st;
	const struct host *h = &st->host;
	const uint32_t words[] = {
		st->g.epoch,
		st->g.era,
		st->chains.generation,
		st->chain[FW_INPUT].policy,
		st->chain[FW_FORWARD].policy,
		st->chain[FW_OUTPUT].policy,
		st->lists.generation,
		h->generation,
		(uint32_t)h->sysctl[SYSCTL_IP_FORWARD],
		(uint32_t)h->sysctl[SYSCTL_IP_DYNADDR],
		(uint32_t)h->sysctl[SYSCTL_IP_MASQ_UDP_DLOOSE],
		st->fwd.rules[FWD_AUTOFW],
	};
	uint64_t hash = hash_bytes(0xCBF29CE484222325, words, sizeof(words));

	hash = hash_bytes(hash, st->lists.policy, sizeof(st->lists.policy));
	hash = hash_bytes(hash, st->masq.timeout, sizeof(st->masq.timeout));
	for (uint32_t i = 0; i < HOST_IFS && i < h->n_ifs; i++)
		hash = hash_bytes(hash, &h->ifs[i].flags,
				  sizeof(h->ifs[i].flags) +
					  sizeof(h->ifs[i].mtu));
	return hash;
}

void fast_void(struct fw *fw)
{
	struct fast_ctl *map = fw->fast;

	fast_shut(map);
	fast_absorb_all(fw);
	fast_fold(fw);
	map->gen++;
	if (!map->gen)
		map->gen = 1;
	memset(fast_hop(map, 0), 0, sizeof(struct fast_hop) * FAST_HOPS);
	if (map->trails)
		memset(fast_trail(map, 0), 0,
		       sizeof(struct fast_trail) * FAST_TRAILS);
	map->trails = 0;
}

void fast_renew(struct fw *fw)
{
	uint64_t print = print_of(fw);

	if (fw->fast->print == print)
		return;
	fast_void(fw);
	fw->fast->print = print;
}

void fast_open(struct fw *fw, uint64_t lease)
{
	struct fast_ctl *map = fw->fast;

	fast_renew(fw);
	map->lease = lease;
	fast_allow(fw);
	atomic_thread_fence(memory_order_seq_cst);
	*(volatile uint32_t *)&map->gate = map->gen;
}

/* What is just on its way is carried still, and counted the next time. */
static void way_drop(struct fast_way *w)
{
	*(volatile uint32_t *)&w->gen = 0;
	atomic_thread_fence(memory_order_seq_cst);
}

void fast_forget(struct fw *fw, uint32_t entry)
{
	struct fast_way *w;

	if (!fw_slot_ok(fw, FW_T_MASQ, entry))
		return;
	w = fast_way(fw->fast, 2 * entry);
	if (!w[0].gen && !w[1].gen)
		return;
	way_drop(&w[0]);
	way_drop(&w[1]);
	fast_fold_entry(fw, entry, fw->st->g.now);
}

void fast_shadow(struct fw *fw, uint32_t entry)
{
	const struct masq_entry *e = masq_at(fw, entry);

	fast_forget(fw, entry);
	fast_forget(fw, masq_out_find(fw, e->proto, e->saddr, e->sport,
				      e->daddr, e->dport));
	fast_forget(fw, masq_in_find(fw, e->proto, e->daddr, e->dport, e->maddr,
				     e->mport));
}

/* Whether a packet of the middle of a conversation meets the same rules. */
static bool is_typical(const struct fw *fw, const struct fast_seen *s)
{
	uint8_t flags = s->tcp_flags & (FIN | SYN | RST | ACK);

	if (s->came->proto == IPPROTO_UDP)
		return true;
	if (s->came->proto != IPPROTO_TCP)
		return false;
	return fw->st->g.era == ERA_2_2 ? !s->came->syn : flags == ACK;
}

/*
 * Whether packets leave the entry as it is but for its timer and counters. An
 * entry whose outside end is not settled learns from each packet, or will from
 * the next reply, which then hashes it anew.
 */
static bool is_settled(const struct fw *fw, const struct masq_entry *e,
		       enum masq_way way)
{
	const struct masq_era *era = masq_era(fw);
	uint16_t open =
		e->flags & (MASQ_NO_DADDR | MASQ_NO_DPORT | MASQ_NO_SADDR |
			    MASQ_NO_SPORT | MASQ_DLOOSE);

	if (e->helper || e->odd || !(e->flags & MASQ_HASHED) ||
	    !era->in_rearms || e->state >= MASQ_STATES)
		return false;
	if (e->proto == IPPROTO_TCP)
		return !open && era->tcp_next(e->state, way, ACK) == e->state;
	if (way == MASQ_IN && era->settles_udp)
		return !open;
	return !(open & ~MASQ_NO_DADDR) &&
	       !fw->st->host.sysctl[SYSCTL_IP_MASQ_UDP_DLOOSE];
}

/* The trail of what the packet met; FAST_TRAILS: no room for one more. */
static uint32_t trail_of(struct fast_ctl *map, const struct fast_trace *t)
{
	size_t bytes = t->n * sizeof(t->counter[0]);
	uint64_t hash = hash_bytes(t->n, t->counter, bytes);

	for (uint32_t i = 0; i < TRAIL_TRIES; i++) {
		uint32_t at = (uint32_t)(hash + i) % FAST_TRAILS;
		struct fast_trail *trail = fast_trail(map, at);

		if (!(trail->n & FAST_TRAIL_USED)) {
			memcpy(trail->counter, t->counter, bytes);
			trail->n = t->n | FAST_TRAIL_USED;
			map->trails++;
			return at;
		}
		if (trail->n == (t->n | FAST_TRAIL_USED) &&
		    !memcmp(trail->counter, t->counter, bytes))
			return at;
	}
	return FAST_TRAILS;
}

static uint32_t ports_be(const struct pkt_info *p)
{
	uint32_t be;

	put_be16((uint8_t *)&be, p->sport);
	put_be16((uint8_t *)&be + 2, p->dport);
	return be;
}

static bool slot_has(const struct fast_slot *s, const struct key *k)
{
	return s->way && s->src == k->src && s->dst == k->dst &&
	       s->ports == k->ports && (s->way & FAST_SLOT_TCP) == k->tcp;
}

/* Whether the slot's way counts, and is still the slot's. */
static bool slot_lives(struct fast_ctl *map, const struct fast_slot *s)
{
	const struct fast_way *w;

	if (!s->way)
		return false;
	w = fast_slot_way(map, s->way);
	return w->gen == map->gen &&
	       w->check == fast_check_of(fast_mix(s->src, s->dst, s->ports,
						  s->way & FAST_SLOT_TCP));
}

/* The slot for a key: its own, or one that is nobody's. NULL: all are taken. */
static struct fast_slot *slot_for(struct fast_ctl *map, const struct key *k,
				  uint64_t mix)
{
	struct fast_slot *room = NULL;

	for (uint32_t nth = 0; nth < 2; nth++) {
		struct fast_bucket *b =
			fast_bucket(map, fast_bucket_of(mix, nth));

		for (int i = 0; i < FAST_SLOTS; i++) {
			if (slot_has(&b->slot[i], k))
				return &b->slot[i];
			if (!room && !slot_lives(map, &b->slot[i]))
				room = &b->slot[i];
		}
	}
	return room;
}

static void slot_set(struct fast_slot *s, const struct key *k, uint32_t way)
{
	*(volatile uint32_t *)&s->way = 0;
	atomic_thread_fence(memory_order_seq_cst);
	s->src = k->src;
	s->dst = k->dst;
	s->ports = k->ports;
	atomic_thread_fence(memory_order_seq_cst);
	*(volatile uint32_t *)&s->way = FAST_SLOT_USED | k->tcp | way;
}

/* The ones' complement sum, in memory's order of bytes, that turns @from into
 * @to. */
static uint16_t sum_turning(uint64_t from, uint64_t to, uint32_t words)
{
	return as_be16(
		(uint16_t)~cksum_fold(to + (uint64_t)words * 0xFFFF - from));
}

/* What the sums change by. */
static void set_sums(struct fast_way *w, const struct pkt_info *a,
		     const struct pkt_info *b)
{
	uint64_t from = (uint64_t)(a->src >> 16) + (a->src & 0xFFFF) +
			(a->dst >> 16) + (a->dst & 0xFFFF);
	uint64_t to = (uint64_t)(b->src >> 16) + (b->src & 0xFFFF) +
		      (b->dst >> 16) + (b->dst & 0xFFFF);

	w->ip_sum = sum_turning(from, to, 4);
	w->sum = sum_turning(from + a->sport + a->dport,
			     to + b->sport + b->dport, 6);
}

static void set_ends(struct fast_way *w, const struct pkt_info *to,
		     enum masq_way way)
{
	bool out = way == MASQ_OUT;

	w->flags = out ? FAST_REWRITES_SRC : FAST_REWRITES_DST;
	w->addr = as_be32(out ? to->src : to->dst);
	w->port = as_be16(out ? to->sport : to->dport);
}

/* Below it no tick boundary can lie that makes the entry expire. */
static uint32_t idle_of(ticks_t timeout)
{
	uint64_t ns = ((uint64_t)timeout - 1) * FAST_NS_A_TICK;
	uint64_t idle = ns >> FAST_IDLE_SHIFT;

	return idle < UINT32_MAX ? (uint32_t)idle : UINT32_MAX;
}

static bool way_set(struct fw *fw, struct fast_way *w,
		    const struct fast_seen *s, enum masq_way way,
		    uint32_t check)
{
	const struct fast_trace *t = fw->trace;
	struct fast_ctl *map = fw->fast;
	uint32_t trail = trail_of(map, t);

	if (trail == FAST_TRAILS)
		return false;
	w->check = check;
	set_ends(w, s->left, way);
	set_sums(w, s->came, s->left);
	w->in_if = s->in_if;
	w->tos_and = t->tos_and;
	w->tos_xor = t->tos_xor;
	w->hop = s->hop;
	w->max_len = (uint16_t)(s->mtu < UINT16_MAX ? s->mtu : UINT16_MAX);
	w->trail = (uint16_t)trail;
	w->trail_gen = (uint16_t)map->gen;
	w->mark = s->mark;
	w->idle = idle_of(masq_at(fw, t->entry)->timeout);
	atomic_thread_fence(memory_order_seq_cst);
	*(volatile uint32_t *)&w->gen = map->gen;
	return true;
}

void fast_learn(struct fw *fw, const struct fast_seen *s)
{
	const struct fast_trace *t = fw->trace;
	struct fast_ctl *map = fw->fast;
	const struct masq_entry *e;
	struct fast_slot *slot;
	struct fast_way *w;
	enum masq_way way;
	struct key k;
	uint64_t mix;

	if (t->odd || !fw_slot_ok(fw, FW_T_MASQ, t->entry) ||
	    !is_typical(fw, s) || s->came->no_ports || pkt_is_piece(s->came))
		return;
	e = masq_at(fw, t->entry);
	way = s->came->src == e->saddr && s->came->sport == e->sport ? MASQ_OUT
								     : MASQ_IN;
	if (!is_settled(fw, e, way) || e->timeout < 2 ||
	    fw->st->fwd.rules[FWD_AUTOFW])
		return;
	w = fast_way(map, 2 * t->entry + way);
	if (fast_way(map, 2 * t->entry)->last < s->now)
		fast_way(map, 2 * t->entry)->last = s->now;
	k = (struct key){ as_be32(s->came->src), as_be32(s->came->dst),
			  ports_be(s->came),
			  e->proto == IPPROTO_TCP ? FAST_SLOT_TCP : 0 };
	mix = fast_mix(k.src, k.dst, k.ports, k.tcp);
	way_drop(w);
	fast_fold_entry(fw, t->entry, fw->st->g.now);
	fast_hold(fw);
	slot = slot_for(map, &k, mix);
	if (slot && way_set(fw, w, s, way, fast_check_of(mix)) &&
	    (!slot_has(slot, &k) ||
	     slot->way != (FAST_SLOT_USED | k.tcp | (2 * t->entry + way))))
		slot_set(slot, &k, 2 * t->entry + way);
	fast_let(fw);
	if (w->gen == map->gen && t->made && way == MASQ_OUT)
		fast_learn_pattern(fw, s, 2 * t->entry);
}
