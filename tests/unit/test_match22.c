/* engine/match22: what a rule matches and does, jumps, loops, log lines. */
#include "engine/match22.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/cksum.h"
#include "engine/chains.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/host22.h"

#define ANY .sport = { 0, 65535 }, .dport = { 0, 65535 }

/* One rule, one packet: does it match? The rest of both is "anything". */
static const struct match_case {
	const char *name;
	struct fw_rule rule;
	struct sample packet;
	bool want;
} matches[] = {
	{ "anything", { ANY }, { .proto = 6 }, true },
	{ "source",
	  { ANY, .src = 0x0A000000, .smask = 0xFF000000 },
	  { .src = 0x0A010203 },
	  true },
	{ "other source",
	  { ANY, .src = 0x0A000000, .smask = 0xFF000000 },
	  { .src = 0x0B010203 },
	  false },
	{ "inverted source",
	  { ANY, .src = 0x0A000000, .smask = 0xFF000000, .inv = 1 },
	  { .src = 0x0B010203 },
	  true },
	{ "bits outside the mask",
	  { ANY, .src = 0x0A000001, .smask = 0xFF000000 },
	  { .src = 0x0A000001 },
	  false },
	{ "bits outside it, inverted",
	  { ANY, .src = 0x0A000001, .smask = 0xFF000000, .inv = 1 },
	  { .src = 0x0A000001 },
	  true },
	{ "mask with holes",
	  { ANY, .dst = 0x0A000005, .dmask = 0xFF0000FF },
	  { .dst = 0x0A778805 },
	  true },
	{ "other destination",
	  { ANY, .dst = 0x0A000005, .dmask = 0xFF0000FF },
	  { .dst = 0x0A778806 },
	  false },
	{ "interface", { ANY, .via = { "eth0" } }, { .via = "eth0" }, true },
	{ "longer name", { ANY, .via = { "eth" } }, { .via = "eth0" }, false },
	{ "its wildcard",
	  { ANY, .via = { "eth" }, .flags = FW_F_WILDIF },
	  { .via = "eth0" },
	  true },
	{ "wildcard of more letters",
	  { ANY, .via = { "eth01" }, .flags = FW_F_WILDIF },
	  { .via = "eth0" },
	  false },
	{ "alias", { ANY, .via = { "eth0" } }, { .via = "eth0:1" }, false },
	{ "not this one",
	  { ANY, .via = { "eth1" }, .inv = FW_INV_VIA },
	  { .via = "eth0" },
	  true },
	{ "not any: never", { ANY, .inv = FW_INV_VIA }, { .via = "x" }, false },
	{ "16 letters",
	  { ANY, .via = { "abcdefghijklmnop" } },
	  { .via = "abcdefghijklmnop" },
	  false },
	{ "fragments", { ANY, .flags = 4 }, { .frag = 0x0003 }, true },
	{ "too short for ports",
	  { ANY, .flags = 4 },
	  { .proto = 6, .tot_len = 35 },
	  true },
	{ "long enough",
	  { ANY, .flags = 4 },
	  { .proto = 6, .tot_len = 36 },
	  false },
	{ "head of fragments", { ANY, .flags = 4 }, { .frag = IP_MF }, false },
	{ "no fragments",
	  { ANY, .flags = 4, .inv = 0x80 },
	  { .frag = 0x0003 },
	  false },
	{ "head is none",
	  { ANY, .flags = 4, .inv = 0x80 },
	  { .frag = IP_MF },
	  true },
	{ "SYN",
	  { ANY, .proto = 6, .flags = 2 },
	  { .proto = 6, .tcp_flags = 0x02 },
	  true },
	{ "SYN and ACK",
	  { ANY, .proto = 6, .flags = 2 },
	  { .proto = 6, .tcp_flags = 0x12 },
	  false },
	{ "SYN and RST, inverted",
	  { ANY, .proto = 6, .flags = 2, .inv = 0x40 },
	  { .proto = 6, .tcp_flags = 0x06 },
	  true },
	{ "SYN of a fragment",
	  { ANY, .proto = 6, .flags = 2 },
	  { .proto = 6, .frag = 3 },
	  false },
	{ "SYN of a fragment, inverted",
	  { ANY, .proto = 6, .flags = 2, .inv = 0x40 },
	  { .proto = 6, .frag = 3 },
	  false },
	{ "protocol", { ANY, .proto = 17 }, { .proto = 17 }, true },
	{ "other protocol", { ANY, .proto = 17 }, { .proto = 6 }, false },
	{ "not that one",
	  { ANY, .proto = 17, .inv = FW_INV_PROTO },
	  { .proto = 6 },
	  true },
	{ "262 is not 6", { ANY, .proto = 262 }, { .proto = 6 }, false },
	{ "not 262",
	  { ANY, .proto = 262, .inv = FW_INV_PROTO },
	  { .proto = 6 },
	  true },
	{ "lowest port",
	  { .proto = 6, .sport = { 10, 20 }, .dport = { 0, 65535 } },
	  { .proto = 6, .sport = 10 },
	  true },
	{ "highest port",
	  { .proto = 6, .sport = { 10, 20 }, .dport = { 0, 65535 } },
	  { .proto = 6, .sport = 20 },
	  true },
	{ "one more",
	  { .proto = 6, .sport = { 10, 20 }, .dport = { 0, 65535 } },
	  { .proto = 6, .sport = 21 },
	  false },
	{ "not the range",
	  { .proto = 6, .sport = { 0, 65535 }, .dport = { 5, 5 }, .inv = 0x10 },
	  { .proto = 6, .dport = 6 },
	  true },
	{ "nothing is outside all",
	  { ANY, .proto = 6, .inv = 0x10 },
	  { .proto = 6, .dport = 6 },
	  false },
	{ "of a fragment everything is",
	  { ANY, .proto = 6, .inv = 0x10 },
	  { .proto = 6, .frag = 3 },
	  true },
	{ "a fragment's port",
	  { .proto = 6, .sport = { 0, 65535 }, .dport = { 1, 65535 } },
	  { .proto = 6, .frag = 3 },
	  false },
	{ "no protocol, no port test",
	  { ANY, .inv = 0x18 },
	  { .proto = 6 },
	  true },
	{ "range upside down",
	  { .proto = 6, .sport = { 20, 10 }, .dport = { 0, 65535 } },
	  { .proto = 6, .sport = 15 },
	  false },
	{ "ICMP type and code",
	  { .proto = 1, .sport = { 8, 8 }, .dport = { 0, 0 } },
	  { .proto = 1, .sport = 8 },
	  true },
};

static void rules_match(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(matches) / sizeof(matches[0]); i++) {
		const struct match_case *c = &matches[i];
		struct fw_ifname via =
			ifname(c->packet.via ? c->packet.via : "eth0");
		uint8_t bytes[SAMPLE_BYTES];
		struct pkt_info info;
		struct host22 h;
		struct pkt p;

		host22_open(&h);
		assert_int_equal(chain_append(&h.fw, "input", &c->rule), 0);
		sample_make(&c->packet, bytes, &p, &info);
		chain_run(&h.fw, FW_INPUT, &via, &p, &info);
		if (h.fw.st->rule[0].count.packets != c->want)
			fail_msg("%s: got %d, want %d", c->name, !c->want,
				 c->want);
		host22_close(&h);
	}
}

/* Hosts with the chains a, b and c; rules are "chain target", a line each. */
static void rules_add(struct host22 *h, const char *const *rule)
{
	static const char *const chains[] = { "a", "b", "c" };

	host22_open(h);
	for (int i = 0; i < 3; i++)
		assert_int_equal(chain_create(&h->fw, chains[i]), 0);
	for (; *rule; rule++) {
		const char *blank = strchr(*rule, ' ');
		struct fw_rule r = rule_any(blank + 1);
		char chain[FW_LABEL_MAX + 1] = "";

		memcpy(chain, *rule, (size_t)(blank - *rule));
		assert_int_equal(chain_append(&h->fw, chain, &r), 0);
	}
}

/* Walks of one packet, and of a CHECK of it in the same chain. */
static const struct walk_case {
	const char *name;
	const char *rules[8];
	const char *chain; /* of the CHECK */
	enum fw_verdict verdict;
	int check;
	const char *log;
} walks[] = {
	{ "policy", { NULL }, "input", FW_V_ACCEPT, 0, NULL },
	{ "first verdict",
	  { "input ", "input DENY", "input ACCEPT" },
	  "input",
	  FW_V_DENY,
	  -ETIMEDOUT,
	  NULL },
	{ "REJECT", { "input REJECT" }, "input", FW_V_REJECT, -111, NULL },
	{ "MASQ", { "input MASQ" }, "input", FW_V_MASQ, -104, NULL },
	{ "REDIRECT",
	  { "input REDIRECT" },
	  "input",
	  FW_V_REDIRECT,
	  -103,
	  NULL },
	{ "RETURN is the policy",
	  { "input RETURN", "input DENY" },
	  "input",
	  FW_V_ACCEPT,
	  0,
	  NULL },
	{ "into a chain and back",
	  { "input a", "input DENY", "a ", "a b", "b RETURN", "b ACCEPT" },
	  "input",
	  FW_V_DENY,
	  -ETIMEDOUT,
	  NULL },
	{ "twice into one chain",
	  { "input a", "input a", "input MASQ", "a b", "b " },
	  "input",
	  FW_V_MASQ,
	  -104,
	  NULL },
	{ "end of a user chain",
	  { "a b", "b RETURN" },
	  "a",
	  FW_V_ACCEPT,
	  -ENFILE,
	  NULL },
	{ "loop",
	  { "input a", "a b", "b c", "c a" },
	  "input",
	  FW_V_DENY,
	  -ELOOP,
	  "IP firewall: Loop detected at `a'.\n"
	  "Chain backtrace: c<-b<-a<-input\n" },
	{ "loop of one",
	  { "input b", "b b" },
	  "input",
	  FW_V_DENY,
	  -ELOOP,
	  "IP firewall: Loop detected at `b'.\n"
	  "Chain backtrace: b<-input\n" },
	{ "a CHECK enters its chain once more",
	  { "a a" },
	  "a",
	  FW_V_ACCEPT,
	  -ELOOP,
	  NULL },
};

static void walks_end(void **state)
{
	static const struct sample s = { .proto = 6 };
	struct fw_probe probe = { .ihl = 5, .proto = 6, .tot_len = 15360 };
	struct fw_ifname via = ifname("eth0");

	(void)state;
	for (size_t i = 0; i < sizeof(walks) / sizeof(walks[0]); i++) {
		const struct walk_case *c = &walks[i];
		uint8_t bytes[SAMPLE_BYTES];
		struct pkt_info info;
		struct fw_answer a;
		struct host22 h;
		struct pkt p;
		int check;

		rules_add(&h, c->rules);
		sample_make(&s, bytes, &p, &info);
		check = chain_check(&h.fw, c->chain, &probe);
		if (check != c->check || h.log.s)
			fail_msg("CHECK of %s: got %d, want %d, log %s",
				 c->name, check, c->check, h.log.s);
		for (int twice = 0; twice < 2; twice++) {
			struct text log;

			a = chain_run(&h.fw, FW_INPUT, &via, &p, &info);
			log = host22_log(&h);
			if (a.verdict != c->verdict)
				fail_msg("%s: got %u, want %u", c->name,
					 a.verdict, c->verdict);
			if (!c->log != !log.s ||
			    (c->log && strcmp(c->log, log.s)))
				fail_msg("%s: logs %s", c->name, log.s);
			text_fini(&log);
		}
		host22_close(&h);
	}
}

static void checks_are_refused(void **state)
{
	struct fw_probe probe = { .ihl = 6 };
	struct host22 h;

	(void)state;
	host22_open(&h);
	assert_int_equal(chain_check(&h.fw, "none", &probe), -ENOENT);
	assert_int_equal(chain_check(&h.fw, "input", &probe), -EINVAL);
	host22_close(&h);
}

static void jumps_go_as_deep_as_there_are_chains(void **state)
{
	static const struct sample s = { .proto = 6 };
	struct fw_ifname via = ifname("eth0");
	char label[2][FW_LABEL_MAX + 1] = { "input" };
	uint8_t bytes[SAMPLE_BYTES];
	struct fw_rule r;
	struct pkt_info info;
	struct host22 h;
	struct pkt p;

	(void)state;
	host22_open(&h);
	for (unsigned i = 0; i < 300; i++) {
		snprintf(label[1], sizeof(label[1]), "c%u", i % 1000);
		assert_int_equal(chain_create(&h.fw, label[1]), 0);
		r = rule_any(label[1]);
		assert_int_equal(chain_append(&h.fw, label[0], &r), 0);
		memcpy(label[0], label[1], sizeof(label[0]));
	}
	r = rule_any("DENY");
	assert_int_equal(chain_append(&h.fw, label[0], &r), 0);
	sample_make(&s, bytes, &p, &info);
	assert_int_equal(chain_run(&h.fw, FW_INPUT, &via, &p, &info).verdict,
			 FW_V_DENY);
	host22_close(&h);
}

/* In this order: count, log, TOS, mark; the checksum unless it is denied. */
static void a_match_acts(void **state)
{
	static const struct sample s = { .proto = 6,
					 .src = 0xC0A80102,
					 .dst = 0x0A000009,
					 .sport = 1025,
					 .dport = 80,
					 .tcp_flags = 2,
					 .tos = 0x10 };
	struct fw_ifname via = ifname("eth0");
	struct fw_rule r = rule_any("");
	uint8_t bytes[SAMPLE_BYTES];
	struct pkt_info info;
	struct fw_answer a;
	struct text log;
	struct host22 h;
	struct pkt p;

	(void)state;
	host22_open(&h);
	r.flags = FW_F_LOG;
	r.tos_and = 0x01;
	r.tos_xor = 0x08;
	r.mark = 5;
	assert_int_equal(chain_append(&h.fw, "input", &r), 0);
	memcpy(r.target, "REDIRECT", 9);
	r.mark = 0xFFFFFFFF;
	assert_int_equal(chain_append(&h.fw, "input", &r), 0);
	sample_make(&s, bytes, &p, &info);
	a = chain_run(&h.fw, FW_INPUT, &via, &p, &info);
	log = host22_log(&h);
	assert_string_equal(
		log.s,
		"Packet log: input - eth0 PROTO=6 192.168.1.2:1025 10.0.0.9:80 "
		"L=40 S=0x10 I=1 F=0x0000 T=64 SYN (#1)\n"
		"Packet log: input REDIRECT 0 eth0 PROTO=6 192.168.1.2:1025 "
		"10.0.0.9:80 L=40 S=0x08 I=1 F=0x0000 T=64 SYN (#2)\n");
	text_fini(&log);
	assert_int_equal(a.verdict, FW_V_REDIRECT);
	assert_int_equal(a.redir_port, 80);
	assert_int_equal(p.mark, 4);
	assert_int_equal(bytes[1], 0x08);
	assert_int_equal(cksum_fold(cksum_add(0, bytes, 20)), 0);
	assert_int_equal(h.fw.st->rule[1].count.bytes, 40);
	assert_int_equal(h.fw.st->chain[FW_INPUT].count.packets, 0);
	host22_close(&h);
}

static void options_are_logged_as_i386_loads_them(void **state)
{
	static const struct sample s = { .proto = 1,
					 .sport = 8,
					 .tot_len = 44 };
	static const uint8_t alert[] = { 0x94, 0x04, 0x00, 0x00 };
	struct fw_ifname via = ifname("eth0");
	struct fw_rule r = rule_any("DENY");
	uint8_t bytes[SAMPLE_BYTES];
	struct pkt_info info;
	struct text log;
	struct host22 h;
	struct pkt p;

	(void)state;
	host22_open(&h);
	r.flags = FW_F_LOG;
	assert_int_equal(chain_append(&h.fw, "output", &r), 0);
	sample_make(&s, bytes, &p, &info);
	info.ihl = 24;
	memcpy(bytes + 20, alert, sizeof(alert));
	chain_run(&h.fw, FW_OUTPUT, &via, &p, &info);
	log = host22_log(&h);
	assert_string_equal(log.s,
			    "Packet log: output DENY eth0 PROTO=1 0.0.0.0:8 "
			    "0.0.0.0:0 L=44 S=0x00 I=1 F=0x0000 T=64 "
			    "O=0x00000494 (#1)\n");
	text_fini(&log);
	host22_close(&h);
}

static const struct suspect_case {
	const char *name;
	struct sample packet;
	const char *log; /* its first line, or NULL */
} suspects[] = {
	{ "TCP at 8", { .proto = 6, .frag = 1 }, "Suspect TCP fragment." },
	{ "TCP at 8, more", { .proto = 6, .frag = 0x2001 }, "Suspect TCP" },
	{ "TCP at 16", { .proto = 6, .frag = 2 }, NULL },
	{ "UDP at 8", { .proto = 17, .frag = 1 }, NULL },
	{ "short TCP head",
	  { .proto = 6, .frag = IP_MF, .tot_len = 35 },
	  "Suspect short first fragment." },
	{ "TCP head", { .proto = 6, .frag = IP_MF, .tot_len = 36 }, NULL },
	{ "short TCP", { .proto = 6, .tot_len = 35 }, NULL },
	{ "short UDP head",
	  { .proto = 17, .frag = IP_MF, .tot_len = 27 },
	  "Suspect short" },
	{ "GRE head", { .proto = 47, .frag = IP_MF, .tot_len = 20 }, NULL },
};

static void suspects_are_denied_before_any_rule(void **state)
{
	struct fw_ifname via = ifname("ppp0");
	uint8_t bytes[SAMPLE_BYTES];
	struct pkt_info info;
	struct host22 h;
	struct pkt p;

	(void)state;
	for (size_t i = 0; i < sizeof(suspects) / sizeof(suspects[0]); i++) {
		const struct suspect_case *c = &suspects[i];
		enum fw_verdict want = c->log ? FW_V_DENY : FW_V_ACCEPT, got;
		const struct fw_counter *policy;

		host22_open(&h);
		sample_make(&c->packet, bytes, &p, &info);
		got = chain_run(&h.fw, FW_INPUT, &via, &p, &info).verdict;
		policy = &h.fw.st->chain[FW_INPUT].count;
		if (got != want || policy->packets != !c->log)
			fail_msg("%s: got %u, want %u", c->name, got, want);
		if (!c->log != !h.log.s ||
		    (c->log && strncmp(c->log, h.log.s, strlen(c->log))))
			fail_msg("%s: logs %s", c->name, h.log.s);
		host22_close(&h);
	}
}

static void now_is(struct host22 *h, ticks_t now)
{
	h->state->g.now = now;
}

/* 5 s a message, ten in a burst; the second line is free. */
static void suspects_are_logged_at_a_rate(void **state)
{
	static const struct sample s = { .proto = 6, .frag = 1 };
	struct fw_ifname via = ifname("ppp0");
	uint8_t bytes[SAMPLE_BYTES];
	struct pkt_info info;
	struct text log;
	struct host22 h;
	struct pkt p;

	(void)state;
	host22_open(&h);
	sample_make(&s, bytes, &p, &info);
	for (int i = 0; i < 10; i++) {
		chain_run(&h.fw, FW_INPUT, &via, &p, &info);
		log = host22_log(&h);
		assert_string_equal(log.s,
				    "Suspect TCP fragment.\n"
				    "ppp0 PROTO=6 0.0.0.0:0 0.0.0.0:0 L=40 "
				    "S=0x00 I=1 F=0x0001 T=64 (#0)\n");
		text_fini(&log);
	}
	now_is(&h, 499);
	chain_run(&h.fw, FW_INPUT, &via, &p, &info);
	chain_run(&h.fw, FW_INPUT, &via, &p, &info);
	assert_null(h.log.s);
	now_is(&h, 500);
	chain_run(&h.fw, FW_INPUT, &via, &p, &info);
	log = host22_log(&h);
	assert_int_equal(
		strncmp(log.s, "NET: 2 messages suppressed.\nSuspect TCP", 39),
		0);
	text_fini(&log);
	host22_close(&h);
}

/* A compiled chain does not outlive a change, wherever that is made. */
static void changes_are_seen_at_once(void **state)
{
	static const struct sample s = { .proto = 6 };
	struct fw_ifname via = ifname("eth0");
	struct fw_rule r = rule_any("DENY"), narrow = rule_any("REJECT");
	uint8_t bytes[SAMPLE_BYTES];
	struct pkt_info info;
	struct host22 h;
	struct pkt p;

	(void)state;
	host22_open(&h);
	sample_make(&s, bytes, &p, &info);
#define VERDICT chain_run(&h.fw, FW_INPUT, &via, &p, &info).verdict
	narrow.smask = UINT32_MAX;
	for (narrow.src = 1; narrow.src < 100; narrow.src++)
		assert_int_equal(chain_append(&h.fw, "input", &narrow), 0);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(VERDICT, FW_V_ACCEPT);
	assert_int_equal(chain_append(&h.fw, "input", &r), 0);
	assert_int_equal(VERDICT, FW_V_DENY);
	assert_int_equal(chain_delete_num(&h.fw, "input", 100), 0);
	assert_int_equal(VERDICT, FW_V_ACCEPT);
	narrow.smask = narrow.src = 0;
	assert_int_equal(chain_replace(&h.fw, "input", 50, &narrow), 0);
	assert_int_equal(VERDICT, FW_V_REJECT);
	assert_int_equal(chain_flush(&h.fw, "input"), 0);
	assert_int_equal(chain_policy(&h.fw, "input", "DENY"), 0);
	assert_int_equal(VERDICT, FW_V_DENY);
#undef VERDICT
	host22_close(&h);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_match),
		cmocka_unit_test(walks_end),
		cmocka_unit_test(checks_are_refused),
		cmocka_unit_test(jumps_go_as_deep_as_there_are_chains),
		cmocka_unit_test(a_match_acts),
		cmocka_unit_test(options_are_logged_as_i386_loads_them),
		cmocka_unit_test(suspects_are_denied_before_any_rule),
		cmocka_unit_test(suspects_are_logged_at_a_rate),
		cmocka_unit_test(changes_are_seen_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
