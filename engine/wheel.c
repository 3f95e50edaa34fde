/* Timers of masquerade entries: slots of a tick and of 256 ticks. */
#include "engine/wheel.h"

#include <stdbool.h>
#include <stddef.h>

#include "engine/masq.h"
#include "engine/state.h"

enum {
	SPAN_SHIFT = 8, /* a span: 256 ticks */
	SPAN_MASK = WHEEL_SPANS - 1,
	TICK_MASK = WHEEL_TICKS - 1,
	FIRST_SPAN = WHEEL_TICKS + 1, /* slots' numbers in an entry, from 1 */
	OLD_LEVELS = 5,
};

static uint32_t *word_edit(struct fw *fw, const uint32_t *word)
{
	return fw_edit(fw, word, sizeof(*word));
}

static const struct masq_entry *at_link(const struct fw *fw, uint32_t link)
{
	return fw_slot_ok(fw, FW_T_MASQ, link - 1) ? &fw->st->entry[link - 1]
						   : NULL;
}

/* Timers of the tick behind .wheel_base are the next to run. */
static ticks_t next_tick(const struct fw *fw)
{
	return fw->st->masq.wheel_base + 1;
}

static void set_base(struct fw *fw, ticks_t base)
{
	*word_edit(fw, &fw->st->masq.wheel_base) = base;
}

/* An expiry that had passed when the timer was armed counts as the next tick.
 */
static ticks_t due_at(const struct masq_entry *e)
{
	return ticks_due(e->expires, e->armed_at) ? e->armed_at : e->expires;
}

static const uint32_t *slot_head(const struct fw *fw, uint32_t slot)
{
	const struct masq_table *t = &fw->st->masq;

	return slot < FIRST_SPAN ? &t->tick_slot[slot - 1]
				 : &t->span_slot[slot - FIRST_SPAN];
}

/* The slot's bit in its map, to be changed. */
static void mark(struct fw *fw, uint32_t slot, bool used)
{
	const struct masq_table *t = &fw->st->masq;
	uint32_t i = slot < FIRST_SPAN ? slot - 1 : slot - FIRST_SPAN;
	const uint64_t *map = slot < FIRST_SPAN ? t->tick_map : t->span_map;
	uint64_t *w = fw_edit(fw, &map[i / 64], sizeof(*w));

	*w = used ? *w | 1ULL << i % 64 : *w & ~(1ULL << i % 64);
}

static void count(struct fw *fw, uint32_t by)
{
	*word_edit(fw, &fw->st->masq.wheel_count) += by;
}

static void link_in(struct fw *fw, uint32_t entry, uint32_t slot, ticks_t at)
{
	struct masq_entry *e = masq_edit(fw, entry);
	const uint32_t *head = slot_head(fw, slot);
	const struct masq_entry *old = at_link(fw, *head);

	e->wheel = (uint16_t)slot;
	e->wheel_at = at;
	e->wheel_prev = 0;
	e->wheel_next = *head;
	if (old)
		*word_edit(fw, &old->wheel_prev) = entry + 1;
	else
		mark(fw, slot, true);
	*word_edit(fw, head) = entry + 1;
	count(fw, 1);
}

/* Puts the entry where it will be met in time. */
static void put(struct fw *fw, uint32_t entry)
{
	ticks_t next = next_tick(fw), due = due_at(masq_at(fw, entry));
	uint32_t ahead;

	if (!ticks_due(next, due))
		due = next;
	ahead = ((due >> SPAN_SHIFT) - (next >> SPAN_SHIFT)) & 0xFFFFFF;
	if (!ahead) {
		link_in(fw, entry, 1 + (due & TICK_MASK), due);
		return;
	}
	if (ahead > SPAN_MASK)
		ahead = SPAN_MASK;
	ahead += next >> SPAN_SHIFT;
	link_in(fw, entry, FIRST_SPAN + (ahead & SPAN_MASK),
		ahead << SPAN_SHIFT);
}

void wheel_remove(struct fw *fw, uint32_t entry)
{
	const struct masq_entry *e = masq_at(fw, entry);
	const struct masq_entry *prev = at_link(fw, e->wheel_prev);
	const struct masq_entry *next = at_link(fw, e->wheel_next);
	uint32_t slot = e->wheel;

	if (!slot || slot >= FIRST_SPAN + WHEEL_SPANS)
		return;
	*word_edit(fw, prev ? &prev->wheel_next : slot_head(fw, slot)) =
		e->wheel_next;
	if (next)
		*word_edit(fw, &next->wheel_prev) = e->wheel_prev;
	else if (!prev)
		mark(fw, slot, false);
	masq_edit(fw, entry)->wheel = 0;
	count(fw, (uint32_t)-1);
}

static void arm(struct fw *fw, uint32_t entry, ticks_t now, ticks_t armed_at,
		enum masq_timer how)
{
	struct masq_entry *e = masq_edit_hot(fw, entry);
	uint32_t *seq = word_edit(fw, &fw->st->masq.armed_seq);

	e->expires = now + e->timeout;
	e->armed_at = armed_at;
	e->armed_seq = ++*seq;
	e->timer_on = (uint8_t)how;
	if (e->wheel && ticks_due(e->wheel_at, due_at(e)))
		return;
	wheel_remove(fw, entry);
	put(fw, entry);
}

void wheel_arm(struct fw *fw, uint32_t entry, ticks_t now)
{
	arm(fw, entry, now, next_tick(fw), TIMER_ON);
}

void wheel_arm_past(struct fw *fw, uint32_t entry, ticks_t at)
{
	arm(fw, entry, at, at + 1, TIMER_ON);
}

void wheel_rearm(struct fw *fw, uint32_t entry, ticks_t at)
{
	arm(fw, entry, at, next_tick(fw), TIMER_REARMED);
}

/*
 * The level of 2.2's wheel that took a timer this many ticks away: lists of 1,
 * 256, 16384, ... ticks. Each list was handed down to the level below when its
 * time began.
 */
static int old_level(ticks_t away)
{
	int level = 0;

	while (level < OLD_LEVELS - 1 && away >> (8 + 6 * level))
		level++;
	return level;
}

/* When timers due at @due were handed down from @level. */
static ticks_t handed_down(ticks_t due, int level)
{
	return due & ~((1U << (8 + 6 * (level - 1))) - 1);
}

/* From which level the timer came to its list at @level; -1: put there itself.
 */
static int came_from(const struct masq_entry *e, ticks_t due, int level)
{
	int from = -1, at = old_level(due - e->armed_at);

	while (at > level) {
		from = at;
		at = old_level(due - handed_down(due, at));
	}
	return from;
}

/* Whether @e, put into its list itself, was put there after @handed. */
static bool put_after(const struct masq_entry *e, ticks_t handed)
{
	if (e->armed_at == handed)
		return e->timer_on == TIMER_REARMED;
	return ticks_due(handed, e->armed_at);
}

/*
 * Whether @a stood ahead of @b in 2.2's list at @level, both due at @due. What
 * is put into a list goes to its head, one by one also when a list is handed
 * down, which so turns around; levels are handed down from below.
 */
static bool ahead_at(const struct masq_entry *a, const struct masq_entry *b,
		     ticks_t due, int level)
{
	int from_a = came_from(a, due, level);
	int from_b = came_from(b, due, level);

	if (from_a < 0 && from_b < 0)
		return (int32_t)(a->armed_seq - b->armed_seq) > 0;
	if (from_a < 0)
		return put_after(a, handed_down(due, from_b));
	if (from_b < 0)
		return !put_after(b, handed_down(due, from_a));
	if (from_a != from_b)
		return from_a > from_b;
	return !ahead_at(a, b, due, from_a);
}

static bool fires_before(const struct fw *fw, uint32_t a, uint32_t b)
{
	const struct masq_entry *ea = masq_at(fw, a), *eb = masq_at(fw, b);

	return ahead_at(ea, eb, due_at(ea), 0);
}

/* Merges two lists (linked by .wheel_next) in the order of firing. */
static uint32_t merge(struct fw *fw, uint32_t a, uint32_t b)
{
	uint32_t head = 0;
	uint32_t *tail = &head;

	while (a && b) {
		uint32_t *from = fires_before(fw, a - 1, b - 1) ? &a : &b;

		*tail = *from;
		tail = &masq_edit(fw, *from - 1)->wheel_next;
		*from = *tail;
	}
	*tail = a ? a : b;
	return head;
}

/* Sorts a list: each of @part is one of 2^i entries, in order. */
static uint32_t sort(struct fw *fw, uint32_t list)
{
	uint32_t part[32] = { 0 }, sorted = 0;

	while (list) {
		uint32_t one = list;
		int i = 0;

		list = masq_at(fw, one - 1)->wheel_next;
		masq_edit(fw, one - 1)->wheel_next = 0;
		for (; i < 31 && part[i]; i++) {
			one = merge(fw, part[i], one);
			part[i] = 0;
		}
		part[i] = one;
	}
	for (int i = 0; i < 32; i++)
		sorted = part[i] ? merge(fw, part[i], sorted) : sorted;
	return sorted;
}

/* Takes the first entry out of a slot. FW_NIL: there is none. */
static uint32_t take_first(struct fw *fw, uint32_t slot)
{
	const uint32_t *head = slot_head(fw, slot);
	uint32_t link = *head;

	if (!at_link(fw, link))
		return FW_NIL;
	if (masq_at(fw, link - 1)->wheel == slot) {
		wheel_remove(fw, link - 1);
		return link - 1;
	}
	*word_edit(fw, head) = 0; /* not of our making */
	return FW_NIL;
}

/* The time of a span has come: its entries go to the slots of their ticks. */
static void spread(struct fw *fw, uint32_t slot)
{
	uint32_t i;

	while ((i = take_first(fw, slot)) != FW_NIL)
		if (masq_at(fw, i)->timer_on)
			put(fw, i);
	mark(fw, slot, false);
}

/* Empties the slot of a tick: those that are due become a list, others go on.
 */
static uint32_t take_due(struct fw *fw, ticks_t tick)
{
	uint32_t slot = 1 + (tick & TICK_MASK), due = 0, i;
	uint32_t left = fw->st->table[FW_T_MASQ].used; /* none comes twice */

	while (left-- && (i = take_first(fw, slot)) != FW_NIL) {
		const struct masq_entry *e = masq_at(fw, i);

		if (e->timer_on && ticks_due(due_at(e), tick)) {
			masq_edit(fw, i)->wheel_next = due;
			due = i + 1;
		} else if (e->timer_on) {
			put(fw, i);
		}
	}
	mark(fw, slot, false);
	return due;
}

static void run_tick(struct fw *fw, ticks_t tick, wheel_fire fire)
{
	uint32_t list = take_due(fw, tick);

	if (list && masq_at(fw, list - 1)->wheel_next)
		list = sort(fw, list);
	while (list) {
		struct masq_entry *e = masq_edit(fw, list - 1);
		uint32_t entry = list - 1;

		list = e->wheel_next;
		e->timer_on = TIMER_OFF;
		fire(fw, entry, tick);
	}
}

/* The first bit of the map from @from to before @end, or @end. */
static uint32_t next_bit(const uint64_t *map, uint32_t from, uint32_t end)
{
	while (from < end) {
		uint64_t word = map[from / 64] >> from % 64;

		if (word) {
			from += (uint32_t)__builtin_ctzll(word);
			return from < end ? from : end;
		}
		from = (from | 63) + 1;
	}
	return end;
}

/* The first span behind @span with entries; WHEEL_SPANS on: none. */
static uint32_t next_span(const struct masq_table *t, uint32_t span)
{
	uint32_t from = (span + 1) & SPAN_MASK;
	uint32_t at = next_bit(t->span_map, from, WHEEL_SPANS);

	if (at < WHEEL_SPANS)
		return span + 1 + (at - from);
	return span + 1 + WHEEL_SPANS - from + next_bit(t->span_map, 0, from);
}

/* Goes on to just before the next tick with something to run, at most to @now.
 * Whether there is one. */
static bool advance(struct fw *fw, ticks_t now)
{
	const struct masq_table *t = &fw->st->masq;
	ticks_t next = next_tick(fw), stop;
	uint32_t span = next >> SPAN_SHIFT, slot = span & SPAN_MASK, tick;

	if (t->span_map[slot / 64] >> slot % 64 & 1)
		spread(fw, FIRST_SPAN + slot);
	tick = next_bit(t->tick_map, next & TICK_MASK, WHEEL_TICKS);
	if (tick < WHEEL_TICKS)
		stop = (next & ~(ticks_t)TICK_MASK) + tick - 1;
	else
		stop = (next_span(t, span) << SPAN_SHIFT) - 1;
	if (ticks_due(now, stop)) {
		set_base(fw, now);
		return false;
	}
	set_base(fw, stop);
	return true;
}

void wheel_run(struct fw *fw, ticks_t now, wheel_fire fire)
{
	const struct masq_table *t = &fw->st->masq;

	if (now == t->wheel_base)
		return;
	if (!t->wheel_count) {
		set_base(fw, now);
		return;
	}
	if (ticks_due(now, t->wheel_base))
		return;
	while (advance(fw, now)) {
		ticks_t tick = next_tick(fw);
		uint32_t slot = tick & TICK_MASK;

		if (!(t->tick_map[slot / 64] >> slot % 64 & 1))
			continue;
		run_tick(fw, tick, fire);
		set_base(fw, tick);
	}
}
