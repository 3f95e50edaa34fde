/* ipchains's command line: what it means, and what is said when it means
 * nothing. */
#include "ipchains/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ipchains/save.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/names.h"
#include "tests/unit/words.h"

enum { LINE = 256 };

/* Whether the host of these tests is one that should be warned. */
static bool forwarding_off(void *ctx)
{
	return *(const bool *)ctx;
}

/* The commands by their letters, the chain, and what belongs to them. */
static void tell_command(const struct ipchains_cmd *cmd, struct text *got)
{
	for (unsigned int c = 0; c < CMD_COUNT; c++)
		if (cmd_is(cmd, c))
			text_putc(got, "IDdRALFZNXPMSC"[c]);
	text_printf(got, " %s", cmd->chain ? cmd->chain : "-");
	if (cmd->policy)
		text_printf(got, " %s", cmd->policy);
	if (cmd->rulenum)
		text_printf(got, " %d", cmd->rulenum);
	if (cmd_is(cmd, CMD_SET))
		text_printf(got, " %d %d %d", cmd->timeouts[0],
			    cmd->timeouts[1], cmd->timeouts[2]);
}

/* A rule for each pair of addresses, as ipchains-save would write them. */
static void tell_rules(const struct ipchains_cmd *cmd, struct text *got)
{
	struct fw_rule_row row = { .rule = cmd->rule };

	row.rule.smask = cmd->src.mask;
	row.rule.dmask = cmd->dst.mask;
	for (int i = 0; i < cmd->src.n; i++) {
		for (int j = 0; j < cmd->dst.n; j++) {
			row.rule.src = cmd->src.addr[i];
			row.rule.dst = cmd->dst.addr[j];
			text_putc(got, '\n');
			save_rule(&row, got);
			got->s[--got->len] = '\0';
		}
	}
}

/* All that is known after the parse, in one text. */
static void run(const char *line, bool warn, struct text *got)
{
	const struct ipchains_env env = { .prog = "ipchains",
					  .names = &test_names,
					  .warn_forwarding = forwarding_off,
					  .ctx = &warn };
	struct ipchains_cmd cmd;
	struct ipchains_end end = { 0 };
	char copy[LINE], *argv[WORDS];
	int argc;

	snprintf(copy, sizeof(copy), "%s", line);
	argc = words_split(copy, argv);
	text_puts(got, "");
	if (ipchains_parse(argc, argv, &env, &cmd, got, &end)) {
		tell_command(&cmd, got);
		tell_rules(&cmd, got);
	} else {
		text_printf(got, "%d:%s", end.status,
			    end.why.s ? end.why.s : "");
	}
	text_fini(&end.why);
}

static const struct line_case {
	const char *line, *want;
} good[] = {
	{ "ipchains -L", "L -" },
	{ "ipchains -Linput", "L input" },
	{ "ipchains -L input", "L input" },
	{ "ipchains -LZ", "L Z" },
	{ "ipchains -L -Z", "LZ -" },
	{ "ipchains -M -L foo -n", "LM foo" },
	{ "ipchains -L ''", "L " },
	{ "ipchains -D foo 3", "d foo 3" },
	{ "ipchains -D foo +3", "d foo 3" },
	{ "ipchains -D foo 99999999999", "d foo 2147483647" },
	{ "ipchains -P forward MASQ", "P forward MASQ" },
	{ "ipchains -S 1 2 2147483647", "S - 100 200 -100" },
	{ "ipchains -A x", "A x\n-A  -s 0.0.0.0/0.0.0.0 -d 0.0.0.0/0.0.0.0" },
	{ "ipchains -I x", "I x 1\n-A  -s 0.0.0.0/0.0.0.0 -d 0.0.0.0/0.0.0.0" },
	{ "ipchains -A x -s many/16 -d one",
	  "A x\n-A  -s 10.1.0.0/255.255.0.0 -d 192.0.2.1/255.255.255.255"
	  "\n-A  -s 10.2.0.0/255.255.0.0 -d 192.0.2.1/255.255.255.255" },
	{ "ipchains -A x -s branch/8 -d nosuch/0.0.0.0",
	  "A x\n-A  -s 10.0.0.0/255.0.0.0 -d 0.0.0.0/0.0.0.0" },
	{ "ipchains -A x -p tcp -s 1.2.3.4 ftp: -d ! 0/0 ! :smtp",
	  "A x\n-A  -s 1.2.3.4/255.255.255.255 21:65535"
	  " -d ! 0.0.0.0/0.0.0.0 ! 0:25 -p 6" },
	{ "ipchains -A x -s 1.2.3.4 ! -d 5.6.7.8",
	  "A x\n-A  -s 1.2.3.4/255.255.255.255 -d ! 5.6.7.8/255.255.255.255" },
	{ "ipchains -A x -p icmp --icmp-type source-q",
	  "A x\n-A  -s 0.0.0.0/0.0.0.0 4:4 -d 0.0.0.0/0.0.0.0 -p 1" },
	{ "ipchains -A x -p ICMP --icmp-type HOST-R",
	  "A x\n-A  -s 0.0.0.0/0.0.0.0 5:5 -d 0.0.0.0/0.0.0.0 1:1 -p 1" },
	{ "ipchains -A x -p 1 -s 0/0 3 -d 0/0 0",
	  "A x\n-A  -s 0.0.0.0/0.0.0.0 3:3 -d 0.0.0.0/0.0.0.0 0:0 -p 1" },
	{ "ipchains -A x -p ! 6 -i ! ppp+ -j foo",
	  "A x\n-A  -s 0.0.0.0/0.0.0.0 -d 0.0.0.0/0.0.0.0 -i ! ppp+ -p ! 6"
	  " -j foo" },
	{ "ipchains -A x ! -y -p tcp ! -f -l -o -m -1 -t 01 0x10",
	  "A x\n-A  -s 0.0.0.0/0.0.0.0 -d 0.0.0.0/0.0.0.0 -p 6 -l ! -y ! -f -o"
	  " -t 01 10 -m +4294967295" },
	{ "ipchains -A x -o 5 -m 0x10",
	  "A x\n-A  -s 0.0.0.0/0.0.0.0 -d 0.0.0.0/0.0.0.0 -o 5 -m 16" },
	{ "ipchains -A x -m +-5 -i -j -j -i",
	  "A x\n-A  -s 0.0.0.0/0.0.0.0 -d 0.0.0.0/0.0.0.0 -i -j -j -i"
	  " -m +4294967291" },
	{ "ipchains -A x -m 99999999999",
	  "A x\n-A  -s 0.0.0.0/0.0.0.0 -d 0.0.0.0/0.0.0.0 -m 4294967295" },
	{ "ipchains -A input -p tcp -j REDIRECT telnet",
	  "A input\n-A  -s 0.0.0.0/0.0.0.0 -d 0.0.0.0/0.0.0.0 -p 6"
	  " -j REDIRECT 23" },
	{ "ipchains -A 12345678 -i 1234567890123456",
	  "A 12345678\n-A  -s 0.0.0.0/0.0.0.0 -d 0.0.0.0/0.0.0.0"
	  " -i 1234567890123456" },
	{ "ipchains -A x -t ff 18",
	  "Warning: TOS manipulation may set multiple TOS bits for "
	  "Maximize Reliability TOS (0x04)\n"
	  "Warning: TOS manipulation may set multiple TOS bits for "
	  "Minimize Cost TOS (0x02)\n"
	  "A x\n-A  -s 0.0.0.0/0.0.0.0 -d 0.0.0.0/0.0.0.0 -t FF 18" },
	{ "ipchains -A x --no-warnings -t ff 18",
	  "A x\n-A  -s 0.0.0.0/0.0.0.0 -d 0.0.0.0/0.0.0.0 -t FF 18" },
};

static const struct line_case bad[] = {
	{ "ipchains", "2:no command specified" },
	{ "ipchains foo", "2:" },
	{ "ipchains -L -- x", "2:unknown arguments found on commandline" },
	{ "ipchains -L !", "2:nothing appropriate following !" },
	{ "ipchains ! !", "2:multiple consecutive ! not allowed\n" },
	{ "ipchains ! -L", "2:unexpected ! flag" },
	{ "ipchains -L -A x", "2:Can't use -A with -L\n" },
	{ "ipchains -M -L -S 1 2 3", "2:Can't use -S with -L\n" },
	{ "ipchains -M -L -M", "2:Can't use -M with -M\n" },
	{ "ipchains -Z x -L", "2:-L with -Z does not allow chain to be "
			      "specified" },
	{ "ipchains -M", "2:-M/--masquerading requires -L/--list or "
			 "-S/--set" },
	{ "ipchains -R x", "2:-R requires a rule number" },
	{ "ipchains -I x 0", "2:Invalid rule number `0'" },
	{ "ipchains -P x", "2:-P requires a chain and a policy" },
	{ "ipchains -P input MASQ",
	  "2:`-P MASQ' only valid for `forward' chain." },
	{ "ipchains -P foo DENY", "2:Can only set policy in built-in chains." },
	{ "ipchains -P input deny", "2:Invalid policy `deny' for -P" },
	{ "ipchains -S 1 2", "2:-S requires 3 timeout values" },
	{ "ipchains -S -1 2 3", "2:invalid timeout value `-1' specified" },
	{ "ipchains -v -v", "2:multiple -v flags not allowed\n" },
	{ "ipchains --sport 1 -s x 2", "2:multiple -s flags not allowed\n" },
	{ "ipchains ! -j x", "2:cannot have ! before -j\n" },
	{ "ipchains ! --line-numbers",
	  "2:cannot have ! before --line-numbers" },
	{ "ipchains ! --no-warnings", "2:cannot have ! before --no-warnings" },
	{ "ipchains -A x -ptcp", "2:unknown protocol `-ptcp' specified" },
	{ "ipchains -A x --src=1.2.3.4",
	  "2:host/network `--src=1.2.3.4' not found" },
	{ "ipchains ! -s ! x", "2:Multiple `!' flags not allowed" },
	{ "ipchains -A x -s !", "2:" },
	{ "ipchains -A x -p ! 0", "2:rule would never match protocol" },
	{ "ipchains -A x -j ''", "2:Invalid target name (too short)" },
	{ "ipchains -A x -j 123456789",
	  "2:Invalid target name `123456789' (8 chars max)" },
	{ "ipchains -A x -i 12345678901234567",
	  "2:interface name `12345678901234567' must be shorter than "
	  "IFNAMSIZ (16)" },
	{ "ipchains -A x -m +", "2:Bad value `+' for -m.\n" },
	{ "ipchains -A x -o 65536",
	  "2:-o argument must be 0-65535, not `65536'" },
	{ "ipchains -A x -t 1", "2:-t requires 2 hexbyte arguments" },
	{ "ipchains -A x -t 1 100", "2:invalid hexbyte `100' specified" },
	{ "ipchains -A x -s 1.2.3.4/", "2:invalid mask `' specified" },
	{ "ipchains -A x -s nosuch/8", "2:host/network `nosuch' not found" },
	{ "ipchains -A x --sport 1",
	  "2:can only specify ports for icmp, tcp or udp" },
	{ "ipchains -A x -p udp --sport smtp",
	  "2:invalid port/service `smtp' specified" },
	{ "ipchains -A x -p icmp --dport smtp",
	  "2:invalid ICMP type `smtp' specified" },
	{ "ipchains -A x -p icmp --sport e",
	  "2:Ambiguous ICMP `e' : `echo-reply' or `echo-request'?" },
	{ "ipchains -A x -p icmp --sport redirect --dport 1",
	  "2:Can't use ICMP name and destination port together" },
	{ "ipchains -A x -p icmp ! --sport ping",
	  "2:Can't invert named ICMP types" },
	{ "ipchains -C x -p icmp -s 1.1.1.1 redirect -d 1.1.1.1 -i lo",
	  "2:Must specify exact ICMP type for testing" },
	{ "ipchains -A x -s ! many -d one",
	  "2:! not allowed with multiple source or destination IP addresses" },
	{ "ipchains -A x -b -d many",
	  "2:-b not allowed with multiple source or destination IP "
	  "addresses" },
	{ "ipchains -L --sport 1", "2:no ports allowed without specific "
				   "protocol" },
	{ "ipchains -A x -y", "2:-y only allowed with TCP protocol" },
	{ "ipchains -A x -p tcp -f --sport 1", "2:no ports allowed with -f" },
	{ "ipchains -A x -p tcp -f ! -y", "2:-y not allowed with -f" },
	{ "ipchains -C x -p tcp", "2:one port required with source/destination "
				  "address for -C" },
	/* A port without its address is not looked at: one port, number 0. */
	{ "ipchains -C x -p tcp --sport 1 --dport 2",
	  "2:You need to supply the `-s' option for this command\n" },
	{ "ipchains -C x ! -i lo", "2:! not allowed with -C" },
	{ "ipchains -A x -j REDIRECT",
	  "2:redirecting only allowed with TCP or UDP" },
	{ "ipchains -A output -j MASQ",
	  "2:masquerading not allowed for input and output chains" },
	{ "ipchains -A forward -p udp -j REDIRECT",
	  "2:redirect not allowed for output and forward chains" },
	{ "ipchains -R x 1 -s many",
	  "2:Replacement rule does not specify a unique address" },
	{ "ipchains -L -s nosuch", "2:host/network `nosuch' not found" },
	{ "ipchains -A 123456789 -n",
	  "2:Illegal option `-n' with this command\n" },
	{ "ipchains -A 123456789", "2:chain name `123456789' too long (must be "
				   "under 8 chars)" },
	{ "ipchains -A input -p tcp -j REDIRECT nosuch",
	  "2:invalid port/service `nosuch' specified" },
	{ "ipchains -A x -t fe 0",
	  "2:TOS manipulation cannot alter bit 0 (RFC1349)\n" },
	{ "ipchains -A x -t 1 6",
	  "2:TOS manipulation cannot set multiple TOS bits (RFC1349)\n" },
	{ "ipchains -V", "ipchains 1.3.9, 17-Mar-1999\n0:" },
	{ "ipchains ! -V", "Not ipchains 2.0\n0:" },
};

static void expect(const struct line_case *c, bool warn)
{
	struct text got = { 0 };

	run(c->line, warn, &got);
	if (strcmp(got.s, c->want) != 0)
		fail_msg("%s: got \"%s\", want \"%s\"", c->line, got.s,
			 c->want);
	text_fini(&got);
}

static void good_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		expect(&good[i], false);
}

static void bad_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		expect(&bad[i], false);
}

#define WARNING                                                                \
	"Warning: you must enable IP forwarding for packets to be forwarded "  \
	"at all:\n Use `echo 1 > /proc/sys/net/ipv4/ip_forward'\n"

static void forwarding_is_warned_of(void **state)
{
	static const struct line_case cases[] = {
		{ "ipchains -A forward -x",
		  WARNING "2:Illegal option `-x' with this command\n" },
		{ "ipchains -I forward -s 1.1.1.1/33",
		  "2:invalid mask `33' specified" },
		{ "ipchains -D forward 1", "d forward 1" },
		{ "ipchains -A input",
		  "A input\n-A  -s 0.0.0.0/0.0.0.0 -d 0.0.0.0/0.0.0.0" },
		{ "ipchains -A forward --no-warn",
		  "A forward\n-A  -s 0.0.0.0/0.0.0.0 -d 0.0.0.0/0.0.0.0" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		expect(&cases[i], true);
}

/* Each command with each option: the matrix of what goes together. */
static void every_option_with_every_command(void **state)
{
	static const char *const commands[] = {
		"-A x",  "-I x", "-D x", "-R x 1", "-D x 1",        "-L",
		"-F",    "-Z",   "-N x", "-X",     "-P input DENY", "-S 1 2 3",
		"-M -L",
	};
	/* n s d p j y b v l x t i f m 1 2 o 3, as the commands above. */
	static const char *const allowed[] = {
		"sdpjybvltifm12o",
		"sdpjybvltifm12o",
		"sdpjybvltifm12o",
		"sdpjyvltifm12o",
		"v",
		"nvx3",
		"v",
		"v",
		"v",
		"v",
		"v",
		"v",
		"nvx3",
	};
	static const struct {
		char letter;
		const char *words;
	} options[] = {
		{ 'n', "-n" },
		{ 's', "-s 1.1.1.1" },
		{ 'd', "-d 1.1.1.1" },
		{ 'p', "-p tcp" },
		{ 'j', "-j DENY" },
		{ 'y', "-p tcp -y" },
		{ 'b', "-b" },
		{ 'v', "-v" },
		{ 'l', "-l" },
		{ 'x', "-x" },
		{ 't', "-t 01 10" },
		{ 'i', "-i lo" },
		{ 'f', "-f" },
		{ 'm', "-m 1" },
		{ '1', "-p tcp --sport 1" },
		{ '2', "-p tcp --dport 1" },
		{ 'o', "-o" },
		{ '3', "--line-numbers" },
	};
	char line[LINE];

	(void)state;
	for (size_t c = 0; c < sizeof(commands) / sizeof(commands[0]); c++) {
		for (size_t o = 0; o < sizeof(options) / sizeof(options[0]);
		     o++) {
			bool want = strchr(allowed[c], options[o].letter);
			struct text got = { 0 };

			snprintf(line, sizeof(line), "ipchains %s %s",
				 commands[c], options[o].words);
			run(line, false, &got);
			if (want == (strstr(got.s, "Illegal option") != NULL))
				fail_msg("%s: got \"%s\"", line, got.s);
			text_fini(&got);
		}
	}
}

static void ends_in_the_original_words(void **state)
{
	static const struct {
		struct ipchains_end end;
		const char *why, *want;
	} cases[] = {
		{ { .status = END_OK }, NULL, "" },
		{ { .status = END_KERNEL, .who = "ipchains" },
		  "x",
		  "ipchains: x\n" },
		{ { .status = END_USAGE },
		  "x",
		  "/sbin/it: x\nTry `/sbin/it -h' or '/sbin/it --help' for "
		  "more information.\n" },
		{ { .status = END_USAGE },
		  NULL,
		  "Try `/sbin/it -h' or '/sbin/it --help' for more "
		  "information.\n" },
		{ { .status = END_PROC },
		  "x",
		  "/sbin/it: x\nPerhaps ipchains or your kernel need to be "
		  "upgraded.\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ipchains_end end = cases[i].end;
		struct text err = { 0 };

		text_puts(&err, "");
		if (cases[i].why)
			text_puts(&end.why, cases[i].why);
		ipchains_end_text(&end, "/sbin/it", &err);
		assert_string_equal(err.s, cases[i].want);
		text_fini(&end.why);
		text_fini(&err);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_lines),
		cmocka_unit_test(bad_lines),
		cmocka_unit_test(forwarding_is_warned_of),
		cmocka_unit_test(every_option_with_every_command),
		cmocka_unit_test(ends_in_the_original_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
