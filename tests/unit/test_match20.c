/* One packet against one rule of the fixed lists, as 2.0 and 1.3 saw it. */
#include "engine/match20.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/cksum.h"
#include "engine/pkt.h"
#include "engine/state.h"
#include "tests/unit/cmocka.h"

enum {
	SRC = 0xC0A80105, /* 192.168.1.5 */
	DST = 0x0A000009,
	OUR = 0xC0A80101, /* eth0's */
	ETH0 = 0,
	SYN = 0x02,
	RST = 0x04,
	ACK = 0x10,
	ROOM = 64,
};

static struct fw fw;
static char logged[256];

static void keep_log(void *ctx, int level, const char *line)
{
	(void)ctx;
	snprintf(logged, sizeof(logged), "%d %s", level, line);
}

static void boot(enum fw_era era)
{
	static const struct fw_env env = { .log = keep_log };
	static struct fw_state *state;
	struct host_if *eth0;

	match20_free(&fw);
	if (!state)
		state = aligned_alloc(_Alignof(struct fw_state),
				      sizeof(*state));
	assert_non_null(state);
	fw_boot(&fw, state, NULL, &env, era);
	eth0 = fw_edit(&fw, &fw.st->host.ifs[ETH0], sizeof(*eth0));
	*eth0 = (struct host_if){ .name = { "eth0" },
				  .addr = OUR,
				  .flags = HOST_IF_UP };
	logged[0] = '\0';
}

/* A packet, from its case: what is not said is 192.168.1.5:1030 > 10.0.0.9:23.
 */
struct packet {
	uint8_t proto, tcp_flags, type, tos;
	uint16_t len; /* 0: 44 */
	uint16_t frag;
	uint16_t sport, dport;
	bool back; /* the other way round */
};

struct made {
	uint8_t bytes[ROOM];
	struct pkt pkt;
	struct pkt_info info;
};

static void make(struct made *m, const struct packet *p)
{
	uint16_t len = p->len ? p->len : 44;
	uint16_t sport = p->sport ? p->sport : 1030;
	uint16_t dport = p->dport ? p->dport : 23;
	uint8_t *b = m->bytes;

	*m = (struct made){ .bytes = { 0x45, p->tos } };
	m->info = (struct pkt_info){
		.src = p->back ? DST : SRC,
		.dst = p->back ? SRC : DST,
		.tot_len = len,
		.id = 7,
		.frag = p->frag,
		.ihl = 20,
		.proto = p->proto,
		.tos = p->tos,
		.ttl = 64,
	};
	put_be16(b + 2, len);
	put_be16(b + 4, 7);
	put_be16(b + 6, p->frag);
	b[8] = 64;
	b[9] = p->proto;
	put_be32(b + 12, m->info.src);
	put_be32(b + 16, m->info.dst);
	put_be16(b + 10, cksum_fold(cksum_add(0, b, 20)));
	put_be16(b + 20, p->back ? dport : sport);
	put_be16(b + 22, p->back ? sport : dport);
	if (p->proto == IPPROTO_ICMP)
		b[20] = p->type;
	b[33] = p->tcp_flags;
	m->pkt = (struct pkt){ .data = b, .len = len, .cap = ROOM };
}

/* Whether @rule counts a packet @how: by counters, so that it says nothing of
 * policies. */
static bool counts(enum fw20_list list, const struct fw20_rule *rule,
		   const struct packet *packet, enum acct_direction direction)
{
	const struct fw20_slot *slot;
	struct made m;

	make(&m, packet);
	assert_int_equal(list_append(&fw, list, rule), 0);
	slot = &fw.st->rule20[fw.st->lists.first[list]];
	if (list == FW20_ACCT)
		list_account(&fw, direction, ETH0, &m.pkt, &m.info);
	else
		list_run(&fw, list, ETH0, &m.pkt, &m.info);
	if (slot->packets)
		assert_int_equal(slot->bytes, m.info.tot_len);
	return slot->packets;
}

static const struct match_case {
	const char *name;
	struct fw20_rule rule;
	struct packet packet;
	bool in_2_0, in_1_3;
} match_cases[] = {
	{ "all takes all", { .flags = FW20_ALL }, { .proto = 47 }, true, true },
	{ "address",
	  { .src = SRC, .smask = UINT32_MAX, .dst = DST, .dmask = UINT32_MAX },
	  { .proto = IPPROTO_TCP },
	  true,
	  true },
	{ "address, wrong way",
	  { .src = SRC, .smask = UINT32_MAX },
	  { .proto = IPPROTO_TCP, .back = true },
	  false,
	  false },
	{ "bidirectional",
	  { .src = SRC, .smask = UINT32_MAX, .flags = FW20_BIDIR },
	  { .proto = IPPROTO_TCP, .back = true },
	  true,
	  true },
	{ "an address outside its mask never matches",
	  { .src = SRC, .smask = 0xFFFFFF00 },
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
	  { .via_addr = OUR },
	  { .proto = IPPROTO_TCP },
	  true,
	  true },
	{ "other interface address",
	  { .via_addr = OUR + 1 },
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

		boot(ERA_2_0);
		got = counts(FW20_FORWARD, &c->rule, &c->packet, ACCT_IN);
		if (got != c->in_2_0)
			fail_msg("%s: 2.0: got %d", c->name, got);
		boot(ERA_1_3);
		got = counts(FW20_FORWARD, &c->rule, &c->packet, ACCT_IN);
		if (got != c->in_1_3)
			fail_msg("%s: 1.3: got %d", c->name, got);
	}
}

static void names_of_devices(void **state)
{
	struct fw20_rule eth0 = { .via = { "eth0" } };
	struct fw20_rule eth01 = { .via = { "eth01" } };
	struct packet packet = { .proto = IPPROTO_UDP };

	(void)state;
	boot(ERA_2_0);
	assert_true(counts(FW20_INPUT, &eth0, &packet, ACCT_IN));
	boot(ERA_2_0);
	assert_false(counts(FW20_INPUT, &eth01, &packet, ACCT_IN));
}

static const struct acct_case {
	const char *name;
	struct fw20_rule rule;
	struct packet packet;
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

		boot(ERA_2_0);
		in = counts(FW20_ACCT, &c->rule, &c->packet, ACCT_IN);
		boot(ERA_2_0);
		out = counts(FW20_ACCT, &c->rule, &c->packet, ACCT_OUT);
		if (in != c->in || out != c->out)
			fail_msg("%s: got %d %d, want %d %d", c->name, in, out,
				 c->in, c->out);
	}
}

static void accounting_goes_on(void **state)
{
	struct fw20_rule r = { .flags = 0 };
	struct packet packet = { .proto = 47 };

	(void)state;
	boot(ERA_2_0);
	list_append(&fw, FW20_ACCT, &r);
	assert_true(counts(FW20_ACCT, &r, &packet, ACCT_IN));
	assert_int_equal(fw.st->rule20[fw.st->lists.last[FW20_ACCT]].packets,
			 1);
}

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
	.src = SRC,
	.dst = DST,
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
		struct packet packet = { .proto = IPPROTO_TCP };
		struct fw_answer got;
		struct made m;
		int error;

		boot(ERA_2_0);
		make(&m, &packet);
		list_append(&fw, FW20_INPUT, &r);
		got = list_run(&fw, FW20_INPUT, ETH0, &m.pkt, &m.info);
		error = list_check(&fw, FW20_INPUT, &probe, OUR);
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
		struct packet packet = { .proto = IPPROTO_TCP };
		struct fw_answer got;
		struct made m;

		boot(ERA_2_0);
		make(&m, &packet);
		list_policy(&fw, FW20_FORWARD, cases[i].policy);
		got = list_run(&fw, FW20_FORWARD, ETH0, &m.pkt, &m.info);
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
	boot(ERA_2_0);
	list_append(&fw, FW20_FORWARD, &r);
	assert_int_equal(list_check(&fw, FW20_FORWARD, &probe, OUR),
			 -ECONNRESET);
	assert_int_equal(fw.st->rule20[0].packets, 0);
	assert_int_equal(list_check(&fw, FW20_FORWARD, &probe, OUR + 1),
			 -EINVAL);
	assert_int_equal(list_check(&fw, FW20_FORWARD, &other, OUR), -EINVAL);
	assert_int_equal(list_check(&fw, FW20_FORWARD, &long_header, OUR),
			 -EINVAL);
	assert_int_equal(list_check(&fw, FW20_ACCT, &probe, OUR), -ENOPROTOOPT);
	boot(ERA_1_3);
	list_append(&fw, FW20_FORWARD, &r);
	assert_int_equal(list_check(&fw, FW20_FORWARD, &other, OUR + 1), 0);
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
		struct packet packet = { .proto = IPPROTO_UDP, .tos = 0x08 };
		struct made m;

		boot(c->era);
		make(&m, &packet);
		list_append(&fw, FW20_INPUT, &r);
		list_run(&fw, FW20_INPUT, ETH0, &m.pkt, &m.info);
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
	struct packet packet;
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

		boot(c->era);
		counts(c->list, &r, &c->packet, ACCT_IN);
		if (strcmp(logged, c->want) != 0)
			fail_msg("%s: got %s, want %s", c->name, logged,
				 c->want);
	}
}

/* Options are shown as a little-endian machine reads them. */
static void log_of_options(void **state)
{
	struct fw20_rule r = { .flags = FW20_PRN };
	struct packet packet = { .proto = 47, .len = 44 };
	struct made m;

	(void)state;
	boot(ERA_2_0);
	list_append(&fw, FW20_INPUT, &r);
	make(&m, &packet);
	m.info.ihl = 28;
	memcpy(m.bytes + 20, "\x94\x04\x00\x01\x01\x01\x01\x00", 8);
	list_run(&fw, FW20_INPUT, ETH0, &m.pkt, &m.info);
	assert_non_null(strstr(logged, " T=64 O=0x01000494 O=0x00010101"));
}

/* A rule that another process spoilt is not read beyond its ports. */
static void spoilt_rule(void **state)
{
	struct fw20_rule r = { .flags = FW20_TCP };
	struct packet packet = { .proto = IPPROTO_TCP };
	struct fw20_slot *slot;
	struct made m;

	(void)state;
	boot(ERA_2_0);
	list_append(&fw, FW20_INPUT, &r);
	slot = fw_edit(&fw, &fw.st->rule20[0], sizeof(*slot));
	slot->rule.n_src = 65535;
	slot->next = 0; /* in a circle */
	make(&m, &packet);
	assert_int_equal(
		list_run(&fw, FW20_INPUT, ETH0, &m.pkt, &m.info).verdict,
		FW_V_ACCEPT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_match),
		cmocka_unit_test(names_of_devices),
		cmocka_unit_test(accounting),
		cmocka_unit_test(accounting_goes_on),
		cmocka_unit_test(verdicts),
		cmocka_unit_test(policies),
		cmocka_unit_test(checks),
		cmocka_unit_test(tos_changes),
		cmocka_unit_test(log_lines),
		cmocka_unit_test(log_of_options),
		cmocka_unit_test(spoilt_rule),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	match20_free(&fw);
	return failed;
}
