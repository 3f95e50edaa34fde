/* What the parts of the compiler share. */
#include "netfilter/work.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	LOG_BYTES = 80,  /* the longest IP header, and ports, flags behind */
	PORTS_MIN = 256, /* masquerade ports that are worth having */
};

/* A chain that is filled once the chain in hand is complete. */
struct nf_rest {
	uint32_t chain, n;
	struct nf_rule *rule;
};

void nf_fail(struct nf_work *w, int err)
{
	if (!w->err)
		w->err = err;
}

void nf_find(struct nf_work *w, enum nf_why why, const char *chain,
	     uint32_t num, const char *what)
{
	struct nf_finding found = { why, chain, num, what };

	if (nf_reasons[why].refused) {
		if (!w->err && w->why)
			nf_finding_text(&found, w->why);
		nf_fail(w, -EOPNOTSUPP);
	}
	if (w->listener)
		w->listener->found(w->listener->ctx, &found);
}

uint32_t nf_chain(struct nf_work *w, enum nf_table table, enum nf_hook hook,
		  const char *fmt, ...)
{
	char generation[2] = { w->config->generation, '\0' };
	char name[NF_CHAIN_NAME + 1];
	va_list ap;
	int n;

	n = snprintf(name, sizeof(name), "%s%s-", w->config->prefix,
		     generation);
	va_start(ap, fmt);
	vsnprintf(name + n, sizeof(name) - (size_t)n, fmt, ap);
	va_end(ap);
	n = nf_set_chain(w->set, table, hook, name);
	if (n < 0)
		nf_fail(w, n);
	return n < 0 ? 0 : (uint32_t)n;
}

void nf_fill(struct nf_work *w, uint32_t chain)
{
	if (chain < w->set->chains)
		nf_set_fill(w->set, chain);
}

/* The bits of @value at the places of the bits of @mask, from the lowest. */
static uint32_t deposit(uint32_t value, uint32_t mask)
{
	uint32_t out = 0;

	for (; mask; mask &= mask - 1, value >>= 1)
		if (value & 1)
			out |= mask & -mask;
	return out;
}

static uint32_t lowest(uint32_t mask)
{
	return mask & -mask;
}

struct nf_masked nf_generation_mark(const struct nf_config *config)
{
	uint32_t bit = lowest(config->mark_mask);

	return (struct nf_masked){ config->generation == 'B' ? bit : 0, bit };
}

/* The bits of codes. */
static uint32_t code_mask(const struct nf_config *config)
{
	return config->mark_mask & ~lowest(config->mark_mask);
}

struct nf_masked nf_masq_mark(const struct nf_config *config)
{
	uint32_t mask = code_mask(config);

	return (struct nf_masked){ deposit(NF_CODE_MASQ, mask), mask };
}

uint32_t nf_codes(const struct nf_config *config)
{
	uint32_t mask = code_mask(config), n = 1;

	for (; mask && n < 1U << 16; mask &= mask - 1)
		n <<= 1;
	return n;
}

struct nf_masked nf_code(const struct nf_work *w, unsigned code)
{
	uint32_t mask = code_mask(w->config);

	return (struct nf_masked){ deposit(code, mask), mask };
}

void nf_port_add(struct nf_work *w, uint16_t port, const char *label,
		 uint32_t num)
{
	for (uint32_t i = 0; i < w->ports; i++)
		if (w->port[i] == port)
			return;
	if (w->ports == NF_REDIRECTS ||
	    NF_CODE_PORT + w->ports >= nf_codes(w->config))
		nf_find(w, NF_WHY_REDIRECTS, label, num, NULL);
	else
		w->port[w->ports++] = port;
}

/* All but what it matches. */
static void do_fill(struct nf_rule *r, const struct nf_do *does)
{
	r->target = does->target;
	r->from = (struct nf_origin){ .chain = NF_NO_ORIGIN };
	if (does->target == NF_JUMP || does->target == NF_GOTO)
		r->u.chain = does->chain;
	else if (does->target == NF_REJECT)
		r->u.reject = does->reject;
}

struct nf_rule nf_rule_of(const struct nf_do *does)
{
	struct nf_rule r = { .match = { .ask = 0 } };

	do_fill(&r, does);
	return r;
}

void nf_add(struct nf_work *w, const struct nf_rule *rule)
{
	int err = w->set->chains ? nf_set_rule(w->set, rule) : -ENOMEM;

	if (err)
		nf_fail(w, err);
}

void nf_add_do(struct nf_work *w, const struct nf_do *does)
{
	struct nf_rule r = nf_rule_of(does);

	nf_add(w, &r);
}

void nf_add_code(struct nf_work *w, unsigned code, const struct nf_do *does)
{
	struct nf_rule r = nf_rule_of(does);

	r.match.ask = NF_ASK_MARK;
	r.match.mark = nf_code(w, code);
	nf_add(w, &r);
}

void nf_add_mark(struct nf_work *w, struct nf_masked mark)
{
	struct nf_rule r =
		nf_rule_of(&(const struct nf_do){ .target = NF_MARK });

	r.u.mark = mark;
	nf_add(w, &r);
}

void nf_act(struct nf_acts *acts, const struct nf_rule *rule)
{
	acts->rule[acts->n++] = *rule;
}

void nf_act_do(struct nf_acts *acts, const struct nf_do *does)
{
	do_fill(&acts->rule[acts->n++], does);
}

void nf_act_log(struct nf_work *w, struct nf_acts *acts,
		const struct log_tag *tag)
{
	struct nf_rule r =
		nf_rule_of(&(const struct nf_do){ .target = NF_NFLOG });

	r.u.log.group =
		tag->copy ? w->config->copy_group : w->config->log_group;
	r.u.log.size = (uint16_t)(tag->copy ? tag->num : LOG_BYTES);
	log_tag_put(tag, r.u.log.prefix);
	nf_act(acts, &r);
}

void nf_act_tos(struct nf_acts *acts, uint8_t and, uint8_t xor)
{
	struct nf_rule r =
		nf_rule_of(&(const struct nf_do){ .target = NF_TOS });

	if (and == 0xFF && xor == 0)
		return;
	r.u.tos.and = and;
	r.u.tos.xor = xor;
	nf_act(acts, &r);
}

/* Labels that every tool's syntax takes stand in names. */
static bool is_plain(const char *label)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_-";

	return *label && !label[strspn(label, plain)];
}

uint32_t nf_way_chain(struct nf_work *w, const struct nf_way *way,
		      enum nf_hook hook, const struct nf_origin *of,
		      const char *label)
{
	char num[12] = "";

	if (of->counts)
		snprintf(num, sizeof(num), "%u", of->num);
	if (is_plain(label))
		return nf_chain(w, way->table, hook, "%c%s-%s", way->tag, num,
				label);
	return nf_chain(w, way->table, hook, "%c%s.%u", way->tag, num,
			of->chain);
}

/* Room for @n rules in a chain to be filled later, or NULL. */
static struct nf_rule *rest_add(struct nf_work *w, uint32_t chain, uint32_t n)
{
	struct nf_rest *rest;

	if (w->rests == w->rest_room) {
		uint32_t room = w->rest_room ? 2 * w->rest_room : 8;

		rest = reallocarray(w->rest, room, sizeof(*rest));
		if (!rest)
			return NULL;
		w->rest = rest;
		w->rest_room = room;
	}
	rest = &w->rest[w->rests];
	*rest = (struct nf_rest){ chain, n, calloc(n, sizeof(*rest->rule)) };
	if (rest->rule)
		w->rests++;
	return rest->rule;
}

/* Whether the walk goes on behind the rule that does this. */
static bool goes_on(enum nf_target target)
{
	return target != NF_ACCEPT && target != NF_DROP &&
	       target != NF_RETURN && target != NF_REJECT && target != NF_GOTO;
}

/*
 * Several acts get a chain of their own; the result leads there. A jump that
 * ends it comes back to where the chain was jumped from.
 */
static struct nf_rule acts_chain(struct nf_work *w, const struct nf_way *way,
				 const struct nf_origin *from,
				 const char *label, const struct nf_acts *acts)
{
	struct nf_origin of = { from->chain, from->num, true };
	uint32_t chain = nf_way_chain(w, way, NF_H_NONE, &of, label);
	struct nf_rule *r = rest_add(w, chain, acts->n);
	bool on = goes_on(acts->rule[acts->n - 1].target);

	for (uint32_t i = 0; r && i < acts->n; i++) {
		r[i] = acts->rule[i];
		r[i].match = (struct nf_match){ .ask = 0 };
		r[i].from = *from;
		r[i].from.counts = false;
		if (r[i].target == NF_JUMP)
			r[i].target = NF_GOTO;
	}
	if (!r)
		nf_fail(w, -ENOMEM);
	return nf_rule_of(&(const struct nf_do){
		.target = on ? NF_JUMP : NF_GOTO, .chain = chain });
}

void nf_emit_rest(struct nf_work *w)
{
	for (uint32_t i = 0; i < w->rests; i++) {
		struct nf_rest *rest = &w->rest[i];

		nf_fill(w, rest->chain);
		for (uint32_t k = 0; k < rest->n; k++)
			nf_add(w, &rest->rule[k]);
		free(rest->rule);
	}
	w->rests = 0;
}

/* What does @acts, whatever it matches. */
static struct nf_rule acts_rule(struct nf_work *w, const struct nf_way *way,
				const struct nf_origin *from, const char *label,
				const struct nf_acts *acts)
{
	struct nf_rule r;

	if (acts->n > 1)
		r = acts_chain(w, way, from, label, acts);
	else if (acts->n)
		r = acts->rule[0];
	else
		r = nf_rule_of(&(const struct nf_do){ .target = NF_CONTINUE });
	r.from = *from;
	return r;
}

void nf_emit(struct nf_work *w, const struct nf_way *way,
	     const struct nf_origin *from, const char *label,
	     const struct nf_acts *acts)
{
	const struct nf_rule *does = &acts->rule[0];
	struct nf_rule several;

	if (!w->alts.n)
		return;
	if (acts->n != 1) {
		several = acts_rule(w, way, from, label, acts);
		does = &several;
	}
	for (uint32_t i = 0; i < w->alts.n; i++) {
		struct nf_rule *r = nf_set_room(w->set);

		if (!r) {
			nf_fail(w, -ENOMEM);
			return;
		}
		r->match = w->alts.m[i];
		r->target = does->target;
		r->u = does->u;
		r->from = *from;
	}
}

void nf_emit_once(struct nf_work *w, const struct nf_way *way,
		  const struct nf_origin *from, const char *label,
		  const struct nf_acts *acts)
{
	static const struct nf_do back = { .target = NF_RETURN };
	struct nf_way aside = *way;
	struct nf_acts end = *acts;
	struct nf_rule *all, jump;
	uint32_t chain;

	if (w->alts.n <= 1) {
		nf_emit(w, way, from, label, acts);
		return;
	}
	nf_act_do(&end, &back);
	chain = nf_way_chain(
		w, way, NF_H_NONE,
		&(const struct nf_origin){ from->chain, from->num, true },
		label);
	aside.tag = (char)toupper(way->tag);
	all = rest_add(w, chain, w->alts.n);
	for (uint32_t i = 0; all && i < w->alts.n; i++) {
		all[i] = i ? all[0] : acts_rule(w, &aside, from, label, &end);
		all[i].match = w->alts.m[i];
	}
	if (!all)
		nf_fail(w, -ENOMEM);
	jump = nf_rule_of(
		&(const struct nf_do){ .target = NF_JUMP, .chain = chain });
	nf_add(w, &jump);
}

struct nf_do nf_way_end(const struct nf_work *w, const struct nf_way *way,
			enum nf_end end, uint16_t port)
{
	if (end != NF_END_REDIRECT || !way->redirects)
		return way->end[end];
	for (uint32_t i = 0; i < w->ports; i++)
		if (w->port[i] == port)
			return (struct nf_do){ NF_GOTO, w->port_chain[i],
					       NF_REJECT_NET_UNREACH };
	return way->end[end];
}

static const uint16_t masq_ports[ERA_COUNT][2] = {
	[ERA_2_2] = { 61000, 65095 },
	[ERA_2_0] = { 61000, 65095 },
	[ERA_1_3] = { 60000, 64095 },
};

/* A place where ports are divided: the first of the upper part. */
static void cut_at(struct nf_work *w, uint32_t port)
{
	const uint16_t *era = masq_ports[w->in->era];

	if (port > era[0] && port <= era[1] && w->cuts < NF_CUTS)
		w->cut[w->cuts++] = (uint16_t)port;
}

void nf_cut_add(struct nf_work *w, uint16_t low, uint16_t high)
{
	if (low > high)
		return;
	cut_at(w, low);
	cut_at(w, high + 1U);
}

/* The lowest cut above @from, or one past the ports. */
static uint32_t next_cut(const struct nf_work *w, uint32_t from)
{
	uint32_t next = masq_ports[w->in->era][1] + 1U;

	for (uint32_t i = 0; i < w->cuts; i++)
		if (w->cut[i] > from && w->cut[i] < next)
			next = w->cut[i];
	return next;
}

void nf_cut_choose(struct nf_work *w)
{
	const uint16_t *era = masq_ports[w->in->era];
	uint32_t best = 0;

	memcpy(w->masq_port, era, sizeof(w->masq_port));
	for (uint32_t at = era[0], next; at <= era[1]; at = next) {
		next = next_cut(w, at);
		if (next - at <= best)
			continue;
		best = next - at;
		if (best < PORTS_MIN)
			continue;
		w->masq_port[0] = (uint16_t)at;
		w->masq_port[1] = (uint16_t)(next - 1);
	}
}

struct nf_sight nf_way_sight(const struct nf_work *w, const struct nf_way *way)
{
	const uint16_t *era = masq_ports[w->in->era];

	return (struct nf_sight){
		.view = way->view,
		.iface = w->in->iface,
		.ifaces = w->in->ifaces,
		.masq_port = { w->masq_port[0], w->masq_port[1] },
		.era_port = { era[0], era[1] },
	};
}
