/* Recordings: what each line means, what is wrong with others, and diffs. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fwcompat/play_diff.h"
#include "fwcompat/play_parse.h"
#include "tests/unit/cmocka.h"

static const char good[] = "# a comment\n"
			   "% era 2.0\n"
			   "% if eth0 192.168.1.1/24\n"
			   "% if ppp0 10.0.0.1/32 ppp\n"
			   "% route 0.0.0.0/0 ppp0 10.0.0.254\n"
			   "% set net/ipv4/ip_forward 1\n"
			   "% feed /proc/net/ip_acct\n"
			   "% |one\n"
			   "% |\n"
			   "@ 1\n"
			   "@ 1.5\n"
			   "@ 12.05\n"
			   "$ ipfwadm -F -l \n"
			   "> what came back\n"
			   "! then\n"
			   "? 1\n"
			   "< eth0 45aBff\n"
			   "= drop\n"
			   ". a log line\n"
			   "< - 45";

static void takes_every_line(void **state)
{
	static const struct {
		enum play_kind kind;
		unsigned line;
	} want[] = {
		{ PLAY_COMMENT, 1 },   { PLAY_COMMENT, 2 },
		{ PLAY_IF, 3 },        { PLAY_IF, 4 },
		{ PLAY_ROUTE, 5 },     { PLAY_SET, 6 },
		{ PLAY_FEED, 7 },      { PLAY_FEED_LINE, 8 },
		{ PLAY_FEED_LINE, 9 }, { PLAY_CLOCK, 10 },
		{ PLAY_CLOCK, 11 },    { PLAY_CLOCK, 12 },
		{ PLAY_COMMAND, 13 },  { PLAY_PACKET, 17 },
		{ PLAY_PACKET, 20 },
	};
	struct recording rec;
	struct text why = { 0 };

	(void)state;
	assert_int_equal(recording_parse(&rec, "x.t", good, strlen(good), &why),
			 0);
	assert_int_equal(rec.era, ERA_2_0);
	assert_int_equal(rec.n_items, sizeof(want) / sizeof(want[0]));
	for (size_t i = 0; i < rec.n_items; i++) {
		assert_int_equal(rec.item[i].kind, want[i].kind);
		assert_int_equal(rec.item[i].line, want[i].line);
	}
	assert_int_equal(rec.item[2].addr, 0xC0A80101);
	assert_int_equal(rec.item[2].mask, 0xFFFFFF00);
	assert_false(rec.item[2].ppp);
	assert_true(rec.item[3].ppp);
	assert_int_equal(rec.item[4].mask, 0);
	assert_int_equal(rec.item[4].gateway, 0x0A0000FE);
	assert_string_equal(rec.item[5].text, "net/ipv4/ip_forward 1");
	assert_string_equal(rec.item[6].text, "net/ip_acct");
	assert_string_equal(rec.item[7].text, "one");
	assert_string_equal(rec.item[8].text, "");
	assert_int_equal(rec.item[9].ticks, 100);
	assert_int_equal(rec.item[10].ticks, 150);
	assert_int_equal(rec.item[11].ticks, 1205);
	assert_string_equal(rec.item[12].text, "ipfwadm -F -l ");
	assert_string_equal(rec.item[13].ifname, "eth0");
	assert_string_equal(rec.item[14].ifname, "");
	recording_free(&rec);
	text_fini(&why);
}

static const struct bad_case {
	const char *text, *why;
} bad_cases[] = {
	{ "x\n", "x.t:1: no line of a recording begins so" },
	{ "# a\n\n", "x.t:2: an empty line" },
	{ "#a\n%era 2.2\n",
	  "x.t:2: a blank belongs behind the first character" },
	{ "% era 2.4\n", "x.t:1: there is no such era" },
	{ "% era\n", "x.t:1: `% era' wants one of 1.3, 2.0, 2.2" },
	{ "$ true\n% era 2.2\n", "x.t:2: `% era' must be the first line" },
	{ "% era 2.2\n% era 2.2\n", "x.t:2: `% era' must be the first line" },
	{ "% nothing 1\n", "x.t:1: there is no such setting" },
	{ "% if eth0\n", "x.t:1: `% if' wants NAME ADDRESS/LENGTH [ppp]" },
	{ "% if eth0 1.2.3.4\n", "x.t:1: not an ADDRESS/LENGTH" },
	{ "% if eth0 1.2.3.4/33\n", "x.t:1: not an ADDRESS/LENGTH" },
	{ "% if eth0 1.2.3.4/-1\n", "x.t:1: not an ADDRESS/LENGTH" },
	{ "% if eth0 1.2.3/24\n", "x.t:1: not an ADDRESS/LENGTH" },
	{ "% if eth0 1.2.3.4/24 slip\n",
	  "x.t:1: an interface is `ppp' or nothing special" },
	{ "% if abcdefghijklmnopq 1.2.3.4/24\n",
	  "x.t:1: an interface's name has 1 to 16 characters" },
	{ "% route 1.2.3.4/24\n",
	  "x.t:1: `% route' wants PREFIX/LENGTH IF [GATEWAY]" },
	{ "% route default eth0\n", "x.t:1: not a PREFIX/LENGTH" },
	{ "% route 1.2.3.0/24 eth0 nobody\n",
	  "x.t:1: not a gateway's address" },
	{ "% set net/ipv4/ip_forward\n", "x.t:1: `% set' wants PATH VALUE" },
	{ "% feed net/x\n", "x.t:1: `% feed' wants a path below /proc" },
	{ "% feed /proc/../etc/passwd\n",
	  "x.t:1: `% feed' wants the path of a file" },
	{ "% |line\n", "x.t:1: no `% feed' stands before" },
	{ "% feed /proc/net/x\n$ true\n% |line\n",
	  "x.t:3: no `% feed' stands before" },
	{ "@ soon\n", "x.t:1: `@' wants seconds since boot" },
	{ "@ 1.234\n", "x.t:1: `@' wants seconds with two decimals" },
	{ "@ 1.\n", "x.t:1: `@' wants seconds with two decimals" },
	{ "@ 5\n@ 4.99\n", "x.t:2: the clock never goes backwards" },
	{ "< eth0\n", "x.t:1: not a packet in hexadecimal digits" },
	{ "< eth0 450\n", "x.t:1: not a packet in hexadecimal digits" },
	{ "< eth0 45 00\n", "x.t:1: not a packet in hexadecimal digits" },
	{ "< eth0 4x\n", "x.t:1: not a packet in hexadecimal digits" },
	{ "<  45\n", "x.t:1: `<' wants an interface and a packet" },
};

static void names_what_is_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad_cases) / sizeof(bad_cases[0]); i++) {
		const struct bad_case *c = &bad_cases[i];
		struct recording rec;
		struct text why = { 0 };
		int r = recording_parse(&rec, "x.t", c->text, strlen(c->text),
					&why);

		if (r != -EINVAL || strcmp(why.s, c->why))
			fail_msg("%s: got %d %s, want %s", c->text, r,
				 why.s ? why.s : "", c->why);
		text_fini(&why);
	}
}

static void zero_bytes_are_wrong(void **state)
{
	struct recording rec;
	struct text why = { 0 };

	(void)state;
	assert_int_equal(recording_parse(&rec, "x", "# a\0b\n", 6, &why),
			 -EINVAL);
	assert_string_equal(why.s, "x:1: a zero byte");
	text_fini(&why);
}

static const struct hex_case {
	const char *hex;
	uint8_t want[4];
	size_t n;
} hex_cases[] = {
	{ "00ff09af", { 0x00, 0xFF, 0x09, 0xAF }, 4 },
	{ "DEad", { 0xDE, 0xAD }, 2 },
};

static void decodes_hex(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(hex_cases) / sizeof(hex_cases[0]); i++) {
		uint8_t got[4] = { 0 };

		assert_int_equal(play_hex_decode(hex_cases[i].hex, got),
				 hex_cases[i].n);
		assert_memory_equal(got, hex_cases[i].want, hex_cases[i].n);
	}
}

static const struct diff_case {
	const char *name, *was, *now, *want;
} diff_cases[] = {
	{ "the same", "$ a\n> 1\n", "$ a\n> 1\n", "" },
	{ "a blank behind the mark of an empty line", "$ a\n>\n! \n",
	  "$ a\n> \n!\n", "" },
	{ "one line differs", "# c\n$ a\n> 1\n> 2\n> 3\n$ b\n",
	  "# c\n$ a\n> 1\n> x\n> 3\n$ b\n",
	  "--- f\n+++ f (played)\n@@ -1,6 +1,6 @@\n # c\n $ a\n > 1\n-> 2\n"
	  "+> x\n > 3\n $ b\n" },
	{ "lines are missing", "$ a\n$ b\n> 1\n> 2\n", "$ a\n$ b\n",
	  "--- f\n+++ f (played)\n@@ -1,4 +1,2 @@\n $ a\n $ b\n-> 1\n-> 2\n" },
	{ "lines are new", "$ a\n", "$ a\n! 1\n",
	  "--- f\n+++ f (played)\n@@ -1,1 +1,2 @@\n $ a\n+! 1\n" },
	{ "two hunks",
	  "# 1\n# 2\n# 3\n# 4\n$ a\n> 1\n# 5\n# 6\n# 7\n# 8\n# 9\n# 10\n# 11\n"
	  "$ b\n> 2\n",
	  "# 1\n# 2\n# 3\n# 4\n$ a\n# 5\n# 6\n# 7\n# 8\n# 9\n# 10\n# 11\n$ b\n"
	  "> 2\n> 3\n",
	  "--- f\n+++ f (played)\n@@ -3,7 +3,6 @@\n # 3\n # 4\n $ a\n-> 1\n"
	  " # 5\n # 6\n # 7\n@@ -13,3 +12,4 @@\n # 11\n $ b\n > 2\n+> 3\n" },
	{ "one moved", "$ a\n> 1\n> 2\n> 3\n", "$ a\n> 2\n> 3\n> 1\n",
	  "--- f\n+++ f (played)\n@@ -1,4 +1,4 @@\n $ a\n-> 1\n > 2\n > 3\n"
	  "+> 1\n" },
};

static void diffs(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(diff_cases) / sizeof(diff_cases[0]);
	     i++) {
		const struct diff_case *c = &diff_cases[i];
		struct text diff = { 0 };

		play_diff("f", c->was, strlen(c->was), c->now, strlen(c->now),
			  &diff);
		if (strcmp(diff.s ? diff.s : "", c->want))
			fail_msg("%s: got\n%swant\n%s", c->name,
				 diff.s ? diff.s : "", c->want);
		text_fini(&diff);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_every_line),
		cmocka_unit_test(names_what_is_wrong),
		cmocka_unit_test(zero_bytes_are_wrong),
		cmocka_unit_test(decodes_hex),
		cmocka_unit_test(diffs),
	};

	return cmocka_run_group_tests_name("play", tests, NULL, NULL);
}
