/*
 * engine/match22 against a walk that looks at every rule, one by one, as the
 * words of the specification say it: the same verdicts, counters, marks, TOS
 * bytes, checksums and log lines for random rules and packets.
 *
 * FWCOMPAT_RANDOM_PACKETS: how many packets (default 200,000).
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/cksum.h"
#include "engine/chains.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/host22.h"
#include "tests/unit/random22.h"

enum {
	MAX_RULES = 5000,
	PACKETS = 200000,
	A_SET = 5000, /* packets for one set of rules */
};

/* The plain walk's own picture of the chains. */
struct plain {
	struct plain_chain {
		struct fw_rule rule[MAX_RULES];
		struct fw_counter count[MAX_RULES];
		uint32_t rules;
		struct fw_counter policy_count;
		char policy[FW_LABEL_MAX + 1];
		int entered;
	} chain[RANDOM_CHAINS];
	struct text log;
	const struct fw_ifname *via;
	const struct pkt *p;
	struct pkt_info *info; /* its TOS changes */
	uint32_t mark;
	uint16_t redir_port;
	bool check;
	const char *trace[RANDOM_CHAINS + 1];
	int depth;
};

/* What follows says the specification once more, slowly. */

static bool via_equal(const struct fw_rule *r, const struct fw_ifname *via)
{
	size_t n = strnlen(r->via.s, FW_IFNAME);

	if (n == FW_IFNAME)
		return false;
	if ((r->flags & FW_F_WILDIF) || n == 0)
		return !strncmp(r->via.s, via->s, n);
	return !strncmp(r->via.s, via->s, FW_IFNAME);
}

static bool port_passes(const uint16_t range[2], uint16_t port, bool frag,
			bool inverted)
{
	bool in = range[0] <= port && port <= range[1];

	if (frag)
		return range[0] == 0 && range[1] == 65535;
	return inverted ? !in : in;
}

static bool plain_matches(const struct fw_rule *r, const struct plain *pl)
{
	const struct pkt_info *i = pl->info;
	bool src = (i->src & r->smask) == r->src;
	bool dst = (i->dst & r->dmask) == r->dst;
	bool via = via_equal(r, pl->via);
	bool frag_fails = (r->flags & FW_F_FRAG) && !i->no_ports;
	bool syn_fails = (r->flags & FW_F_SYN) && !i->syn;

	if (r->inv & FW_INV_SRC)
		src = !src;
	if (r->inv & FW_INV_DST)
		dst = !dst;
	if (r->inv & FW_INV_VIA)
		via = !via;
	if (r->inv & FW_INV_FRAG)
		frag_fails = !frag_fails;
	if (r->inv & FW_INV_SYN)
		syn_fails = !syn_fails;
	if (!src || !dst || !via || frag_fails || syn_fails)
		return false;
	if ((r->flags & FW_F_SYN) && i->no_ports)
		return false;
	if (r->proto == 0)
		return true;
	if (r->inv & FW_INV_PROTO ? r->proto == i->proto : r->proto != i->proto)
		return false;
	return port_passes(r->sport, i->sport, i->no_ports,
			   r->inv & FW_INV_SPORT) &&
	       port_passes(r->dport, i->dport, i->no_ports,
			   r->inv & FW_INV_DPORT);
}

static void plain_log(struct plain *pl, int chain, uint32_t rule)
{
	const struct fw_rule *r = &pl->chain[chain].rule[rule];
	const struct pkt_info *i = pl->info;

	text_printf(&pl->log, "Packet log: %s %s ", random_chains[chain],
		    *r->target ? r->target : "-");
	if (!strcmp(r->target, "REDIRECT"))
		text_printf(&pl->log, "%d ", r->redir_port);
	text_printf(&pl->log,
		    "%s PROTO=%d %d.%d.%d.%d:%d %d.%d.%d.%d:%d L=%d S=0x%02X "
		    "I=%d F=0x%04X T=64%s (#%d)\n",
		    pl->via->s, i->proto, i->src >> 24, i->src >> 16 & 255,
		    i->src >> 8 & 255, i->src & 255, i->sport, i->dst >> 24,
		    i->dst >> 16 & 255, i->dst >> 8 & 255, i->dst & 255,
		    i->dport, i->tot_len, i->tos, i->id, i->frag,
		    i->syn ? " SYN" : "", rule + 1);
}

static void plain_met(struct plain *pl, int chain, uint32_t rule)
{
	struct plain_chain *c = &pl->chain[chain];
	const struct fw_rule *r = &c->rule[rule];

	if (pl->check)
		return;
	c->count[rule].packets++;
	c->count[rule].bytes += pl->info->tot_len;
	if (r->flags & FW_F_LOG)
		plain_log(pl, chain, rule);
	pl->info->tos = (pl->info->tos & r->tos_and) ^ r->tos_xor;
	if (r->flags & FW_F_MARKABS)
		pl->mark = r->mark;
	else
		pl->mark += r->mark;
}

static enum fw_verdict plain_loop(struct plain *pl, int to)
{
	if (pl->check)
		return FW_V_LOOP;
	text_printf(&pl->log,
		    "IP firewall: Loop detected at `%s'.\nChain backtrace: ",
		    random_chains[to]);
	for (int i = pl->depth - 1; i >= 0; i--)
		text_printf(&pl->log, "%s%s", pl->trace[i], i ? "<-" : "\n");
	return FW_V_DENY;
}

/* FW_V_RETURN: the end of the chain, or a RETURN. */
static enum fw_verdict plain_chain(struct plain *pl, int chain)
{
	struct plain_chain *c = &pl->chain[chain];
	enum fw_verdict v = FW_V_RETURN;

	pl->trace[pl->depth++] = random_chains[chain];
	for (uint32_t n = 0; n < c->rules && v == FW_V_RETURN; n++) {
		const struct fw_rule *r = &c->rule[n];
		int to = 3;

		if (!plain_matches(r, pl))
			continue;
		plain_met(pl, chain, n);
		if (!*r->target)
			continue;
		if (!strcmp(r->target, "RETURN"))
			break;
		if (!strcmp(r->target, "ACCEPT"))
			v = FW_V_ACCEPT;
		else if (!strcmp(r->target, "DENY"))
			v = FW_V_DENY;
		else if (!strcmp(r->target, "REJECT"))
			v = FW_V_REJECT;
		else if (!strcmp(r->target, "MASQ"))
			v = FW_V_MASQ;
		else if (!strcmp(r->target, "REDIRECT"))
			v = FW_V_REDIRECT;
		pl->redir_port =
			r->redir_port ? r->redir_port : pl->info->dport;
		if (v != FW_V_RETURN)
			break;
		while (strcmp(random_chains[to], r->target))
			to++;
		if (pl->chain[to].entered) {
			v = plain_loop(pl, to);
			break;
		}
		pl->chain[to].entered = 1;
		v = plain_chain(pl, to);
		pl->chain[to].entered = 0;
	}
	pl->depth--;
	return v;
}

static enum fw_verdict plain_walk(struct plain *pl, int chain)
{
	struct plain_chain *c = &pl->chain[chain];
	const struct pkt_info *i = pl->info;
	enum fw_verdict v;

	if ((i->frag & IP_OFFSET) == 1 && i->proto == IPPROTO_TCP)
		return FW_V_DENY;
	if (!(i->frag & IP_OFFSET) && (i->frag & IP_MF) && i->no_ports)
		return FW_V_DENY;
	v = plain_chain(pl, chain);
	if (v != FW_V_RETURN || chain >= 3)
		return v;
	if (!pl->check) {
		c->policy_count.packets++;
		c->policy_count.bytes += i->tot_len;
	}
	if (!strcmp(c->policy, "DENY"))
		return FW_V_DENY;
	if (!strcmp(c->policy, "REJECT"))
		return FW_V_REJECT;
	return strcmp(c->policy, "MASQ") ? FW_V_ACCEPT : FW_V_MASQ;
}

static void add_rule(struct host22 *h, struct plain *pl, int chain)
{
	struct plain_chain *c = &pl->chain[chain];
	struct fw_rule r = random_rule(c->rules > 100);
	uint32_t at = random_one_in(4) ? random_below(c->rules + 1) : c->rules;
	int err;

	if (c->rules == MAX_RULES)
		return;
	err = at == c->rules
		      ? chain_append(&h->fw, random_chains[chain], &r)
		      : chain_insert(&h->fw, random_chains[chain], at + 1, &r);
	if (err)
		fail_msg("insert: %d", err);
	memmove(c->rule + at + 1, c->rule + at,
		(c->rules - at) * sizeof(c->rule[0]));
	memmove(c->count + at + 1, c->count + at,
		(c->rules - at) * sizeof(c->count[0]));
	c->rule[at] = r;
	c->count[at] = (struct fw_counter){ 0, 0 };
	c->rules++;
}

static void drop_rule(struct host22 *h, struct plain *pl, int chain)
{
	struct plain_chain *c = &pl->chain[chain];
	uint32_t at;

	if (!c->rules)
		return;
	at = random_below(c->rules);
	assert_int_equal(chain_delete_num(&h->fw, random_chains[chain], at + 1),
			 0);
	c->rules--;
	memmove(c->rule + at, c->rule + at + 1,
		(c->rules - at) * sizeof(c->rule[0]));
	memmove(c->count + at, c->count + at + 1,
		(c->rules - at) * sizeof(c->count[0]));
}

static void some_rules(struct host22 *h, struct plain *pl)
{
	static const uint32_t sizes[] = { 1, 3, 15, 40, 130, 500 };
	static const char *const policies[] = { "ACCEPT", "DENY", "REJECT",
						"MASQ" };

	memset(pl, 0, sizeof(*pl));
	for (int c = 3; c < RANDOM_CHAINS; c++)
		assert_int_equal(chain_create(&h->fw, random_chains[c]), 0);
	for (int c = 0; c < RANDOM_CHAINS; c++) {
		uint32_t n = random_below(sizes[random_below(6)] + 1);

		if (random_one_in(80))
			n = MAX_RULES;
		while (n--)
			add_rule(h, pl, c);
	}
	for (int c = 0; c < 3; c++) {
		const char *policy = policies[random_below(c == 1 ? 4 : 3)];

		memcpy(pl->chain[c].policy, policy, strlen(policy) + 1);
		assert_int_equal(chain_policy(&h->fw, random_chains[c], policy),
				 0);
	}
}

/* Where the counters of a listing are compared. */
struct compare {
	const struct plain *pl;
	int chain;
	uint32_t rule;
};

static void compare_rule(void *ctx, const struct fw_rule_row *row)
{
	struct compare *c = ctx;
	const struct fw_counter *want;

	while (c->rule == c->pl->chain[c->chain].rules) {
		c->chain++;
		c->rule = 0;
	}
	want = &c->pl->chain[c->chain].count[c->rule++];
	if (row->count.packets != want->packets ||
	    row->count.bytes != want->bytes)
		fail_msg("%s rule %u: got %llu packets, want %llu",
			 random_chains[c->chain], c->rule,
			 (unsigned long long)row->count.packets,
			 (unsigned long long)want->packets);
}

static void compare_chain(void *ctx, const struct fw_chain_row *row)
{
	struct compare *c = ctx;
	const struct fw_counter *want = &c->pl->chain[c->chain++].policy_count;

	if (row->count.packets != want->packets ||
	    row->count.bytes != want->bytes)
		fail_msg("policy of %s: got %llu packets, want %llu",
			 row->label, (unsigned long long)row->count.packets,
			 (unsigned long long)want->packets);
}

static void compare_check(struct host22 *h, struct plain *pl,
			  const struct sample *s, struct pkt_info *info)
{
	static const int errors[] = {
		[FW_V_ACCEPT] = 0,
		[FW_V_DENY] = -ETIMEDOUT,
		[FW_V_REJECT] = -ECONNREFUSED,
		[FW_V_MASQ] = -ECONNRESET,
		[FW_V_REDIRECT] = -ECONNABORTED,
		[FW_V_RETURN] = -ENFILE,
		[FW_V_LOOP] = -ELOOP,
	};
	struct fw_probe probe = { .src = s->src,
				  .dst = s->dst,
				  .sport = s->sport,
				  .dport = s->dport,
				  .frag = s->frag,
				  .tot_len = info->tot_len,
				  .proto = s->proto,
				  .ihl = 5,
				  .tcp_flags = s->tcp_flags,
				  .via = *pl->via };
	int chain = (int)random_below(RANDOM_CHAINS);

	pl->check = true;
	assert_int_equal(chain_check(&h->fw, random_chains[chain], &probe),
			 errors[plain_walk(pl, chain)]);
	pl->check = false;
}

static void compare_log(struct host22 *h, struct plain *pl)
{
	struct text got = host22_log(h);

	/* Those come before any rule: no plain walk. */
	if (got.s &&
	    (!strncmp(got.s, "Suspect", 7) || !strncmp(got.s, "NET", 3))) {
		assert_null(pl->log.s);
	} else if (!!got.s != !!pl->log.s ||
		   (got.s && strcmp(got.s, pl->log.s))) {
		fail_msg("logged: got %s\nwant %s", got.s, pl->log.s);
	}
	text_fini(&got);
	text_fini(&pl->log);
}

static void one_packet(struct host22 *h, struct plain *pl)
{
	struct sample s = random_packet();
	struct fw_ifname via = ifname(s.via);
	enum fw_builtin chain = random_below(3);
	uint8_t bytes[SAMPLE_BYTES];
	struct pkt_info info, copy;
	struct fw_answer a;
	struct pkt p;
	enum fw_verdict want;

	sample_make(&s, bytes, &p, &info);
	copy = info;
	pl->info = &copy;
	pl->via = &via;
	pl->mark = 0;
	if (random_one_in(4))
		compare_check(h, pl, &s, &info);
	want = plain_walk(pl, (int)chain);
	a = chain_run(&h->fw, chain, &via, &p, &info);
	assert_int_equal(a.verdict, want);
	if (want == FW_V_REDIRECT)
		assert_int_equal(a.redir_port, pl->redir_port);
	assert_int_equal(p.mark, pl->mark);
	assert_int_equal(info.tos, copy.tos);
	assert_int_equal(bytes[1], copy.tos);
	if (want != FW_V_DENY && want != FW_V_REJECT)
		assert_int_equal(cksum_fold(cksum_add(0, bytes, 20)), 0);
	compare_log(h, pl);
}

static void one_set(struct plain *pl, uint32_t packets)
{
	struct compare rules = { .pl = pl }, chains = { .pl = pl };
	struct host22 h;

	host22_open(&h);
	some_rules(&h, pl);
	while (packets--) {
		int chain = (int)random_below(RANDOM_CHAINS);

		one_packet(&h, pl);
		if (random_one_in(4000))
			add_rule(&h, pl, chain);
		if (random_one_in(4000))
			drop_rule(&h, pl, chain);
	}
	rules_each(&h.fw, false, compare_rule, &rules);
	chains_each(&h.fw, compare_chain, &chains);
	host22_close(&h);
}

static void index_and_plain_walk_agree(void **state)
{
	const char *many = getenv("FWCOMPAT_RANDOM_PACKETS");
	uint64_t left = many ? strtoull(many, NULL, 10) : PACKETS;
	struct plain *pl = malloc(sizeof(*pl));

	(void)state;
	assert_non_null(pl);
	for (; left > A_SET; left -= A_SET)
		one_set(pl, A_SET);
	one_set(pl, (uint32_t)left);
	free(pl);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(index_and_plain_walk_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
