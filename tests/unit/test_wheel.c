/*
 * When timers fire, and in which order: against a model that has the old
 * kernel's five vectors of lists and goes through every tick.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/state.h"
#include "engine/wheel.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/host22.h"
#include "tests/unit/ops.h"

enum { TIMERS = 40, LEVELS = 5, SLOTS = 256, NONE = -1, FIRED = 16384 };

/* Linux 2.2, kernel/sched.c: lists of 1, 256, 16384, ... ticks. */
struct model {
	int head[LEVELS][SLOTS], next[TIMERS];
	int level[TIMERS], slot[TIMERS]; /* where it is; level NONE: nowhere */
	ticks_t expires[TIMERS];
	ticks_t tick; /* the next to run */
};

/* What fired, in order: timer and moment. */
struct fired {
	int n;
	int timer[FIRED];
	ticks_t at[FIRED];
};

static struct fired got, want;
static ticks_t rearm_by; /* what a timer that fires asks for; 0: nothing */

static int shift_of(int level)
{
	return level ? 8 + 6 * (level - 1) : 0;
}

static void model_link(struct model *m, int t, int level, int slot)
{
	m->level[t] = level;
	m->slot[t] = slot;
	m->next[t] = m->head[level][slot];
	m->head[level][slot] = t;
}

static void model_add(struct model *m, int t, ticks_t expires)
{
	ticks_t away = expires - m->tick;
	int level = 0;

	m->expires[t] = expires;
	if ((int32_t)away < 0) {
		model_link(m, t, 0, m->tick & 255);
		return;
	}
	while (level < LEVELS - 1 && away >= 1U << shift_of(level + 1))
		level++;
	model_link(m, t, level,
		   expires >> shift_of(level) & (level ? 63 : 255));
}

static void model_remove(struct model *m, int t)
{
	int *at;

	if (m->level[t] == NONE)
		return;
	at = &m->head[m->level[t]][m->slot[t]];
	while (*at != t)
		at = &m->next[*at];
	*at = m->next[t];
	m->level[t] = NONE;
}

static void model_hand_down(struct model *m, int level, int slot)
{
	int t = m->head[level][slot];

	m->head[level][slot] = NONE;
	while (t != NONE) {
		int next = m->next[t];

		model_add(m, t, m->expires[t]);
		t = next;
	}
}

static void model_tick(struct model *m)
{
	int *head = &m->head[0][m->tick & 255];

	for (int level = 1; level < LEVELS; level++) {
		if (m->tick & ((1U << shift_of(level)) - 1))
			break;
		model_hand_down(m, level, m->tick >> shift_of(level) & 63);
	}
	while (*head != NONE) {
		int t = *head;

		model_remove(m, t);
		want.timer[want.n] = t;
		want.at[want.n++] = m->tick;
		if (rearm_by)
			model_add(m, t, m->tick + rearm_by);
	}
	m->tick++;
}

static void model_init(struct model *m, ticks_t now)
{
	memset(m->head, 0xFF, sizeof(m->head));
	memset(m->level, 0xFF, sizeof(m->level));
	m->tick = now + 1;
}

static void fire(struct fw *fw, uint32_t entry, ticks_t at)
{
	got.timer[got.n] = (int)entry;
	got.at[got.n++] = at;
	if (!rearm_by)
		return;
	masq_edit(fw, entry)->timeout = rearm_by;
	wheel_rearm(fw, entry, at);
}

static void run_to(struct fw *fw, struct model *m, ticks_t now)
{
	wheel_run(fw, now, fire);
	while (m->tick != now + 1)
		model_tick(m);
}

static void compare(uint32_t seed, ticks_t now)
{
	for (int i = 0; i < got.n || i < want.n; i++) {
		if (i < got.n && i < want.n && got.timer[i] == want.timer[i] &&
		    got.at[i] == want.at[i])
			continue;
		fail_msg("seed %u, at %u, firing %d of %d (want %d): got %d at "
			 "%u, want %d at %u",
			 seed, now, i, got.n, want.n, got.timer[i], got.at[i],
			 want.timer[i], want.at[i]);
	}
	got.n = want.n = 0;
}

/* Timeouts that land on few moments, near and far, and some that have passed.
 */
static ticks_t some_timeout(uint32_t *seed, ticks_t now)
{
	static const ticks_t grid[] = { 1,    2,     7,     256,     512,
					1000, 16384, 20000, 1 << 20, 3 << 20 };
	ticks_t g = grid[ops_random(seed) % 10];
	ticks_t to = (now / g + 1 + ops_random(seed) % 3) * g;

	if (ops_random(seed) % 50 == 0)
		return (ticks_t)-1 - ops_random(seed) % 300;
	return to - now;
}

static ticks_t some_step(uint32_t *seed)
{
	switch (ops_random(seed) % 8) {
	case 0:
		return ops_random(seed) % (1 << 21);
	case 1:
	case 2:
		return ops_random(seed) % 20000;
	default:
		return ops_random(seed) % 300;
	}
}

static void one_walk(uint32_t seed, ticks_t start)
{
	uint32_t random = seed;
	struct model m;
	struct host22 h;
	ticks_t now = start;

	host22_open(&h);
	model_init(&m, now);
	assert_int_equal(fw_start_clock(&h.fw, now), 0);
	for (int i = 0; i < TIMERS; i++)
		assert_int_equal(fw_slot_new(&h.fw, FW_T_MASQ), i);
	for (int step = 0; step < 400; step++) {
		rearm_by = ops_random(&random) % 4 ? 0 : 12000;
		for (int n = (int)(ops_random(&random) % 6); n > 0; n--) {
			int t = (int)(ops_random(&random) % TIMERS);
			ticks_t timeout = some_timeout(&random, now);

			masq_edit(&h.fw, (uint32_t)t)->timeout = timeout;
			wheel_arm(&h.fw, (uint32_t)t, now);
			model_remove(&m, t);
			model_add(&m, t, now + timeout);
			if (ops_random(&random) % 8 == 0) {
				masq_edit(&h.fw, (uint32_t)t)->timer_on = 0;
				model_remove(&m, t);
			}
		}
		now += some_step(&random);
		run_to(&h.fw, &m, now);
		compare(seed, now);
	}
	host22_close(&h);
}

static void fires_as_the_old_one(void **state)
{
	(void)state;
	for (uint32_t seed = 1; seed <= 12; seed++)
		one_walk(seed, seed * 77);
}

static void the_clock_may_wrap(void **state)
{
	(void)state;
	for (uint32_t seed = 21; seed <= 26; seed++)
		one_walk(seed, (ticks_t)-1 - seed * 4099);
}

/* Most of what 32 bits of ticks can tell apart: more than 200 days. */
static void months_pass_at_once(void **state)
{
	struct host22 h;

	(void)state;
	rearm_by = 0;
	got.n = 0;
	host22_open(&h);
	for (uint32_t i = 0; i < 3; i++) {
		fw_slot_new(&h.fw, FW_T_MASQ);
		masq_edit(&h.fw, i)->timeout = (i + 1) * 0x2AAAAAAAU;
		wheel_arm(&h.fw, i, 0);
	}
	wheel_run(&h.fw, 0x7FFFFFFD, fire);
	assert_int_equal(got.n, 2);
	wheel_run(&h.fw, 0x7FFFFFFE, fire);
	assert_int_equal(got.n, 3);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(got.timer[i], i);
		assert_int_equal(got.at[i], (i + 1) * 0x2AAAAAAAU);
	}
	host22_close(&h);
}

/* A damaged state: the last of a slot leads back to the first. */
static void a_circle_fires_once(void **state)
{
	struct host22 h;

	(void)state;
	rearm_by = 0;
	got.n = 0;
	host22_open(&h);
	for (uint32_t i = 0; i < 2; i++) {
		fw_slot_new(&h.fw, FW_T_MASQ);
		masq_edit(&h.fw, i)->timeout = 5;
		wheel_arm(&h.fw, i, 0);
	}
	h.state->entry[0].wheel_next = 2;
	wheel_run(&h.fw, 10, fire);
	assert_int_equal(got.n, 2);
	host22_close(&h);
}

/* Half the clock's circle away an expiry is neither past nor to come. */
static void an_expiry_that_is_nowhere(void **state)
{
	struct masq_entry *e;
	struct host22 h;

	(void)state;
	got.n = 0;
	host22_open(&h);
	fw_slot_new(&h.fw, FW_T_MASQ);
	e = masq_edit(&h.fw, 0);
	e->timeout = 5;
	wheel_arm(&h.fw, 0, 0);
	e->expires += 0x80000000;
	e->armed_at = e->expires - 1;
	wheel_run(&h.fw, 10, fire);
	assert_int_equal(got.n, 0);
	host22_close(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fires_as_the_old_one),
		cmocka_unit_test(the_clock_may_wrap),
		cmocka_unit_test(months_pass_at_once),
		cmocka_unit_test(a_circle_fires_once),
		cmocka_unit_test(an_expiry_that_is_nowhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
