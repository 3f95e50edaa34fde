/*
 * Processes that change the state and are killed at any instruction: what they
 * were told is done is there, and nothing is there by half.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "engine/state.h"
#include "libcompat/store.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/ops.h"

enum { ROUNDS = 200, RULES_AT_ONCE = 3 };

static char dir[] = "/tmp/test_kill.XXXXXX", path[64];

static int setup(void **state)
{
	(void)state;
	memset(dir + sizeof(dir) - 7, 'X', 6);
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/state", dir);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	return unlink(path) || rmdir(dir);
}

/* What a child is given: how long it lives, and where it says what it did. */
struct life {
	uint32_t seed, us;
	int pipe;
};

/* From now on the process has @us microseconds. */
static void live_for(uint32_t us)
{
	struct sigevent kill = { .sigev_notify = SIGEV_SIGNAL,
				 .sigev_signo = SIGKILL };
	struct itimerspec when = { .it_value.tv_nsec = (long)us * 1000 + 1 };
	timer_t timer;

	if (timer_create(CLOCK_MONOTONIC, &kill, &timer) ||
	    timer_settime(timer, 0, &when, NULL))
		_exit(2);
}

static void tell(const struct life *life, const void *what, size_t n)
{
	if (write(life->pipe, what, n) != (ssize_t)n)
		_exit(3);
}

/*
 * Runs @child until it is killed, and reads the last @n bytes that it told, of
 * which there may be none. Returns how often it told.
 */
static int run_and_kill(void (*child)(const struct life *), uint32_t *seed,
			void *last, size_t n)
{
	struct life life = { .seed = ops_random(seed),
			     .us = ops_random(seed) % 4000 };
	int fd[2], status, times = 0;
	pid_t pid;

	assert_int_equal(pipe(fd), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		close(fd[0]);
		life.pipe = fd[1];
		child(&life);
		_exit(1);
	}
	close(fd[1]);
	while (read(fd[0], last, n) == (ssize_t)n)
		times++;
	close(fd[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
		fail_msg("the child ended by itself: %x", (unsigned)status);
	return times;
}

/* Appends rules that are numbered by their marks, three a transaction. */
static void append_rules(const struct life *life)
{
	struct fw_rule rule = { .sport = { 0, FW_PORT_MAX },
				.dport = { 0, FW_PORT_MAX },
				.tos_and = 0xFF,
				.target = "ACCEPT" };
	struct store *s;
	struct fw fw = { 0 };
	char why[512];

	live_for(life->us);
	if (store_open(&s, path, why, sizeof(why)))
		_exit(4);
	for (;;) {
		if (store_enter(s, &fw, NULL))
			_exit(5);
		rule.mark = fw.st->table[FW_T_RULE].count;
		for (int i = 0; i < RULES_AT_ONCE; i++, rule.mark++)
			if (chain_append(&fw, "input", &rule))
				_exit(6);
		store_commit(s, &fw);
		tell(life, &rule.mark, sizeof(rule.mark));
		store_leave(s, &fw);
	}
}

static void count_rule(void *ctx, const struct fw_rule_row *row)
{
	uint32_t *n = ctx;

	if (row->rule.mark != *n)
		fail_msg("rule %u has mark %u", *n, row->rule.mark);
	++*n;
}

static void rules_told_are_there(void **state)
{
	uint32_t seed = 3, before = 0;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		uint32_t told = before, n = 0;
		struct store *s;
		struct fw fw = { 0 };
		char why[512];

		run_and_kill(append_rules, &seed, &told, sizeof(told));
		assert_int_equal(store_open(&s, path, why, sizeof(why)), 0);
		assert_int_equal(store_enter(s, &fw, NULL), 0);
		rules_each(&fw, false, count_rule, &n);
		if (n != told && n != told + RULES_AT_ONCE)
			fail_msg("round %d: told of %u rules, found %u", i,
				 told, n);
		assert_int_equal(fw.st->table[FW_T_RULE].count, n);
		if (n > 2000)
			assert_int_equal(chain_flush(&fw, "input"), 0);
		store_commit(s, &fw);
		before = fw.st->table[FW_T_RULE].count;
		store_close(s);
		fw_fini(&fw);
	}
}

/* Fowler, Noll and Vo's hash, by words, of all that is in use; but for the
 * seal, which changes with the commit itself. */
static uint64_t hash_state(const struct fw_state *st)
{
	uint64_t hash = 0xCBF29CE484222325, offset, bytes, word;

	for (int t = -1; t < FW_TABLES; t++) {
		if (t < 0) {
			offset = 0;
			bytes = FW_STATE_FIXED;
		} else if (!fw_table_span(st, (enum fw_table_id)t, &offset,
					  &bytes)) {
			return 0;
		}
		for (uint64_t i = 0; i < bytes; i += sizeof(word)) {
			if (offset + i == offsetof(struct fw_state, g.seal))
				continue;
			memcpy(&word, (const uint8_t *)st + offset + i,
			       sizeof(word));
			hash = (hash ^ word) * 0x100000001B3;
		}
	}
	return hash;
}

/*
 * Does anything. Before it commits it tells what the state was and what it will
 * be, afterwards what it is, twice.
 */
static void do_anything(const struct life *life)
{
	uint32_t seed = life->seed;
	struct store *s;
	struct fw fw = { 0 };
	char why[512];

	live_for(life->us);
	if (store_open(&s, path, why, sizeof(why)))
		_exit(4);
	for (;;) {
		uint64_t told[2];

		if (store_enter(s, &fw, NULL))
			_exit(5);
		told[0] = hash_state(fw.st);
		for (uint32_t n = ops_random(&seed) % 20; n; n--)
			ops_do(&fw, &seed);
		store_set_virtual(s, fw.st->g.now);
		if (ops_random(&seed) % 4 == 0) {
			store_leave(s, &fw);
			continue;
		}
		told[1] = hash_state(fw.st);
		tell(life, told, sizeof(told));
		store_commit(s, &fw);
		told[0] = told[1];
		tell(life, told, sizeof(told));
		store_leave(s, &fw);
	}
}

static uint64_t hash_now(void)
{
	struct store *s;
	struct fw fw = { 0 };
	char why[512];
	uint64_t hash;

	assert_int_equal(store_open(&s, path, why, sizeof(why)), 0);
	assert_int_equal(store_enter(s, &fw, NULL), 0);
	if (!store_is_virtual(s)) {
		assert_int_equal(store_set_virtual(s, 0), 0);
		store_commit(s, &fw);
	}
	hash = hash_state(fw.st);
	store_close(s);
	fw_fini(&fw);
	return hash;
}

/* Packets, timers, modules: all or nothing too. */
static void states_told_are_there(void **state)
{
	uint32_t seed = 5;
	uint64_t before = hash_now();
	int told_of = 0;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		uint64_t told[2] = { before, before }, now;

		told_of += run_and_kill(do_anything, &seed, told, sizeof(told));
		now = hash_now();
		if (now != told[0] && now != told[1])
			fail_msg("round %d: a state that nobody made", i);
		before = now;
	}
	assert_true(told_of > ROUNDS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(rules_told_are_there, setup,
						teardown),
		cmocka_unit_test_setup_teardown(states_told_are_there, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
