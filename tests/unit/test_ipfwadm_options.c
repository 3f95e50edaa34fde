/* ipfwadm's command line: what it means, and what is said when it means
 * nothing. */
#include "ipfwadm/options.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/cmocka.h"
#include "tests/unit/names.h"
#include "tests/unit/words.h"

enum { LINE = 256 };

static int parse(const char *line, struct ipfwadm_cmd *cmd, struct text *why)
{
	char copy[LINE], *argv[WORDS];
	int argc;

	snprintf(copy, sizeof(copy), "%s", line);
	argc = words_split(copy, argv);
	return ipfwadm_parse(argc, argv, &test_names, cmd, why);
}

static const struct good_case {
	const char *line;
	enum ipfwadm_category category;
	enum ipfwadm_command command;
	uint16_t flags;
	const char *rest; /* addresses, ports, interface, TOS masks */
} good[] = {
	{ "ipfwadm -F -l", IPFWADM_FORWARD, IPFWADM_LIST, 0,
	  "-/0>-/0 0+0:0,0,0 @0 FF^00" },
	{ "ipfwadm -lzI", IPFWADM_INPUT, IPFWADM_LIST_ZERO, 0,
	  "-/0>-/0 0+0:0,0,0 @0 FF^00" },
	{ "ipfwadm -F -a m -S 10.1.2.3/8", IPFWADM_FORWARD, IPFWADM_APPEND,
	  FW20_ACCEPT | FW20_MASQ, "A000000/FF000000>0/0 0+0:0,0,0 @0 FF^00" },
	{ "ipfwadm -F -a accept -m -P tcp", IPFWADM_FORWARD, IPFWADM_APPEND,
	  FW20_TCP | FW20_ACCEPT | FW20_MASQ, "0/0>0/0 0+0:0,0,0 @0 FF^00" },
	{ "ipfwadm -I -i rej -Ptcp -D one 25 20:21 -bkyo -V one -W eth0",
	  IPFWADM_INPUT, IPFWADM_INSERT,
	  FW20_TCP | FW20_ICMPRPL | FW20_BIDIR | FW20_TCPACK | FW20_TCPSYN |
		  FW20_PRN | FW20_DRANGE,
	  "0/0>C0000201/FFFFFFFF 0+3:20,21,25 @C0000201eth0 FF^00" },
	{ "ipfwadm -A in -a -S many/16", IPFWADM_ACCT, IPFWADM_APPEND,
	  FW20_ACCTIN, "A010000,A020000/FFFF0000>0/0 0+0:0,0,0 @0 FF^00" },
	{ "ipfwadm -A '' -a -S branch/16 -t 0x1 +fF", IPFWADM_ACCT,
	  IPFWADM_APPEND, FW20_ACCTIN,
	  "A140000/FFFF0000>0/0 0+0:0,0,0 @0 01^FF" },
	{ "ipfwadm -I -a '' -P udp -r tftp -D any/0 domain", IPFWADM_INPUT,
	  IPFWADM_APPEND, FW20_UDP | FW20_ACCEPT | FW20_REDIR,
	  "0/0>0/0 0+1:53,69,0 @0 FF^00" },
	{ "ipfwadm -I -a acc -P icmp -S nowhere/0.0.0.0 8 65535", IPFWADM_INPUT,
	  IPFWADM_APPEND, FW20_ICMP | FW20_ACCEPT,
	  "0/0>0/0 2+0:8,65535,0 @0 FF^00" },
	{ "ipfwadm -M -s 1 2 3 -P tcp -S 1.2.3.4", IPFWADM_MASQ,
	  IPFWADM_TIMEOUTS, FW20_TCP,
	  "1020304/FFFFFFFF>-/0 0+0:0,0,0 @0 FF^00" },
	{ "ipfwadm -O -hl -Q", IPFWADM_OUTPUT, IPFWADM_HELP, 0,
	  "-/0>-/0 0+0:0,0,0 @0 FF^00" },
};

static void describe_side(struct text *t, const struct ipfwadm_side *s)
{
	if (!s->addrs)
		text_putc(t, '-');
	for (int i = 0; i < s->addrs; i++)
		text_printf(t, "%s%" PRIX32, i ? "," : "", s->addr[i]);
	text_printf(t, "/%" PRIX32, s->mask);
}

static void describe(struct text *t, const struct ipfwadm_cmd *cmd)
{
	const struct fw20_rule *r = &cmd->rule;

	describe_side(t, &cmd->src);
	text_putc(t, '>');
	describe_side(t, &cmd->dst);
	text_printf(t, " %d+%d:%d,%d,%d @%" PRIX32 "%.*s %02X^%02X", r->n_src,
		    r->n_dst, r->port[0], r->port[1], r->port[2], r->via_addr,
		    FW_IFNAME, r->via.s, r->tos_and, r->tos_xor);
}

static void good_lines(void **state)
{
	static struct ipfwadm_cmd cmd;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		const struct good_case *c = &good[i];
		struct text why = { 0 }, got = { 0 };

		if (parse(c->line, &cmd, &why))
			fail_msg("%s: refused: %s", c->line, why.s);
		describe(&got, &cmd);
		if (cmd.category != c->category || cmd.command != c->command ||
		    cmd.rule.flags != c->flags || strcmp(got.s, c->rest) != 0)
			fail_msg("%s: got %d %d %X %s, want %d %d %X %s",
				 c->line, cmd.category, cmd.command,
				 cmd.rule.flags, got.s, c->category, c->command,
				 c->flags, c->rest);
		text_fini(&got);
		text_fini(&why);
	}
}

static const struct bad_case {
	const char *line, *message;
} bad[] = {
	{ "ipfwadm", "no command specified" },
	{ "ipfwadm -l", "missing -A, -F, -I, -O, or -M flag" },
	{ "ipfwadm -F -l x", "unknown arguments found on commandline" },
	{ "ipfwadm -F -- -l", "unknown arguments found on commandline" },
	{ "ipfwadm -F -Q", "invalid option -- Q" },
	{ "ipfwadm --help", "invalid option -- -" },
	{ "ipfwadm -F -p", "option requires an argument -- p" },
	{ "ipfwadm -F -I -l", "multiple categories specified" },
	{ "ipfwadm -F -l -z -l", "multiple commands specified" },
	{ "ipfwadm -F -f -p bogus", "multiple commands specified" },
	{ "ipfwadm -F -l -nn", "multiple -n flags not allowed" },
	{ "ipfwadm -F -a masq -m", "multiple -m flags not allowed" },
	{ "ipfwadm -F -m -p masq", "multiple -m flags not allowed" },
	{ "ipfwadm -A IN -a", "invalid direction \"IN\" specified" },
	{ "ipfwadm -F -a drop", "invalid policy \"drop\" specified" },
	{ "ipfwadm -Aa in", "invalid policy \"in\" specified" },
	{ "ipfwadm -F -P ip", "invalid protocol \"ip\" specified" },
	{ "ipfwadm -M -s 1 2", "-s requires 3 timeout values" },
	{ "ipfwadm -M -s 1 2 -3", "-s requires 3 timeout values" },
	{ "ipfwadm -M -s 1 2 3s", "invalid timeout value \"3s\" specified" },
	{ "ipfwadm -F -t 1", "-t requires 2 hexbyte arguments" },
	{ "ipfwadm -F -t 1 100", "invalid hexbyte \"100\" specified" },
	{ "ipfwadm -F -V many",
	  "hostname \"many\" does not specify a unique address" },
	{ "ipfwadm -F -V 1.2.3.4/32", "host \"1.2.3.4/32\" not found" },
	{ "ipfwadm -F -S 0/0 1:2 3:4", "multiple ranges not allowed" },
	{ "ipfwadm -F -S 0/0 1 2 3 4 5 6 7 8 9 -D 0/0 1:2",
	  "too many ports specified (maximum 10)" },
	{ "ipfwadm -A -c",
	  "specify either -F, -I, or -O for checking a packet" },
	{ "ipfwadm -M -p deny",
	  "specify either -F, -I, or -O for changing the policy" },
	{ "ipfwadm -F -d", "policy required for firewall entries" },
	{ "ipfwadm -A -a deny", "no policy allowed with non-firewall entries" },
	{ "ipfwadm -M -z",
	  "-M only allowed in combination with -s or -l command" },
	{ "ipfwadm -F -s 1 2 3",
	  "setting masquerading timeouts requires -M flag" },
	{ "ipfwadm -F -l -b",
	  "bidirectional flag (-b) only allowed with insert/append/delete" },
	{ "ipfwadm -F -l -P tcp",
	  "no protocol (-P) allowed with this command" },
	{ "ipfwadm -F -c", "protocol (-P) required for this command" },
	{ "ipfwadm -F -c -P all",
	  "specific protocol required for check command" },
	{ "ipfwadm -F -a acc -D 0/0 25",
	  "no ports allowed without specific protocol" },
	{ "ipfwadm -F -a acc -P tcp -r",
	  "redirecting only allowed in combination with -I" },
	{ "ipfwadm -I -a masq",
	  "masquerading only allowed in combination with -F" },
	{ "ipfwadm -F -l -m", "masquerading only allowed with policy accept" },
	{ "ipfwadm -F -f -S 1.2.3.4",
	  "no source address (-S) allowed with this command" },
	{ "ipfwadm -F -a acc -S 1.2.3.4/33", "invalid mask \"33\" specified" },
	{ "ipfwadm -F -a acc -S 1.2.3.4/24/", "invalid mask \"\" specified" },
	{ "ipfwadm -F -a acc -S nowhere/24",
	  "host/network \"nowhere\" not found" },
	{ "ipfwadm -F -a acc -P tcp -D 0/0 tftp",
	  "invalid port/service \"tftp\" specified" },
	{ "ipfwadm -F -a acc -P icmp -S 0/0 echo",
	  "invalid ICMP type \"echo\" specified" },
	{ "ipfwadm -F -a acc -P tcp -D 0/0 telnet:ftp",
	  "invalid range of ports (23 > 21)" },
	{ "ipfwadm -I -a acc -P tcp -D 0/0 1 2 3 4 5 6 7 8 9 10 -r 80",
	  "too many ports specified (maximum 9 when using -r option)" },
};

static void bad_lines(void **state)
{
	static struct ipfwadm_cmd cmd;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const struct bad_case *c = &bad[i];
		struct text why = { 0 }, want = { 0 };
		int status = parse(c->line, &cmd, &why);

		text_printf(&want,
			    "ipfwadm: %s\n"
			    "Try `ipfwadm -h' for more information.\n",
			    c->message);
		if (status != 2 || !why.s || strcmp(why.s, want.s) != 0)
			fail_msg("%s: got %d, %s, want 2, %s", c->line, status,
				 why.s, want.s);
		text_fini(&want);
		text_fini(&why);
	}
}

static void timeouts(void **state)
{
	static struct ipfwadm_cmd cmd;
	struct text why = { 0 };

	(void)state;
	assert_int_equal(parse("ipfwadm -M -s 0 +7 99999999999", &cmd, &why),
			 0);
	assert_int_equal(cmd.timeout_s[0], 0);
	assert_int_equal(cmd.timeout_s[1], 7);
	assert_int_equal(cmd.timeout_s[2], INT32_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_lines),
		cmocka_unit_test(bad_lines),
		cmocka_unit_test(timeouts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
