/*
 * Births of the fast path become entries: all of them, each once, with all that
 * they carried, wherever the process that is about it is killed.
 */
#include "engine/fast_birth.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "engine/fast.h"
#include "engine/fast_lines.h"
#include "engine/path.h"
#include "engine/state.h"
#include "tests/unit/cmocka.h"

enum {
	BLOCKS = sizeof(struct fw_state) / JOURNAL_BLOCK,
	BIRTHS = 100,
	INSIDE = 0x0A010002,
	OUTSIDE = 0xCB007109,
	OURS = 0xCB0071C9,
	FIRST = 2000,
	BYTES = 46,
	TRAIL = 3,
	START = 1000,
	LONG = 60 * 60 * HZ,
};

struct scene {
	struct fw fw;
	struct fw_state *state;
	struct fast_ctl *map;
	struct journal j;
	uint64_t saved;
};

static int setup(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));
	struct fast_trail *trail;

	assert_non_null(s);
	s->state = aligned_alloc(4096, sizeof(*s->state));
	s->map = aligned_alloc(FAST_LINE, (size_t)FAST_LINES * FAST_LINE);
	s->j.saved = &s->saved;
	s->j.index = malloc(BLOCKS * sizeof(*s->j.index));
	s->j.old = malloc((size_t)BLOCKS * JOURNAL_BLOCK);
	s->j.dirty = calloc(BLOCKS / 64 + 1, 8);
	assert_true(s->state && s->map && s->j.index && s->j.old && s->j.dirty);
	fast_init(s->map);
	assert_int_equal(fw_boot(&s->fw, s->state, &s->j, NULL, ERA_2_2), 0);
	assert_int_equal(fw_start_clock(&s->fw, START), 0);
	s->fw.fast = s->map;
	s->fw.fast_keeps = true;
	fast_serve(&s->fw);
	journal_commit(&s->j);
	trail = fast_trail(s->map, TRAIL);
	trail->n = 1 | FAST_TRAIL_USED;
	trail->counter[0] = (uint32_t)((uint8_t *)&s->state->chain[0].count -
				       (uint8_t *)s->state);
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct scene *s = *state;

	fw_fini(&s->fw);
	free(s->state);
	free(s->map);
	free(s->j.index);
	free(s->j.old);
	free(s->j.dirty);
	free(s);
	return 0;
}

static void know(struct fast_ctl *map, uint64_t known)
{
	uint8_t *line = fast_known(map, fast_known_line(known));

	for (uint32_t i = 0; i < FAST_KNOWN_BY; i++)
		line[fast_known_byte(known, i)]++;
}

/* As the filter does it. */
static void give_birth(struct fast_ctl *map, uint16_t sport)
{
	struct fast_ports *p = fast_ports(map);
	struct fast_birth *b = fast_birth(map, p->head);
	uint16_t ends[2] = { as_be16(sport), as_be16(53) };
	struct fast_slot *slot;
	uint64_t mix;

	*b = (struct fast_birth){ .src = as_be32(INSIDE),
				  .dst = as_be32(OUTSIDE),
				  .addr = as_be32(OURS),
				  .port = as_be16(p->next) };
	memcpy(&b->ports, ends, sizeof(ends));
	mix = fast_mix(b->src, b->dst, b->ports, 0);
	*fast_birth_way(map, p->head) = (struct fast_way){
		.gen = map->gen,
		.check = fast_check_of(mix),
		.addr = b->addr,
		.port = b->port,
		.trail = TRAIL,
		.trail_gen = (uint16_t)map->gen,
		.packets = 1,
		.bytes = BYTES,
		.last = (uint64_t)START * FAST_NS_A_TICK,
	};
	slot = fast_bucket(map, fast_bucket_of(mix, 0))->slot;
	while (slot->way)
		slot++;
	*slot = (struct fast_slot){ b->src, b->dst, b->ports,
				    FAST_SLOT_USED | FAST_SLOT_BIRTH |
					    p->head % FAST_BIRTHS };
	know(map, fast_known_inside(b->src, ends[0], 0));
	know(map, fast_known_port(b->port, ends[1], 0));
	p->left--;
	p->next++;
	p->head++;
}

/* The way of that inside port, as the filter finds it. */
static struct fast_way *way_of(struct fast_ctl *map, uint16_t sport)
{
	uint16_t ends[2] = { as_be16(sport), as_be16(53) };
	struct fast_slot *slot;
	uint32_t ports;
	uint64_t mix;

	memcpy(&ports, ends, sizeof(ports));
	mix = fast_mix(as_be32(INSIDE), as_be32(OUTSIDE), ports, 0);
	slot = fast_bucket(map, fast_bucket_of(mix, 0))->slot;
	while (slot->ports != ports)
		slot++;
	assert_int_equal(fast_slot_way(map, slot->way)->check,
			 fast_check_of(mix));
	return fast_slot_way(map, slot->way);
}

static void all_are_there(const struct scene *s)
{
	const struct fw_state *st = s->state;
	uint32_t born = fast_ports(s->map)->head;

	assert_int_equal(st->table[FW_T_MASQ].count, born);
	for (uint32_t i = 0; i < born; i++) {
		uint16_t sport = (uint16_t)(FIRST + i);
		uint32_t e = masq_out_find(&s->fw, IPPROTO_UDP, INSIDE, sport,
					   OUTSIDE, 53);
		const struct fast_way *way = way_of(s->map, sport);

		assert_int_not_equal(e, FW_NIL);
		assert_int_equal(masq_at(&s->fw, e)->mport,
				 MASQ_PORT_BEGIN + i);
		assert_int_equal(masq_at(&s->fw, e)->packets, 1);
		assert_int_equal(masq_at(&s->fw, e)->bytes, BYTES);
		assert_ptr_equal(way, fast_way(s->map, 2 * e));
		assert_int_equal(as_be16(way->port), MASQ_PORT_BEGIN + i);
	}
	assert_int_equal(st->masq.next_port, MASQ_PORT_BEGIN + born);
	assert_int_equal(st->masq.free_ports[MASQ_P_UDP],
			 MASQ_FREE_PORTS - born);
	assert_int_equal(st->chain[0].count.packets, born);
	assert_int_equal(st->chain[0].count.bytes, born * BYTES);
}

/* Moments at which a process is killed. */
enum moment { INSIDE_STAY, BEFORE_SETTLED, BEHIND_ALL, MOMENTS };

static void stay(struct scene *s, enum moment killed)
{
	fast_absorb_all(&s->fw);
	if (killed == INSIDE_STAY) {
		journal_rollback(&s->j, s->state, sizeof(*s->state), BLOCKS);
	} else {
		journal_commit(&s->j);
		if (killed == BEHIND_ALL)
			fast_settle(s->map);
	}
}

static void test_killed(void **state)
{
	struct scene *s = *state;
	uint16_t sport = FIRST;

	for (int round = 0; round < 3; round++)
		for (int m = 0; m < MOMENTS; m++) {
			for (int i = 0; i < BIRTHS; i++)
				give_birth(s->map, sport++);
			stay(s, m);
			fast_recover(&s->fw);
			give_birth(s->map, sport++);
			stay(s, BEHIND_ALL);
			all_are_there(s);
		}
}

/* Twice in a row, and nobody was there in between. */
static void test_killed_again(void **state)
{
	struct scene *s = *state;

	for (uint16_t i = 0; i < BIRTHS; i++)
		give_birth(s->map, (uint16_t)(FIRST + i));
	for (int i = 0; i < 2; i++) {
		stay(s, INSIDE_STAY);
		fast_recover(&s->fw);
	}
	stay(s, BEFORE_SETTLED);
	fast_recover(&s->fw);
	fast_recover(&s->fw);
	stay(s, BEHIND_ALL);
	all_are_there(s);
}

/* Another map comes to the state, and another state to the map. */
static void test_another(void **state)
{
	struct scene *s = *state;

	for (uint16_t i = 0; i < BIRTHS; i++)
		give_birth(s->map, (uint16_t)(FIRST + i));
	stay(s, BEHIND_ALL);
	fast_ports(s->map)->head = 0;
	fast_ports(s->map)->made = fast_ports(s->map)->final = 0;
	fast_ports(s->map)->swept = 0;
	fast_serve(&s->fw);
	assert_int_equal(s->state->g.births, 0);
	give_birth(s->map, FIRST + BIRTHS);
	stay(s, INSIDE_STAY);
	fast_recover(&s->fw);
	stay(s, BEHIND_ALL);
	assert_int_equal(s->state->table[FW_T_MASQ].count, BIRTHS + 1);
}

/* In portions, each of which is for good before the next one begins; killed in
 * the last. */
static void test_portions(void **state)
{
	struct scene *s = *state;
	const struct fw_table *t = &s->state->table[FW_T_MASQ];
	const uint32_t portion = 40;

	for (uint16_t i = 0; i < BIRTHS; i++)
		give_birth(s->map, (uint16_t)(FIRST + i));
	for (uint32_t n = portion; n < BIRTHS; n += portion) {
		assert_true(fast_absorb(&s->fw, portion));
		assert_int_equal(t->count, n);
		journal_commit(&s->j);
		fast_settle(s->map);
	}
	assert_false(fast_absorb(&s->fw, portion));
	assert_int_equal(t->count, BIRTHS);
	journal_rollback(&s->j, s->state, sizeof(*s->state), BLOCKS);
	assert_int_equal(t->count, 2 * portion);
	fast_recover(&s->fw);
	stay(s, BEHIND_ALL);
	assert_false(fast_absorb(&s->fw, portion));
	all_are_there(s);
}

/* A packet that was on its way as the way was dropped. */
static void carry_late(struct fast_way *way)
{
	way->packets++;
	way->bytes += BYTES;
}

/* Nobody stops the filter: what it just carries when an entry is forgotten, and
 * when its place is another's, is counted by its rules all the same. */
static void test_late(void **state)
{
	struct scene *s = *state;
	const struct fw_counter *count = &s->state->chain[0].count;
	struct fast_way *way;
	uint32_t entry;

	give_birth(s->map, FIRST);
	stay(s, BEHIND_ALL);
	way = way_of(s->map, FIRST);
	entry = masq_out_find(&s->fw, IPPROTO_UDP, INSIDE, FIRST, OUTSIDE, 53);
	fast_forget(&s->fw, entry);
	carry_late(way);
	fast_fold(&s->fw);
	assert_int_equal(count->packets, 2);
	fw_run(&s->fw, START + LONG);
	assert_int_equal(s->state->table[FW_T_MASQ].count, 0);
	carry_late(way);
	give_birth(s->map, FIRST + 1);
	stay(s, BEHIND_ALL);
	assert_ptr_equal(way_of(s->map, FIRST + 1), way);
	assert_int_equal(count->packets, 4);
	assert_int_equal(count->bytes, 4 * BYTES);
	/* Those of rules that are no more are nobody's. */
	carry_late(way);
	fast_shut(s->map);
	s->map->gen++;
	fast_fold(&s->fw);
	assert_int_equal(count->packets, 4);
}

static bool is_known(struct fast_ctl *map, uint64_t known)
{
	const uint8_t *line = fast_known(map, fast_known_line(known));
	bool all = true;

	for (uint32_t i = 0; i < FAST_KNOWN_BY; i++)
		all = all && line[fast_known_byte(known, i)];
	return all;
}

/* Ends that nobody has are told from those of 40,000 entries, but for a few:
 * each of those costs a round of the engine. */
static void test_strangers(void **state)
{
	const uint16_t strangers = 20000, some = strangers / 400;
	struct scene *s = *state;
	uint32_t inside = 0, port = 0;

	for (uint16_t i = 0; i < 40000; i++) {
		know(s->map, fast_known_inside(as_be32(INSIDE + i / 4000),
					       as_be16(10000 + i % 4000), 0));
		know(s->map, fast_known_port(as_be16(61000 + i % 4096),
					     as_be16(9000 + i / 4000), 0));
	}
	for (uint16_t i = 0; i < strangers; i++) {
		inside += is_known(s->map,
				   fast_known_inside(as_be32(INSIDE + 10),
						     as_be16(10000 + i), 0));
		port += is_known(s->map,
				 fast_known_port(as_be16(61000 + i % 4096),
						 as_be16(9010 + i / 4096), 0));
	}
	if (inside > some || port > some)
		fail_msg("of %u strangers %u and %u are taken for others",
			 strangers, inside, port);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_killed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_killed_again, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_another, setup, teardown),
		cmocka_unit_test_setup_teardown(test_portions, setup, teardown),
		cmocka_unit_test_setup_teardown(test_late, setup, teardown),
		cmocka_unit_test_setup_teardown(test_strangers, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
