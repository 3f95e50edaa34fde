/* Chains and rules as listings show them, in the order of listings. */
#include <string.h>

#include "engine/chain_slots.h"
#include "engine/chains.h"
#include "engine/state.h"

static void policy_label(const struct fw_chain *c, char label[FW_LABEL_MAX + 1])
{
	const char *word = verdict_label(c->policy);

	if (!word || !*word)
		word = "-";
	memcpy(label, word, strlen(word) + 1);
}

void chains_each(const struct fw *fw,
		 void (*row)(void *ctx, const struct fw_chain_row *), void *ctx)
{
	uint32_t left = fw->st->table[FW_T_CHAIN].count;

	for (uint32_t i = FW_INPUT; i != FW_NIL && left--;
	     i = chain_next(fw, i)) {
		const struct fw_chain *c = &fw->st->chain[i];
		struct fw_chain_row r = { .refs = c->refs, .count = c->count };

		chain_label(fw, i, r.label);
		policy_label(c, r.policy);
		row(ctx, &r);
	}
}

/* Of @left rules at most; how many are left then. */
static uint32_t
chain_rules_each(struct fw *fw, uint32_t chain, bool zero, uint32_t left,
		 void (*row)(void *ctx, const struct fw_rule_row *), void *ctx)
{
	const struct fw_chain *c = &fw->st->chain[chain];
	struct fw_rule_row r;

	chain_label(fw, chain, r.chain);
	for (uint32_t i = rule_next(fw, c, FW_NIL); i != FW_NIL && left;
	     i = rule_next(fw, c, i), left--) {
		slot_get(fw, &fw->st->rule[i], &r.rule);
		r.count = fw->st->rule[i].count;
		row(ctx, &r);
		if (zero)
			rule_zero(fw, i);
	}
	return left;
}

void rules_each(struct fw *fw, bool zero,
		void (*row)(void *ctx, const struct fw_rule_row *), void *ctx)
{
	uint32_t left = fw->st->table[FW_T_CHAIN].count;
	uint32_t rules = fw->st->table[FW_T_RULE].count;

	for (uint32_t i = FW_INPUT; i != FW_NIL && left--;
	     i = chain_next(fw, i))
		rules = chain_rules_each(fw, i, zero, rules, row, ctx);
}
