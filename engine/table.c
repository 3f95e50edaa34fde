/* Tables of fixed-size slots: one allocator for all of them. */
#include "engine/table.h"

#include <string.h>

#include "engine/state.h"

enum { GROW_BYTES = 65536 };

/* Where each table lies in the state, and how large it may become. */
static const struct layout {
	size_t offset;
	uint32_t slot, max;
} layouts[FW_TABLES] = {
	[FW_T_CHAIN] = { offsetof(struct fw_state, chain),
			 sizeof(struct fw_chain), FW_CHAINS_MAX },
	[FW_T_RULE] = { offsetof(struct fw_state, rule), sizeof(struct fw_slot),
			FW_RULES_MAX },
	[FW_T_RULE20] = { offsetof(struct fw_state, rule20),
			  sizeof(struct fw20_slot), FW_RULES20_MAX },
	[FW_T_MASQ] = { offsetof(struct fw_state, entry),
			sizeof(struct masq_entry), MASQ_MAX },
	[FW_T_FORWARD] = { offsetof(struct fw_state, forward),
			   sizeof(struct fwd_slot), FWD_SLOTS_MAX },
};

static const uint8_t *slot_at(const struct fw *fw, const struct layout *l,
			      uint32_t slot)
{
	return (const uint8_t *)fw->st + l->offset + (size_t)slot * l->slot;
}

/* Makes a chunk more of the table usable; whether there is one. */
static bool grow(struct fw *fw, enum fw_table_id id)
{
	const struct layout *l = &layouts[id];
	const struct fw_table *t = &fw->st->table[id];
	uint32_t cap = t->cap + GROW_BYTES / l->slot;

	if (cap > l->max)
		cap = l->max;
	if (cap == t->cap)
		return false;
	if (fw->env && fw->env->grow &&
	    fw->env->grow(fw->env->ctx, l->offset + (uint64_t)t->cap * l->slot,
			  (uint64_t)(cap - t->cap) * l->slot))
		return false;
	((struct fw_table *)fw_edit(fw, t, sizeof(*t)))->cap = cap;
	return true;
}

uint32_t fw_slot_new(struct fw *fw, enum fw_table_id id)
{
	const struct layout *l = &layouts[id];
	const struct fw_table *t = &fw->st->table[id];
	uint32_t slot = t->free, next = FW_NIL;
	struct fw_table *w;
	void *p;

	if (slot == FW_NIL) {
		if (t->used >= t->cap && !grow(fw, id))
			return FW_NIL;
		slot = t->used;
	} else if (!fw_slot_ok(fw, id, slot)) {
		return FW_NIL;
	} else {
		memcpy(&next, slot_at(fw, l, slot), sizeof(next));
	}
	p = fw_edit(fw, slot_at(fw, l, slot), l->slot);
	memset(p, 0, l->slot);
	w = fw_edit(fw, t, sizeof(*t));
	if (slot == t->used)
		w->used++;
	else
		w->free = next;
	w->count++;
	return slot;
}

void fw_slot_free(struct fw *fw, enum fw_table_id id, uint32_t slot)
{
	const struct layout *l = &layouts[id];
	const struct fw_table *t = &fw->st->table[id];
	struct fw_table *w = fw_edit(fw, t, sizeof(*t));

	memcpy(fw_edit(fw, slot_at(fw, l, slot), sizeof(w->free)), &t->free,
	       sizeof(w->free));
	w->free = slot;
	w->count--;
}

bool fw_table_span(const struct fw_state *st, enum fw_table_id id,
		   uint64_t *offset, uint64_t *bytes)
{
	const struct layout *l = &layouts[id];
	const struct fw_table *t = &st->table[id];

	*offset = l->offset;
	*bytes = (uint64_t)t->cap * l->slot;
	return t->cap <= l->max && t->used <= t->cap && t->count <= t->used &&
	       (t->free == FW_NIL || t->free < t->used);
}
