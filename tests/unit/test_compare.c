/*
 * compare/: what decision diagrams say of a packet is what the engine does with
 * it, for random rules of all eras; and what is told of differences.
 */
#include "compare/difference.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "compare/rules.h"
#include "core/bytes.h"
#include "engine/match20.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/host22.h"
#include "tests/unit/random22.h"

enum { SETS = 150, PACKETS = 400, MOST_RULES = 40, OUR = 0xC0A80101 };

/* A host with interfaces that rules may name, eth0 the first. */
static const char *const ifs[] = { "eth0", "eth1", "ppp0", "lo" };
enum { IFS = sizeof(ifs) / sizeof(ifs[0]) };

static void open_host(struct host22 *h, enum fw_era era)
{
	host22_open(h);
	fw_fini(&h->fw);
	fw_boot(&h->fw, h->state, NULL, &h->env, era);
	for (uint32_t i = 0; i < IFS; i++) {
		struct host_if *f =
			fw_edit(&h->fw, &h->fw.st->host.ifs[i], sizeof(*f));

		*f = (struct host_if){ .name = ifname(ifs[i]),
				       .addr = OUR + i,
				       .flags = HOST_IF_UP };
	}
}

static void some_chains(struct host22 *h)
{
	static const char *const policies[] = { "ACCEPT", "DENY", "REJECT" };

	for (int c = 3; c < RANDOM_CHAINS; c++)
		assert_int_equal(chain_create(&h->fw, random_chains[c]), 0);
	for (int c = 0; c < RANDOM_CHAINS; c++) {
		uint32_t n = random_below(MOST_RULES);

		while (n--) {
			struct fw_rule r = random_rule(random_one_in(3));

			assert_int_equal(
				chain_append(&h->fw, random_chains[c], &r), 0);
		}
	}
	for (int c = 0; c < 3; c++)
		assert_int_equal(chain_policy(&h->fw, random_chains[c],
					      policies[random_below(3)]),
				 0);
}

static struct fw20_rule some_rule20(void)
{
	struct fw_rule like = random_rule(random_one_in(3));
	struct fw20_rule r = { .src = like.src & like.smask,
			       .smask = like.smask,
			       .dst = like.dst & like.dmask,
			       .dmask = like.dmask,
			       .tos_and = like.tos_and,
			       .tos_xor = like.tos_xor };

	r.flags = (uint16_t)random_below(4);
	if (r.flags == FW20_TCP || r.flags == FW20_UDP) {
		r.n_src = (uint16_t)random_below(4);
		r.n_dst = (uint16_t)random_below(4);
	} else if (r.flags == FW20_ICMP) {
		r.n_src = (uint16_t)random_below(3);
	}
	for (int i = 0; i < FW20_PORTS; i++)
		r.port[i] = (uint16_t)random_below(20);
	r.flags |= (uint16_t)(random_below(FW20_MASK + 1) & ~FW20_KIND);
	if (random_one_in(2))
		r.flags &= (uint16_t) ~(FW20_TCPSYN | FW20_TCPACK);
	if (r.n_src < 2)
		r.flags &= (uint16_t)~FW20_SRANGE;
	if (r.n_dst < 2)
		r.flags &= (uint16_t)~FW20_DRANGE;
	if (random_one_in(4))
		r.via = ifname(ifs[random_below(IFS)]);
	if (random_one_in(4))
		r.via_addr = OUR + random_below(IFS + 1);
	return r;
}

static void some_lists(struct host22 *h)
{
	static const enum fw20_list lists[] = { FW20_FORWARD, FW20_INPUT,
						FW20_OUTPUT };
	static const int32_t policies[] = { 0, FW20_ACCEPT, FW20_ICMPRPL };
	bool is_1_3 = h->fw.st->g.era == ERA_1_3;

	for (int i = 0; i < (is_1_3 ? 2 : 3); i++) {
		uint32_t n = random_below(MOST_RULES);

		while (n--) {
			struct fw20_rule r = some_rule20();

			if (is_1_3) {
				r.flags &= FW20_MASK_1_3;
				r.via = (struct fw_ifname){ "" };
			}
			list_append(&h->fw, lists[i], &r); /* or is refused */
		}
		assert_int_equal(list_policy(&h->fw, lists[i],
					     policies[random_below(3)]),
				 0);
	}
}

/* A packet as both see it. */
struct probe {
	struct sample s;
	uint32_t ifindex;
	uint32_t at[FIELDS];
};

static uint32_t find_via(const struct headers *h, const char *name)
{
	uint32_t best = 0;
	size_t letters = 0;

	for (uint32_t i = 1; i < h->vias; i++) {
		size_t n = strlen(h->via[i].name.s);

		if (!h->via[i].beginning && !strcmp(h->via[i].name.s, name))
			return i;
		if (h->via[i].beginning && n > letters &&
		    !strncmp(h->via[i].name.s, name, n)) {
			best = i;
			letters = n;
		}
	}
	return best;
}

static void some_probe(const struct headers *h, struct probe *p)
{
	struct sample *s = &p->s;

	*s = random_packet();
	p->ifindex = random_below(IFS);
	s->via = ifs[p->ifindex];
	s->tot_len = 0;
	s->frag = random_one_in(6) ? (uint16_t)(2 + random_below(9)) : 0;
	if (s->proto == IPPROTO_ICMP) {
		s->sport &= 0xFF;
		s->dport &= 0xFF;
	}
	memset(p->at, 0, sizeof(p->at));
	p->at[FIELD_VIA] = find_via(h, s->via);
	for (uint32_t i = 1; i < h->via_addrs; i++)
		if (h->via_addr[i] == OUR + p->ifindex)
			p->at[FIELD_VIA_ADDR] = i;
	p->at[FIELD_PROTO] = s->proto;
	p->at[FIELD_LATER] = s->frag != 0;
	for (int i = 0; i < 4; i++) {
		p->at[FIELD_SRC + i] = s->src >> (24 - 8 * i) & 0xFF;
		p->at[FIELD_DST + i] = s->dst >> (24 - 8 * i) & 0xFF;
	}
	p->at[FIELD_SPORT] = p->at[FIELD_DPORT] = FW_PORT_MAX;
	p->at[FIELD_FLAGS] = FLAGS_NONE;
	if (s->frag || (s->proto != IPPROTO_TCP && s->proto != IPPROTO_UDP &&
			s->proto != IPPROTO_ICMP))
		return;
	p->at[FIELD_SPORT] = s->sport;
	p->at[FIELD_DPORT] = s->dport;
	if (s->proto == IPPROTO_TCP)
		p->at[FIELD_FLAGS] = (s->tcp_flags & 0x02 ? FLAG_SYN : 0) |
				     (s->tcp_flags & 0x04 ? FLAG_RST : 0) |
				     (s->tcp_flags & 0x10 ? FLAG_ACK : 0);
}

/* A verdict of the engine's, as outcomes name it. */
static uint32_t verdict_of(enum fw_verdict v)
{
	static const uint32_t verdicts[] = {
		[FW_V_ACCEPT] = VERDICT_ACCEPT,     [FW_V_DENY] = VERDICT_DENY,
		[FW_V_REJECT] = VERDICT_REJECT,     [FW_V_MASQ] = VERDICT_MASQ,
		[FW_V_REDIRECT] = VERDICT_REDIRECT,
	};

	return verdicts[v];
}

static struct fw_answer run(struct host22 *h, enum way way, struct probe *p,
			    struct pkt *pkt, struct pkt_info *info)
{
	static const enum fw_builtin chains[WAYS] = { FW_INPUT, FW_FORWARD,
						      FW_OUTPUT };
	static const enum fw20_list lists[WAYS] = { FW20_INPUT, FW20_FORWARD,
						    FW20_OUTPUT };
	struct fw_ifname via = ifname(p->s.via);

	if (h->fw.st->g.era == ERA_2_2)
		return chain_run(&h->fw, chains[way], &via, pkt, info);
	return list_run(&h->fw, lists[way], p->ifindex, pkt, info);
}

static void one_packet(struct host22 *h, const struct headers *hd,
		       const struct outcomes *o, const uint32_t way[WAYS])
{
	enum way w = random_below(WAYS);
	uint8_t bytes[SAMPLE_BYTES];
	const struct outcome *want;
	struct fw_answer a;
	struct pkt_info info;
	struct probe p;
	struct text log;
	struct pkt pkt;

	some_probe(hd, &p);
	sample_make(&p.s, bytes, &pkt, &info);
	assert_int_equal(diagram_at(hd->space, hd->packets, p.at), 1);
	want = &o->list[diagram_at(hd->space, way[w], p.at)];
	a = run(h, w, &p, &pkt, &info);
	log = host22_log(h);
	if (want->verdict != verdict_of(a.verdict))
		fail_msg("Linux %d, way %d, %s, protocol %d, %08x:%d > "
			 "%08x:%d, fragment %d, flags %02x: got verdict %u, "
			 "want %u",
			 h->fw.st->g.era, w, p.s.via, p.s.proto, p.s.src,
			 p.s.sport, p.s.dst, p.s.dport, p.s.frag, p.s.tcp_flags,
			 want->verdict, verdict_of(a.verdict));
	assert_int_equal(want->logged, log.s != NULL);
	text_fini(&log);
	if (a.verdict == FW_V_REDIRECT &&
	    (p.s.proto == IPPROTO_TCP || p.s.proto == IPPROTO_UDP))
		assert_int_equal(want->port ? want->port : p.at[FIELD_DPORT],
				 a.redir_port);
	if (a.verdict == FW_V_DENY || a.verdict == FW_V_REJECT)
		return;
	assert_int_equal((p.s.tos & want->tos_and) ^ want->tos_xor, bytes[1]);
	assert_int_equal(want->mark, pkt.mark);
}

static void one_set(enum fw_era era)
{
	struct outcomes o = { 0 };
	uint32_t way[WAYS];
	struct headers hd;
	struct host22 h;

	open_host(&h, era);
	if (era == ERA_2_2)
		some_chains(&h);
	else
		some_lists(&h);
	headers_init(&hd);
	rules_tell(&hd, &h.fw);
	assert_int_equal(headers_start(&hd), 0);
	assert_int_equal(rules_diagrams(&hd, &o, &h.fw, way), 0);
	for (int i = 0; i < PACKETS; i++)
		one_packet(&h, &hd, &o, way);
	headers_fini(&hd);
	outcomes_fini(&o);
	host22_close(&h);
}

static void diagrams_and_engine_agree(void **state)
{
	(void)state;
	for (int i = 0; i < SETS; i++) {
		one_set(ERA_2_2);
		one_set(ERA_2_0);
		one_set(ERA_1_3);
	}
}

/* Rules of two hosts, in ipchains' words for them, and what is told. */
struct rule_words {
	const char *chain, *target, *via;
	uint32_t src, smask, dst, dmask;
	uint16_t proto, flags, inv;
	uint16_t sport[2], dport[2]; /* [1] 0: all */
	uint8_t tos_xor;
	uint16_t mark, redir_port;
};

enum { RULES = 3 };

static const struct told_case {
	const char *name;
	struct rule_words old[RULES], new[RULES];
	bool verdict_only;
	const char *told; /* "": the same */
} told_cases[] = {
	{ "nothing", { { 0 } }, { { 0 } }, false, "" },
	{ "order that does not matter",
	  { { .chain = "input", .target = "DENY", .proto = 6 },
	    { .chain = "input", .target = "DENY", .proto = 17 } },
	  { { .chain = "input", .target = "DENY", .proto = 17 },
	    { .chain = "input", .target = "DENY", .proto = 6 } },
	  false,
	  "" },
	{ "halves that are a whole",
	  { { .chain = "input",
	      .target = "DENY",
	      .src = 0x0A000000,
	      .smask = 0xFF000000 } },
	  { { .chain = "input",
	      .target = "DENY",
	      .src = 0x0A000000,
	      .smask = 0xFF800000 },
	    { .chain = "input",
	      .target = "DENY",
	      .src = 0x0A800000,
	      .smask = 0xFF800000 } },
	  false,
	  "" },
	{ "a rule that never matters",
	  { { .chain = "output", .target = "REJECT" } },
	  { { .chain = "output", .target = "REJECT" },
	    { .chain = "output", .target = "ACCEPT", .proto = 6 } },
	  false,
	  "" },
	{ "everything",
	  { { 0 } },
	  { { .chain = "forward", .target = "MASQ" } },
	  false,
	  "forward: accepted -> masqueraded\n    all any -> any\n" },
	{ "ports",
	  { { 0 } },
	  { { .chain = "input",
	      .target = "DENY",
	      .proto = 6,
	      .dport = { 23, 25 } } },
	  false,
	  "input: accepted -> denied\n    tcp any -> any 23:25\n" },
	{ "all ports but some",
	  { { 0 } },
	  { { .chain = "input",
	      .target = "DENY",
	      .proto = 17,
	      .sport = { 53, 53 },
	      .inv = FW_INV_SPORT } },
	  false,
	  "input: accepted -> denied\n    udp any 0:52,54:65535 -> any\n" },
	{ "ICMP type and code",
	  { { 0 } },
	  { { .chain = "input",
	      .target = "DENY",
	      .proto = 1,
	      .sport = { 8, 8 } },
	    { .chain = "input",
	      .target = "DENY",
	      .proto = 1,
	      .sport = { 3, 3 },
	      .dport = { 4, 4 } } },
	  false,
	  "input: accepted -> denied\n    icmp any -> any type 3 code 4\n"
	  "    icmp any -> any type 8\n" },
	{ "interfaces",
	  { { .chain = "input", .target = "DENY", .via = "ppp+" } },
	  { { .chain = "input", .target = "DENY", .via = "ppp0" } },
	  false,
	  "input: denied -> accepted\n    ppp+ all any -> any\n" },
	{ "all interfaces but one",
	  { { .chain = "input", .target = "DENY" } },
	  { { .chain = "input", .target = "DENY", .via = "eth0" } },
	  false,
	  "input: denied -> accepted\n    not eth0 all any -> any\n" },
	{ "SYN",
	  { { 0 } },
	  { { .chain = "input",
	      .target = "REJECT",
	      .proto = 6,
	      .flags = FW_F_SYN } },
	  false,
	  "input: accepted -> rejected\n    tcp any -> any syn\n" },
	{ "all but SYN, and later fragments",
	  { { .chain = "input",
	      .target = "REJECT",
	      .proto = 6,
	      .flags = FW_F_SYN } },
	  { { .chain = "input", .target = "REJECT", .proto = 6 } },
	  false,
	  "input: accepted -> rejected\n    tcp any -> any not-syn\n"
	  "    tcp any -> any, later fragments\n" },
	{ "later fragments",
	  { { 0 } },
	  { { .chain = "input", .target = "DENY", .flags = FW_F_FRAG } },
	  false,
	  "input: accepted -> denied\n    all any -> any, later fragments\n" },
	{ "an address",
	  { { 0 } },
	  { { .chain = "input",
	      .target = "DENY",
	      .src = 0xC0A80103,
	      .smask = UINT32_MAX } },
	  false,
	  "input: accepted -> denied\n    all 192.168.1.3 -> any\n" },
	{ "all but a network",
	  { { 0 } },
	  { { .chain = "input",
	      .target = "DENY",
	      .dst = 0x0A000000,
	      .dmask = 0xFF000000,
	      .inv = FW_INV_DST } },
	  false,
	  "input: accepted -> denied\n    all any -> "
	  "0.0.0.0-9.255.255.255,11.0.0.0-255.255.255.255\n" },
	{ "a scattered mask",
	  { { 0 } },
	  { { .chain = "input",
	      .target = "DENY",
	      .src = 0x0A000001,
	      .smask = 0xFF0000FF } },
	  false,
	  "input: accepted -> denied\n    all 10.*.*.1 -> any\n" },
	{ "a user chain in place of its rules",
	  { { .chain = "input", .target = "DENY", .proto = 6 } },
	  { { .chain = "input", .target = "u1" },
	    { .chain = "u1", .target = "DENY", .proto = 6 } },
	  false,
	  "" },
	{ "a user chain that returns",
	  { { .chain = "input", .target = "u1" },
	    { .chain = "u1", .target = "RETURN", .proto = 6 },
	    { .chain = "u1", .target = "DENY" } },
	  { { .chain = "input",
	      .target = "DENY",
	      .proto = 6,
	      .inv = FW_INV_PROTO } },
	  false,
	  "" },
	{ "log lines, mark and TOS",
	  { { .chain = "input", .target = "ACCEPT" } },
	  { { .chain = "input",
	      .target = "ACCEPT",
	      .flags = FW_F_LOG,
	      .mark = 7,
	      .tos_xor = 8 } },
	  false,
	  "input: accepted -> accepted, mark +7, TOS 0xFF 0x08, logged\n"
	  "    all any -> any\n" },
	{ "log lines, mark and TOS that do not matter",
	  { { .chain = "input", .target = "ACCEPT" } },
	  { { .chain = "input",
	      .target = "ACCEPT",
	      .flags = FW_F_LOG,
	      .mark = 7,
	      .tos_xor = 8 } },
	  true,
	  "" },
	{ "ports of REDIRECT",
	  { { .chain = "input",
	      .target = "REDIRECT",
	      .proto = 6,
	      .redir_port = 3128 } },
	  { { .chain = "input",
	      .target = "REDIRECT",
	      .proto = 6,
	      .redir_port = 8080 } },
	  false,
	  "input: redirected to port 3128 -> redirected to port 8080\n"
	  "    tcp any -> any\n" },
};

static void set_range(uint16_t to[2], const uint16_t from[2])
{
	if (from[1])
		memcpy(to, from, 2 * sizeof(*to));
}

static void add_words(struct host22 *h, const struct rule_words *w)
{
	struct fw_rule r = rule_any(w->target);
	const char *via = w->via ? w->via : "+";
	size_t n = strlen(via);

	r.src = w->src;
	r.smask = w->smask;
	r.dst = w->dst;
	r.dmask = w->dmask;
	r.proto = w->proto;
	r.flags = w->flags;
	r.inv = w->inv;
	set_range(r.sport, w->sport);
	set_range(r.dport, w->dport);
	r.tos_xor = w->tos_xor;
	r.mark = w->mark;
	r.redir_port = w->redir_port;
	if (via[n - 1] == '+')
		r.flags |= FW_F_WILDIF;
	memcpy(r.via.s, via, via[n - 1] == '+' ? n - 1 : n);
	assert_int_equal(chain_append(&h->fw, w->chain, &r), 0);
}

static void open_words(struct host22 *h, const struct rule_words *rules)
{
	open_host(h, ERA_2_2);
	assert_int_equal(chain_create(&h->fw, "u1"), 0);
	for (int i = 0; i < RULES && rules[i].chain; i++)
		add_words(h, &rules[i]);
}

static void differences_are_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(told_cases) / sizeof(told_cases[0]);
	     i++) {
		const struct told_case *c = &told_cases[i];
		struct text told = { 0 };
		struct host22 old, new;
		int r;

		open_words(&old, c->old);
		open_words(&new, c->new);
		r = difference_text(&old.fw, &new.fw, c->verdict_only, &told);
		if (strcmp(told.s ? told.s : "", c->told) != 0)
			fail_msg("%s: got\n%swant\n%s", c->name,
				 told.s ? told.s : "", c->told);
		assert_int_equal(r, *c->told != '\0');
		text_fini(&told);
		host22_close(&old);
		host22_close(&new);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(diagrams_and_engine_agree),
		cmocka_unit_test(differences_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
