/*
 * 2.2's chains as netfilter's: each built-in chain, and each user chain that it
 * reaches, becomes one chain of ours at every place where it is asked.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "netfilter/match22.h"
#include "netfilter/work.h"

enum { NO_CHAIN = UINT32_MAX };

/* What the compiler knows of a rule beforehand. */
struct rule_info {
	enum nf_end end;
	uint32_t jump; /* NF_END_CHAIN: index of the chain */
};

struct chain_info {
	uint32_t first, rules;
	uint32_t chain;  /* of ours, at the place in hand; or NO_CHAIN */
	uint8_t entered; /* looking for loops: 1 in it, 2 done */
};

struct nf_22 {
	struct chain_info *chain;
	struct rule_info *rule;
	uint32_t *sorted; /* chains by label */
	uint32_t *queue;  /* chains reached, in order */
	uint32_t queued;
};

static const struct {
	const char *label;
	enum nf_end end;
} targets[] = {
	{ "", NF_END_NONE },         { "ACCEPT", NF_END_ACCEPT },
	{ "DENY", NF_END_DENY },     { "REJECT", NF_END_REJECT },
	{ "MASQ", NF_END_MASQ },     { "REDIRECT", NF_END_REDIRECT },
	{ "RETURN", NF_END_RETURN },
};

/* Index of a list's built-in chain. */
static const uint32_t builtin[FW20_LISTS] = {
	[FW20_INPUT] = 0,
	[FW20_FORWARD] = 1,
	[FW20_OUTPUT] = 2,
	[FW20_ACCT] = NO_CHAIN,
};

static enum nf_end end_of(const char *label)
{
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++)
		if (!strcmp(targets[i].label, label))
			return targets[i].end;
	return NF_END_CHAIN;
}

static int by_label(const void *a, const void *b, void *ctx)
{
	const struct fw_chain_row *rows = ctx;
	const uint32_t *x = a, *y = b;

	return strcmp(rows[*x].label, rows[*y].label);
}

static uint32_t chain_find(const struct nf_work *w, const char *label)
{
	uint32_t lo = 0, hi = w->in->chains;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		uint32_t i = w->chains->sorted[mid];
		int order = strcmp(label, w->in->chain[i].label);

		if (!order)
			return i;
		if (order < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NO_CHAIN;
}

static bool chains_room(struct nf_work *w)
{
	struct nf_22 *c = calloc(1, sizeof(*c));
	uint32_t n = w->in->chains;

	w->chains = c;
	if (!c)
		return false;
	c->chain = calloc(n + 1, sizeof(*c->chain));
	c->sorted = calloc(n + 1, sizeof(*c->sorted));
	c->queue = calloc(n + 1, sizeof(*c->queue));
	c->rule = calloc(w->in->rules + 1, sizeof(*c->rule));
	return c->chain && c->sorted && c->queue && c->rule;
}

/* Which rules are whose: they come chain by chain. */
static void chains_divide(struct nf_work *w)
{
	uint32_t r = 0;

	for (uint32_t i = 0; i < w->in->chains; i++) {
		struct chain_info *c = &w->chains->chain[i];

		c->first = r;
		while (r < w->in->rules &&
		       !strcmp(w->in->rule[r].chain, w->in->chain[i].label))
			r++;
		c->rules = r - c->first;
		w->chains->sorted[i] = i;
	}
	qsort_r(w->chains->sorted, w->in->chains, sizeof(uint32_t), by_label,
		(void *)(uintptr_t)w->in->chain);
}

static void rules_look(struct nf_work *w)
{
	for (uint32_t i = 0; i < w->in->rules; i++) {
		const char *label = w->in->rule[i].rule.target;
		struct rule_info *r = &w->chains->rule[i];

		r->end = end_of(label);
		if (r->end != NF_END_CHAIN)
			continue;
		r->jump = chain_find(w, label);
		if (r->jump == NO_CHAIN)
			nf_fail(w, -EINVAL);
	}
}

static const struct fw_rule *rule_of(const struct nf_work *w, uint32_t chain,
				     uint32_t i)
{
	return &w->in->rule[w->chains->chain[chain].first + i].rule;
}

static struct rule_info *info_of(const struct nf_work *w, uint32_t chain,
				 uint32_t i)
{
	return &w->chains->rule[w->chains->chain[chain].first + i];
}

/* Goes down the jumps; a chain that is met in itself is a loop. */
static void loops_look(struct nf_work *w, uint32_t chain)
{
	struct chain_info *c = &w->chains->chain[chain];

	c->entered = 1;
	for (uint32_t i = 0; i < c->rules; i++) {
		struct rule_info *r = info_of(w, chain, i);

		if (r->end != NF_END_CHAIN || r->jump == NO_CHAIN)
			continue;
		if (w->chains->chain[r->jump].entered == 1) {
			nf_find(w, NF_WHY_LOOP, w->in->chain[chain].label,
				i + 1, NULL);
			r->end = NF_END_NONE;
		} else if (!w->chains->chain[r->jump].entered) {
			loops_look(w, r->jump);
		}
	}
	c->entered = 2;
}

static void reach(struct nf_work *w, uint32_t chain)
{
	w->chains->chain[chain].chain = 0;
	w->chains->queue[w->chains->queued++] = chain;
}

/* The chains that a built-in one reaches, itself first. */
static void chains_reach(struct nf_work *w, uint32_t from)
{
	struct nf_22 *c = w->chains;

	for (uint32_t i = 0; i < w->in->chains; i++)
		c->chain[i].chain = NO_CHAIN;
	c->queued = 0;
	reach(w, from);
	for (uint32_t q = 0; q < c->queued; q++) {
		uint32_t chain = c->queue[q];

		for (uint32_t i = 0; i < c->chain[chain].rules; i++) {
			const struct rule_info *r = info_of(w, chain, i);

			if (r->end == NF_END_CHAIN && r->jump != NO_CHAIN &&
			    c->chain[r->jump].chain == NO_CHAIN)
				reach(w, r->jump);
		}
	}
}

static bool changes_tos(const struct fw_rule *r)
{
	return r->tos_and != 0xFF || r->tos_xor;
}

static bool has_ports(const struct fw_rule *r)
{
	return (r->proto == IPPROTO_TCP || r->proto == IPPROTO_UDP) &&
	       !(r->inv & FW_INV_PROTO);
}

/* Or logs it. */
static bool asks_source(const struct fw_rule *r)
{
	return r->smask || r->inv & FW_INV_SRC ||
	       r->flags & (FW_F_LOG | FW_F_NETLINK) ||
	       (has_ports(r) &&
		(r->sport[0] != 0 || r->sport[1] != FW_PORT_MAX));
}

static void survey_rule(struct nf_work *w, enum fw20_list list, uint32_t chain,
			uint32_t i)
{
	const struct fw_rule *r = rule_of(w, chain, i);
	enum nf_end end = info_of(w, chain, i)->end;
	struct nf_needs *needs = &w->needs[list];
	const char *label = w->in->chain[chain].label;

	needs->any = true;
	needs->source |= asks_source(r);
	needs->tos |= changes_tos(r);
	if (end < NF_ENDS)
		needs->end[end] = true;
	if (list == FW20_OUTPUT && has_ports(r))
		nf_cut_add(w, r->sport[0], r->sport[1]);
	if (list == FW20_INPUT && end == NF_END_REDIRECT)
		nf_port_add(w, r->redir_port, label, i + 1);
}

static void survey_list(struct nf_work *w, enum fw20_list list)
{
	uint32_t from = builtin[list];
	enum nf_end policy = end_of(w->in->chain[from].policy);

	loops_look(w, from);
	chains_reach(w, from);
	for (uint32_t q = 0; q < w->chains->queued; q++) {
		uint32_t chain = w->chains->queue[q];

		for (uint32_t i = 0; i < w->chains->chain[chain].rules; i++)
			survey_rule(w, list, chain, i);
	}
	if (policy < NF_ENDS)
		w->needs[list].end[policy] = true;
}

static void survey22(struct nf_work *w)
{
	if (w->in->chains < 3 || !chains_room(w)) {
		nf_fail(w, w->in->chains < 3 ? -EINVAL : -ENOMEM);
		return;
	}
	chains_divide(w);
	rules_look(w);
	survey_list(w, FW20_INPUT);
	survey_list(w, FW20_FORWARD);
	survey_list(w, FW20_OUTPUT);
}

/* An old rule at a place. */
struct spot {
	const struct nf_way *way;
	const struct fw_rule *rule;
	const struct rule_info *info;
	struct nf_origin from;
	const char *label; /* of its chain */
};

static struct log_tag tag_of(const struct spot *s)
{
	const struct fw_rule *r = s->rule;
	struct log_tag tag = { .era = ERA_2_2,
			       .inside = s->way->view == NF_VIEW_MASQ,
			       .num = s->from.num,
			       .port = r->redir_port };

	memcpy(tag.chain, s->label, strlen(s->label));
	memcpy(tag.target, r->target, strlen(r->target));
	return tag;
}

static void act_log(struct nf_work *w, const struct spot *s,
		    struct nf_acts *acts)
{
	struct log_tag tag;

	if (!(s->rule->flags & FW_F_LOG))
		return;
	tag = tag_of(s);
	nf_act_log(w, acts, &tag);
}

static void act_copy(struct nf_work *w, const struct spot *s,
		     struct nf_acts *acts)
{
	struct log_tag tag;

	if (!(s->rule->flags & FW_F_NETLINK))
		return;
	tag = tag_of(s);
	tag.copy = true;
	tag.num = s->rule->outsize;
	nf_act_log(w, acts, &tag);
}

static void act_mark(struct nf_work *w, const struct spot *s,
		     struct nf_acts *acts)
{
	const struct fw_rule *r = s->rule;
	struct nf_rule mark;

	if (!(r->flags & FW_F_MARKABS) && !r->mark)
		return;
	if (!(r->flags & FW_F_MARKABS)) {
		nf_find(w, NF_WHY_MARK_ADDED, s->label, s->from.num, NULL);
		return;
	}
	if (r->mark & w->config->mark_mask) {
		nf_find(w, NF_WHY_MARK_BITS, s->label, s->from.num, NULL);
		return;
	}
	mark = nf_rule_of(&(const struct nf_do){ .target = NF_MARK });
	mark.u.mark = (struct nf_masked){ r->mark, ~w->config->mark_mask };
	nf_act(acts, &mark);
}

static void act_end(struct nf_work *w, const struct spot *s,
		    struct nf_acts *acts)
{
	struct nf_do does = { NF_RETURN, 0, NF_REJECT_NET_UNREACH };

	if (s->info->end == NF_END_NONE)
		return;
	if (s->info->end == NF_END_CHAIN) {
		does.target = NF_JUMP;
		does.chain = w->chains->chain[s->info->jump].chain;
	} else if (s->info->end == NF_END_RETURN) {
		if (s->from.chain == builtin[s->way->list]) {
			does.target = NF_GOTO;
			does.chain = s->way->policy;
		}
	} else {
		does = nf_way_end(w, s->way, s->info->end, s->rule->redir_port);
	}
	nf_act_do(acts, &does);
}

/* What the rule does otherwise than it did. */
static void note(struct nf_work *w, const struct spot *s)
{
	uint16_t flags = s->rule->flags;
	enum fw20_list list = s->way->list;
	const struct {
		bool is;
		enum nf_why why;
	} notes[] = {
		{ w->alts.by_address, NF_WHY_MASQ_SOURCE },
		{ w->alts.by_fewer, NF_WHY_FEWER_PORTS },
		{ flags & FW_F_FRAG && w->tracks, NF_WHY_FRAGMENTS },
		{ flags & FW_F_LOG && s->way->view == NF_VIEW_MASQ,
		  NF_WHY_MASQ_LOG },
		{ flags & FW_F_LOG && !s->way->acts && changes_tos(s->rule),
		  NF_WHY_FORWARD_TOS },
		{ s->info->end == NF_END_REJECT && list == FW20_INPUT &&
			  !w->config->early_reject,
		  NF_WHY_INPUT_REJECT },
		{ s->info->end == NF_END_REDIRECT && list == FW20_INPUT,
		  NF_WHY_REDIRECT },
		{ s->info->end == NF_END_MASQ && list == FW20_FORWARD,
		  NF_WHY_FIRST_PACKET },
	};

	for (size_t i = 0; i < sizeof(notes) / sizeof(notes[0]); i++)
		if (notes[i].is)
			nf_find(w, notes[i].why, s->label, s->from.num, NULL);
}

static void rule_emit(struct nf_work *w, struct spot *s)
{
	struct nf_sight sight = nf_way_sight(w, s->way);
	struct nf_acts acts;
	int why = nf_match22(s->rule, &sight, s->way->by_out, &w->alts);

	acts.n = 0;
	if (why)
		nf_find(w, (enum nf_why)(why - 1), s->label, s->from.num, NULL);
	if (w->listener)
		note(w, s);
	if (s->way->acts)
		act_log(w, s, &acts);
	if (s->way->tos && s->info->end != NF_END_DENY)
		nf_act_tos(&acts, s->rule->tos_and, s->rule->tos_xor);
	if (s->way->acts) {
		act_mark(w, s, &acts);
		act_copy(w, s, &acts);
	}
	act_end(w, s, &acts);
	if (acts.n || s->way->acts)
		nf_emit(w, s->way, &s->from, s->label, &acts);
}

static void rules_emit(struct nf_work *w, const struct nf_way *way,
		       uint32_t chain)
{
	struct spot s = { .way = way, .label = w->in->chain[chain].label };

	for (uint32_t i = 0; i < w->chains->chain[chain].rules; i++) {
		s.rule = rule_of(w, chain, i);
		s.info = info_of(w, chain, i);
		s.from = (struct nf_origin){ chain, i + 1, way->acts };
		rule_emit(w, &s);
	}
}

static void policy_emit(struct nf_work *w, const struct nf_way *way)
{
	uint32_t chain = builtin[way->list];
	enum nf_end policy = end_of(w->in->chain[chain].policy);
	struct nf_do does =
		nf_way_end(w, way, policy < NF_ENDS ? policy : NF_END_DENY, 0);
	struct nf_rule r = nf_rule_of(&does);

	r.from = (struct nf_origin){ chain, 0, way->acts };
	nf_add(w, &r);
}

/* User chains that @way has to have, besides the built-in one. */
static void chains_make(struct nf_work *w, const struct nf_way *way)
{
	struct nf_22 *c = w->chains;

	c->chain[builtin[way->list]].chain = way->top;
	for (uint32_t q = 1; q < c->queued; q++) {
		uint32_t chain = c->queue[q];
		struct nf_origin of = { chain, 0, false };

		c->chain[chain].chain = nf_way_chain(w, way, NF_H_NONE, &of,
						     w->in->chain[chain].label);
	}
}

/* Whether a rule of the built-in chain goes to its policy. */
static bool returns_to_policy(const struct nf_work *w, uint32_t chain)
{
	for (uint32_t i = 0; i < w->chains->chain[chain].rules; i++)
		if (info_of(w, chain, i)->end == NF_END_RETURN)
			return true;
	return false;
}

static void rules22(struct nf_work *w, struct nf_way *way)
{
	uint32_t chain = builtin[way->list];
	struct nf_origin of = { chain, 0, true };
	bool returns = returns_to_policy(w, chain);

	chains_reach(w, chain);
	chains_make(w, way);
	if (returns)
		way->policy = nf_way_chain(w, way, NF_H_NONE, &of,
					   w->in->chain[chain].label);
	rules_emit(w, way, chain);
	policy_emit(w, way);
	for (uint32_t q = 1; q < w->chains->queued; q++) {
		nf_fill(w, w->chains->chain[w->chains->queue[q]].chain);
		rules_emit(w, way, w->chains->queue[q]);
	}
	if (returns) {
		nf_fill(w, way->policy);
		policy_emit(w, way);
	}
	nf_emit_rest(w);
}

static void fini22(struct nf_work *w)
{
	if (!w->chains)
		return;
	free(w->chains->chain);
	free(w->chains->rule);
	free(w->chains->sorted);
	free(w->chains->queue);
	free(w->chains);
}

const struct nf_source nf_source22 = { survey22, rules22, fini22 };
