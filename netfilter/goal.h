/* What a rule set means for one table: the chains under the names that they
 * have in the kernel, their rules as bytes, the jumps of built-in chains. */
#ifndef NETFILTER_GOAL_H
#define NETFILTER_GOAL_H

#include <stdint.h>

#include "netfilter/rule.h"
#include "netfilter/table.h"

/*
 * @letter: of the generation; '\0': the table has but one. @id: a rule of the
 * set each. @mark: what rules that write that bit of the mark write there; if
 * it is set, PREROUTING and OUTPUT first take a chain that sets it (mangle's
 * alone is made so). 0 or -ENOMEM; the caller finishes @goal either way.
 */
#define NF_GENERATION NF_PREFIX "-generation"
int nf_goal_make(struct nf_goal *goal, const struct nf_set *set,
		 enum nf_table table, char letter, const nf_id *id,
		 struct nf_masked mark);

/* One number for all that a goal says, but whose counters are counted. */
uint64_t nf_goal_digest(const struct nf_goal *goal);

/* From now on the jumps are for packets of that mark, or (@not) for all
 * others. */
void nf_goal_ask(struct nf_goal *goal, struct nf_masked mark, bool not );

/* The rule of a built-in chain that is the jump, alone in @code. -ENOMEM. */
int nf_goal_jump(struct nf_code *code, const struct nf_jump *jump);

#endif
