/* The fixed lists of 2.0 and 1.3 as chains of netfilter's. */
#include <netinet/in.h>
#include <string.h>

#include "netfilter/match20.h"
#include "netfilter/work.h"

static const char *const names[FW20_LISTS] = {
	[FW20_FORWARD] = "forward",
	[FW20_INPUT] = "input",
	[FW20_OUTPUT] = "output",
	[FW20_ACCT] = "acct",
};

/* What a rule's flags, or a policy, decide. */
static enum nf_end end_of(uint32_t flags, bool rule)
{
	if (!(flags & FW20_ACCEPT))
		return flags & FW20_ICMPRPL ? NF_END_REJECT : NF_END_DENY;
	if (rule && flags & FW20_REDIR)
		return NF_END_REDIRECT;
	return flags & FW20_MASQ ? NF_END_MASQ : NF_END_ACCEPT;
}

/* Behind the ports that are counted. */
static uint16_t redirect_port(const struct fw20_rule *r)
{
	unsigned used = (unsigned)r->n_src + r->n_dst;

	return used < FW20_PORTS ? r->port[used] : 0;
}

/* Quirk: 1.3 changed it in denied packets alone, which nobody sees. */
static bool changes_tos(const struct nf_work *w, const struct fw20_rule *r)
{
	return w->in->era != ERA_1_3 && r->flags & FW20_ACCEPT &&
	       (r->tos_and != 0xFF || r->tos_xor);
}

/* Each test of ports of TCP or UDP that a packet's source port may meet. */
static void survey_ports(struct nf_work *w, const struct fw20_rule *r)
{
	unsigned n = r->n_src + (r->flags & FW20_BIDIR ? r->n_dst : 0U);
	uint16_t kind = r->flags & FW20_KIND;

	if ((kind != FW20_TCP && kind != FW20_UDP) || n > FW20_PORTS)
		return;
	for (unsigned i = 0; i < n; i++) {
		bool range = (i == 0 && r->flags & FW20_SRANGE) ||
			     (i == r->n_src && r->flags & FW20_DRANGE);

		if (range && i + 1 < n)
			nf_cut_add(w, r->port[i], r->port[i + 1]);
		else
			nf_cut_add(w, r->port[i], r->port[i]);
		i += range;
	}
}

/* Or logs it. */
static bool asks_source(const struct fw20_rule *r)
{
	bool both = r->flags & FW20_BIDIR;

	return r->smask || r->src || r->n_src || r->flags & FW20_PRN ||
	       (both && (r->dmask || r->dst || r->n_dst));
}

static void survey_list(struct nf_work *w, enum fw20_list list)
{
	struct nf_needs *needs = &w->needs[list];

	for (uint32_t i = 0; i < w->in->rules20[list]; i++) {
		const struct fw20_rule *r = &w->in->rule20[list][i].rule;
		enum nf_end end = end_of(r->flags, true);

		needs->any = true;
		needs->source |= asks_source(r);
		if (list == FW20_OUTPUT || list == FW20_ACCT)
			survey_ports(w, r);
		if (list == FW20_ACCT)
			continue;
		needs->end[end] = true;
		needs->tos |= changes_tos(w, r);
		if (end == NF_END_REDIRECT && list == FW20_INPUT)
			nf_port_add(w, redirect_port(r), names[list], i + 1);
	}
	if (list != FW20_ACCT)
		needs->end[end_of((uint32_t)w->in->policy20[list], false)] =
			true;
}

static void survey20(struct nf_work *w)
{
	for (int i = 0; i < FW20_LISTS; i++)
		survey_list(w, (enum fw20_list)i);
}

/* A rule at a place. */
struct spot {
	const struct nf_way *way;
	const struct fw20_rule *rule;
	enum nf_end end;
	struct nf_origin from;
};

static void act(struct nf_work *w, const struct spot *s, struct nf_acts *acts)
{
	struct log_tag tag;
	struct nf_do does;

	if (s->way->acts && s->rule->flags & FW20_PRN) {
		log_tag_list(&tag, w->in->era, s->way->list, s->way->departs,
			     s->rule);
		tag.inside = s->way->view == NF_VIEW_MASQ;
		nf_act_log(w, acts, &tag);
	}
	if (s->way->list == FW20_ACCT)
		return;
	if (s->way->tos && changes_tos(w, s->rule))
		nf_act_tos(acts, s->rule->tos_and, s->rule->tos_xor);
	does = nf_way_end(w, s->way, s->end, redirect_port(s->rule));
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
		{ flags & FW20_PRN && s->way->view == NF_VIEW_MASQ,
		  NF_WHY_MASQ_LOG },
		{ flags & FW20_PRN && !s->way->acts && changes_tos(w, s->rule),
		  NF_WHY_FORWARD_TOS },
		{ s->end == NF_END_REJECT && list == FW20_INPUT &&
			  !w->config->early_reject,
		  NF_WHY_INPUT_REJECT },
		{ s->end == NF_END_REDIRECT && list == FW20_INPUT,
		  NF_WHY_REDIRECT },
		{ s->end == NF_END_MASQ && list == FW20_FORWARD,
		  NF_WHY_FIRST_PACKET },
	};

	for (size_t i = 0; i < sizeof(notes) / sizeof(notes[0]); i++)
		if (notes[i].is)
			nf_find(w, notes[i].why, names[list], s->from.num,
				NULL);
}

/* Whether accounting in the other direction is all that the rule wants. */
static bool is_other_way(const struct spot *s)
{
	return s->way->list == FW20_ACCT &&
	       s->rule->flags & (s->way->departs ? FW20_ACCTIN : FW20_ACCTOUT);
}

static void rule_emit(struct nf_work *w, const struct spot *s)
{
	struct nf_sight sight = nf_way_sight(w, s->way);
	struct nf_acts acts;
	int why = nf_match20(s->rule, w->in->era, &sight, s->way->by_out,
			     &w->alts);

	acts.n = 0;
	if (why)
		nf_find(w, (enum nf_why)(why - 1), names[s->way->list],
			s->from.num, NULL);
	if (w->listener)
		note(w, s);
	act(w, s, &acts);
	if (s->way->list == FW20_ACCT)
		nf_emit_once(w, s->way, &s->from, names[s->way->list], &acts);
	else
		nf_emit(w, s->way, &s->from, names[s->way->list], &acts);
}

static void policy_emit(struct nf_work *w, const struct nf_way *way)
{
	uint32_t flags = (uint32_t)w->in->policy20[way->list];
	struct nf_do does = nf_way_end(w, way, end_of(flags, false), 0);

	nf_add_do(w, &does);
}

/*
 * Later fragments passed, of protocols with ports; where conversations are
 * tracked there are none.
 */
static void pieces_emit(struct nf_work *w, const struct nf_way *way)
{
	static const uint8_t protos[] = { IPPROTO_TCP, IPPROTO_UDP,
					  IPPROTO_ICMP };
	struct nf_do does = nf_way_end(w, way, NF_END_ACCEPT, 0);
	struct nf_rule r = nf_rule_of(&does);
	size_t n = w->in->era == ERA_1_3 ? 2 : 3;

	r.match.frag = true;
	for (size_t i = 0; i < n; i++) {
		r.match.proto = protos[i];
		nf_add(w, &r);
	}
}

static void rules20(struct nf_work *w, struct nf_way *way)
{
	struct spot s = { .way = way };

	if (!w->tracks && way->list != FW20_ACCT)
		pieces_emit(w, way);
	for (uint32_t i = 0; i < w->in->rules20[way->list]; i++) {
		s.rule = &w->in->rule20[way->list][i].rule;
		s.end = end_of(s.rule->flags, true);
		s.from = (struct nf_origin){ way->list, i + 1, way->acts };
		if (!is_other_way(&s))
			rule_emit(w, &s);
	}
	if (way->list != FW20_ACCT)
		policy_emit(w, way);
	nf_emit_rest(w);
}

static void fini20(struct nf_work *w)
{
	(void)w;
}

const struct nf_source nf_source20 = { survey20, rules20, fini20 };
