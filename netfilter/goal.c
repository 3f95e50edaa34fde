/* What a rule set means for one table. */
#include "netfilter/goal.h"

#include <errno.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *nf_table_name(enum nf_table table)
{
	static const char *const names[NF_TABLES] = {
		[NF_T_RAW] = "raw",
		[NF_T_MANGLE] = "mangle",
		[NF_T_NAT] = "nat",
		[NF_T_FILTER] = "filter",
	};

	return names[table];
}

char nf_name_letter(const char *name)
{
	char letter = strncmp(name, NF_PREFIX, sizeof(NF_PREFIX) - 1)
			      ? '\0'
			      : name[sizeof(NF_PREFIX) - 1];

	return letter == 'A' || letter == 'B' ? letter : '\0';
}

bool nf_name_ours(const char *name)
{
	size_t at = sizeof(NF_PREFIX) - 1;

	if (strncmp(name, NF_PREFIX, at))
		return false;
	return name[at + (nf_name_letter(name) != '\0')] == '-';
}

void nf_goal_fini(struct nf_goal *goal)
{
	free(goal->chain);
	nf_code_fini(&goal->code);
	free(goal->at);
	free(goal->id);
}

/* The name in the kernel: the letter behind the prefix. */
static void kernel_name(char to[NF_NAME], const char *name, char letter)
{
	size_t prefix = sizeof(NF_PREFIX) - 1;
	char generation[2] = { letter, '\0' };

	snprintf(to, NF_NAME, "%.*s%s%s", (int)prefix, name, generation,
		 name + strnlen(name, prefix));
}

static void put_jump(struct nf_goal *goal, enum nf_hook hook, const char *name)
{
	struct nf_jumps *jumps;
	struct nf_jump *jump;

	if (hook >= NF_HOOKS || goal->hook[hook].n == NF_JUMPS)
		return;
	jumps = &goal->hook[hook];
	jump = &jumps->jump[jumps->n++];
	*jump = (struct nf_jump){ .asks = false };
	snprintf(jump->chain, sizeof(jump->chain), "%s", name);
}

/* How many chains and rules of the set are the table's. */
static void count(const struct nf_set *set, enum nf_table table,
		  uint32_t *chains, uint32_t *rules)
{
	*chains = *rules = 0;
	for (uint32_t i = 0; i < set->chains; i++) {
		if (set->chain[i].table != table)
			continue;
		++*chains;
		*rules += set->chain[i].rules;
	}
}

static bool jumps(const struct nf_rule *r)
{
	return r->target == NF_JUMP || r->target == NF_GOTO;
}

/* What a goal is made from. */
struct making {
	const struct nf_set *set;
	char letter;
	const nf_id *id;
	struct nf_masked mark;
};

/* A rule that writes the generation's bit, with what is to be written. */
static int put_marking(struct nf_goal *goal, const struct making *m,
		       const struct nf_rule *rule)
{
	struct nf_rule marks = *rule;

	marks.u.mark.value =
		(marks.u.mark.value & ~m->mark.mask) | m->mark.value;
	return nf_encode(&goal->code, &marks, "");
}

static int put_rule(struct nf_goal *goal, const struct making *m,
		    const struct nf_rule *rule, nf_id id)
{
	char chain[NF_NAME] = "";

	goal->at[goal->rules] = goal->code.len;
	goal->id[goal->rules++] = id;
	if (rule->target == NF_MARK && rule->u.mark.mask & m->mark.mask)
		return put_marking(goal, m, rule);
	if (jumps(rule) && rule->u.chain < m->set->chains)
		kernel_name(chain, m->set->chain[rule->u.chain].name,
			    m->letter);
	return nf_encode(&goal->code, rule, chain);
}

static int put_chain(struct nf_goal *goal, const struct making *m,
		     const struct nf_chain *chain)
{
	struct nf_goal_chain *c = &goal->chain[goal->chains++];
	int r = 0;

	kernel_name(c->name, chain->name, m->letter);
	c->first = goal->rules;
	c->rules = chain->rules;
	put_jump(goal, chain->hook, c->name);
	for (uint32_t i = chain->first;
	     r == 0 && i < chain->first + chain->rules; i++)
		r = put_rule(goal, m, &m->set->rule[i], m->id[i]);
	return r;
}

static void put_first(struct nf_goal *goal, enum nf_hook hook, const char *name)
{
	struct nf_jumps *there = &goal->hook[hook], behind = *there;

	there->n = 0;
	put_jump(goal, hook, name);
	for (uint32_t i = 0; i < behind.n && there->n < NF_JUMPS; i++)
		there->jump[there->n++] = behind.jump[i];
}

/* Not all sets look at every packet in mangle: this chain does. */
static int put_generation(struct nf_goal *goal, struct nf_masked mark)
{
	const struct nf_rule rule = { .target = NF_MARK, .u.mark = mark };
	struct nf_goal_chain *c = &goal->chain[goal->chains++];

	snprintf(c->name, sizeof(c->name), "%s", NF_GENERATION);
	c->first = goal->rules;
	c->rules = 1;
	put_first(goal, NF_H_PREROUTING, c->name);
	put_first(goal, NF_H_OUTPUT, c->name);
	goal->at[goal->rules] = goal->code.len;
	goal->id[goal->rules++] = 0;
	return nf_encode(&goal->code, &rule, "");
}

int nf_goal_make(struct nf_goal *goal, const struct nf_set *set,
		 enum nf_table table, char letter, const nf_id *id,
		 struct nf_masked mark)
{
	const struct making m = { set, letter, id, mark };
	uint32_t chains, rules;
	int r = 0;

	*goal = (struct nf_goal){ .table = table };
	count(set, table, &chains, &rules);
	/* One of each more: the generation's. */
	goal->chain = calloc(chains + 1, sizeof(*goal->chain));
	goal->at = calloc(rules + 1, sizeof(*goal->at));
	goal->id = calloc(rules + 1, sizeof(*goal->id));
	if (!goal->chain || !goal->at || !goal->id)
		return -ENOMEM;
	r = nf_code_expect(&goal->code, rules);
	for (uint32_t i = 0; r == 0 && i < set->chains; i++)
		if (set->chain[i].table == table)
			r = put_chain(goal, &m, &set->chain[i]);
	return r || !mark.value ? r : put_generation(goal, mark);
}

enum { LANES = 4 }; /* sums that do not wait for each other */

static uint64_t mix_word(uint64_t sum, uint64_t word)
{
	sum = (sum ^ word) * 0x9E3779B97F4A7C15u;
	return sum ^ sum >> 29;
}

/* Multiply and fold, eight bytes at a time; what is left counts as one more. */
static uint64_t mix(uint64_t sum, const void *bytes, size_t n)
{
	uint64_t lane[LANES] = { sum, 1, 2, 3 }, words[LANES];
	const uint8_t *at = bytes;

	for (; n >= sizeof(words); at += sizeof(words), n -= sizeof(words)) {
		memcpy(words, at, sizeof(words));
		for (int i = 0; i < LANES; i++)
			lane[i] = mix_word(lane[i], words[i]);
	}
	memset(words, 0, sizeof(words));
	memcpy(words, at, n);
	for (int i = 0; i < LANES; i++)
		sum = mix_word(sum, mix_word(lane[i], words[i]));
	return sum;
}

uint64_t nf_goal_digest(const struct nf_goal *goal)
{
	uint64_t sum = mix(goal->rules, goal->code.bytes, goal->code.len);

	for (uint32_t i = 0; i < goal->chains; i++)
		sum = mix(sum, &goal->chain[i], sizeof(goal->chain[i]));
	for (int hook = 0; hook < NF_HOOKS; hook++)
		for (uint32_t i = 0; i < goal->hook[hook].n; i++)
			sum = mix(sum + (uint64_t)hook,
				  goal->hook[hook].jump[i].chain, NF_NAME);
	return sum;
}

void nf_goal_ask(struct nf_goal *goal, struct nf_masked mark, bool not )
{
	for (int hook = 0; hook < NF_HOOKS; hook++)
		for (uint32_t i = 0; i < goal->hook[hook].n; i++) {
			struct nf_jump *jump = &goal->hook[hook].jump[i];

			jump->asks = true;
			jump->not = not ;
			jump->mark = mark;
		}
}

int nf_goal_jump(struct nf_code *code, const struct nf_jump *jump)
{
	struct nf_rule rule = { .target = NF_JUMP };

	if (jump->asks)
		rule.match.ask = NF_ASK_MARK;
	if (jump->not )
		rule.match.not = NF_NOT_MARK;
	rule.match.mark = jump->mark;
	code->len = 0;
	return nf_encode(code, &rule, jump->chain);
}
