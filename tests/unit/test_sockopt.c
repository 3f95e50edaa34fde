/* Forwarding calls of old binaries, from bytes to the kernel's table. */
#include "libcompat/sockopt.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libcompat/compat.h"
#include "tests/unit/cmocka.h"

enum { CALL_BYTES = 512, CTL_BYTES = 296 };

/* i386, host order, as 2.0's patch took it: TCP 192.0.2.1/80 > 10.0.0.2/8080.
 */
#define PORTFW20 "\6\0\0\0\1\2\0\xC0\2\0\0\x0A\x50\0\x90\x1F\0\0\0\0"
/* A range: udp 6970 to 7170, control port tcp 7070, flags 6. */
#define AUTOFW20                                                               \
	"\0\0\0\0\1\0\x3A\x1B\0\0\x02\x1C\0\0\x11\0\0\0\0\0\0\0\0\0"           \
	"\6\0\x9E\x1B\6\0\0\0"
/* 2.2: target 2, command add, module, argument in network order. */
#define PORTFW22                                                               \
	"\2\0\0\0\2\0\0\0portfw\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"   \
	"\0\0\0\0\6\0\0\0\xC0\0\2\1\x0A\0\0\2\0\x50\x1F\x90\x0A\0\0\0"
#define MFW22                                                                  \
	"\2\0\0\0\4\0\0\0mfw\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"    \
	"\0\0\0\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"

static const struct set_case {
	const char *name;
	enum fw_era era;
	int number;
	const char *bytes;
	uint32_t n, len; /* bytes given; length told */
	int want;
	const char *path, *line; /* a line of that file then, or NULL */
} cases[] = {
	{ "2.0 portfw, add", ERA_2_0, 1601, PORTFW20, 20, 20, 0,
	  "net/ip_portfw", "TCP 192.0.2.1/80 > 10.0.0.2/8080 " },
	{ "2.0 portfw, short", ERA_2_0, 1601, PORTFW20, 20, 19, -EINVAL, NULL,
	  NULL },
	{ "2.0 portfw, delete nothing", ERA_2_0, 1602, PORTFW20, 20, 20, -ESRCH,
	  NULL, NULL },
	{ "2.0 portfw, flush", ERA_2_0, 1603, PORTFW20, 20, 20, 0, NULL, NULL },
	{ "2.0 autofw, add", ERA_2_0, 1345, AUTOFW20, 32, 52, 0,
	  "net/ip_autofw",
	  "   1   11 1B3A-1C02/0000 0000 00000000 00000000 0006 1B9E      0 "
	  "   6" },
	{ "2.0 autofw, short", ERA_2_0, 1345, AUTOFW20, 32, 31, -EINVAL, NULL,
	  NULL },
	{ "2.0 autofw, delete nothing", ERA_2_0, 1346, AUTOFW20, 32, 52,
	  -EINVAL, NULL, NULL },
	{ "2.0 autofw, flush", ERA_2_0, 1347, "", 0, 4, 0, NULL, NULL },
	{ "2.2 knows none of these", ERA_2_2, 1601, PORTFW20, 20, 20,
	  -ENOPROTOOPT, NULL, NULL },
	{ "2.2 portfw, add", ERA_2_2, 76, PORTFW22, 60, CTL_BYTES, 0,
	  "net/ip_masq/portfw", "TCP  C0000201    80 > 0A000002  8080    10" },
	{ "2.2 mfw, delete nothing", ERA_2_2, 76, MFW22, 60, CTL_BYTES, -ESRCH,
	  NULL, NULL },
	{ "2.2 create chain, endless label", ERA_2_2, 73, "ninechars", 9, 9,
	  -EINVAL, NULL, NULL },
	{ "2.2 flush, endless label", ERA_2_2, 69, "ninechars", 9, 9, -EINVAL,
	  NULL, NULL },
	{ "2.2 delete chain, endless label", ERA_2_2, 74, "ninechars", 9, 9,
	  -ENOENT, NULL, NULL },
	{ "2.2 delete chain, short", ERA_2_2, 74, "input", 5, 8, -EINVAL, NULL,
	  NULL },
	{ "2.2 delete chain, input", ERA_2_2, 74, "input", 5, 9, -EBUSY, NULL,
	  NULL },
	{ "2.0 knows no number 76 of this kind", ERA_2_0, 76, PORTFW22, 60,
	  CTL_BYTES, -ENOPROTOOPT, NULL, NULL },
};

static void check_file(struct compat *c, const struct set_case *k)
{
	struct text file = { 0 };

	assert_int_equal(compat_proc_read(c, k->path, false, &file), 0);
	if (!file.s || !strstr(file.s, k->line))
		fail_msg("%s: got\n%swant\n%s", k->name, file.s ? file.s : "",
			 k->line);
	text_fini(&file);
}

static void run_case(const struct set_case *k)
{
	uint8_t bytes[CALL_BYTES] = { 0 };
	struct compat *c;
	uint32_t back;
	int got;

	memcpy(bytes, k->bytes, k->n);
	assert_int_equal(compat_open(&c), 0);
	assert_int_equal(compat_enter(c), 0);
	assert_int_equal(compat_reset(c, k->era), 0);
	got = sockopt_set(c, k->number, bytes, k->len, &back);
	if (got != k->want)
		fail_msg("%s: got %d, want %d", k->name, got, k->want);
	if (k->path)
		check_file(c, k);
	compat_close(c);
}

static void test_calls(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		run_case(&cases[i]);
}

static char dir[] = "/tmp/fwcompat-sockopt-XXXXXX";

static int make_dir(void **state)
{
	char path[sizeof(dir) + 8];

	(void)state;
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/state", dir);
	return setenv("FWCOMPAT_STATE", path, 1);
}

static int remove_dir(void **state)
{
	char path[sizeof(dir) + 8];

	(void)state;
	snprintf(path, sizeof(path), "%s/state", dir);
	unlink(path);
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_calls) };

	return cmocka_run_group_tests_name("sockopt", tests, make_dir,
					   remove_dir);
}
