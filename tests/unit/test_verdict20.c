/* What the fixed lists make of a packet that matched: verdict, TOS, log line.
 */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "core/cksum.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/host20.h"

static struct host20 h;

static const struct verdict_case {
	const char *name;
	uint16_t flags;
	enum fw_verdict want;
	uint16_t port;
	int check; /* list_check()'s error */
} verdict_cases[] = {
	{ "deny", 0, FW_V_DENY, 0, -ETIMEDOUT },
	{ "reject", FW20_ICMPRPL, FW_V_REJECT, 0, -ECONNREFUSED },
	{ "accept", FW20_ACCEPT, FW_V_ACCEPT, 0, 0 },
	{ "accept and reject", FW20_ACCEPT | FW20_ICMPRPL, FW_V_ACCEPT, 0, 0 },
	{ "masquerade", FW20_ACCEPT | FW20_MASQ, FW_V_MASQ, 0, -ECONNRESET },
	{ "masquerade without accept", FW20_MASQ, FW_V_DENY, 0, -ETIMEDOUT },
	{ "redirect", FW20_ACCEPT | FW20_REDIR, FW_V_REDIRECT, 80,
	  -ECONNABORTED },
	{ "redirect without accept", FW20_REDIR, FW_V_DENY, 0, -ETIMEDOUT },
	{ "redirect before masquerade", FW20_ACCEPT | FW20_REDIR | FW20_MASQ,
	  FW_V_REDIRECT, 80, -ECONNABORTED },
};

static const struct fw_probe probe = {
	.src = HOST20_SRC,
	.dst = HOST20_DST,
	.sport = 1030,
	.dport = 23,
	.tot_len = 15360,
	.proto = IPPROTO_TCP,
	.ihl = 5,
	.via = { "eth0" },
};

static void verdicts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(verdict_cases) / sizeof(verdict_cases[0]);
	     i++) {
		const struct verdict_case *c = &verdict_cases[i];
		struct fw20_rule r = { .flags = c->flags, .port = { 80 } };
		struct packet20 packet = { .proto = IPPROTO_TCP };
		struct fw_answer got;
		struct made20 m;
		int error;

		host20_boot(&h, ERA_2_0);
		packet20_make(&m, &packet);
		list_append(&h.fw, FW20_INPUT, &r);
		got = list_run(&h.fw, FW20_INPUT, HOST20_ETH0, &m.pkt, &m.info);
		error = list_check(&h.fw, FW20_INPUT, &probe, HOST20_OUR);
		if (got.verdict != c->want || got.redir_port != c->port ||
		    error != c->check)
			fail_msg("%s: got %d port %d check %d", c->name,
				 got.verdict, got.redir_port, error);
	}
}

/* Without a rule the policy decides, by three of its bits. */
static void policies(void **state)
{
	static const struct {
		int32_t policy;
		enum fw_verdict want;
	} cases[] = {
		{ 4, FW_V_ACCEPT },     { 0, FW_V_DENY },
		{ 256, FW_V_REJECT },   { 516, FW_V_MASQ },
		{ 512, FW_V_DENY },     { -1, FW_V_MASQ },
		{ 0x804, FW_V_ACCEPT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct packet20 packet = { .proto = IPPROTO_TCP };
		struct fw_answer got;
		struct made20 m;

		host20_boot(&h, ERA_2_0);
		packet20_make(&m, &packet);
		list_policy(&h.fw, FW20_FORWARD, cases[i].policy);
		got = list_run(&h.fw, FW20_FORWARD, HOST20_ETH0, &m.pkt,
			       &m.info);
		if (got.verdict != cases[i].want)
			fail_msg("policy %d: got %d", cases[i].policy,
				 got.verdict);
	}
}

static void checks(void **state)
{
	struct fw20_rule r = { .flags = FW20_ACCEPT | FW20_MASQ };
	struct fw_probe other = probe, long_header = probe;

	(void)state;
	memcpy(other.via.s, "eth1", 4);
	long_header.ihl = 6;
	host20_boot(&h, ERA_2_0);
	list_append(&h.fw, FW20_FORWARD, &r);
	assert_int_equal(list_check(&h.fw, FW20_FORWARD, &probe, HOST20_OUR),
			 -ECONNRESET);
	assert_int_equal(h.fw.st->rule20[0].packets, 0);
	assert_int_equal(
		list_check(&h.fw, FW20_FORWARD, &probe, HOST20_OUR + 1),
		-EINVAL);
	assert_int_equal(list_check(&h.fw, FW20_FORWARD, &other, HOST20_OUR),
			 -EINVAL);
	assert_int_equal(
		list_check(&h.fw, FW20_FORWARD, &long_header, HOST20_OUR),
		-EINVAL);
	assert_int_equal(list_check(&h.fw, FW20_ACCT, &probe, HOST20_OUR),
			 -ENOPROTOOPT);
	host20_boot(&h, ERA_1_3);
	list_append(&h.fw, FW20_FORWARD, &r);
	assert_int_equal(
		list_check(&h.fw, FW20_FORWARD, &other, HOST20_OUR + 1), 0);
}

static const struct tos_case {
	const char *name;
	enum fw_era era;
	uint16_t flags;
	uint8_t want;
} tos_cases[] = {
	{ "2.0 accepts", ERA_2_0, FW20_ACCEPT, 0x10 },
	{ "2.0 denies", ERA_2_0, 0, 0x08 },
	{ "1.3 accepts", ERA_1_3, FW20_ACCEPT, 0x08 },
	{ "1.3 denies", ERA_1_3, 0, 0x10 },
};

static void tos_changes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(tos_cases) / sizeof(tos_cases[0]); i++) {
		const struct tos_case *c = &tos_cases[i];
		struct fw20_rule r = { .flags = c->flags, .tos_xor = 0x10 };
		struct packet20 packet = { .proto = IPPROTO_UDP, .tos = 0x08 };
		struct made20 m;

		host20_boot(&h, c->era);
		packet20_make(&m, &packet);
		list_append(&h.fw, FW20_INPUT, &r);
		list_run(&h.fw, FW20_INPUT, HOST20_ETH0, &m.pkt, &m.info);
		if (m.bytes[1] != c->want || m.info.tos != c->want ||
		    cksum_fold(cksum_add(0, m.bytes, 20)) != 0)
			fail_msg("%s: got %02X, %02X, want %02X", c->name,
				 m.bytes[1], m.info.tos, c->want);
	}
}

static const struct log_case {
	const char *name;
	enum fw_era era;
	enum fw20_list list;
	uint16_t flags;
	struct packet20 packet;
	const char *want;
} log_cases[] = {
	{ "input deny",
	  ERA_2_0,
	  FW20_INPUT,
	  0,
	  { .proto = IPPROTO_TCP },
	  "6 IP fw-in deny eth0 TCP 192.168.1.5:1030 10.0.0.9:23 L=44 S=0x00 "
	  "I=7 F=0x0000 T=64" },
	{ "redirect",
	  ERA_2_0,
	  FW20_INPUT,
	  FW20_ACCEPT | FW20_REDIR,
	  { .proto = IPPROTO_UDP },
	  "6 IP fw-in acc/r80 eth0 UDP 192.168.1.5:1030 10.0.0.9:23 L=44 "
	  "S=0x00 I=7 F=0x0000 T=64" },
	{ "masquerade, another protocol",
	  ERA_2_0,
	  FW20_FORWARD,
	  FW20_ACCEPT | FW20_MASQ,
	  { .proto = 47 },
	  "6 IP fw-fwd acc/masq eth0 PROTO=47 192.168.1.5 10.0.0.9 L=44 S=0x00 "
	  "I=7 F=0x0000 T=64" },
	{ "output reject, ICMP, TOS before the change",
	  ERA_2_0,
	  FW20_OUTPUT,
	  FW20_ICMPRPL,
	  { .proto = IPPROTO_ICMP, .type = 8, .tos = 0x1E, .frag = IP_DF },
	  "6 IP fw-out rej eth0 ICMP/8 192.168.1.5 10.0.0.9 L=44 S=0x1E I=7 "
	  "F=0x4000 T=64" },
	{ "accounting",
	  ERA_2_0,
	  FW20_ACCT,
	  0,
	  { .proto = IPPROTO_TCP, .frag = 3 },
	  "6 IP acct in eth0 TCP 192.168.1.5:65535 10.0.0.9:65535 L=44 S=0x00 "
	  "I=7 F=0x0003 T=64" },
	{ "1.3",
	  ERA_1_3,
	  FW20_INPUT,
	  FW20_ICMPRPL,
	  { .proto = IPPROTO_TCP },
	  "6 Reject TCP 192.168.1.5:1030 10.0.0.9:23" },
	{ "1.3, UDP",
	  ERA_1_3,
	  FW20_FORWARD,
	  FW20_ACCEPT,
	  { .proto = IPPROTO_UDP },
	  "6 Accept UDP ICMP 192.168.1.5:1030 10.0.0.9:23" },
	{ "1.3, accounting",
	  ERA_1_3,
	  FW20_ACCT,
	  0,
	  { .proto = 47 },
	  "6 p=47 192.168.1.5 10.0.0.9" },
};

static void log_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(log_cases) / sizeof(log_cases[0]); i++) {
		const struct log_case *c = &log_cases[i];
		struct fw20_rule r = { .flags = c->flags | FW20_PRN,
				       .port = { 80 },
				       .tos_xor = 0x10 };

		host20_boot(&h, c->era);
		host20_counts(&h, c->list, &r, &c->packet, ACCT_IN);
		if (strcmp(h.log, c->want) != 0)
			fail_msg("%s: got %s, want %s", c->name, h.log,
				 c->want);
	}
}

/* Options are shown as a little-endian machine reads them. */
static void log_of_options(void **state)
{
	struct fw20_rule r = { .flags = FW20_PRN };
	struct packet20 packet = { .proto = 47, .len = 44 };
	struct made20 m;

	(void)state;
	host20_boot(&h, ERA_2_0);
	list_append(&h.fw, FW20_INPUT, &r);
	packet20_make(&m, &packet);
	m.info.ihl = 28;
	memcpy(m.bytes + 20, "\x94\x04\x00\x01\x01\x01\x01\x00", 8);
	list_run(&h.fw, FW20_INPUT, HOST20_ETH0, &m.pkt, &m.info);
	assert_non_null(strstr(h.log, " T=64 O=0x01000494 O=0x00010101"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verdicts),  cmocka_unit_test(policies),
		cmocka_unit_test(checks),    cmocka_unit_test(tos_changes),
		cmocka_unit_test(log_lines), cmocka_unit_test(log_of_options),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	host20_free(&h);
	return failed;
}
