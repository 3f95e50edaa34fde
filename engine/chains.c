/*
 * Operations on chains and rules, with the refusals of Linux 2.2 in their
 * order. Source: Linux 2.2, net/ipv4/ip_fw.c, ip_fw_ctl().
 */
#include "engine/chains.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "engine/chain_slots.h"
#include "engine/state.h"

/* A rule's target as the state keeps it. */
struct target {
	enum fw_verdict verdict;
	uint32_t jump;
};

/* Rules were changed: what was compiled from this chain's is stale. */
static void chain_touch(struct fw *fw, uint32_t chain)
{
	chain_edit(fw, chain)->generation = ++chains_edit(fw)->generation;
}

/* The chain of an operation. -EINVAL: no label at all; -ENOENT. */
static int chain_named(const struct fw *fw, const char *label, uint32_t *chain)
{
	if (strlen(label) > FW_LABEL_MAX)
		return -EINVAL;
	*chain = chain_find(fw, label);
	return *chain == FW_NIL ? -ENOENT : 0;
}

/*
 * Rule @num of the chain, and the one before it: FW_NIL if there is none. Rule
 * 0 is none with none before it.
 */
static uint32_t rule_numbered(const struct fw *fw, const struct fw_chain *c,
			      uint32_t num, uint32_t *prev)
{
	uint32_t rule = FW_NIL;

	*prev = FW_NIL;
	if (num > rules_bound(fw, c))
		return FW_NIL;
	while (num--) {
		*prev = rule;
		rule = rule_next(fw, c, rule);
		if (rule == FW_NIL)
			return FW_NIL;
	}
	return rule;
}

static bool port_range_is_all(const uint16_t port[2])
{
	return port[0] == 0 && port[1] == FW_PORT_MAX;
}

static bool rule_has_ports(const struct fw_rule *rule)
{
	return !port_range_is_all(rule->sport) ||
	       !port_range_is_all(rule->dport);
}

static bool proto_has_ports(const struct fw_rule *rule)
{
	return !(rule->inv & FW_INV_PROTO) &&
	       (rule->proto == IPPROTO_TCP || rule->proto == IPPROTO_UDP ||
		rule->proto == IPPROTO_ICMP);
}

/* Whether the kernel took no such rule. Linux 2.2, ip_fw.c, convert_ipfw(). */
static bool rule_refused(const struct fw_rule *rule)
{
	return (rule->flags & ~FW_F_MASK) ||
	       (rule_has_ports(rule) && !proto_has_ports(rule));
}

/* Quirk: reassembly is forced from the first time that REDIRECT is named. */
static void redirect_named(struct fw *fw)
{
	const int32_t *defrag = &fw->st->host.sysctl[SYSCTL_IP_ALWAYS_DEFRAG];
	int32_t *w;

	if (fw->st->chains.redirect_seen)
		return;
	chains_edit(fw)->redirect_seen = 1;
	w = fw_edit(fw, defrag, sizeof(*w));
	*w = (int32_t)((uint32_t)*w + 1);
}

static int target_find(struct fw *fw, const char *label, struct target *t)
{
	*t = (struct target){ verdict_labelled(label), FW_NIL };
	if (t->verdict == FW_V_REDIRECT)
		redirect_named(fw);
	if (t->verdict != FW_V_CHAIN)
		return 0;
	t->jump = chain_find(fw, label);
	return t->jump == FW_NIL || t->jump < FW_BUILTINS ? -ENOENT : 0;
}

/* Adds to, or takes from, the references of the chain a rule jumps to. */
static void target_refs(struct fw *fw, const struct fw_slot *s, int by)
{
	if (s->target == FW_V_CHAIN && fw_slot_ok(fw, FW_T_CHAIN, s->jump))
		chain_edit(fw, s->jump)->refs += (uint32_t)by;
}

/* A new slot that holds the rule and is in no chain yet. */
static int rule_new(struct fw *fw, const struct fw_rule *rule, uint32_t *slot)
{
	struct target t;
	int err;

	if (rule_refused(rule))
		return -EINVAL;
	*slot = fw_slot_new(fw, FW_T_RULE);
	if (*slot == FW_NIL)
		return -ENOMEM;
	err = target_find(fw, rule->target, &t);
	if (err) {
		fw_slot_free(fw, FW_T_RULE, *slot);
		return err;
	}
	slot_set(rule_edit(fw, *slot), rule, t.verdict, t.jump);
	return 0;
}

/* Puts a new rule behind @prev; FW_NIL: first. */
static void rule_link(struct fw *fw, uint32_t chain, uint32_t prev,
		      uint32_t rule)
{
	struct fw_chain *c = chain_edit(fw, chain);
	struct fw_slot *s = rule_edit(fw, rule);

	s->next = prev == FW_NIL ? c->first : fw->st->rule[prev].next;
	if (prev == FW_NIL)
		c->first = rule;
	else
		rule_edit(fw, prev)->next = rule;
	if (s->next == FW_NIL)
		c->last = rule;
	c->rules++;
	target_refs(fw, s, 1);
	chain_touch(fw, chain);
}

static void rule_unlink(struct fw *fw, uint32_t chain, uint32_t prev,
			uint32_t rule)
{
	const struct fw_slot *s = &fw->st->rule[rule];
	struct fw_chain *c = chain_edit(fw, chain);

	if (prev == FW_NIL)
		c->first = s->next;
	else
		rule_edit(fw, prev)->next = s->next;
	if (s->next == FW_NIL)
		c->last = prev;
	c->rules--;
	target_refs(fw, s, -1);
	fw_slot_free(fw, FW_T_RULE, rule);
	chain_touch(fw, chain);
}

static uint32_t chain_add(struct fw *fw, const char *label)
{
	uint32_t slot = fw_slot_new(fw, FW_T_CHAIN);
	struct fw_chain *c;

	if (slot == FW_NIL)
		return FW_NIL;
	c = chain_edit(fw, slot);
	c->next = c->first = c->last = FW_NIL;
	memcpy(c->label, label, strlen(label));
	chain_touch(fw, slot);
	return slot;
}

void chains_init(struct fw *fw)
{
	static const char *const builtin[FW_BUILTINS] = { "input", "forward",
							  "output" };
	struct fw_chains *all = chains_edit(fw);

	all->first_user = all->last_user = FW_NIL;
	for (int i = 0; i < FW_BUILTINS; i++) {
		uint32_t slot = chain_add(fw, builtin[i]);

		if (slot == FW_NIL)
			return;
		chain_edit(fw, slot)->refs = 1;
		chain_edit(fw, slot)->policy = FW_V_ACCEPT;
	}
}

int chain_append(struct fw *fw, const char *label, const struct fw_rule *rule)
{
	uint32_t chain, slot, last;
	int err = chain_named(fw, label, &chain);

	if (!err)
		err = rule_new(fw, rule, &slot);
	if (err)
		return err;
	last = fw->st->chain[chain].last;
	if (!fw_slot_ok(fw, FW_T_RULE, last))
		last = FW_NIL;
	rule_link(fw, chain, last, slot);
	return 0;
}

int chain_insert(struct fw *fw, const char *label, uint32_t num,
		 const struct fw_rule *rule)
{
	uint32_t chain, slot, prev = FW_NIL, before;
	int err = chain_named(fw, label, &chain);

	if (!err)
		err = rule_new(fw, rule, &slot);
	if (err)
		return err;
	if (num != 1)
		prev = rule_numbered(fw, &fw->st->chain[chain], num - 1,
				     &before);
	if (num != 1 && prev == FW_NIL) {
		fw_slot_free(fw, FW_T_RULE, slot);
		return -EINVAL;
	}
	rule_link(fw, chain, prev, slot);
	return 0;
}

int chain_replace(struct fw *fw, const char *label, uint32_t num,
		  const struct fw_rule *rule)
{
	uint32_t chain, slot, before;
	struct target t;
	int err = chain_named(fw, label, &chain);

	if (err)
		return err;
	if (rule_refused(rule))
		return -EINVAL;
	err = target_find(fw, rule->target, &t);
	if (err)
		return err;
	slot = rule_numbered(fw, &fw->st->chain[chain], num, &before);
	if (slot == FW_NIL)
		return -EINVAL;
	target_refs(fw, &fw->st->rule[slot], -1);
	slot_set(rule_edit(fw, slot), rule, t.verdict, t.jump);
	target_refs(fw, &fw->st->rule[slot], 1);
	chain_touch(fw, chain);
	return 0;
}

/* Quirk: neither mark nor TOS masks are compared. */
static bool slots_alike(const struct fw_slot *a, const struct fw_slot *b)
{
	return a->src == b->src && a->smask == b->smask && a->dst == b->dst &&
	       a->dmask == b->dmask && a->proto == b->proto &&
	       !((a->flags ^ b->flags) & ~FW_F_MARKABS) && a->inv == b->inv &&
	       !memcmp(a->sport, b->sport, sizeof(a->sport)) &&
	       !memcmp(a->dport, b->dport, sizeof(a->dport)) &&
	       a->redir_port == b->redir_port && a->outsize == b->outsize &&
	       a->target == b->target && a->jump == b->jump &&
	       !memcmp(&a->via, &b->via, sizeof(a->via));
}

int chain_delete(struct fw *fw, const char *label, const struct fw_rule *rule)
{
	uint32_t chain, left, prev = FW_NIL;
	const struct fw_chain *c;
	struct fw_slot want = { 0 };
	struct target t;
	int err = chain_named(fw, label, &chain);

	if (err)
		return err;
	if (rule_refused(rule))
		return -EINVAL;
	err = target_find(fw, rule->target, &t);
	if (err)
		return err;
	slot_set(&want, rule, t.verdict, t.jump);
	c = &fw->st->chain[chain];
	left = rules_bound(fw, c);
	for (uint32_t r = rule_next(fw, c, FW_NIL); r != FW_NIL && left--;
	     prev = r, r = rule_next(fw, c, r)) {
		if (!slots_alike(&fw->st->rule[r], &want))
			continue;
		rule_unlink(fw, chain, prev, r);
		return 0;
	}
	return -EINVAL;
}

int chain_delete_num(struct fw *fw, const char *label, uint32_t num)
{
	uint32_t chain, rule, prev;
	int err = chain_named(fw, label, &chain);

	if (err)
		return err;
	rule = rule_numbered(fw, &fw->st->chain[chain], num, &prev);
	if (rule == FW_NIL)
		return -ENOENT;
	rule_unlink(fw, chain, prev, rule);
	return 0;
}

int chain_flush(struct fw *fw, const char *label)
{
	uint32_t chain, left;
	const struct fw_chain *c;
	int err = chain_named(fw, label, &chain);

	if (err)
		return err;
	c = &fw->st->chain[chain];
	for (left = rules_bound(fw, c); left; left--) {
		uint32_t rule = rule_next(fw, c, FW_NIL);

		if (rule == FW_NIL)
			break;
		rule_unlink(fw, chain, FW_NIL, rule);
	}
	return 0;
}

int chain_zero(struct fw *fw, const char *label)
{
	uint32_t chain, left;
	const struct fw_chain *c;
	int err = chain_named(fw, label, &chain);

	if (err)
		return err;
	c = &fw->st->chain[chain];
	left = rules_bound(fw, c);
	for (uint32_t r = rule_next(fw, c, FW_NIL); r != FW_NIL && left--;
	     r = rule_next(fw, c, r))
		rule_zero(fw, r);
	return 0;
}

int chain_create(struct fw *fw, const char *label)
{
	const struct fw_chains *all = &fw->st->chains;
	uint32_t chain, slot;
	int err = chain_named(fw, label, &chain);

	if (err != -ENOENT)
		return err ? err : -EEXIST;
	slot = chain_add(fw, label);
	if (slot == FW_NIL)
		return -ENOMEM;
	if (fw_slot_ok(fw, FW_T_CHAIN, all->last_user))
		chain_edit(fw, all->last_user)->next = slot;
	else
		chains_edit(fw)->first_user = slot;
	chains_edit(fw)->last_user = slot;
	return 0;
}

/* Takes a user chain out of the list of them. */
static void chain_unlink(struct fw *fw, uint32_t chain)
{
	const struct fw_chains *all = &fw->st->chains;
	uint32_t prev = FW_OUTPUT, left = fw->st->table[FW_T_CHAIN].count;

	while (chain_next(fw, prev) != chain && left--)
		prev = chain_next(fw, prev);
	if (prev == FW_OUTPUT)
		chains_edit(fw)->first_user = fw->st->chain[chain].next;
	else
		chain_edit(fw, prev)->next = fw->st->chain[chain].next;
	if (all->last_user == chain)
		chains_edit(fw)->last_user = prev == FW_OUTPUT ? FW_NIL : prev;
}

int chain_remove(struct fw *fw, const char *label)
{
	uint32_t chain = chain_find(fw, label);

	if (chain == FW_INPUT)
		return -EBUSY;
	if (chain == FW_NIL)
		return -ENOENT;
	if (chain < FW_BUILTINS || fw->st->chain[chain].refs)
		return -EBUSY;
	if (fw->st->chain[chain].rules)
		return -ENOTEMPTY;
	chain_unlink(fw, chain);
	fw_slot_free(fw, FW_T_CHAIN, chain);
	chains_edit(fw)->generation++;
	return 0;
}

int chain_policy(struct fw *fw, const char *label, const char *policy)
{
	uint32_t chain;
	enum fw_verdict v;
	int err = chain_named(fw, label, &chain);

	if (err)
		return err;
	if (chain >= FW_BUILTINS)
		return -EINVAL;
	v = verdict_labelled(policy);
	if (v != FW_V_ACCEPT && v != FW_V_DENY && v != FW_V_REJECT &&
	    !(v == FW_V_MASQ && chain == FW_FORWARD))
		return -EINVAL;
	chain_edit(fw, chain)->policy = v;
	return 0;
}
