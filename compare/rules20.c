/*
 * The fixed lists of Linux 2.0 and 1.3 as decision diagrams, from the last rule
 * to the first. Source: Linux 2.0 and 1.3.56, net/ipv4/ip_fw.c (ip_fw_chk).
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>

#include "compare/rules.h"
#include "engine/lists.h"
#include "engine/state.h"

static const enum fw20_list lists[WAYS] = {
	[WAY_INPUT] = FW20_INPUT,
	[WAY_FORWARD] = FW20_FORWARD,
	[WAY_OUTPUT] = FW20_OUTPUT,
};

static void tell_rule(void *ctx, const struct fw20_rule_row *row)
{
	struct headers *h = ctx;

	if (row->rule.via.s[0])
		headers_name(h, &row->rule.via, false);
	if (row->rule.via_addr)
		headers_via_addr(h, row->rule.via_addr);
}

static void tell(struct headers *h, struct fw *fw)
{
	for (int i = 0; i < WAYS; i++)
		list_each(fw, lists[i], false, tell_rule, h);
}

static uint32_t either(struct headers *h, uint32_t a, uint32_t b)
{
	return diagram_choose(h->space, a, diagram_leaf(1), b);
}

/* Packets from @r's first end to its second: @from and @to are its fields. */
static uint32_t ends(struct headers *h, const struct fw20_rule *r,
		     enum field from, enum field to)
{
	return diagram_and(h->space, headers_addr(h, from, r->src, r->smask),
			   headers_addr(h, to, r->dst, r->dmask));
}

/* The field's value is one of the rule's @n ports at @port; none: any. */
static uint32_t listed(struct headers *h, enum field field,
		       const uint16_t *port, int n, bool range)
{
	uint32_t d = diagram_leaf(n == 0);
	int i = 0;

	if (range && n >= 2) {
		d = diagram_range(h->space, field, port[0], port[1]);
		i = 2;
	}
	for (; i < n; i++)
		d = either(h, d, headers_is(h, field, port[i]));
	return d;
}

static uint32_t source_listed(struct headers *h, const struct fw20_rule *r,
			      enum field field)
{
	return listed(h, field, r->port, r->n_src, r->flags & FW20_SRANGE);
}

/* The ports, from @from to @to. */
static uint32_t ports(struct headers *h, const struct fw20_rule *r,
		      enum field from, enum field to)
{
	return diagram_and(h->space, source_listed(h, r, from),
			   listed(h, to, r->port + r->n_src, r->n_dst,
				  r->flags & FW20_DRANGE));
}

/* Quirk: a later piece of ICMP gets here in 1.3 only, and counts as type 0. */
static uint32_t types(struct headers *h, const struct fw20_rule *r)
{
	const uint32_t type_0[FIELDS] = { 0 };
	uint32_t d = source_listed(h, r, FIELD_SPORT);
	uint32_t later = diagram_leaf(diagram_at(h->space, d, type_0));

	return diagram_choose(h->space, headers_is(h, FIELD_LATER, 1), later,
			      d);
}

/* Where TCP flags are to be seen: 1, else 0. */
static uint32_t has_flags(struct headers *h)
{
	return diagram_and(h->space, headers_is(h, FIELD_PROTO, IPPROTO_TCP),
			   headers_is(h, FIELD_LATER, 0));
}

/* Packets whose flags have one of @bits. */
static uint32_t flags_with(struct headers *h, uint32_t bits)
{
	uint32_t d = diagram_leaf(0);

	for (uint32_t f = 0; f <= FLAGS_ALL; f++)
		if (f & bits)
			d = either(h, d, headers_is(h, FIELD_FLAGS, f));
	return d;
}

/* SYN without those of @ack. */
static uint32_t syn(struct headers *h, uint32_t ack)
{
	return diagram_and(h->space, diagram_not(h->space, flags_with(h, ack)),
			   flags_with(h, FLAG_SYN));
}

/* What a rule of @kind asks of ports or type. */
static uint32_t kind_matches(struct headers *h, const struct fw20_rule *r,
			     uint32_t fore, uint32_t back)
{
	struct space *s = h->space;
	uint32_t kind = r->flags & FW20_KIND;

	if (r->n_src + r->n_dst > FW20_PORTS)
		return diagram_leaf(0);
	if (kind == FW20_ICMP)
		return diagram_and(s, headers_is(h, FIELD_PROTO, IPPROTO_ICMP),
				   types(h, r));
	fore = diagram_and(s, fore, ports(h, r, FIELD_SPORT, FIELD_DPORT));
	back = diagram_and(s, back, ports(h, r, FIELD_DPORT, FIELD_SPORT));
	return diagram_and(
		s,
		headers_is(h, FIELD_PROTO,
			   kind == FW20_TCP ? IPPROTO_TCP : IPPROTO_UDP),
		either(h, fore, back));
}

/* 2.0: flags are asked before the protocol, and trouble TCP only. A RST counts
 * as an ACK. */
static uint32_t rest_2_0(struct headers *h, const struct fw20_rule *r,
			 uint32_t fore, uint32_t back)
{
	struct space *s = h->space;
	uint32_t ack = FLAG_ACK | FLAG_RST, d = diagram_leaf(1);

	if (r->flags & FW20_KIND)
		d = kind_matches(h, r, fore, back);
	if (r->flags & FW20_TCPSYN)
		d = diagram_and(s, d,
				diagram_choose(s, has_flags(h), syn(h, ack),
					       diagram_leaf(1)));
	if (r->flags & FW20_TCPACK)
		d = diagram_and(s, d,
				diagram_choose(s, has_flags(h),
					       flags_with(h, ack),
					       diagram_leaf(1)));
	if (r->via.s[0])
		d = diagram_and(s, headers_via(h, &r->via, false), d);
	return d;
}

/* 1.3: a rule of a specific kind asks for SYN whatever its kind is, and for ACK
 * only against the rule's direction. */
static uint32_t rest_1_3(struct headers *h, const struct fw20_rule *r,
			 uint32_t fore, uint32_t back)
{
	struct space *s = h->space;
	uint32_t d, no_ack;

	if (!(r->flags & FW20_KIND))
		return diagram_leaf(1);
	d = kind_matches(h, r, fore, back);
	if (r->flags & FW20_TCPSYN)
		d = diagram_and(s, d,
				diagram_and(s, has_flags(h), syn(h, FLAG_ACK)));
	if (r->flags & FW20_TCPACK) {
		no_ack = diagram_not(s, diagram_and(s, has_flags(h),
						    flags_with(h, FLAG_ACK)));
		d = diagram_and(s, d,
				diagram_not(s, diagram_and(s, back, no_ack)));
	}
	return d;
}

/* What the kernels did differently. */
static const struct lists_era {
	uint32_t (*rest)(struct headers *h, const struct fw20_rule *r,
			 uint32_t fore, uint32_t back);
	bool later_icmp_accepted;
	bool tos_of_accepted;
	bool no_output;
} eras[ERA_COUNT] = {
	[ERA_1_3] = { rest_1_3, false, false, true },
	[ERA_2_0] = { rest_2_0, true, true, false },
	[ERA_2_2] = { rest_2_0, true, true, false },
};

/* Which packets a rule matches: 1, else 0. */
static uint32_t matches(struct headers *h, const struct lists_era *era,
			const struct fw20_rule *r)
{
	uint32_t fore = ends(h, r, FIELD_SRC, FIELD_DST);
	uint32_t back = diagram_leaf(0), d;

	if (r->flags & FW20_BIDIR)
		back = ends(h, r, FIELD_DST, FIELD_SRC);
	d = era->rest(h, r, fore, back);
	d = diagram_and(h->space, either(h, fore, back), d);
	if (r->via_addr)
		d = diagram_and(h->space, headers_via_has(h, r->via_addr), d);
	return d;
}

/* What the flag bits of a rule, or (@r NULL) of a policy, do. */
static uint32_t outcome(struct outcomes *o, const struct lists_era *era,
			uint32_t flags, const struct fw20_rule *r)
{
	struct outcome does = { 0 };
	int used = r ? r->n_src + r->n_dst : FW20_PORTS;

	does.tos_and = 0xFF;
	does.verdict = VERDICT_ACCEPT;
	if (!(flags & FW20_ACCEPT)) {
		does.verdict =
			flags & FW20_ICMPRPL ? VERDICT_REJECT : VERDICT_DENY;
	} else if (r && flags & FW20_REDIR) {
		does.verdict = VERDICT_REDIRECT;
		does.port = used < FW20_PORTS ? r->port[used] : 0;
	} else if (flags & FW20_MASQ) {
		does.verdict = VERDICT_MASQ;
	}
	if (r && era->tos_of_accepted) {
		does.tos_and = r->tos_and;
		does.tos_xor = r->tos_xor;
	}
	does.logged = r && flags & FW20_PRN;
	return diagram_leaf(outcome_number(o, &does));
}

/* A list's rules, gathered so that they can be gone through from the end. */
struct gathered {
	struct fw20_rule *rule;
	uint32_t n, room;
	bool bad;
};

static void gather(void *ctx, const struct fw20_rule_row *row)
{
	struct gathered *g = ctx;
	uint32_t room = g->room ? 2 * g->room : 64;
	struct fw20_rule *rule;

	if (g->n == g->room && !g->bad) {
		rule = reallocarray(g->rule, room, sizeof(*rule));
		g->bad = !rule;
		if (rule) {
			g->rule = rule;
			g->room = room;
		}
	}
	if (!g->bad)
		g->rule[g->n++] = row->rule;
}

/* Later pieces of what has ports are let through before any rule. */
static uint32_t later_pieces(struct headers *h, const struct lists_era *era,
			     uint32_t accepted, uint32_t d)
{
	uint32_t proto = either(h, headers_is(h, FIELD_PROTO, IPPROTO_TCP),
				headers_is(h, FIELD_PROTO, IPPROTO_UDP));

	if (era->later_icmp_accepted)
		proto = either(h, proto,
			       headers_is(h, FIELD_PROTO, IPPROTO_ICMP));
	proto = diagram_and(h->space, proto, headers_is(h, FIELD_LATER, 1));
	return diagram_choose(h->space, proto, accepted, d);
}

static int walk_list(struct headers *h, struct outcomes *o, struct fw *fw,
		     enum fw20_list list, uint32_t *d)
{
	const struct lists_era *era = &eras[fw->st->g.era];
	uint32_t accepted = outcome(o, era, FW20_ACCEPT, NULL);
	struct gathered g = { 0 };

	*d = accepted;
	if (list == FW20_OUTPUT && era->no_output)
		return 0;
	list_each(fw, list, false, gather, &g);
	*d = outcome(o, era, (uint32_t)fw->st->lists.policy[list], NULL);
	while (g.n-- > 0 && !g.bad && !space_bad(h->space)) {
		const struct fw20_rule *r = &g.rule[g.n];

		*d = diagram_choose(h->space, matches(h, era, r),
				    outcome(o, era, r->flags, r), *d);
	}
	*d = later_pieces(h, era, accepted, *d);
	free(g.rule);
	return g.bad ? -ENOMEM : 0;
}

static int diagrams(struct headers *h, struct outcomes *o, struct fw *fw,
		    uint32_t way[WAYS])
{
	for (int i = 0; i < WAYS; i++)
		if (walk_list(h, o, fw, lists[i], &way[i]))
			return -ENOMEM;
	return space_bad(h->space) || o->bad ? -ENOMEM : 0;
}

const struct rules_kind rules20 = { tell, diagrams };
