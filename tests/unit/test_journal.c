/* engine/journal: what is not committed never was, whatever was done. */
#include "engine/journal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/state.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/ops.h"

enum { BLOCKS = sizeof(struct fw_state) / JOURNAL_BLOCK };

/* A state in plain memory with a journal, and a copy to compare it with. */
struct bench {
	struct fw fw;
	struct fw_state *state, *copy;
	struct journal j;
	uint64_t saved;
	const char *last; /* operation, for messages */
};

static struct bench *bench_new(enum fw_era era)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->last = "nothing";
	b->state = aligned_alloc(4096, sizeof(*b->state));
	b->copy = aligned_alloc(4096, sizeof(*b->copy));
	b->j.saved = &b->saved;
	b->j.index = malloc(BLOCKS * sizeof(*b->j.index));
	b->j.old = malloc((size_t)BLOCKS * JOURNAL_BLOCK);
	b->j.dirty = calloc(BLOCKS / 64 + 1, 8);
	assert_non_null(b->state);
	assert_non_null(b->copy);
	assert_non_null(b->j.index);
	assert_non_null(b->j.old);
	assert_non_null(b->j.dirty);
	assert_int_equal(fw_boot(&b->fw, b->state, &b->j, NULL, era), 0);
	journal_commit(&b->j);
	return b;
}

static void bench_free(struct bench *b)
{
	fw_fini(&b->fw);
	free(b->state);
	free(b->copy);
	free(b->j.index);
	free(b->j.old);
	free(b->j.dirty);
	free(b);
}

/* The usable part of each table, and what lies before them all. */
static void each_span(const struct bench *b,
		      void (*span)(const struct bench *, size_t, size_t))
{
	uint64_t offset, bytes;

	span(b, 0, FW_STATE_FIXED);
	for (int t = 0; t < FW_TABLES; t++) {
		assert_true(fw_table_span(b->state, t, &offset, &bytes));
		span(b, offset, bytes);
	}
}

static void copy_span(const struct bench *b, size_t at, size_t n)
{
	memcpy((uint8_t *)b->copy + at, (const uint8_t *)b->state + at, n);
}

static void compare_span(const struct bench *b, size_t at, size_t n)
{
	const uint8_t *is = (const uint8_t *)b->state;
	const uint8_t *was = (const uint8_t *)b->copy;

	if (!memcmp(is + at, was + at, n))
		return;
	while (is[at] == was[at])
		at++;
	fail_msg("after %s: byte %zu of the state is %02X, was %02X", b->last,
		 at, is[at], was[at]);
}

static void roll_back(struct bench *b)
{
	assert_int_equal(
		journal_rollback(&b->j, b->state, sizeof(*b->state), BLOCKS),
		0);
	fw_fini(&b->fw); /* caches of what is no more */
	assert_int_equal(fw_attach(&b->fw, b->state, &b->j, NULL), 0);
}

static void saves_a_block_once(void **state)
{
	struct bench *b = bench_new(ERA_2_2);

	(void)state;
	each_span(b, copy_span);
	for (int i = 0; i < 3; i++) {
		uint32_t *w = fw_edit(&b->fw, &b->fw.st->g.pad2, 4);

		*w = 0x1000U + (uint32_t)i;
	}
	assert_int_equal(b->saved, 1);
	roll_back(b);
	each_span(b, compare_span);
	assert_int_equal(b->saved, 0);
	bench_free(b);
}

static void saves_all_blocks_of_a_span(void **state)
{
	struct bench *b = bench_new(ERA_2_2);
	const uint8_t *at = (const uint8_t *)b->state->rate.dest;

	(void)state;
	each_span(b, copy_span);
	memset(fw_edit(&b->fw, at + 63, 2), 0xAA, 2);
	assert_int_equal(b->saved, 2);
	memset(fw_edit(&b->fw, at, 64), 0xBB, 64);
	assert_int_equal(b->saved, 2);
	roll_back(b);
	each_span(b, compare_span);
	bench_free(b);
}

/* Whoever is killed while it takes back leaves the rest to the next. */
static void taking_back_may_be_repeated(void **state)
{
	struct bench *b = bench_new(ERA_2_2);
	uint32_t seed = 7;

	(void)state;
	each_span(b, copy_span);
	for (int i = 0; i < 50; i++)
		b->last = ops_do(&b->fw, &seed);
	for (uint64_t done = 0; done < b->saved; done++) {
		uint64_t i = b->saved - 1 - done;

		memcpy((uint8_t *)b->state +
			       (size_t)b->j.index[i] * JOURNAL_BLOCK,
		       b->j.old[i], JOURNAL_BLOCK);
		if (done % 7 == 3)
			break;
	}
	roll_back(b);
	each_span(b, compare_span);
	bench_free(b);
}

static void contradictions_are_refused(void **state)
{
	struct bench *b = bench_new(ERA_2_2);

	(void)state;
	*(uint32_t *)fw_edit(&b->fw, &b->fw.st->g.pad2, 4) = 1;
	assert_int_equal(
		journal_rollback(&b->j, b->state, sizeof(*b->state), 0),
		-EINVAL);
	b->j.index[0] = BLOCKS;
	assert_int_equal(
		journal_rollback(&b->j, b->state, sizeof(*b->state), BLOCKS),
		-EINVAL);
	bench_free(b);
}

/* Whoever changes the state without fw_edit() is found here. */
static void random_transactions(enum fw_era era)
{
	enum { TRANSACTIONS = 400, OPERATIONS = 20 };
	struct bench *b = bench_new(era);
	uint32_t seed = 1 + (uint32_t)era;

	for (int t = 0; t < TRANSACTIONS; t++) {
		uint32_t left = ops_random(&seed) % OPERATIONS;

		each_span(b, copy_span);
		while (left--)
			b->last = ops_do(&b->fw, &seed);
		if (ops_random(&seed) % 2) {
			journal_commit(&b->j);
			continue;
		}
		roll_back(b);
		each_span(b, compare_span);
	}
	bench_free(b);
}

static void every_change_of_2_2_is_journaled(void **state)
{
	(void)state;
	random_transactions(ERA_2_2);
}

static void every_change_of_2_0_is_journaled(void **state)
{
	(void)state;
	random_transactions(ERA_2_0);
}

static void every_change_of_1_3_is_journaled(void **state)
{
	(void)state;
	random_transactions(ERA_1_3);
}

/* The same change found by name: its operation alone in a transaction. */
static void each_operation_is_journaled(void **state)
{
	struct bench *b = bench_new(ERA_2_2);
	uint32_t seed = 99;

	(void)state;
	for (int i = 0; i < 2000; i++) {
		each_span(b, copy_span);
		b->last = ops_do(&b->fw, &seed);
		if (i % 4)
			roll_back(b);
		else
			journal_commit(&b->j);
		if (i % 4)
			each_span(b, compare_span);
	}
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(saves_a_block_once),
		cmocka_unit_test(saves_all_blocks_of_a_span),
		cmocka_unit_test(taking_back_may_be_repeated),
		cmocka_unit_test(contradictions_are_refused),
		cmocka_unit_test(every_change_of_2_2_is_journaled),
		cmocka_unit_test(every_change_of_2_0_is_journaled),
		cmocka_unit_test(every_change_of_1_3_is_journaled),
		cmocka_unit_test(each_operation_is_journaled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
