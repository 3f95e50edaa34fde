/* The growing of a rule set of today's netfilter. */
#include "netfilter/rule.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Room for one more of @size bytes each; NULL: there is none. */
static void *grown(void *at, uint32_t used, uint32_t *room, size_t size)
{
	uint32_t want = *room ? *room * 2 : 16;

	if (used < *room)
		return at;
	at = reallocarray(at, want, size);
	if (at)
		*room = want;
	return at;
}

void nf_set_init(struct nf_set *set)
{
	*set = (struct nf_set){ 0 };
}

void nf_set_fini(struct nf_set *set)
{
	free(set->chain);
	free(set->rule);
	nf_set_init(set);
}

int nf_set_chain(struct nf_set *set, enum nf_table table, enum nf_hook hook,
		 const char *name)
{
	struct nf_chain *chains = grown(set->chain, set->chains,
					&set->chain_room, sizeof(*chains));
	struct nf_chain *chain;

	if (!chains)
		return -ENOMEM;
	set->chain = chains;
	chain = &chains[set->chains];
	*chain = (struct nf_chain){ .table = table, .hook = hook };
	snprintf(chain->name, sizeof(chain->name), "%s", name);
	return (int)set->chains++;
}

void nf_set_fill(struct nf_set *set, uint32_t chain)
{
	set->chain[chain].first = set->rules;
	set->filling = chain;
}

void nf_set_expect(struct nf_set *set, uint32_t rules)
{
	struct nf_rule *room =
		set->rule ? NULL : reallocarray(NULL, rules, sizeof(*room));

	if (!room)
		return;
	set->rule = room;
	set->rule_room = rules;
}

struct nf_rule *nf_set_room(struct nf_set *set)
{
	struct nf_rule *rules =
		grown(set->rule, set->rules, &set->rule_room, sizeof(*rules));

	if (!rules || !set->chains)
		return NULL;
	set->rule = rules;
	set->chain[set->filling].rules++;
	return &rules[set->rules++];
}

int nf_set_rule(struct nf_set *set, const struct nf_rule *rule)
{
	struct nf_rule *to = nf_set_room(set);

	if (!to)
		return -ENOMEM;
	*to = *rule;
	return 0;
}
