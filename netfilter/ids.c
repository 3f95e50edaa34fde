/* Whose counters the kernel's rules count. */
#include "netfilter/ids.h"

#include <errno.h>
#include <stdlib.h>

#include "engine/chain_slots.h"
#include "engine/state.h"

/* An id is a kind and a slot. */
enum kind { KIND_NONE, KIND_RULE, KIND_CHAIN, KIND_RULE20, KINDS };
enum { KIND_SHIFT = 24, SLOT_MASK = (1 << KIND_SHIFT) - 1 };

static nf_id id_of(enum kind kind, uint32_t slot)
{
	return (nf_id)kind << KIND_SHIFT | (slot & SLOT_MASK);
}

static enum kind kind_of(nf_id id)
{
	uint32_t kind = (id & ~(nf_id)NF_ID_NEW) >> KIND_SHIFT;

	return kind < KINDS ? (enum kind)kind : KIND_NONE;
}

/* Whether the slot is there, by what kind of id it has. */
static bool id_ok(const struct fw *fw, nf_id id)
{
	static const enum fw_table_id tables[KINDS] = {
		[KIND_RULE] = FW_T_RULE,
		[KIND_CHAIN] = FW_T_CHAIN,
		[KIND_RULE20] = FW_T_RULE20,
	};

	return kind_of(id) != KIND_NONE &&
	       fw_slot_ok(fw, tables[kind_of(id)], id & SLOT_MASK);
}

static const uint32_t *counted_of(const struct fw *fw, nf_id id)
{
	uint32_t slot = id & SLOT_MASK;

	switch (kind_of(id)) {
	case KIND_RULE:
		return &fw->st->rule[slot].counted;
	case KIND_CHAIN:
		return &fw->st->chain[slot].counted;
	default:
		return &fw->st->rule20[slot].counted;
	}
}

/* Slots in the order of listings: a chain's, or list's, rules from .first
 * on. */
struct walk {
	nf_id *chain;
	uint32_t *first;
	uint32_t chains;
	nf_id *rule;
	uint32_t rules;
};

static void walk_fini(struct walk *w)
{
	free(w->chain);
	free(w->first);
	free(w->rule);
}

static int walk_init(struct walk *w, uint32_t chains, uint32_t rules)
{
	*w = (struct walk){ 0 };
	w->chain = calloc(chains + 1, sizeof(*w->chain));
	w->first = calloc(chains + 1, sizeof(*w->first));
	w->rule = calloc(rules + 1, sizeof(*w->rule));
	return w->chain && w->first && w->rule ? 0 : -ENOMEM;
}

static int walk_chains(struct walk *w, const struct fw *fw)
{
	uint32_t left = fw->st->table[FW_T_CHAIN].count;
	uint32_t room = fw->st->table[FW_T_RULE].count;

	if (walk_init(w, left, room))
		return -ENOMEM;
	for (uint32_t i = FW_INPUT; i != FW_NIL && left--;
	     i = chain_next(fw, i)) {
		const struct fw_chain *c = &fw->st->chain[i];

		w->first[w->chains] = w->rules;
		w->chain[w->chains++] = id_of(KIND_CHAIN, i);
		for (uint32_t r = rule_next(fw, c, FW_NIL);
		     r != FW_NIL && w->rules < room; r = rule_next(fw, c, r))
			w->rule[w->rules++] = id_of(KIND_RULE, r);
	}
	w->first[w->chains] = w->rules;
	return 0;
}

static int walk_lists(struct walk *w, const struct fw *fw)
{
	uint32_t room = fw->st->table[FW_T_RULE20].count;

	if (walk_init(w, FW20_LISTS, room))
		return -ENOMEM;
	for (int i = 0; i < FW20_LISTS; i++) {
		w->first[w->chains++] = w->rules;
		for (uint32_t r = fw->st->lists.first[i];
		     fw_slot_ok(fw, FW_T_RULE20, r) && w->rules < room;
		     r = fw->st->rule20[r].next)
			w->rule[w->rules++] = id_of(KIND_RULE20, r);
	}
	w->first[w->chains] = w->rules;
	return 0;
}

static nf_id find(const struct walk *w, const struct nf_origin *from)
{
	uint32_t at;

	if (!from->counts || from->chain >= w->chains)
		return 0;
	if (!from->num)
		return w->chain[from->chain];
	at = w->first[from->chain] + from->num - 1;
	return at < w->first[from->chain + 1] ? w->rule[at] : 0;
}

uint32_t nf_ids_rules(const struct fw *fw)
{
	return fw->st->table[FW_T_RULE].count +
	       fw->st->table[FW_T_RULE20].count;
}

int nf_ids_make(const struct fw *fw, const struct nf_set *set, nf_id **ids)
{
	nf_id *id = calloc(set->rules + 1, sizeof(*id));
	struct walk w;
	int r = fw->st->g.era == ERA_2_2 ? walk_chains(&w, fw)
					 : walk_lists(&w, fw);

	for (uint32_t i = 0; r == 0 && id && i < set->rules; i++) {
		id[i] = find(&w, &set->rule[i].from);
		if (id[i] && !*counted_of(fw, id[i]))
			id[i] |= (nf_id)NF_ID_NEW;
	}
	walk_fini(&w);
	if (r == 0 && id) {
		*ids = id;
		return 0;
	}
	free(id);
	return -ENOMEM;
}

void nf_ids_settle(struct fw *fw, const nf_id *ids, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		const uint32_t *counted;

		if (!(ids[i] & (nf_id)NF_ID_NEW) || !id_ok(fw, ids[i]))
			continue;
		counted = counted_of(fw, ids[i]);
		*(uint32_t *)fw_edit(fw, counted, sizeof(*counted)) = 1;
	}
}

static void add(struct fw *fw, const struct fw_counter *count, uint64_t packets,
		uint64_t bytes)
{
	struct fw_counter *c = fw_edit(fw, count, sizeof(*c));

	c->packets += packets;
	c->bytes += bytes;
}

static void add20(struct fw *fw, uint32_t slot, uint64_t packets,
		  uint64_t bytes)
{
	const struct fw20_slot *at = &fw->st->rule20[slot];
	struct fw20_slot *s = fw_edit(fw, at, sizeof(*s));

	s->packets += (uint32_t)packets;
	s->bytes += (uint32_t)bytes;
}

void nf_ids_fold(struct fw *fw, nf_id id, uint64_t packets, uint64_t bytes)
{
	uint32_t slot = id & SLOT_MASK;

	if ((!packets && !bytes) || !id_ok(fw, id) || !*counted_of(fw, id))
		return;
	if (kind_of(id) == KIND_RULE)
		add(fw, &fw->st->rule[slot].count, packets, bytes);
	else if (kind_of(id) == KIND_CHAIN)
		add(fw, &fw->st->chain[slot].count, packets, bytes);
	else
		add20(fw, slot, packets, bytes);
}

int nf_counts_init(struct nf_counts *counts, const struct fw *fw)
{
	*counts = (struct nf_counts){
		.rules = fw->st->table[FW_T_RULE].used,
		.chains = fw->st->table[FW_T_CHAIN].used,
		.rules20 = fw->st->table[FW_T_RULE20].used,
	};
	counts->rule = calloc(counts->rules + 1, sizeof(*counts->rule));
	counts->chain = calloc(counts->chains + 1, sizeof(*counts->chain));
	counts->rule20 = calloc(counts->rules20 + 1, sizeof(*counts->rule20));
	return counts->rule && counts->chain && counts->rule20 ? 0 : -ENOMEM;
}

void nf_counts_fini(struct nf_counts *counts)
{
	free(counts->rule);
	free(counts->chain);
	free(counts->rule20);
	*counts = (struct nf_counts){ 0 };
}

/* Where the counts of an id stand, or NULL. */
static struct fw_counter *count_at(struct nf_counts *c, nf_id id)
{
	struct fw_counter *const at[KINDS] = { NULL, c->rule, c->chain,
					       c->rule20 };
	const uint32_t room[KINDS] = { 0, c->rules, c->chains, c->rules20 };
	uint32_t slot = id & SLOT_MASK;

	return slot < room[kind_of(id)] ? &at[kind_of(id)][slot] : NULL;
}

void nf_counts_add(struct nf_counts *counts, nf_id id, uint64_t packets,
		   uint64_t bytes)
{
	struct fw_counter *c = count_at(counts, id);

	if (!c)
		return;
	c->packets += packets;
	c->bytes += bytes;
}

/* What a listing shows: the state's count and, if the kernel counts for the
 * slot, the kernel's. */
static struct fw_counter sum(struct fw_counter count,
			     const struct fw_counter *more, uint32_t slots,
			     uint32_t slot, uint32_t counted)
{
	if (counted && slot < slots) {
		count.packets += more[slot].packets;
		count.bytes += more[slot].bytes;
	}
	return count;
}

/* A listing that goes on through engine/chains.h, with slots walked along. */
struct chains_on {
	struct fw *fw;
	const struct nf_counts *counts;
	void (*row)(void *ctx, const struct fw_chain_row *);
	void *ctx;
	uint32_t slot;
};

static void chain_on(void *ctx, const struct fw_chain_row *row)
{
	struct chains_on *on = ctx;
	struct fw_chain_row r = *row;

	r.count = sum(r.count, on->counts->chain, on->counts->chains, on->slot,
		      on->fw->st->chain[on->slot].counted);
	on->slot = chain_next(on->fw, on->slot);
	on->row(on->ctx, &r);
}

void nf_chains_each(struct fw *fw, const struct nf_counts *counts,
		    void (*row)(void *ctx, const struct fw_chain_row *),
		    void *ctx)
{
	struct chains_on on = { fw, counts, row, ctx, FW_INPUT };

	chains_each(fw, chain_on, &on);
}

void nf_rules_each(struct fw *fw, const struct nf_counts *counts, bool zero,
		   void (*row)(void *ctx, const struct fw_rule_row *),
		   void *ctx)
{
	uint32_t left = fw->st->table[FW_T_RULE].count;
	struct fw_rule_row r;

	for (uint32_t i = FW_INPUT; i != FW_NIL; i = chain_next(fw, i)) {
		const struct fw_chain *c = &fw->st->chain[i];

		chain_label(fw, i, r.chain);
		for (uint32_t k = rule_next(fw, c, FW_NIL); k != FW_NIL && left;
		     k = rule_next(fw, c, k), left--) {
			const struct fw_slot *s = &fw->st->rule[k];

			slot_get(fw, s, &r.rule);
			r.count = sum(s->count, counts->rule, counts->rules, k,
				      s->counted);
			row(ctx, &r);
			if (zero)
				rule_zero(fw, k);
		}
	}
}

struct rules20_on {
	struct fw *fw;
	const struct nf_counts *counts;
	void (*row)(void *ctx, const struct fw20_rule_row *);
	void *ctx;
	uint32_t slot;
};

static void rule20_on(void *ctx, const struct fw20_rule_row *row)
{
	struct rules20_on *on = ctx;
	const struct fw20_slot *s = &on->fw->st->rule20[on->slot];
	struct fw_counter count = sum(
		(struct fw_counter){ row->packets, row->bytes },
		on->counts->rule20, on->counts->rules20, on->slot, s->counted);
	struct fw20_rule_row r = { row->rule, (uint32_t)count.packets,
				   (uint32_t)count.bytes };

	on->slot = s->next;
	on->row(on->ctx, &r);
}

void nf_rules20_each(struct fw *fw, const struct nf_counts *counts,
		     enum fw20_list list, bool zero,
		     void (*row)(void *ctx, const struct fw20_rule_row *),
		     void *ctx)
{
	struct rules20_on on = { fw, counts, row, ctx,
				 fw->st->lists.first[list] };

	list_each(fw, list, zero, rule20_on, &on);
}
