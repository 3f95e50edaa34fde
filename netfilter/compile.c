/*
 * Where each old chain is asked in today's kernel, and what its answers lead
 * to. Linux 6, include/uapi/linux/netfilter_ipv4.h has the order of the places.
 */
#include "netfilter/compile.h"

#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "netfilter/plan.h"
#include "netfilter/work.h"

enum { PREFIX_MAX = 3, MARK_BITS_MIN = 3 };

const struct nf_config nf_config_default = {
	.prefix = "fwc",
	.mark_mask = (uint32_t)NF_MARK_MASK,
	.log_group = NF_LOG_GROUP,
	.copy_group = NF_COPY_GROUP,
};

static const struct nf_do drop_it = { .target = NF_DROP };

static const struct nf_do refuse_port = { .target = NF_REJECT,
					  .reject = NF_REJECT_PORT_UNREACH };
static const struct nf_do refuse_host = { .target = NF_REJECT,
					  .reject = NF_REJECT_HOST_UNREACH };

static void ends_are(struct nf_way *way, struct nf_do does)
{
	for (int i = 0; i < NF_ENDS; i++)
		way->end[i] = does;
}

/* A chain that writes a code and lets the packet pass. */
static uint32_t code_chain(struct nf_plan *p, const char *name, unsigned code)
{
	uint32_t chain = nf_chain(p->w, NF_T_MANGLE, NF_H_NONE, "%s", name);

	nf_fill(p->w, chain);
	nf_add_mark(p->w, nf_code(p->w, code));
	nf_add_do(p->w, &nf_accept_it);
	return chain;
}

/* Our bits of the mark: the generation and a code. */
static void add_first_mark(struct nf_plan *p, unsigned code)
{
	struct nf_masked gen = nf_generation_mark(p->w->config);

	gen.value |= nf_code(p->w, code).value;
	gen.mask = p->w->config->mark_mask;
	nf_add_mark(p->w, gen);
}

static void port_chains(struct nf_plan *p)
{
	struct nf_work *w = p->w;
	char name[16];

	for (uint32_t i = 0; i < w->ports; i++) {
		snprintf(name, sizeof(name), "port%u", w->port[i]);
		w->port_chain[i] = code_chain(p, name, NF_CODE_PORT + i);
	}
}

/*
 * Where the input chain's REJECT leads. What can be rejected at once is what is
 * not for the host, whose address the answer to it has to come from.
 */
static uint32_t refusal_of_input(struct nf_plan *p)
{
	uint32_t later = code_chain(p, "refusein", NF_CODE_REJECT), now;
	struct nf_do wait = nf_go(later);
	struct nf_rule local = nf_rule_of(&wait);

	if (!p->w->config->early_reject)
		return later;
	now = nf_chain(p->w, NF_T_MANGLE, NF_H_NONE, "refusenow");
	local.match.ask = NF_ASK_ADDRTYPE_LOCAL;
	nf_fill(p->w, now);
	nf_add(p->w, &local);
	nf_add_do(p->w, &refuse_port);
	return now;
}

/* input: mangle PREROUTING. What it rejects or redirects has to wait. */
static void add_input(struct nf_plan *p)
{
	struct nf_way *way = &p->in;
	uint32_t refuse = p->waits ? refusal_of_input(p) : 0;

	port_chains(p);
	ends_are(way, nf_accept_it);
	way->end[NF_END_DENY] = drop_it;
	way->end[NF_END_REJECT] = nf_go(refuse);
	nf_fill(p->w, way->top);
	add_first_mark(p, NF_CODE_NONE);
	if (p->accounts && !p->old)
		nf_add_do(p->w,
			  &(const struct nf_do){ .target = NF_JUMP,
						 .chain = p->acct_in.top });
	p->source->rules(p->w, way);
}

/* What comes in: all of it; 1.3: what is delivered here. */
static void add_acct_in(struct nf_plan *p)
{
	if (!p->accounts)
		return;
	nf_fill(p->w, p->acct_in.top);
	if (p->old && p->waits)
		nf_add_code(p->w, NF_CODE_REJECT,
			    &(const struct nf_do){ .target = NF_RETURN });
	p->source->rules(p->w, &p->acct_in);
}

/* What the host itself sends is never masqueraded. 1.3 asked its one list. */
static void add_own(struct nf_plan *p)
{
	struct nf_way *way = &p->own;

	nf_fill(p->w, p->old ? way->top
			     : nf_chain(p->w, NF_T_MANGLE, NF_H_OUTPUT, "own"));
	add_first_mark(p, NF_CODE_OWN);
	if (!p->old)
		return;
	ends_are(way, p->accounts ? nf_go(p->acct_out[NF_VIEW_ANSWER].top)
				  : nf_accept_it);
	way->end[NF_END_DENY] = way->end[NF_END_REJECT] = drop_it;
	p->source->rules(p->w, way);
}

/* What the input chain rejected and is for the host. */
static void add_local(struct nf_plan *p)
{
	if (!p->waits)
		return;
	nf_fill(p->w, nf_chain(p->w, NF_T_FILTER, NF_H_INPUT, "local"));
	nf_add_code(p->w, NF_CODE_REJECT, &refuse_port);
}

/* A conversation whose packets' one end is translated, one direction. */
static void add_translated(struct nf_plan *p, enum nf_ct_state state,
			   bool reply, const struct nf_do *does)
{
	struct nf_rule r = nf_rule_of(does);

	r.match.ask = NF_ASK_CT_STATE | NF_ASK_CT_DIR;
	r.match.ct_state = state;
	r.match.ct_reply = reply;
	nf_add(p->w, &r);
}

/* ICMP errors that belong to a translated conversation; the rest return. */
static void errors_fill(struct nf_plan *p, uint32_t chain,
			const struct nf_do *does)
{
	struct nf_rule r = nf_rule_of(does);

	nf_fill(p->w, chain);
	r.match.ask = NF_ASK_CT_STATE;
	r.match.ct_state = NF_CT_SNAT | NF_CT_DNAT;
	nf_add(p->w, &r);
}

/* What the masquerading knew never met the forward chain. */
struct known {
	uint32_t comers, errors; /* chains */
};

static struct known known_make(struct nf_plan *p, enum nf_table table, char tag)
{
	struct known k = { 0, 0 };

	if (p->comes)
		k.comers = nf_chain(p->w, table, NF_H_NONE, "comers%c", tag);
	if (p->masq)
		k.errors = nf_chain(p->w, table, NF_H_NONE, "errors%c", tag);
	return k;
}

static void known_add(struct nf_plan *p, const struct known *k,
		      const struct nf_do *does)
{
	struct nf_rule r = nf_rule_of(
		&(const struct nf_do){ .target = NF_JUMP, .chain = k->errors });

	if (p->masq)
		add_translated(p, NF_CT_SNAT, true, does);
	if (p->comes)
		add_translated(p, NF_CT_DNAT, false,
			       &(const struct nf_do){ .target = NF_JUMP,
						      .chain = k->comers });
	if (!p->masq)
		return;
	r.match.proto = IPPROTO_ICMP;
	r.match.ask = NF_ASK_CT_STATE;
	r.match.ct_state = NF_CT_RELATED;
	nf_add(p->w, &r);
}

static void known_fill(struct nf_plan *p, const struct known *k,
		       const struct nf_do *does)
{
	if (p->comes)
		nf_nat_comers(p->w, k->comers, does);
	if (p->masq)
		errors_fill(p, k->errors, does);
}

static void add_proto(struct nf_plan *p, uint16_t proto,
		      const struct nf_do *does)
{
	struct nf_rule r = nf_rule_of(does);

	r.match.proto = proto;
	nf_add(p->w, &r);
}

/* What is of that protocol and belongs to a conversation. */
static void add_tracked(struct nf_plan *p, uint16_t proto,
			const struct nf_do *does)
{
	struct nf_rule r = nf_rule_of(does);

	r.match.proto = proto;
	r.match.ask = NF_ASK_CT_STATE;
	r.match.ct_state = NF_CT_INVALID;
	r.match.not = NF_NOT_CT_STATE;
	nf_add(p->w, &r);
}

/* Quirk: ICMP that is no request passed MASQ as it was. */
static uint32_t stray_chain(struct nf_plan *p)
{
	uint32_t chain = nf_chain(p->w, NF_T_FILTER, NF_H_NONE, "stray");

	nf_fill(p->w, chain);
	nf_add_mark(p->w, nf_code(p->w, NF_CODE_NONE));
	nf_add_do(p->w, &p->onward);
	return chain;
}

/*
 * MASQ. TCP and UDP that conntrack can't translate are dropped, as other
 * protocols are; 1.3 knew nothing of ICMP, and let others pass. All but the
 * first packets of a conversation need no mark where nothing but nat reads it.
 */
static uint32_t masq_chain(struct nf_plan *p)
{
	uint32_t chain = nf_chain(p->w, NF_T_FILTER, NF_H_NONE, "masq");
	struct nf_do stray = nf_go(stray_chain(p));

	nf_fill(p->w, chain);
	if (!nf_plan_has_view(p, NF_VIEW_MASQ))
		add_translated(p, NF_CT_SNAT, false, &p->masq_onward);
	nf_add_mark(p->w, nf_code(p->w, NF_CODE_MASQ));
	add_tracked(p, IPPROTO_TCP, &p->masq_onward);
	add_tracked(p, IPPROTO_UDP, &p->masq_onward);
	if (!p->old)
		add_tracked(p, IPPROTO_ICMP, &p->masq_onward);
	add_proto(p, IPPROTO_ICMP, &stray);
	if (p->old) {
		add_proto(p, IPPROTO_TCP, &drop_it);
		add_proto(p, IPPROTO_UDP, &drop_it);
		nf_add_do(p->w, &stray);
	} else {
		nf_add_do(p->w, &drop_it);
	}
	return chain;
}

/* forward: filter FORWARD. */
static void add_forward(struct nf_plan *p)
{
	struct nf_way *way = &p->forward;
	struct known known = known_make(p, NF_T_FILTER, way->tag);
	uint32_t masq = p->masq ? masq_chain(p) : 0;

	ends_are(way, drop_it);
	way->end[NF_END_ACCEPT] = p->onward;
	way->end[NF_END_REJECT] = refuse_host;
	way->end[NF_END_MASQ] = nf_go(masq);
	nf_fill(p->w, way->top);
	if (p->waits)
		nf_add_code(p->w, NF_CODE_REJECT, &refuse_port);
	known_add(p, &known, &p->onward);
	p->source->rules(p->w, way);
	known_fill(p, &known, &p->onward);
}

/* Only mangle can change the TOS: the chain once more, for that alone. */
static void add_forward_tos(struct nf_plan *p)
{
	struct nf_way *way = &p->forward_tos;
	struct known known;

	if (!p->w->needs[FW20_FORWARD].tos)
		return;
	known = known_make(p, NF_T_MANGLE, way->tag);
	ends_are(way, nf_accept_it);
	nf_fill(p->w, way->top);
	known_add(p, &known, &nf_accept_it);
	p->source->rules(p->w, way);
	known_fill(p, &known, &nf_accept_it);
}

/* Tells the views of packets that leave apart. */
static void add_views(struct nf_plan *p, const struct nf_way ways[NF_VIEWS])
{
	struct nf_do answer = nf_go(ways[NF_VIEW_ANSWER].top);
	struct nf_do masq = nf_go(ways[NF_VIEW_MASQ].top);

	if (nf_plan_has_view(p, NF_VIEW_ANSWER))
		add_translated(p, NF_CT_DNAT, true, &answer);
	if (nf_plan_has_view(p, NF_VIEW_MASQ))
		nf_add_code(p->w, NF_CODE_MASQ, &masq);
}

/* A list at its place of departure, in all views. */
static void add_departures(struct nf_plan *p, struct nf_way ways[NF_VIEWS])
{
	for (int i = 0; i < NF_VIEWS; i++) {
		if (!nf_plan_has_view(p, (enum nf_view)i))
			continue;
		nf_fill(p->w, ways[i].top);
		if (p->w->set->chain[ways[i].top].hook != NF_H_NONE)
			add_views(p, ways);
		p->source->rules(p->w, &ways[i]);
	}
}

/*
 * The output chain rejects. The host's own TCP was told; other senders got an
 * error from their call, which they do now if the packet is dropped.
 */
static uint32_t refusal_chain(struct nf_plan *p)
{
	uint32_t chain = nf_chain(p->w, NF_T_FILTER, NF_H_NONE, "refuseout");
	struct nf_rule tcp = nf_rule_of(&refuse_port);

	nf_fill(p->w, chain);
	if (p->w->in->era == ERA_2_2) {
		tcp.match.proto = IPPROTO_TCP;
		tcp.match.ask = NF_ASK_MARK;
		tcp.match.mark = nf_code(p->w, NF_CODE_OWN);
		nf_add(p->w, &tcp);
	}
	nf_add_code(p->w, NF_CODE_OWN, &drop_it);
	nf_add_do(p->w, &refuse_host);
	return chain;
}

/* What happens to a packet of that view once the output chain let it pass. */
static struct nf_do departure(const struct nf_plan *p, int view)
{
	return p->accounts ? nf_go(p->acct_out[view].top) : nf_accept_it;
}

/* output, where it does not reject: mangle POSTROUTING. */
static void add_output(struct nf_plan *p)
{
	uint32_t refusal = p->refuses ? refusal_chain(p) : 0;

	for (int i = 0; i < NF_VIEWS; i++) {
		ends_are(&p->out[i],
			 p->refuses ? nf_accept_it : departure(p, i));
		p->out[i].end[NF_END_DENY] = drop_it;
		p->out[i].end[NF_END_REJECT] = nf_go(refusal);
		ends_are(&p->out_tos[i], departure(p, i));
	}
	add_departures(p, p->out);
	if (p->refuses && p->w->needs[FW20_OUTPUT].tos)
		add_departures(p, p->out_tos);
	if (p->accounts)
		add_departures(p, p->acct_out);
}

static void add_acct_out_1_3(struct nf_plan *p)
{
	for (int i = 0; p->accounts && i < NF_VIEWS; i++) {
		if (i == NF_VIEW_MASQ && !p->masq)
			continue;
		nf_fill(p->w, p->acct_out[i].top);
		p->source->rules(p->w, &p->acct_out[i]);
	}
}

static void compile(struct nf_work *w, const struct nf_source *source)
{
	struct nf_plan p = { .w = w, .source = source };

	nf_plan_needs(&p);
	w->tracks = p.masq || p.answers;
	if (p.late)
		w->cuts = 0;
	nf_cut_choose(w);
	nf_plan_places(&p);
	add_input(&p);
	add_acct_in(&p);
	add_own(&p);
	add_local(&p);
	add_forward(&p);
	add_forward_tos(&p);
	if (p.old)
		add_acct_out_1_3(&p);
	else
		add_output(&p);
	nf_nat(w, p.masq);
}

static bool config_ok(const struct nf_config *config)
{
	return nf_codes(config) >= 1U << (MARK_BITS_MIN - 1) &&
	       strlen(config->prefix) <= PREFIX_MAX;
}

int nf_compile(const struct nf_input *in, const struct nf_config *config,
	       struct nf_set *out, struct text *why,
	       const struct nf_listener *listener)
{
	const struct nf_source *source =
		in->era == ERA_2_2 ? &nf_source22 : &nf_source20;
	struct nf_work *w;
	int err;

	if (!config_ok(config))
		return -EINVAL;
	w = malloc(sizeof(*w));
	if (!w)
		return -ENOMEM;
	/* Its large arrays are at the end, and not looked at before they are
	 * filled: single commands have no time for them. */
	memset(w, 0, offsetof(struct nf_work, port_chain));
	w->in = in;
	w->config = config;
	w->set = out;
	w->why = why;
	w->listener = listener;
	source->survey(w);
	if (!w->err || w->err == -EOPNOTSUPP)
		compile(w, source);
	source->fini(w);
	err = w->err;
	free(w->rest);
	free(w);
	return err;
}
