/* ipchains-save and ipchains-restore: what one writes the other reads. */
#include "ipchains/restore.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ipchains/save.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/names.h"

static const struct text_case {
	const char *name, *text;
	const char *want; /* the complaints */
} cases[] = {
	{ "nothing", "", "" },
	{ "comments and empty lines", "# x\n\n  \t\n  # y\n", "" },
	{ "no newline at the end", ":foo -", "" },
	{ "carriage returns", ":foo -\r\n-A foo -j DENY\r\n", "" },
	{ "words by tabs", ":foo\t-\n-A\tfoo\t-s\t10.0.0.0/8\n", "" },
	{ "a policy too few", ":input\n",
	  "f:1: a chain's line is `:NAME "
	  "POLICY'\n" },
	{ "a word too many", ":input DENY x\n",
	  "f:1: a chain's line is `:NAME POLICY'\n" },
	{ "a policy that is none", ":input deny\n",
	  "f:1: Invalid policy `deny' for -P\n" },
	{ "a policy for a chain of the user's", ":foo DENY\n",
	  "f:1: Can only set policy in built-in chains.\n" },
	{ "a long name", ":123456789 -\n",
	  "f:1: chain name `123456789' too long (must be under 8 chars)\n" },
	{ "every wrong line is told",
	  "-A x -p frob\n-A x\n-A x -m\n\n-A x -m z\n",
	  "f:1: unknown protocol `frob' specified\n"
	  "f:3: option requires an argument -- m\n"
	  "f:5: Bad value `z' for -m.\n" },
	{ "another command", "-F\n",
	  "f:1: only `:NAME POLICY' and `-A NAME ...' can be restored\n" },
	{ "no command at all", "help!\n",
	  "f:1: ipchains does not understand this\n" },
	{ "asking for help", "-h\n",
	  "f:1: ipchains does not understand this\n" },
};

static void understands(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct text_case *c = &cases[i];
		struct restore r = { .name = "f" };
		struct text err = { 0 };
		bool ok = restore_parse(&r, c->text, strlen(c->text),
					&test_names, &err);

		text_puts(&err, "");
		if (ok != (*c->want == '\0') || strcmp(err.s, c->want) != 0)
			fail_msg("%s: got %d \"%s\", want \"%s\"", c->name, ok,
				 err.s, c->want);
		text_fini(&err);
		restore_fini(&r);
	}
}

static void odd_bytes_are_refused(void **state)
{
	static const char text[] = "-A x\n-A \0x\n";
	struct restore r = { .name = "f" };
	struct text err = { 0 };

	(void)state;
	assert_false(
		restore_parse(&r, text, sizeof(text) - 1, &test_names, &err));
	assert_string_equal(err.s, "f:2: a NUL in the line\n");
	text_fini(&err);
	restore_fini(&r);
}

static void too_many_words(void **state)
{
	struct restore r = { .name = "f" };
	struct text line = { 0 }, err = { 0 };

	(void)state;
	for (int i = 0; i < 1000; i++)
		text_puts(&line, "-l ");
	assert_false(restore_parse(&r, line.s, line.len, &test_names, &err));
	assert_string_equal(err.s, "f:1: too many words\n");
	text_fini(&line);
	text_fini(&err);
	restore_fini(&r);
}

static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

/* Ports as the kernel takes them: any, where the protocol has none. */
static void random_ports(uint32_t *seed, uint16_t port[2])
{
	port[0] = next(seed) % 3 ? (uint16_t)next(seed) : 0;
	port[1] = next(seed) % 3 ? (uint16_t)next(seed) : FW_PORT_MAX;
}

/* A rule that ipchains can make. */
static struct fw_rule random_rule(uint32_t *seed)
{
	static const char *const vias[] = { "", "lo", "eth",
					    "123456789012345" };
	static const char *const targets[] = { "", "DENY", "MASQ", "foo" };
	static const uint16_t protos[] = { 0, 1, 6, 17, 47, 300 };
	struct fw_rule r = {
		.smask = 0xFFFFFFFF << (1 + next(seed) % 31),
		.dmask = next(seed) % 2 ? 0xFFFFFFFF : 0xFF00FF00,
		.proto = protos[next(seed) % 6],
		.flags = next(seed) & (FW_F_LOG | FW_F_WILDIF),
		.inv = next(seed) & (FW_INV_SRC | FW_INV_DST),
		.sport = { 0, FW_PORT_MAX },
		.dport = { 0, FW_PORT_MAX },
		.tos_and = (uint8_t)(next(seed) | 1),
		.tos_xor = next(seed) % 2 ? 0x10 : 0,
	};

	r.src = next(seed) & r.smask;
	r.dst = next(seed) & r.dmask;
	snprintf(r.via.s, sizeof(r.via.s), "%s", vias[next(seed) % 4]);
	snprintf(r.target, sizeof(r.target), "%s", targets[next(seed) % 4]);
	if (r.via.s[0] == '\0')
		r.flags |= FW_F_WILDIF;
	r.inv |= next(seed) & FW_INV_VIA;
	if (r.proto == 1 || r.proto == 6 || r.proto == 17) {
		random_ports(seed, r.sport);
		random_ports(seed, r.dport);
		r.inv |= next(seed) & (FW_INV_SPORT | FW_INV_DPORT);
	} else if (r.proto != 0) {
		r.inv |= next(seed) & FW_INV_PROTO;
	}
	if (r.proto == 6 && next(seed) % 2) {
		r.flags |= FW_F_SYN;
		r.inv |= next(seed) & FW_INV_SYN;
	}
	if (next(seed) % 2) {
		r.flags |= FW_F_MARKABS;
		r.mark = next(seed);
	} else if (next(seed) % 2) {
		r.mark = -next(seed);
	}
	if (next(seed) % 2) {
		r.flags |= FW_F_NETLINK;
		r.outsize = next(seed) % 2 ? FW_PORT_MAX : 77;
	}
	return r;
}

static void reads_what_was_written(void **state)
{
	uint32_t seed = 1;

	(void)state;
	for (int i = 0; i < 5000; i++) {
		struct fw_rule_row row = { .chain = "chain",
					   .rule = random_rule(&seed) },
				   back = { .chain = "chain" };
		struct restore r = { .name = "f" };
		struct text line = { 0 }, err = { 0 }, again = { 0 };

		save_rule(&row, &line);
		if (!restore_parse(&r, line.s, line.len, &test_names, &err))
			fail_msg("%s%s", line.s, err.s);
		back.rule = r.lines[0].cmd.rule;
		back.rule.src = r.lines[0].cmd.src.addr[0];
		back.rule.smask = r.lines[0].cmd.src.mask;
		back.rule.dst = r.lines[0].cmd.dst.addr[0];
		back.rule.dmask = r.lines[0].cmd.dst.mask;
		/* The kernel sets this one for every empty name. */
		if (back.rule.via.s[0] == '\0')
			back.rule.flags |= FW_F_WILDIF;
		save_rule(&back, &again);
		assert_string_equal(again.s, line.s);
		assert_memory_equal(&back.rule, &row.rule, sizeof(row.rule));
		text_fini(&line);
		text_fini(&again);
		text_fini(&err);
		restore_fini(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(understands),
		cmocka_unit_test(odd_bytes_are_refused),
		cmocka_unit_test(too_many_words),
		cmocka_unit_test(reads_what_was_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
