/* One packet against one rule of the fixed lists, as 2.0 and 1.3 saw it. */
#include <netinet/in.h>

#include "tests/unit/cmocka.h"
#include "tests/unit/host20.h"

enum { SYN = 0x02, RST = 0x04, ACK = 0x10 };

static struct host20 h;

static const struct match_case {
	const char *name;
	struct fw20_rule rule;
	struct packet20 packet;
	bool in_2_0, in_1_3;
} match_cases[] = {
	{ "all takes all", { .flags = FW20_ALL }, { .proto = 47 }, true, true },
	{ "address",
	  { .src = HOST20_SRC,
	    .smask = UINT32_MAX,
	    .dst = HOST20_DST,
	    .dmask = UINT32_MAX },
	  { .proto = IPPROTO_TCP },
	  true,
	  true },
	{ "address, wrong way",
	  { .src = HOST20_SRC, .smask = UINT32_MAX },
	  { .proto = IPPROTO_TCP, .back = true },
	  false,
	  false },
	{ "bidirectional",
	  { .src = HOST20_SRC, .smask = UINT32_MAX, .flags = FW20_BIDIR },
	  { .proto = IPPROTO_TCP, .back = true },
	  true,
	  true },
	{ "an address outside its mask never matches",
	  { .src = HOST20_SRC, .smask = 0xFFFFFF00 },
	  { .proto = IPPROTO_TCP },
	  false,
	  false },
	{ "port",
	  { .flags = FW20_TCP, .n_dst = 1, .port = { 23 } },
	  { .proto = IPPROTO_TCP },
	  true,
	  true },
	{ "other port",
	  { .flags = FW20_TCP, .n_dst = 1, .port = { 24 } },
	  { .proto = IPPROTO_TCP },
	  false,
	  false },
	{ "port of the other protocol",
	  { .flags = FW20_TCP, .n_dst = 1, .port = { 23 } },
	  { .proto = IPPROTO_UDP },
	  false,
	  false },
	{ "range and single ports",
	  { .flags = FW20_TCP | FW20_SRANGE,
	    .n_src = 3,
	    .n_dst = 1,
	    .port = { 1, 9, 1030, 23 } },
	  { .proto = IPPROTO_TCP },
	  true,
	  true },
	{ "the ends of a range",
	  { .flags = FW20_TCP | FW20_SRANGE,
	    .n_src = 2,
	    .port = { 1000, 1030 } },
	  { .proto = IPPROTO_TCP },
	  true,
	  true },
	{ "without the range flag they are two ports",
	  { .flags = FW20_TCP, .n_src = 2, .port = { 1000, 2000 } },
	  { .proto = IPPROTO_TCP },
	  false,
	  false },
	{ "ports are swapped for the way back",
	  { .flags = FW20_TCP | FW20_BIDIR, .n_dst = 1, .port = { 23 } },
	  { .proto = IPPROTO_TCP, .back = true },
	  true,
	  true },
	{ "ICMP type",
	  { .flags = FW20_ICMP, .n_src = 2, .port = { 0, 8 } },
	  { .proto = IPPROTO_ICMP, .type = 8 },
	  true,
	  true },
	{ "other ICMP type",
	  { .flags = FW20_ICMP, .n_src = 1, .port = { 0 } },
	  { .proto = IPPROTO_ICMP, .type = 8 },
	  false,
	  false },
	{ "interface address",
	  { .via_addr = HOST20_OUR },
	  { .proto = IPPROTO_TCP },
	  true,
	  true },
	{ "other interface address",
	  { .via_addr = HOST20_OUR + 1 },
	  { .proto = IPPROTO_TCP },
	  false,
	  false },
	{ "SYN",
	  { .flags = FW20_TCP | FW20_TCPSYN },
	  { .proto = IPPROTO_TCP, .tcp_flags = SYN },
	  true,
	  true },
	{ "SYN and ACK is no SYN",
	  { .flags = FW20_TCP | FW20_TCPSYN },
	  { .proto = IPPROTO_TCP, .tcp_flags = SYN | ACK },
	  false,
	  false },
	{ "SYN and RST is a SYN to 1.3 alone",
	  { .flags = FW20_TCP | FW20_TCPSYN },
	  { .proto = IPPROTO_TCP, .tcp_flags = SYN | RST },
	  false,
	  true },
	{ "ACK",
	  { .flags = FW20_TCP | FW20_TCPACK },
	  { .proto = IPPROTO_TCP, .tcp_flags = ACK },
	  true,
	  true },
	{ "ACK missing: 1.3 asks on the way back alone",
	  { .flags = FW20_TCP | FW20_TCPACK },
	  { .proto = IPPROTO_TCP, .tcp_flags = SYN },
	  false,
	  true },
	{ "ACK missing on the way back",
	  { .flags = FW20_TCP | FW20_TCPACK | FW20_BIDIR,
	    .n_dst = 1,
	    .port = { 23 } },
	  { .proto = IPPROTO_TCP, .tcp_flags = SYN, .back = true },
	  false,
	  false },
	{ "RST counts as ACK to 2.0",
	  { .flags = FW20_TCP | FW20_TCPACK | FW20_BIDIR,
	    .n_dst = 1,
	    .port = { 23 } },
	  { .proto = IPPROTO_TCP, .tcp_flags = RST, .back = true },
	  true,
	  false },
	{ "SYN does not trouble UDP in 2.0",
	  { .flags = FW20_UDP | FW20_TCPSYN },
	  { .proto = IPPROTO_UDP },
	  true,
	  false },
	{ "ACK of kind all troubles TCP in 2.0 alone",
	  { .flags = FW20_ALL | FW20_TCPACK },
	  { .proto = IPPROTO_TCP, .tcp_flags = SYN },
	  false,
	  true },
	{ "later fragments pass unasked",
	  { .flags = FW20_ALL },
	  { .proto = IPPROTO_UDP, .frag = 2 },
	  false,
	  false },
	{ "later ICMP fragments pass unasked in 2.0",
	  { .flags = FW20_ALL },
	  { .proto = IPPROTO_ICMP, .frag = 2 },
	  false,
	  true },
	{ "later fragments of others are asked about",
	  { .flags = FW20_ALL },
	  { .proto = 47, .frag = 2 },
	  true,
	  true },
	{ "first fragments have ports",
	  { .flags = FW20_TCP, .n_dst = 1, .port = { 23 } },
	  { .proto = IPPROTO_TCP, .frag = IP_MF },
	  true,
	  true },
	{ "TCP of 15 bytes is denied unasked",
	  { .flags = FW20_ALL },
	  { .proto = IPPROTO_TCP, .len = 35 },
	  false,
	  false },
	{ "TCP of 16 bytes",
	  { .flags = FW20_ALL },
	  { .proto = IPPROTO_TCP, .len = 36 },
	  true,
	  true },
	{ "UDP of 7 bytes is denied unasked",
	  { .flags = FW20_ALL },
	  { .proto = IPPROTO_UDP, .len = 27 },
	  false,
	  false },
	{ "short ICMP is denied in 1.3",
	  { .flags = FW20_ALL },
	  { .proto = IPPROTO_ICMP, .len = 27 },
	  true,
	  false },
};

static void rules_match(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(match_cases) / sizeof(match_cases[0]);
	     i++) {
		const struct match_case *c = &match_cases[i];
		bool got;

		host20_boot(&h, ERA_2_0);
		got = host20_counts(&h, FW20_FORWARD, &c->rule, &c->packet,
				    ACCT_IN);
		if (got != c->in_2_0)
			fail_msg("%s: 2.0: got %d", c->name, got);
		host20_boot(&h, ERA_1_3);
		got = host20_counts(&h, FW20_FORWARD, &c->rule, &c->packet,
				    ACCT_IN);
		if (got != c->in_1_3)
			fail_msg("%s: 1.3: got %d", c->name, got);
	}
}

static void names_of_devices(void **state)
{
	struct fw20_rule eth0 = { .via = { "eth0" } };
	struct fw20_rule eth01 = { .via = { "eth01" } };
	struct packet20 packet = { .proto = IPPROTO_UDP };

	(void)state;
	host20_boot(&h, ERA_2_0);
	assert_true(host20_counts(&h, FW20_INPUT, &eth0, &packet, ACCT_IN));
	host20_boot(&h, ERA_2_0);
	assert_false(host20_counts(&h, FW20_INPUT, &eth01, &packet, ACCT_IN));
}

static const struct acct_case {
	const char *name;
	struct fw20_rule rule;
	struct packet20 packet;
	bool in, out;
} acct_cases[] = {
	{ "both", { .flags = 0 }, { .proto = 47 }, true, true },
	{ "in", { .flags = FW20_ACCTIN }, { .proto = 47 }, true, false },
	{ "out", { .flags = FW20_ACCTOUT }, { .proto = 47 }, false, true },
	{ "a later fragment has port 65535",
	  { .flags = FW20_UDP, .n_src = 1, .port = { 65535 } },
	  { .proto = IPPROTO_UDP, .frag = 2 },
	  true,
	  true },
	{ "a later fragment has type 255",
	  { .flags = FW20_ICMP, .n_src = 1, .port = { 255 } },
	  { .proto = IPPROTO_ICMP, .frag = 2, .type = 8 },
	  true,
	  true },
	{ "a later fragment is no SYN and misses no ACK",
	  { .flags = FW20_TCP | FW20_TCPSYN | FW20_TCPACK },
	  { .proto = IPPROTO_TCP, .frag = 2 },
	  true,
	  true },
	{ "a fragment at 8 is not counted",
	  { .flags = 0 },
	  { .proto = IPPROTO_TCP, .frag = 1 },
	  false,
	  false },
	{ "a short later fragment is not counted",
	  { .flags = 0 },
	  { .proto = IPPROTO_TCP, .frag = 2, .len = 35 },
	  false,
	  false },
};

static void accounting(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(acct_cases) / sizeof(acct_cases[0]);
	     i++) {
		const struct acct_case *c = &acct_cases[i];
		bool in, out;

		host20_boot(&h, ERA_2_0);
		in = host20_counts(&h, FW20_ACCT, &c->rule, &c->packet,
				   ACCT_IN);
		host20_boot(&h, ERA_2_0);
		out = host20_counts(&h, FW20_ACCT, &c->rule, &c->packet,
				    ACCT_OUT);
		if (in != c->in || out != c->out)
			fail_msg("%s: got %d %d, want %d %d", c->name, in, out,
				 c->in, c->out);
	}
}

static void accounting_goes_on(void **state)
{
	struct fw20_rule r = { .flags = 0 };
	struct packet20 packet = { .proto = 47 };

	(void)state;
	host20_boot(&h, ERA_2_0);
	list_append(&h.fw, FW20_ACCT, &r);
	assert_true(host20_counts(&h, FW20_ACCT, &r, &packet, ACCT_IN));
	assert_int_equal(
		h.fw.st->rule20[h.fw.st->lists.last[FW20_ACCT]].packets, 1);
}

/* A rule that another process spoilt is not read beyond its ports. */
static void spoilt_rule(void **state)
{
	struct fw20_rule r = { .flags = FW20_TCP };
	struct packet20 packet = { .proto = IPPROTO_TCP };
	struct fw20_slot *slot;
	struct made20 m;

	(void)state;
	host20_boot(&h, ERA_2_0);
	list_append(&h.fw, FW20_INPUT, &r);
	slot = fw_edit(&h.fw, &h.fw.st->rule20[0], sizeof(*slot));
	slot->rule.n_src = 65535;
	slot->next = 0; /* in a circle */
	packet20_make(&m, &packet);
	assert_int_equal(
		list_run(&h.fw, FW20_INPUT, HOST20_ETH0, &m.pkt, &m.info)
			.verdict,
		FW_V_ACCEPT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_match),
		cmocka_unit_test(names_of_devices),
		cmocka_unit_test(accounting),
		cmocka_unit_test(accounting_goes_on),
		cmocka_unit_test(spoilt_rule),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	host20_free(&h);
	return failed;
}
