/*
 * Linux 2.2's chains as decision diagrams. A chain is walked from its last rule
 * to its first; a user chain becomes one diagram, whose value VERDICT_NONE says
 * that who jumped there goes on. Source: Linux 2.2, net/ipv4/ip_fw.c.
 */
#include <errno.h>
#include <stdlib.h>

#include "compare/rules.h"
#include "engine/chain_slots.h"
#include "engine/state.h"

/* What is known of a chain while all become diagrams. */
struct seen_chain {
	uint32_t diagram;
	bool known;
	bool entered; /* its rules are being walked */
};

struct walk {
	struct headers *h;
	struct outcomes *o;
	struct fw *fw;
	struct seen_chain *seen; /* by slot */
	uint32_t met_itself; /* chains that came to themselves again so far */
};

static void tell_chain(struct headers *h, struct fw *fw, uint32_t chain)
{
	const struct fw_chain *c = &fw->st->chain[chain];

	for (uint32_t r = rule_next(fw, c, FW_NIL); r != FW_NIL;
	     r = rule_next(fw, c, r)) {
		const struct fw_slot *s = &fw->st->rule[r];

		headers_name(h, &s->via, s->flags & FW_F_WILDIF);
	}
}

static void tell(struct headers *h, struct fw *fw)
{
	for (uint32_t c = 0; c < FW_BUILTINS; c++)
		tell_chain(h, fw, c);
	for (uint32_t c = fw->st->chains.first_user; c != FW_NIL;
	     c = chain_next(fw, c))
		tell_chain(h, fw, c);
}

/* Turned round, if the rule says so. */
static uint32_t turned(struct headers *h, uint32_t d, const struct fw_slot *s,
		       enum fw_rule_inv inv)
{
	return s->inv & inv ? diagram_not(h->space, d) : d;
}

/* Quirk: a later piece passes only a range that excludes nothing, and that
 * turned round or not. */
static uint32_t port(struct headers *h, const struct fw_slot *s,
		     enum field field, const uint16_t range[2],
		     enum fw_rule_inv inv)
{
	bool all = range[0] == 0 && range[1] == FW_PORT_MAX;
	uint32_t d = turned(
		h, diagram_range(h->space, field, range[0], range[1]), s, inv);

	return diagram_choose(h->space, headers_is(h, FIELD_LATER, 1),
			      diagram_leaf(all), d);
}

static uint32_t proto_and_ports(struct headers *h, const struct fw_slot *s)
{
	uint32_t d = diagram_leaf(0);

	if (!s->proto)
		return diagram_leaf(1);
	if (s->proto <= h->last[FIELD_PROTO])
		d = headers_is(h, FIELD_PROTO, s->proto);
	d = turned(h, d, s, FW_INV_PROTO);
	d = diagram_and(h->space, d,
			port(h, s, FIELD_SPORT, s->sport, FW_INV_SPORT));
	return diagram_and(h->space, d,
			   port(h, s, FIELD_DPORT, s->dport, FW_INV_DPORT));
}

/* The SYN and the fragment flag; each turned round without being asked for
 * matches nothing. A later piece is no SYN, turned round or not. */
static uint32_t syn_and_pieces(struct headers *h, const struct fw_slot *s)
{
	uint32_t later = headers_is(h, FIELD_LATER, 1);
	uint32_t syn = diagram_leaf(1), piece = diagram_leaf(1);

	if (s->flags & FW_F_SYN)
		syn = headers_is(h, FIELD_FLAGS, FLAG_SYN);
	syn = turned(h, syn, s, FW_INV_SYN);
	if (s->flags & FW_F_SYN)
		syn = diagram_and(h->space, syn, diagram_not(h->space, later));
	if (s->flags & FW_F_FRAG)
		piece = later;
	piece = turned(h, piece, s, FW_INV_FRAG);
	return diagram_and(h->space, piece, syn);
}

/* Which packets a rule matches: 1, else 0. */
static uint32_t matches(struct headers *h, const struct fw_slot *s)
{
	uint32_t d = diagram_and(h->space, proto_and_ports(h, s),
				 syn_and_pieces(h, s));
	uint32_t end = turned(h, headers_addr(h, FIELD_DST, s->dst, s->dmask),
			      s, FW_INV_DST);

	d = diagram_and(h->space, end, d);
	end = turned(h, headers_addr(h, FIELD_SRC, s->src, s->smask), s,
		     FW_INV_SRC);
	d = diagram_and(h->space, end, d);
	end = turned(h, headers_via(h, &s->via, s->flags & FW_F_WILDIF), s,
		     FW_INV_VIA);
	return diagram_and(h->space, end, d);
}

static struct outcome acts(const struct fw_slot *s)
{
	struct outcome o = { 0 };

	o.logged = (s->flags & FW_F_LOG) != 0;
	o.mark = s->mark;
	o.mark_set = (s->flags & FW_F_MARKABS) != 0;
	o.tos_and = s->tos_and;
	o.tos_xor = s->tos_xor;
	return o;
}

static uint32_t verdict_leaf(struct walk *w, enum verdict verdict,
			     uint32_t port)
{
	struct outcome o = { 0 };

	o.verdict = verdict;
	o.port = verdict == VERDICT_REDIRECT ? port : 0;
	o.tos_and = 0xFF;
	return diagram_leaf(outcome_number(w->o, &o));
}

static uint32_t then(void *ctx, uint32_t a, uint32_t b)
{
	struct outcomes *o = ctx;
	struct outcome both;

	if (o->list[a].verdict)
		return a;
	both = outcome_then(&o->list[a], &o->list[b]);
	return outcome_number(o, &both);
}

/* @first, and where that has no verdict, @next. */
static uint32_t in_turn(struct walk *w, uint32_t first, uint32_t next)
{
	const struct diagram_op op = { then, w->o };

	return diagram_apply(w->h->space, &op, first, next);
}

static uint32_t walk_chain(struct walk *w, uint32_t chain);

/* A chain that a rule jumps to. One that is entered already denies, and the
 * kernel says so. */
static uint32_t jump(struct walk *w, uint32_t chain)
{
	static const struct outcome loop = { .verdict = VERDICT_DENY,
					     .logged = 1,
					     .tos_and = 0xFF };
	struct seen_chain *seen = &w->seen[chain];
	uint32_t before = w->met_itself, d;

	if (!fw_slot_ok(w->fw, FW_T_CHAIN, chain))
		return verdict_leaf(w, VERDICT_DENY, 0);
	if (seen->entered) {
		w->met_itself++;
		return diagram_leaf(outcome_number(w->o, &loop));
	}
	if (seen->known)
		return seen->diagram;
	seen->entered = true;
	d = walk_chain(w, chain);
	seen->entered = false;
	/* Where a chain meets one that is entered, it depends on who asks. */
	seen->known = w->met_itself == before;
	seen->diagram = d;
	return d;
}

static uint32_t target(struct walk *w, const struct fw_slot *s, uint32_t next,
		       uint32_t end)
{
	static const uint8_t verdicts[] = {
		[FW_V_ACCEPT] = VERDICT_ACCEPT,     [FW_V_DENY] = VERDICT_DENY,
		[FW_V_REJECT] = VERDICT_REJECT,     [FW_V_MASQ] = VERDICT_MASQ,
		[FW_V_REDIRECT] = VERDICT_REDIRECT,
	};

	if (s->target == FW_V_NONE)
		return next;
	if (s->target == FW_V_RETURN)
		return end;
	if (s->target == FW_V_CHAIN)
		return in_turn(w, jump(w, s->jump), next);
	if (s->target > FW_V_REDIRECT)
		return verdict_leaf(w, VERDICT_DENY, 0);
	return verdict_leaf(w, verdicts[s->target], s->redir_port);
}

static uint32_t chain_end(struct walk *w, uint32_t chain)
{
	const struct fw_chain *c = &w->fw->st->chain[chain];

	if (chain >= FW_BUILTINS)
		return verdict_leaf(w, VERDICT_NONE, 0);
	switch (c->policy) {
	case FW_V_ACCEPT:
		return verdict_leaf(w, VERDICT_ACCEPT, 0);
	case FW_V_REJECT:
		return verdict_leaf(w, VERDICT_REJECT, 0);
	case FW_V_MASQ:
		return verdict_leaf(w, VERDICT_MASQ, 0);
	default:
		return verdict_leaf(w, VERDICT_DENY, 0);
	}
}

/* What @s does where it matches; elsewhere @next. */
static uint32_t rule(struct walk *w, const struct fw_slot *s, uint32_t next,
		     uint32_t end)
{
	struct outcome act = acts(s);
	uint32_t done = in_turn(w, diagram_leaf(outcome_number(w->o, &act)),
				target(w, s, next, end));

	return diagram_choose(w->h->space, matches(w->h, s), done, next);
}

/* The chain's rules, in their order; their number, or UINT32_MAX. */
static uint32_t chain_rules(const struct fw *fw, const struct fw_chain *c,
			    uint32_t **rules)
{
	uint32_t n = 0, bound = rules_bound(fw, c);

	*rules = reallocarray(NULL, bound + 1, sizeof(**rules));
	if (!*rules)
		return UINT32_MAX;
	for (uint32_t r = rule_next(fw, c, FW_NIL); r != FW_NIL && n < bound;
	     r = rule_next(fw, c, r))
		(*rules)[n++] = r;
	return n;
}

static uint32_t walk_chain(struct walk *w, uint32_t chain)
{
	uint32_t end = chain_end(w, chain), d = end, *rules;
	uint32_t n = chain_rules(w->fw, &w->fw->st->chain[chain], &rules);

	if (n == UINT32_MAX) {
		w->o->bad = true;
		return end;
	}
	while (n-- > 0 && !space_bad(w->h->space))
		d = rule(w, &w->fw->st->rule[rules[n]], d, end);
	free(rules);
	return d;
}

static int diagrams(struct headers *h, struct outcomes *o, struct fw *fw,
		    uint32_t way[WAYS])
{
	static const enum fw_builtin chain[WAYS] = {
		[WAY_INPUT] = FW_INPUT,
		[WAY_FORWARD] = FW_FORWARD,
		[WAY_OUTPUT] = FW_OUTPUT,
	};
	struct walk w = { .h = h, .o = o, .fw = fw };

	w.seen = calloc(FW_CHAINS_MAX, sizeof(*w.seen));
	if (!w.seen)
		return -ENOMEM;
	for (int i = 0; i < WAYS; i++)
		way[i] = walk_chain(&w, chain[i]);
	free(w.seen);
	return space_bad(h->space) || o->bad ? -ENOMEM : 0;
}

const struct rules_kind rules22 = { tell, diagrams };
