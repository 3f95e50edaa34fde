/* Chains and rules as they lie in the state. */
#include "engine/chain_slots.h"

#include <string.h>

#include "engine/state.h"

/* Labels that are no chain's when a rule names them as its target. */
static const struct {
	const char *label;
	enum fw_verdict verdict;
} words[] = {
	{ "", FW_V_NONE },
	{ "ACCEPT", FW_V_ACCEPT },
	{ "DENY", FW_V_DENY },
	{ "REJECT", FW_V_REJECT },
	{ "REDIRECT", FW_V_REDIRECT },
	{ "MASQ", FW_V_MASQ },
	{ "RETURN", FW_V_RETURN },
};

enum { WORDS = sizeof(words) / sizeof(words[0]) };

const char *verdict_label(uint32_t verdict)
{
	for (int i = 0; i < WORDS; i++)
		if (words[i].verdict == verdict)
			return words[i].label;
	return NULL;
}

enum fw_verdict verdict_labelled(const char *label)
{
	for (int i = 0; i < WORDS; i++)
		if (!strcmp(words[i].label, label))
			return words[i].verdict;
	return FW_V_CHAIN;
}

static void label_copy(char to[FW_LABEL_MAX + 1], const char *label)
{
	size_t n = strnlen(label, FW_LABEL_MAX);

	memcpy(to, label, n);
	to[n] = '\0';
}

void chain_label(const struct fw *fw, uint32_t chain,
		 char label[FW_LABEL_MAX + 1])
{
	label_copy(label, (const char *)fw->st->chain[chain].label);
}

void target_label(const struct fw *fw, const struct fw_slot *s,
		  char label[FW_LABEL_MAX + 1])
{
	const char *word = verdict_label(s->target);

	if (s->target == FW_V_CHAIN && fw_slot_ok(fw, FW_T_CHAIN, s->jump))
		chain_label(fw, s->jump, label);
	else
		label_copy(label, word ? word : "");
}

struct fw_chain *chain_edit(struct fw *fw, uint32_t chain)
{
	return fw_edit(fw, &fw->st->chain[chain], sizeof(struct fw_chain));
}

struct fw_slot *rule_edit(struct fw *fw, uint32_t rule)
{
	return fw_edit(fw, &fw->st->rule[rule], sizeof(struct fw_slot));
}

struct fw_chains *chains_edit(struct fw *fw)
{
	return fw_edit(fw, &fw->st->chains, sizeof(struct fw_chains));
}

uint32_t chain_next(const struct fw *fw, uint32_t chain)
{
	uint32_t next = chain + 1;

	if (next == FW_BUILTINS)
		next = fw->st->chains.first_user;
	else if (next > FW_BUILTINS)
		next = fw->st->chain[chain].next;
	return fw_slot_ok(fw, FW_T_CHAIN, next) ? next : FW_NIL;
}

uint32_t rule_next(const struct fw *fw, const struct fw_chain *c, uint32_t prev)
{
	uint32_t next = prev == FW_NIL ? c->first : fw->st->rule[prev].next;

	return fw_slot_ok(fw, FW_T_RULE, next) ? next : FW_NIL;
}

uint32_t rules_bound(const struct fw *fw, const struct fw_chain *c)
{
	uint32_t used = fw->st->table[FW_T_RULE].used;

	return c->rules < used ? c->rules : used;
}

uint32_t chain_find(const struct fw *fw, const char *label)
{
	uint32_t left = fw->st->table[FW_T_CHAIN].count;

	if (strlen(label) > FW_LABEL_MAX)
		return FW_NIL;
	for (uint32_t c = FW_INPUT; left && c != FW_NIL;
	     c = chain_next(fw, c), left--)
		if (!strncmp((const char *)fw->st->chain[c].label, label,
			     FW_LABEL_MAX))
			return c;
	return FW_NIL;
}

struct fw_ifname ifname_clean(const struct fw_ifname *via)
{
	struct fw_ifname clean = { "" };

	memcpy(clean.s, via->s, strnlen(via->s, FW_IFNAME));
	return clean;
}

void slot_set(struct fw_slot *s, const struct fw_rule *rule,
	      enum fw_verdict target, uint32_t jump)
{
	s->target = target;
	s->jump = jump;
	s->src = rule->src;
	s->smask = rule->smask;
	s->dst = rule->dst;
	s->dmask = rule->dmask;
	s->mark = rule->mark;
	s->proto = rule->proto;
	s->flags = rule->flags;
	s->inv = rule->inv;
	memcpy(s->sport, rule->sport, sizeof(s->sport));
	memcpy(s->dport, rule->dport, sizeof(s->dport));
	s->redir_port = rule->redir_port;
	s->outsize = rule->outsize;
	s->tos_and = rule->tos_and;
	s->tos_xor = rule->tos_xor;
	s->via = ifname_clean(&rule->via);
	if (!s->via.s[0])
		s->flags |= FW_F_WILDIF;
}

void slot_get(const struct fw *fw, const struct fw_slot *s,
	      struct fw_rule *rule)
{
	*rule = (struct fw_rule){
		.src = s->src,
		.smask = s->smask,
		.dst = s->dst,
		.dmask = s->dmask,
		.mark = s->mark,
		.proto = s->proto,
		.flags = s->flags,
		.inv = s->inv,
		.sport = { s->sport[0], s->sport[1] },
		.dport = { s->dport[0], s->dport[1] },
		.redir_port = s->redir_port,
		.outsize = s->outsize,
		.via = s->via,
		.tos_and = s->tos_and,
		.tos_xor = s->tos_xor,
	};
	target_label(fw, s, rule->target);
}

void rule_zero(struct fw *fw, uint32_t rule)
{
	const struct fw_slot *s = &fw->st->rule[rule];

	memset(fw_edit(fw, &s->count, sizeof(s->count)), 0, sizeof(s->count));
	if (s->counted)
		rule_edit(fw, rule)->counted = 0;
}
