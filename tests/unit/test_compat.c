/* libcompat/compat: who may do what with whose state, and where /proc is. */
#include "libcompat/compat.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/cmocka.h"

static char dir[] = "/tmp/test_compat.XXXXXX", path[64], proc[64];

static int setup(void **state)
{
	(void)state;
	memset(dir + sizeof(dir) - 7, 'X', 6);
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/state", dir);
	snprintf(proc, sizeof(proc), "%s/net", dir);
	unsetenv("FWCOMPAT_BACKEND");
	unsetenv("FWCOMPAT_PROC");
	return setenv("FWCOMPAT_STATE", path, 1);
}

static int teardown(void **state)
{
	(void)state;
	return (unlink(path) && errno != ENOENT) || rmdir(dir);
}

static struct compat *must_enter(void)
{
	struct compat *c = NULL;
	int r = compat_open(&c);

	if (r)
		fail_msg("compat_open: %d %s", r, compat_open_why());
	r = compat_enter(c);
	if (r)
		fail_msg("compat_enter: %d %s", r, compat_why(c));
	return c;
}

/* What a tool does: asks whether it may, changes something if it is to. */
static enum compat_claim act(enum fw_era tool, bool change)
{
	struct compat *c = must_enter();
	enum compat_claim claim = compat_claim_era(c, tool);

	if (claim == CLAIM_OK)
		assert_int_equal(compat_era(c), tool);
	if (claim == CLAIM_REFUSED)
		assert_non_null(strstr(compat_why(c), "fwcompat reset --era"));
	if (change && claim == CLAIM_OK)
		assert_int_equal(compat_commit(c), 0);
	compat_close(c);
	return claim;
}

static void reset(enum fw_era era)
{
	struct compat *c = must_enter();

	assert_int_equal(compat_reset(c, era), 0);
	assert_int_equal(compat_commit(c), 0);
	compat_close(c);
}

static const struct claim_case {
	enum fw_era owner; /* ERA_COUNT: nobody yet */
	enum compat_claim wants[ERA_COUNT];
} claims[] = {
	{ ERA_COUNT,
	  { [ERA_2_2] = CLAIM_OK,
	    [ERA_2_0] = CLAIM_OK,
	    [ERA_1_3] = CLAIM_OK } },
	{ ERA_2_2,
	  { [ERA_2_2] = CLAIM_OK,
	    [ERA_2_0] = CLAIM_WRAPPER,
	    [ERA_1_3] = CLAIM_REFUSED } },
	{ ERA_2_0,
	  { [ERA_2_2] = CLAIM_REFUSED,
	    [ERA_2_0] = CLAIM_OK,
	    [ERA_1_3] = CLAIM_REFUSED } },
	{ ERA_1_3,
	  { [ERA_2_2] = CLAIM_REFUSED,
	    [ERA_2_0] = CLAIM_REFUSED,
	    [ERA_1_3] = CLAIM_OK } },
};

static void eras_are_kept_apart(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(claims) / sizeof(claims[0]); i++)
		for (int tool = 0; tool < ERA_COUNT; tool++) {
			enum compat_claim got;

			reset(claims[i].owner);
			got = act((enum fw_era)tool, false);
			if (got != claims[i].wants[tool])
				fail_msg("state of %s, tool of %s: got %d, "
					 "want %d",
					 compat_era_name(claims[i].owner),
					 compat_era_name((enum fw_era)tool),
					 got, claims[i].wants[tool]);
		}
}

static void first_change_settles_the_era(void **state)
{
	(void)state;
	/* Who only reads settles nothing. */
	assert_int_equal(act(ERA_2_0, false), CLAIM_OK);
	assert_int_equal(act(ERA_1_3, false), CLAIM_OK);
	assert_int_equal(act(ERA_2_0, true), CLAIM_OK);
	assert_int_equal(act(ERA_2_2, true), CLAIM_REFUSED);
	assert_int_equal(act(ERA_2_0, true), CLAIM_OK);
}

/* A host that was set up before the first tool came keeps its interfaces. */
static void a_claim_keeps_the_host(void **state)
{
	struct compat *c = must_enter();
	struct text t = { 0 };

	(void)state;
	assert_int_equal(compat_proc_write(c, "sys/net/ipv4/ip_forward", "0\n"),
			 0);
	assert_int_equal(compat_commit(c), 0);
	compat_close(c);
	assert_int_equal(act(ERA_2_0, true), CLAIM_OK);
	c = must_enter();
	assert_int_equal(compat_era(c), ERA_2_0);
	assert_int_equal(
		compat_proc_read(c, "sys/net/ipv4/ip_forward", false, &t), 0);
	assert_string_equal(t.s, "0\n");
	text_fini(&t);
	compat_close(c);
}

static void era_names_go_both_ways(void **state)
{
	enum fw_era era;

	(void)state;
	for (int i = 0; i < ERA_COUNT; i++) {
		assert_int_equal(
			compat_era_parse(compat_era_name((enum fw_era)i), &era),
			0);
		assert_int_equal(era, i);
	}
	assert_int_equal(compat_era_parse("2.4", &era), -EINVAL);
	assert_int_equal(compat_era_parse("", &era), -EINVAL);
}

static void other_backends_are_refused(void **state)
{
	struct compat *c;

	(void)state;
	assert_int_equal(setenv("FWCOMPAT_BACKEND", "pf", 1), 0);
	assert_int_equal(compat_open(&c), -EOPNOTSUPP);
	assert_string_equal(compat_open_why(),
			    "the backend pf: there is none of that name");
	assert_int_equal(setenv("FWCOMPAT_BACKEND", "engine", 1), 0);
	compat_close(must_enter());
}

static void saved_proc_files_win(void **state)
{
	char file[80];
	struct compat *c;
	struct text t = { 0 };
	FILE *f;

	(void)state;
	snprintf(file, sizeof(file), "%s/ip_fwchains", proc);
	assert_int_equal(mkdir(proc, 0700), 0);
	f = fopen(file, "w");
	assert_non_null(f);
	for (int i = 0; i < 30000; i++)
		fprintf(f, "line %05d\n", i);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(setenv("FWCOMPAT_PROC", dir, 1), 0);

	c = must_enter();
	assert_int_equal(compat_proc_read(c, "net/ip_fwchains", false, &t), 0);
	assert_int_equal(t.len, 30000 * 11);
	assert_memory_equal(t.s + t.len - 11, "line 29999\n", 12);
	t.len = 0;
	/* What is not there is the host's own; what is outside is nobody's. */
	assert_int_equal(
		compat_proc_read(c, "sys/net/ipv4/ip_forward", false, &t), 0);
	assert_string_equal(t.s, "1\n");
	assert_int_equal(compat_proc_read(c, "net/../state", false, &t),
			 -ENOENT);
	text_fini(&t);
	compat_close(c);
	assert_int_equal(unlink(file), 0);
	assert_int_equal(rmdir(proc), 0);
}

static const struct switch_case {
	const char *path, *text, *back;
	int want;
} switches[] = {
	{ "sys/net/ipv4/ip_forward", "0\n", "0\n", 0 },
	{ "sys/net/ipv4/ip_forward", "1", "1\n", 0 },
	{ "sys/net/ipv4/ip_always_defrag", " 7\n", "7\n", 0 },
	{ "sys/net/ipv4/ip_always_defrag", "x\n", "7\n", -EINVAL },
	{ "sys/net/ipv4/ip_always_defrag", "5x\n", "7\n", -EINVAL },
	{ "sys/net/ipv4/ip_always_defrag", "", "7\n", -EINVAL },
	{ "sys/kernel/modprobe", "/bin/true\n", "/bin/true\n", 0 },
	{ "sys/kernel/modprobe", "/sbin/modprobe\n", "/sbin/modprobe\n", 0 },
};

static void switches_are_written_and_read(void **state)
{
	struct compat *c = must_enter();

	(void)state;
	for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++) {
		const struct switch_case *s = &switches[i];
		struct text t = { 0 };
		int r = compat_proc_write(c, s->path, s->text);

		if (r != s->want)
			fail_msg("%s '%s': got %d, want %d", s->path, s->text,
				 r, s->want);
		assert_int_equal(compat_proc_read(c, s->path, false, &t), 0);
		assert_string_equal(t.s, s->back);
		text_fini(&t);
	}
	assert_int_equal(compat_proc_write(c, "sys/net/ipv4/none", "1"),
			 -ENOENT);
	compat_close(c);
}

static void what_is_not_committed_is_taken_back(void **state)
{
	struct fw_rule rule = { .dport = { 0, FW_PORT_MAX },
				.sport = { 0, FW_PORT_MAX },
				.tos_and = 0xFF,
				.target = "DENY" };
	struct compat *c = must_enter();
	struct compat_status s;

	(void)state;
	assert_int_equal(compat_append(c, "input", &rule), 0);
	assert_int_equal(compat_commit(c), 0);
	assert_int_equal(compat_append(c, "input", &rule), 0);
	assert_int_equal(compat_enter(c), 0); /* is inside already */
	compat_leave(c);
	assert_int_equal(compat_enter(c), 0);
	compat_status(c, &s);
	assert_int_equal(s.rules, 1);
	assert_int_equal(s.user_chains, 0);
	assert_string_equal(s.backend, "engine");
	assert_string_equal(s.state, path);
	compat_close(c);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(eras_are_kept_apart),
		TEST(first_change_settles_the_era),
		TEST(a_claim_keeps_the_host),
		TEST(era_names_go_both_ways),
		TEST(other_backends_are_refused),
		TEST(saved_proc_files_win),
		TEST(switches_are_written_and_read),
		TEST(what_is_not_committed_is_taken_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
