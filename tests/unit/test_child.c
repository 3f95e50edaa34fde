/* launcher/child: what a command says, how it ends, and what breaks it off. */
#include "launcher/child.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/cmocka.h"

enum { READ_BY_CHILD = 9 };

static volatile sig_atomic_t stop;

static void note_signal(int signo)
{
	stop = signo;
}

static int run(const char *command, struct child_result *result)
{
	char path[] = "PATH=/usr/bin:/bin";
	char *env[] = { path, NULL };

	return child_run(command, "/", env, &stop, result);
}

static void fini(struct child_result *result)
{
	text_fini(&result->out);
	text_fini(&result->err);
}

static bool says(const struct text *text, const char *want)
{
	return text->len == strlen(want) &&
	       (!*want || !memcmp(text->s, want, text->len));
}

static const struct end_case {
	const char *command;
	const char *out, *err;
	int status;
} end_cases[] = {
	{ "echo out; echo err >&2; exit 3", "out\n", "err\n", 3 },
	{ "pwd; cat", "/\n", "", 0 },
	{ "kill -9 $$", "", "", 137 },
	{ "kill -TERM $$", "", "", 143 }, /* not held in the child */
	{ "sleep 1000 & kill $!; echo gone", "gone\n", "", 0 },
};

static void ends(void **state)
{
	(void)state;
	stop = 0;
	for (size_t i = 0; i < sizeof(end_cases) / sizeof(end_cases[0]); i++) {
		const struct end_case *c = &end_cases[i];
		struct child_result got;

		assert_int_equal(run(c->command, &got), 0);
		if (got.status != c->status)
			fail_msg("%s: got status %d, want %d", c->command,
				 got.status, c->status);
		if (!says(&got.out, c->out) || !says(&got.err, c->err))
			fail_msg("%s: got \"%.*s\" and \"%.*s\"", c->command,
				 (int)got.out.len, got.out.s, (int)got.err.len,
				 got.err.s);
		fini(&got);
	}
}

/* The signal came before we could wait for the command: it is not run. */
static void stopped_before(void **state)
{
	struct child_result got;

	(void)state;
	stop = SIGTERM;
	assert_int_equal(run("sleep 1000", &got), -EINTR);
	fini(&got);
	stop = 0;
}

/* However soon the signal comes, nobody waits for the command then. What it
 * reads from ends with us. */
static void stopped_meanwhile(void **state)
{
	int never[2];

	(void)state;
	assert_int_equal(pipe2(never, O_CLOEXEC), 0);
	assert_int_equal(dup2(never[0], READ_BY_CHILD), READ_BY_CHILD);
	for (int i = 0; i < 100; i++) {
		struct child_result got;

		stop = 0;
		assert_int_equal(run("kill -TERM $PPID; exec 1>&- 2>&-; "
				     "read -r x <&9",
				     &got),
				 -EINTR);
		assert_int_equal(stop, SIGTERM);
		fini(&got);
	}
	stop = 0;
	close(READ_BY_CHILD);
	close(never[0]);
	close(never[1]);
}

static int catch_signals(void **state)
{
	struct sigaction act = { .sa_handler = note_signal };

	(void)state;
	return sigaction(SIGTERM, &act, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ends),
		cmocka_unit_test(stopped_before),
		cmocka_unit_test(stopped_meanwhile),
	};

	return cmocka_run_group_tests(tests, catch_signals, NULL);
}
