/* Entries that the fast path's filter makes. */
#include "engine/fast_birth.h"

#include <netinet/in.h>
#include <stdatomic.h>
#include <string.h>

#include "core/bytes.h"
#include "engine/fast.h"
#include "engine/fast_lines.h"
#include "engine/masq.h"
#include "engine/masq_era.h"
#include "engine/pkt.h"
#include "engine/state.h"
#include "engine/wheel.h"

/* An entry that is found by more than its ends. */
enum {
	OPEN_ENDS = MASQ_NO_DPORT | MASQ_NO_SADDR | MASQ_NO_SPORT |
		    MASQ_DLOOSE | MASQ_SIMPLE_HASH,
};

enum {
	PATIENCE = 1 << 20, /* tries; who has the lock so long has died */
	AHEAD = 6,          /* births, as long as memory takes */
};

static uint32_t from_be32(uint32_t be)
{
	return get_be32((const uint8_t *)&be);
}

static uint16_t from_be16(uint16_t be)
{
	return get_be16((const uint8_t *)&be);
}

void fast_hold(struct fw *fw)
{
	uint32_t *lock = &fast_ports(fw->fast)->lock, free = 0;

	if (fw->fast_held)
		return;
	for (uint32_t i = 0; i < PATIENCE; i++) {
		free = 0;
		if (__atomic_compare_exchange_n(lock, &free, 1, false,
						__ATOMIC_ACQUIRE,
						__ATOMIC_RELAXED))
			break;
	}
	fw->fast_held = true;
}

/* What the filter goes by, as the state has it. While there are births that
 * the state does not know it has gone on from there by itself. */
static void publish(struct fw *fw)
{
	const struct masq_era *era = masq_era(fw);
	struct fast_ports *p = fast_ports(fw->fast);

	if (p->made != p->head)
		return;
	p->next = fw->st->masq.next_port;
	p->begin = era->port_begin;
	p->end = era->port_end;
	p->left = fw->st->masq.free_ports[MASQ_P_UDP];
}

void fast_let(struct fw *fw)
{
	if (!fw->fast_held || fw->fast_making)
		return;
	publish(fw);
	fw->fast_held = false;
	__atomic_store_n(&fast_ports(fw->fast)->lock, 0, __ATOMIC_RELEASE);
}

static void add_one(uint8_t *counter, bool more)
{
	if (*counter < FAST_KNOWN_MAX)
		*counter = (uint8_t)(*counter + (more ? 1 : -1));
}

static void add(struct fast_ctl *map, uint64_t known, bool more)
{
	uint8_t *line = fast_known(map, fast_known_line(known));

	for (uint32_t i = 0; i < FAST_KNOWN_BY; i++)
		add_one(&line[fast_known_byte(known, i)], more);
}

static uint32_t tcp_of(const struct masq_entry *e)
{
	return e->proto == IPPROTO_TCP ? FAST_SLOT_TCP : 0;
}

void fast_count(struct fw *fw, uint32_t entry, bool more)
{
	const struct masq_entry *e = masq_at(fw, entry);

	if (e->proto != IPPROTO_TCP && e->proto != IPPROTO_UDP)
		return;
	if (e->flags & OPEN_ENDS)
		fast_ports(fw->fast)->open_ends += more ? 1 : -1U;
	add(fw->fast,
	    fast_known_inside(as_be32(e->saddr), as_be16(e->sport), tcp_of(e)),
	    more);
	add(fw->fast,
	    fast_known_port(as_be16(e->mport), as_be16(e->dport), tcp_of(e)),
	    more);
}

/* The same for a birth, which is UDP. */
static void count_birth(struct fast_ctl *map, const struct fast_birth *b,
			bool more)
{
	uint16_t ports[2];

	memcpy(ports, &b->ports, sizeof(ports));
	add(map, fast_known_inside(b->src, ports[0], 0), more);
	add(map, fast_known_port(b->port, ports[1], 0), more);
}

static struct masq_want want_of(const struct fast_birth *b)
{
	uint16_t ports[2];

	memcpy(ports, &b->ports, sizeof(ports));
	return (struct masq_want){
		.proto = IPPROTO_UDP,
		.maddr = from_be32(b->addr),
		.saddr = from_be32(b->src),
		.sport = from_be16(ports[0]),
		.daddr = from_be32(b->dst),
		.dport = from_be16(ports[1]),
	};
}

/* Whether the slot is the birth's: others of its number came before it. */
static bool slot_has(const struct fast_slot *s, const struct fast_birth *b,
		     uint32_t word)
{
	return s->way == word && s->src == b->src && s->dst == b->dst &&
	       s->ports == b->ports;
}

/* The birth's slot shows to the entry's own way. Nobody else changes it, since
 * the filter takes no slot whose way counts. */
static void move_slot(struct fast_ctl *map, const struct fast_birth *b,
		      uint32_t nth, uint32_t way)
{
	uint64_t mix = fast_mix(b->src, b->dst, b->ports, 0);
	uint32_t old = FAST_SLOT_USED | FAST_SLOT_BIRTH | nth % FAST_BIRTHS;

	for (uint32_t i = 0; i < 2 * FAST_SLOTS; i++) {
		struct fast_bucket *at =
			fast_bucket(map, fast_bucket_of(mix, i / FAST_SLOTS));
		struct fast_slot *s = &at->slot[i % FAST_SLOTS];

		if (!slot_has(s, b, old))
			continue;
		__atomic_store_n(&s->way, FAST_SLOT_USED | way,
				 __ATOMIC_RELEASE);
		return;
	}
}

/* The entry's own way goes on where the birth's was. */
static void move_way(struct fw *fw, uint32_t nth, uint32_t entry)
{
	const struct fast_way *from = fast_birth_way(fw->fast, nth);
	struct fast_way *to = fast_way(fw->fast, 2 * entry);
	struct fast_way way = *from;

	way.gen = 0;
	way.packets = way.bytes = 0;
	/* What came late to who had the entry's place before. */
	fast_fold_way(fw, to, entry);
	*(volatile uint32_t *)&to->gen = 0;
	atomic_thread_fence(memory_order_release);
	*to = way;
	atomic_thread_fence(memory_order_release);
	*(volatile uint32_t *)&to->gen = from->gen;
	move_slot(fw->fast, fast_birth(fw->fast, nth), nth, 2 * entry);
}

/*
 * Nobody else has its ends and port: so the filter saw to it. Only the gate's
 * keeper can give the way to the entry; else the engine has the next packet,
 * and teaches anew.
 */
static void absorb(struct fw *fw, uint32_t nth, struct fast_tally *tally)
{
	struct fast_way *way = fast_birth_way(fw->fast, nth);
	struct fast_birth *b = fast_birth(fw->fast, nth);
	const struct masq_want want = want_of(b);
	uint32_t entry = masq_new_at(fw, &want, from_be16(b->port));

	b->entry = entry + 1;
	if (entry != FW_NIL) {
		masq_set_state(fw, entry, MASQ_UDP);
		masq_put(fw, entry);
		wheel_arm_past(fw, entry,
			       (ticks_t)(way->last / FAST_NS_A_TICK));
		fast_tally_way(fw, tally, b, way);
	} else {
		fast_hold(fw);
		count_birth(fw->fast, b, false);
		fast_let(fw);
	}
	if (entry != FW_NIL && fw->fast_keeps && !masq_at(fw, entry)->helper)
		move_way(fw, nth, entry);
	else
		way->check =
			~fast_check_of(fast_mix(b->src, b->dst, b->ports, 0));
}

/* Memory that the birth will need is far away: it is sent for in time. */
static void send_for(struct fw *fw, uint32_t nth)
{
	struct fast_ctl *map = fw->fast;
	const struct fast_birth *b = fast_birth(map, nth);
	const struct masq_want want = want_of(b);
	uint64_t mix = fast_mix(b->src, b->dst, b->ports, 0);

	if (fw->fast_keeps)
		__builtin_prefetch(fast_bucket(map, fast_bucket_of(mix, 0)), 1);
	__builtin_prefetch(fast_birth(map, nth + AHEAD), 1);
	__builtin_prefetch(fast_birth_way(map, nth + AHEAD), 1);
	masq_send_for(fw, &want, from_be16(b->port));
}

/* What was just being carried by a birth's way when it became an entry. */
static void sweep(struct fw *fw, uint32_t nth)
{
	uint32_t entry = fast_birth(fw->fast, nth)->entry - 1;

	if (fw_slot_ok(fw, FW_T_MASQ, entry))
		fast_fold_way(fw, fast_birth_way(fw->fast, nth), entry);
}

static void set_births(struct fw *fw, uint32_t n)
{
	const uint32_t *births = &fw->st->g.births;

	*(uint32_t *)fw_edit(fw, births, sizeof(*births)) = n;
}

static bool absorb_births(struct fw *fw, uint32_t most)
{
	struct fast_ports *p = fast_ports(fw->fast);
	struct fast_tally tally = { 0 };
	uint32_t head, n = 0;

	while (n < most && p->made != (head = __atomic_load_n(
					       &p->head, __ATOMIC_ACQUIRE))) {
		if (head - p->made > AHEAD)
			send_for(fw, p->made + AHEAD);
		absorb(fw, p->made, &tally);
		p->made++;
		n++;
	}
	fast_tally_end(fw, &tally);
	set_births(fw, p->made);
	return n == most;
}

bool fast_absorb(struct fw *fw, uint32_t most)
{
	struct fast_ports *p = fast_ports(fw->fast);
	bool more;

	if (fw->fast_absorbing)
		return false;
	for (; p->swept != p->final; p->swept++)
		sweep(fw, p->swept);
	if (p->made == __atomic_load_n(&p->head, __ATOMIC_ACQUIRE))
		return false;
	fw->fast_absorbing = true;
	more = absorb_births(fw, most);
	fw->fast_absorbing = false;
	return more;
}

void fast_absorb_all(struct fw *fw)
{
	fast_absorb(fw, UINT32_MAX);
}

void fast_make(struct fw *fw)
{
	const struct fast_ports *p = fast_ports(fw->fast);

	if (fw->fast_absorbing)
		return;
	do {
		fast_let(fw);
		fast_absorb_all(fw);
		fast_hold(fw);
	} while (p->made != p->head);
	fw->fast_making = true;
}

void fast_made(struct fw *fw)
{
	fw->fast_making = false;
	fast_let(fw);
}

/* A birth that is none of the state's, as if it never had been: what it carried
 * is still to be told. */
static void come_again(struct fast_ctl *map, uint32_t nth)
{
	struct fast_way *way = fast_birth_way(map, nth);
	struct fast_birth *b = fast_birth(map, nth);

	if (b->entry) {
		__atomic_fetch_add(&way->packets, b->packets, __ATOMIC_RELAXED);
		__atomic_fetch_add(&way->bytes, b->bytes, __ATOMIC_RELAXED);
	}
	b->entry = 0;
	count_birth(map, b, true);
}

/* The state knows how many are for good, whenever its process ended. */
static void undo_made(struct fast_ports *p, uint32_t births)
{
	if (births - p->final <= p->made - p->final)
		p->final = births;
	p->made = p->final;
}

void fast_serve(struct fw *fw)
{
	set_births(fw, fast_ports(fw->fast)->final);
	fast_recover(fw);
}

void fast_recover(struct fw *fw)
{
	struct fast_ctl *map = fw->fast;
	struct fast_ports *p = fast_ports(map);

	fast_hold(fw);
	undo_made(p, fw->st->g.births);
	memset(fast_known(map, 0), 0, FAST_KNOWN);
	p->open_ends = 0;
	for (uint32_t i = 0; i < fw->st->table[FW_T_MASQ].used; i++)
		if (masq_at(fw, i)->flags & MASQ_HASHED)
			fast_count(fw, i, true);
	for (uint32_t n = p->made; n != p->head; n++)
		come_again(map, n);
	fast_let(fw);
}

void fast_settle(struct fast_ctl *map)
{
	fast_ports(map)->final = fast_ports(map)->made;
}

void fast_allow(struct fw *fw)
{
	const struct fw_state *st = fw->st;
	bool may = st->g.era == ERA_2_2 && !st->fwd.active && !st->masq.odd &&
		   !st->host.sysctl[SYSCTL_IP_MASQ_UDP_DLOOSE];

	fast_hold(fw);
	fast_ports(fw->fast)->open = may ? fw->fast->gen : 0;
	fast_let(fw);
}

/* The source ports around the pattern's that no rule tells apart. */
static void set_range(const struct fw *fw, struct fast_pattern *p,
		      uint16_t sport)
{
	p->low = 0;
	p->high = UINT16_MAX;
	for (uint32_t i = 0; i < fw->st->table[FW_T_RULE].used; i++) {
		const uint16_t *range = fw->st->rule[i].sport;

		if (sport < range[0] && range[0] <= p->high)
			p->high = (uint16_t)(range[0] - 1);
		else if (sport > range[1] && range[1] >= p->low)
			p->low = (uint16_t)(range[1] + 1);
		if (sport >= range[0] && range[0] > p->low)
			p->low = range[0];
		if (sport <= range[1] && range[1] < p->high)
			p->high = range[1];
	}
}

void fast_learn_pattern(struct fw *fw, const struct fast_seen *s, uint32_t way)
{
	struct fast_ctl *map = fw->fast;
	uint32_t src = as_be32(s->came->src), dst = as_be32(s->came->dst);
	uint16_t dport = as_be16(s->came->dport);
	struct fast_pattern *p =
		fast_pattern(map, fast_pattern_of(src, dst, dport));
	bool again = p->gen == map->gen && p->src == src && p->dst == dst &&
		     p->dport == dport;

	if (s->came->proto != IPPROTO_UDP || (again && p->ready))
		return;
	*(volatile uint32_t *)&p->ready = 0;
	atomic_thread_fence(memory_order_seq_cst);
	p->gen = map->gen;
	p->src = src;
	p->dst = dst;
	p->dport = dport;
	if (!again)
		return;
	set_range(fw, p, s->came->sport);
	p->way = *fast_way(map, way);
	p->way.packets = p->way.bytes = 0;
	atomic_thread_fence(memory_order_seq_cst);
	*(volatile uint32_t *)&p->ready = 1;
}
