/* ipfw's command line: what it means, what is echoed, what is complained of. */
#include "ipfw/options.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/cmocka.h"
#include "tests/unit/names.h"
#include "tests/unit/words.h"

static int parse(const char *line, struct ipfw_cmd *cmd, struct ipfw_output *o)
{
	char copy[256], *argv[WORDS];
	int argc;

	snprintf(copy, sizeof(copy), "%s", line);
	argc = words_split(copy, argv);
	return ipfw_parse(argc, argv, &test_names, cmd, o);
}

static void output_fini(struct ipfw_output *o)
{
	text_fini(&o->out);
	text_fini(&o->err);
}

static const struct good_case {
	const char *line;
	enum ipfw_operation operation;
	enum ipfw_chain chain;
	const char *rule; /* flags, ends, ports, interface */
} good[] = {
	{ "ipfw l f", IPFW_LIST, IPFW_FORWARDING, "0 0/0>0/0 0+0:0,0,0 @0" },
	{ "ipfw -n list accounting and more", IPFW_LIST, IPFW_ACCOUNTING,
	  "0 0/0>0/0 0+0:0,0,0 @0" },
	{ "ipfw flush fire", IPFW_FLUSH, IPFW_FORWARDING,
	  "0 0/0>0/0 0+0:0,0,0 @0" },
	{ "ipfw z", IPFW_ZERO, IPFW_ACCOUNTING, "0 0/0>0/0 0+0:0,0,0 @0" },
	{ "ipfw a m all from 192.168.1.2/24 to 0/0", IPFW_ADD,
	  IPFW_MASQUERADING, "204 C0A80100/FFFFFF00>0/0 0+0:0,0,0 @0" },
	{ "ipfw d b reject tcp iface 10.1 from one 20:ftp 25 to "
	  "many:255.255.0.0 telnet",
	  IPFW_DELETE, IPFW_BLOCKING,
	  "109 C0000201/FFFFFFFF>A010000/FFFF0000 3+1:20,21,25 @A000001" },
	{ "ipfw a a icmp from 0 to 0/0", IPFW_ADD, IPFW_ACCOUNTING,
	  "7 0/FFFFFFFF>0/0 0+0:0,0,0 @0" },
	{ "ipfw c b udp from 1.2.3.4 tftp to 5.6.7.8 53", IPFW_CHECK,
	  IPFW_BLOCKING, "2 1020304/FFFFFFFF>5060708/FFFFFFFF 0+0:69,53,0 @0" },
};

static void good_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		const struct good_case *c = &good[i];
		struct ipfw_output o = { .out = { 0 } };
		struct ipfw_cmd cmd;
		const struct fw20_rule *r = &cmd.rule;
		char got[160];

		if (parse(c->line, &cmd, &o))
			fail_msg("%s: refused: %s", c->line, o.err.s);
		snprintf(got, sizeof(got),
			 "%X %" PRIX32 "/%" PRIX32 ">%" PRIX32 "/%" PRIX32
			 " %d+%d:%d,%d,%d @%" PRIX32,
			 r->flags, r->src, r->smask, r->dst, r->dmask, r->n_src,
			 r->n_dst, r->port[0], r->port[1], r->port[2],
			 r->via_addr);
		if (cmd.operation != c->operation || cmd.chain != c->chain ||
		    strcmp(got, c->rule) != 0)
			fail_msg("%s: got %d %d %s, want %d %d %s", c->line,
				 cmd.operation, cmd.chain, got, c->operation,
				 c->chain, c->rule);
		output_fini(&o);
	}
}

static void policies(void **state)
{
	static const struct {
		const char *line;
		int32_t policy;
	} cases[] = {
		{ "ipfw p b a", 4 },
		{ "ipfw pol forw reject", 256 },
		{ "ipfw policy blocking d", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ipfw_output o = { .out = { 0 } };
		struct ipfw_cmd cmd;

		assert_int_equal(parse(cases[i].line, &cmd, &o), 0);
		assert_int_equal(cmd.policy, cases[i].policy);
		output_fini(&o);
	}
}

/* What no recording has; what is echoed stands before the bar. */
static const struct bad_case {
	const char *line, *want;
} bad[] = {
	{ "ipfw c b", "check blocking \n|ipfw: missing protocol name\n"
		      "usage: ipfirewall check blocking ...\n" },
	{ "ipfw c f ip", "check forwarding ip \n|illegal protocol name \"ip\"\n"
			 "usage: ipfirewall check forwarding ...\n" },
	{ "ipfw d m ip", "delete masquerading ip \n|illegal protocol name "
			 "\"ip\"\nusage: ipfirewall delete maquerading ...\n" },
	{ "ipfw c b tcp 1.2.3.4",
	  "check blocking tcp 1.2.3.4 \n|ipfw: expected \"from\" keyword, got "
	  "\"1.2.3.4\"\n" },
	{ "ipfw c b tcp from 1.2.3.4 1 2",
	  "check blocking tcp from 1.2.3.4 1 2 \n|ipfw: expected \"to\" "
	  "keyword, got \"2\"\n" },
	{ "ipfw a a all from 1.2.3.4: to 0/0",
	  "add accounting all from 1.2.3.4: to 0/0 \n|ipfw: missing mask value "
	  "(1.2.3.4:)\n" },
	{ "ipfw a a all from 1.2.3.4:nomask to 0/0",
	  "add accounting all from 1.2.3.4:nomask to 0/0 \n|ipfw: unknown host "
	  "\"nomask\"\n" },
	{ "ipfw a a all from 1.2.3.4.5 to 0/0",
	  "add accounting all from 1.2.3.4.5 to 0/0 \n|ipfw: incorrect ip "
	  "address format \"1.2.3.4.5\" (expected 3 periods)\n" },
	{ "ipfw a a tcp from 0/0 99999999999 to 0/0",
	  "add accounting tcp from 0/0 99999999999 to 0/0 \n|ipfw: port number "
	  "out of range (2147483647)\n" },
	{ "ipfw a a tcp from 0/0 1 2 3 4 5 6 7 8 9 10 to 0/0 1:2",
	  "add accounting tcp from 0/0 1 2 3 4 5 6 7 8 9 10 to 0/0 1:2 \n"
	  "|ipfw: too many port numbers (max 0, got at least 1, next "
	  "parm=\"1:2\")\n" },
	{ "ipfw a a tcp from 0/0 1:none to 0/0",
	  "add accounting tcp from 0/0 1:none to 0/0 \n|ipfw: unknown tcp "
	  "service \"none\"\n" },
};

static void bad_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct ipfw_output o = { .out = { 0 } };
		struct text got = { 0 };
		struct ipfw_cmd cmd;
		int status = parse(bad[i].line, &cmd, &o);

		text_printf(&got, "%s|%s", o.out.s, o.err.s);
		if (status != 1 || strcmp(got.s, bad[i].want) != 0)
			fail_msg("%s: got %d, %s, want 1, %s", bad[i].line,
				 status, got.s, bad[i].want);
		text_fini(&got);
		output_fini(&o);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_lines),
		cmocka_unit_test(policies),
		cmocka_unit_test(bad_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
