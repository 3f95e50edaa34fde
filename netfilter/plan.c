/* The places of a rule set. */
#include "netfilter/plan.h"

const struct nf_do nf_accept_it = { .target = NF_ACCEPT };

/* Letters of the output list's places, of their TOS, of accounting, by view. */
static const char out_tags[NF_VIEWS] = { 'o', 'm', 'd' };
static const char out_tos_tags[NF_VIEWS] = { 'u', 'v', 'w' };
static const char acct_tags[NF_VIEWS] = { 'b', 'c', 'e' };

void nf_plan_needs(struct nf_plan *p)
{
	const struct nf_work *w = p->w;

	p->masq = w->needs[FW20_FORWARD].end[NF_END_MASQ];
	p->comes = nf_has_forwards(w) || nf_has_helpers(w);
	p->answers = p->comes || w->ports;
	p->old = w->in->era == ERA_1_3;
	p->refuses = !p->old && w->needs[FW20_OUTPUT].end[NF_END_REJECT];
	p->late = w->config->late_output && !p->refuses;
	p->asks_source =
		w->needs[FW20_OUTPUT].source || w->needs[FW20_ACCT].source;
	p->waits = w->needs[FW20_INPUT].end[NF_END_REJECT];
	p->accounts = w->needs[FW20_ACCT].any;
}

bool nf_plan_has_view(const struct nf_plan *p, enum nf_view view)
{
	if (view == NF_VIEW_PLAIN)
		return true;
	if (p->late || !p->asks_source)
		return false;
	return view == NF_VIEW_MASQ ? p->masq : p->answers;
}

/* The first chain of a place. */
static void way_make(struct nf_plan *p, struct nf_way *way, enum nf_hook hook)
{
	static const char *const labels[FW20_LISTS] = { "forward", "input",
							"output", "acct" };
	struct nf_origin of = { 0, 0, false };

	way->top = nf_way_chain(p->w, way, hook, &of, labels[way->list]);
}

static struct nf_way way_of(enum fw20_list list, enum nf_table table, char tag)
{
	return (struct nf_way){ .list = list,
				.table = table,
				.tag = tag,
				.acts = true,
				.tos = table == NF_T_MANGLE };
}

static void departures_make(struct nf_plan *p, struct nf_way ways[NF_VIEWS],
			    const struct nf_way *like, const char *tags,
			    enum nf_hook hook)
{
	for (int i = 0; i < NF_VIEWS; i++) {
		ways[i] = *like;
		ways[i].tag = tags[i];
		ways[i].by_out = true;
		ways[i].view = (enum nf_view)i;
		if (nf_plan_has_view(p, ways[i].view))
			way_make(p, &ways[i],
				 i == NF_VIEW_PLAIN ? hook : NF_H_NONE);
	}
}

/* 1.3: the interface of arrival counts what is forwarded, too. */
static void plan_output_1_3(struct nf_plan *p)
{
	struct nf_way *acct = p->acct_out;

	p->own = way_of(FW20_INPUT, NF_T_MANGLE, 'k');
	p->own.by_out = true;
	way_make(p, &p->own, NF_H_OUTPUT);
	for (int i = 0; p->accounts && i < NF_VIEWS; i++) {
		acct[i] = way_of(FW20_ACCT, NF_T_FILTER, acct_tags[i]);
		acct[i].departs = true;
		acct[i].view = NF_VIEW_PLAIN;
	}
	if (!p->accounts)
		return;
	way_make(p, &acct[NF_VIEW_PLAIN], NF_H_NONE);
	acct[NF_VIEW_MASQ].view = NF_VIEW_MASQ;
	if (p->masq)
		way_make(p, &acct[NF_VIEW_MASQ], NF_H_NONE);
	/* In the place of the third view: what the host sends. */
	acct[NF_VIEW_ANSWER].table = NF_T_MANGLE;
	acct[NF_VIEW_ANSWER].by_out = true;
	way_make(p, &acct[NF_VIEW_ANSWER], NF_H_NONE);
}

static void plan_output(struct nf_plan *p)
{
	bool tos = p->refuses && p->w->needs[FW20_OUTPUT].tos;
	struct nf_way way = way_of(FW20_OUTPUT,
				   p->refuses ? NF_T_FILTER : NF_T_MANGLE, 'o');

	departures_make(p, p->out, &way, out_tags,
			p->refuses ? NF_H_OUTPUT : NF_H_POSTROUTING);
	way = way_of(FW20_OUTPUT, NF_T_MANGLE, 'u');
	way.acts = false;
	if (tos)
		departures_make(p, p->out_tos, &way, out_tos_tags,
				NF_H_POSTROUTING);
	way = way_of(FW20_ACCT, NF_T_MANGLE, 'b');
	way.departs = true;
	if (p->accounts)
		departures_make(p, p->acct_out, &way, acct_tags,
				p->refuses && !tos ? NF_H_POSTROUTING
						   : NF_H_NONE);
}

void nf_plan_places(struct nf_plan *p)
{
	p->in = way_of(FW20_INPUT, NF_T_MANGLE, 'i');
	p->in.redirects = true;
	way_make(p, &p->in, NF_H_PREROUTING);
	p->acct_in = way_of(FW20_ACCT, NF_T_MANGLE, 'a');
	if (p->accounts)
		way_make(p, &p->acct_in, p->old ? NF_H_INPUT : NF_H_NONE);
	p->forward = way_of(FW20_FORWARD, NF_T_FILTER, 'f');
	p->forward.by_out = !p->old;
	way_make(p, &p->forward, NF_H_FORWARD);
	p->forward_tos = way_of(FW20_FORWARD, NF_T_MANGLE, 't');
	p->forward_tos.by_out = true;
	p->forward_tos.acts = false;
	if (p->w->needs[FW20_FORWARD].tos)
		way_make(p, &p->forward_tos, NF_H_FORWARD);
	if (p->old)
		plan_output_1_3(p);
	else
		plan_output(p);
	p->onward =
		p->refuses ? nf_go(p->out[NF_VIEW_PLAIN].top) : nf_accept_it;
	p->masq_onward = p->onward;
	if (!p->old || !p->accounts)
		return;
	p->onward = nf_go(p->acct_out[NF_VIEW_PLAIN].top);
	p->masq_onward = nf_go(p->acct_out[NF_VIEW_MASQ].top);
}
