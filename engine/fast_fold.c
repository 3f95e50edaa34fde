/* What the fast path did comes into the state: counters and timers. */
#include <stddef.h>
#include <stdlib.h>

#include "engine/fast.h"
#include "engine/fast_lines.h"
#include "engine/masq.h"
#include "engine/state.h"
#include "engine/wheel.h"

/* Packets of one trail, or of one way. */
struct sum {
	uint64_t packets, bytes;
};

/* Where counters are: in chains, rules and fixed lists. */
static bool counter_ok(const struct fw *fw, uint32_t at)
{
	const struct {
		size_t from, each;
		enum fw_table_id table;
	} parts[] = {
		{ offsetof(struct fw_state, chain), sizeof(struct fw_chain),
		  FW_T_CHAIN },
		{ offsetof(struct fw_state, rule), sizeof(struct fw_slot),
		  FW_T_RULE },
		{ offsetof(struct fw_state, rule20), sizeof(struct fw20_slot),
		  FW_T_RULE20 },
	};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		size_t end = parts[i].from +
			     parts[i].each * fw->st->table[parts[i].table].used;

		if (at >= parts[i].from && at + 2 * sizeof(uint64_t) <= end)
			return at % 4 == 0;
	}
	return false;
}

static void counter_add(struct fw *fw, uint32_t counter, const struct sum *s)
{
	const uint8_t *at = (const uint8_t *)fw->st + (counter & ~1U);

	if (!counter_ok(fw, counter & ~1U))
		return;
	if (counter & 1) {
		uint32_t *narrow = fw_edit(fw, at, 2 * sizeof(*narrow));

		narrow[0] += (uint32_t)s->packets;
		narrow[1] += (uint32_t)s->bytes;
	} else {
		struct fw_counter *c = fw_edit(fw, at, sizeof(*c));

		c->packets += s->packets;
		c->bytes += s->bytes;
	}
}

static void trail_add(struct fw *fw, uint32_t trail, const struct sum *s)
{
	const struct fast_trail *t = fast_trail(fw->fast, trail);
	uint32_t n = t->n & ~FAST_TRAIL_USED;

	for (uint32_t i = 0; i < n && i < FAST_TRAIL_MAX; i++)
		counter_add(fw, t->counter[i], s);
	fw->fast->packets += s->packets;
	fw->fast->bytes += s->bytes;
}

/* Takes what a way carried; its entry's counters have it then. Whether its
 * trail is one of today's: the way itself may have been dropped meanwhile. */
static bool way_take(struct fw *fw, struct fast_way *w, uint32_t entry,
		     struct sum *s)
{
	struct masq_entry *e;

	if (!w->packets)
		return false;
	s->packets = __atomic_exchange_n(&w->packets, 0, __ATOMIC_SEQ_CST);
	s->bytes = __atomic_exchange_n(&w->bytes, 0, __ATOMIC_SEQ_CST);
	e = masq_edit(fw, entry);
	e->packets += s->packets;
	e->bytes += s->bytes;
	return w->trail_gen == (uint16_t)fw->fast->gen;
}

/* The timer runs from the last use on, if that was not before it was armed. */
static void use(struct fw *fw, uint32_t entry)
{
	const struct masq_entry *e = masq_at(fw, entry);
	uint64_t last = fast_way(fw->fast, 2 * entry)->last;
	ticks_t at = (ticks_t)(last / FAST_NS_A_TICK);

	if (!last || !(e->flags & MASQ_HASHED) || e->state >= MASQ_STATES ||
	    ticks_due(at, e->expires - e->timeout))
		return;
	masq_set_state(fw, entry, e->state);
	wheel_arm_past(fw, entry, at);
}

void fast_fold_way(struct fw *fw, struct fast_way *w, uint32_t entry)
{
	struct sum s;

	if (way_take(fw, w, entry, &s))
		trail_add(fw, w->trail, &s);
}

void fast_tally_end(struct fw *fw, struct fast_tally *t)
{
	const struct sum s = { t->packets, t->bytes };

	if (t->packets)
		trail_add(fw, t->trail, &s);
	t->packets = t->bytes = 0;
}

void fast_tally_way(struct fw *fw, struct fast_tally *t, struct fast_birth *b,
		    struct fast_way *w)
{
	struct sum s = { 0, 0 };
	bool counts = way_take(fw, w, b->entry - 1, &s);

	b->packets = s.packets;
	b->bytes = s.bytes;
	if (!counts)
		return;
	if (t->trail != w->trail)
		fast_tally_end(fw, t);
	t->trail = w->trail;
	t->packets += s.packets;
	t->bytes += s.bytes;
}

bool fast_fold_entry(struct fw *fw, uint32_t entry, ticks_t at)
{
	fast_fold_way(fw, fast_way(fw->fast, 2 * entry), entry);
	fast_fold_way(fw, fast_way(fw->fast, 2 * entry + 1), entry);
	use(fw, entry);
	return masq_at(fw, entry)->timer_on &&
	       !ticks_due(masq_at(fw, entry)->expires, at);
}

void fast_fold(struct fw *fw)
{
	uint32_t entries = fw->st->table[FW_T_MASQ].used;
	struct sum *sums = calloc(FAST_TRAILS, sizeof(*sums)), s;

	for (uint32_t entry = 0; entry < entries; entry++) {
		if (!sums) {
			fast_fold_entry(fw, entry, fw->st->g.now);
			continue;
		}
		for (uint32_t way = 2 * entry; way < 2 * entry + 2; way++) {
			struct fast_way *w = fast_way(fw->fast, way);

			if (!way_take(fw, w, entry, &s))
				continue;
			sums[w->trail % FAST_TRAILS].packets += s.packets;
			sums[w->trail % FAST_TRAILS].bytes += s.bytes;
		}
		use(fw, entry);
	}
	for (uint32_t i = 0; sums && i < FAST_TRAILS; i++)
		if (sums[i].packets)
			trail_add(fw, i, &sums[i]);
	free(sums);
}
