/* ipchains's listings: old /proc files in, columns out. */
#include "ipchains/listing.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/cmocka.h"
#include "tests/unit/names.h"

#define CHAIN "Chain input (policy ACCEPT):\n"
#define VCHAIN "Chain input (policy ACCEPT: 0 packets, 0 bytes):\n"
#define HEADER                                                                 \
	"target     prot opt     source                destination     "       \
	"      ports\n"
#define VHEADER                                                                \
	" pkts bytes target     prot opt    tosa tosx  ifname     "            \
	"mark       outsize  source                destination     "           \
	"      ports\n"
#define BUILTIN "input ACCEPT 1 0 0 0 0\n"

static const struct list_case {
	const char *name;
	const char *chains, *rules, *options;
	const char *want;
} cases[] = {
	{ "no rules", BUILTIN "a b 0 0 7 1 0\n", "", "v",
	  VCHAIN "Chain a (policy b: 7 packets, 4294967296 bytes):\n" },
	{ "a chain of the user's", "own - 3 0 0 0 0\n", "", "v",
	  "Chain own (3 references):\n" },
	{ "blanks around names are lost", "  x  - 0 0 0 0 0\n",
	  "       x  0/0->0/0 - 10 0 0 0 0 0 0 0-65535 0-65535 AFF X00 0 0 0 "
	  "-\n",
	  "",
	  "Chain x (0 references):\n" HEADER
	  "-          all  ------  anywhere             anywhere       "
	  "       n/a\n" },
	{ "names and services", BUILTIN,
	  "input C0000201/FFFFFFFF->0A140000/FFFF0000 - 10 0 6 0 0 0 0 "
	  "20-21 25-25 AFF X00 0 0 0 DENY\n",
	  "",
	  CHAIN HEADER
	  "DENY       tcp  ------  one                  branch/16             "
	  "20:ftp ->   smtp\n" },
	{ "numeric", BUILTIN,
	  "input C0000201/FFFFFFFF->0A140000/FF00FF00 - 10 0 6 0 0 0 0 "
	  "20-21 25-25 AFF X00 0 0 0 DENY\n",
	  "n",
	  CHAIN HEADER "DENY       tcp  ------  192.0.2.1            "
		       "10.20.0.0/255.0.255.0  20:21 ->   25\n" },
	{ "all that can be inverted", BUILTIN,
	  "input 0/0->0/0 eth0 3F FF 6 0 0 0 0 1-1 2-2 A01 X10 0 5 9 foo\n",
	  "v",
	  VCHAIN VHEADER
	  "    0     0 foo       !tcp  !y!flo 0x01 0x10 !eth0+      0x5        "
	  "  "
	  "9       !anywhere             !anywhere             !1 ->  !2\n" },
	{ "redirections", BUILTIN,
	  "input 0/0->0/0 - 10 0 17 0 0 0 0 0-65535 0-65535 AFF X00 45 0 0 "
	  "REDIRECT\n"
	  "input 0/0->0/0 - 10 0 17 0 0 0 0 0-65535 0-65535 AFF X00 0 0 0 "
	  "REDIRECT\n",
	  "",
	  CHAIN HEADER
	  "REDIRECT   udp  ------  anywhere             anywhere             "
	  " any ->   any => tftp\n"
	  "REDIRECT   udp  ------  anywhere             anywhere             "
	  " any ->   any =>  any\n" },
	{ "ICMP has names without -n", BUILTIN,
	  "input 0/0->0/0 - 10 0 1 0 0 0 0 8-8 0-65535 AFF X00 0 0 0 -\n"
	  "input 0/0->0/0 - 10 8 1 0 0 0 0 8-8 0-65535 AFF X00 0 0 0 -\n"
	  "input 0/0->0/0 - 10 0 1 0 0 0 0 3-3 8-8 AFF X00 0 0 0 -\n",
	  "3",
	  CHAIN
	  "num  " HEADER
	  "1    -          icmp ------  anywhere             anywhere        "
	  "      echo-request\n"
	  "2    -          icmp ------  anywhere             anywhere        "
	  "     !8 ->   any\n"
	  "3    -          icmp ------  anywhere             anywhere        "
	  "      3 ->   8\n" },
	{ "an interface of 16 letters and a plus", BUILTIN,
	  "input 0/0->0/0 1234567890123456 10 0 300 0 1 0 1 0-65535 0-65535 "
	  "A00 X00 0 0 65535 -\n",
	  "vxn",
	  VCHAIN
	  "    pkts      bytes target     prot opt    tosa tosx  ifname     "
	  "mark       outsize  source                destination           "
	  "ports\n"
	  "       1          1 -          300  ------ 0x00 0x00  "
	  "1234567890123456                     0.0.0.0/0            "
	  "0.0.0.0/0             n/a\n" },
	{ "an inner blank in a chain", "a b - 0 0 0 0 0\n", "", "",
	  "incompatible" },
	{ "an empty chain", BUILTIN " - 0 0 0 0 0\n", "", "", "incompatible" },
	{ "a chain cut short", "input ACCEPT 1 0 0 0\n", "", "",
	  "incompatible" },
	{ "a blank in an interface", BUILTIN,
	  "input 0/0->0/0 a b 10 0 0 0 0 0 0 0-65535 0-65535 AFF X00 0 0 0 "
	  "-\n",
	  "", "incompatible" },
	{ "a rule cut short", BUILTIN,
	  "input 0/0->0/0 - 10 0 0 0 0 0 0 0-65535 0-65535 AFF X00 0 0 0", "",
	  "incompatible" },
};

static bool has(const char *options, char letter)
{
	return strchr(options, letter);
}

static void list(const struct list_case *c, struct text *got)
{
	const struct print_style style = {
		.numeric = has(c->options, 'n'),
		.verbose = has(c->options, 'v'),
		.exact = has(c->options, 'x'),
		.lines = has(c->options, '3'),
		.names = &test_names,
	};
	struct listing l = { 0 };

	text_puts(got, "");
	if (listing_parse_chains(&l, c->chains) == -EBADMSG ||
	    listing_parse_rules(&l, c->rules) == -EBADMSG)
		text_puts(got, "incompatible");
	else
		assert_int_equal(listing_print(&l, NULL, &style, got), 0);
	listing_fini(&l);
}

static void lists(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct text got = { 0 };

		list(&cases[i], &got);
		if (strcmp(got.s, cases[i].want) != 0)
			fail_msg("%s: got\n%s\nwant\n%s", cases[i].name, got.s,
				 cases[i].want);
		text_fini(&got);
	}
}

static void one_chain_only(void **state)
{
	const struct print_style style = { .names = &test_names };
	struct listing l = { 0 };
	struct text got = { 0 };

	(void)state;
	assert_int_equal(listing_parse_chains(&l, BUILTIN "own - 0 0 0 0 0\n"),
			 0);
	assert_int_equal(listing_print(&l, "own", &style, &got), 0);
	assert_string_equal(got.s, "Chain own (0 references):\n");
	assert_int_equal(listing_print(&l, "other", &style, &got), -ENOENT);
	listing_fini(&l);
	text_fini(&got);
}

static void counters_are_rounded(void **state)
{
	static const struct {
		uint64_t n;
		const char *want;
	} rounded[] = {
		{ 0, "    0" },
		{ 99999, "99999" },
		{ 100000, " 100K" },
		{ 100499, " 100K" },
		{ 100500, " 101K" },
		{ 999499, " 999K" },
		{ 999500, "1000K" },
		{ 9999499, "9999K" },
		{ 9999500, "  10M" },
		{ 10499999, "  10M" },
		{ 10500000, "  11M" },
		{ 9999499999, "9999M" },
		{ 9999500000, "  10G" },
		{ 10500000000, "  11G" },
		{ 1234567890123, "1235G" },
		{ 9999999999999999, "10000000G" },
	};
	const struct print_style style = { .verbose = true,
					   .names = &test_names };

	(void)state;
	for (size_t i = 0; i < sizeof(rounded) / sizeof(rounded[0]); i++) {
		struct fw_rule_row row = { .count.packets = rounded[i].n };
		struct text got = { 0 };
		size_t n = strlen(rounded[i].want);

		ipchains_print_rule(&style, &row, 1, &got);
		if (strncmp(got.s, rounded[i].want, n) != 0 || got.s[n] != ' ')
			fail_msg("%llu: got \"%s\", want \"%s\"",
				 (unsigned long long)rounded[i].n, got.s,
				 rounded[i].want);
		text_fini(&got);
	}
}

static void what_verbose_says_of_a_change(void **state)
{
	static const struct {
		struct fw_rule rule;
		const char *want;
	} rules[] = {
		{ { .tos_and = 0xFF, .flags = FW_F_WILDIF },
		  "-  all opt    ------ tos 0xFF 0x00  via *    0.0.0.0/0 -> "
		  "0.0.0.0/0    n/a\n" },
		{ { .proto = 6,
		    .dst = 0x05060708,
		    .dmask = 0xFFFFFFFF,
		    .sport = { 80, 80 },
		    .dport = { 1024, 65535 },
		    .inv = FW_INV_DST | FW_INV_VIA,
		    .via = { "eth" },
		    .flags = FW_F_WILDIF | FW_F_MARKABS | FW_F_NETLINK,
		    .outsize = 7,
		    .redir_port = 25,
		    .target = "REDIRECT" },
		  "REDIRECT  tcp opt    -----o tos 0x00 0x00 !via eth+ mark "
		  "0x0 "
		  "outsize 7    0.0.0.0/0 -> !5.6.7.8    80 ->   "
		  "1024:6553525\n" },
		{ { .proto = 17, .target = "REDIRECT", .dport = { 0, 65535 } },
		  "REDIRECT  udp opt    ------ tos 0x00 0x00  via *    "
		  "0.0.0.0/0 -> 0.0.0.0/0    0 ->   * *\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		struct text got = { 0 };

		ipchains_print_change(&rules[i].rule, &test_names, &got);
		assert_string_equal(got.s, rules[i].want);
		text_fini(&got);
	}
}

#define MASQ "IP masquerading entries\n"

static const struct masq_case {
	const char *name, *file, *options;
	int result;
	const char *want;
} masq[] = {
	{ "no file", "", "", -ENODATA, "" },
	{ "no entries", "Prc FromIP ...\n", "", 0, MASQ },
	{ "names", "x\nTCP 0A000102:0400 C0000201:0015 EE48 0 0 0 90000\n", "",
	  0,
	  MASQ "prot expire   source               destination          ports\n"
	       "TCP  15:00.00 10.0.1.2             one                  1024 "
	       "(61000) -> ftp\n" },
	{ "numeric and verbose",
	  "x\nUDP 0A000102:0400 C0000201:0035 EE48 12345678 -12 3 6007\n", "nv",
	  0,
	  MASQ "prot expire      initseq delta prevd source               "
	       "destination          ports\n"
	       "UDP  01:00.07  305419896   -12     3 10.0.1.2             "
	       "192.0.2.1            1024 (61000) -> 53\n" },
	{ "ICMP, many minutes",
	  "x\nICMP 0A000102:1234 C0000201:0008 EE4A 0 0 0 12345678\n", "n", 0,
	  MASQ "prot expire   source               destination          ports\n"
	       "ICMP 2057:36.78 10.0.1.2             192.0.2.1            4660 "
	       "(61002) -> 8\n" },
	{ "a line that is none leaves nothing to be shown",
	  "x\nTCP 0A000102:0400 C0000201:0015 EE48 0 0 0 1\nrubbish\n", "n",
	  -EBADMSG, MASQ },
};

static void lists_masquerading(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(masq) / sizeof(masq[0]); i++) {
		const struct masq_case *c = &masq[i];
		const struct print_style style = {
			.numeric = has(c->options, 'n'),
			.verbose = has(c->options, 'v'),
			.names = &test_names,
		};
		struct text got = { 0 };
		int r;

		text_puts(&got, "");
		r = listing_print_masq(c->file, &style, &got);
		if (r != c->result || strcmp(got.s, c->want) != 0)
			fail_msg("%s: got %d\n%s\nwant %d\n%s", c->name, r,
				 got.s, c->result, c->want);
		text_fini(&got);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists),
		cmocka_unit_test(one_chain_only),
		cmocka_unit_test(counters_are_rounded),
		cmocka_unit_test(what_verbose_says_of_a_change),
		cmocka_unit_test(lists_masquerading),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
