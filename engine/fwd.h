/*
 * What the forwarding modules share: lists of slots in the state, and the
 * module's use count and place among the active ones. Not for other parts of
 * the engine, see masq_fwd.h.
 */
#ifndef ENGINE_FWD_H
#define ENGINE_FWD_H

#include "engine/masq_fwd.h"
#include "engine/state.h"

struct masq_ctl;

/* A forwarding module; a function that is NULL has nothing to say. */
struct fwd_ops {
	const char *module; /* "ip_masq_portfw" */
	bool (*in_rule)(const struct fw *fw, const struct pkt *p,
			const struct pkt_info *info);
	uint32_t (*in_create)(struct fw *fw, const struct pkt *p,
			      const struct pkt_info *info);
	uint32_t (*out_create)(struct fw *fw, uint32_t maddr,
			       const struct pkt_info *info);
	void (*out_update)(struct fw *fw, const struct masq_entry *entry,
			   const struct pkt_info *info);
	/* As 2.2's handler: see fwd_ctl(). */
	int (*ctl)(struct fw *fw, struct masq_ctl *ctl);
};

extern const struct fwd_ops fwd_portfw_ops, fwd_autofw_ops, fwd_mfw_ops;

/* 2.0's patches. 0 or -errno. */
int fwd_portfw_ctl20(struct fw *fw, const struct masq_ctl *ctl);
int fwd_autofw_ctl20(struct fw *fw, struct masq_ctl *ctl);

void fwd_autofw_timers(struct fw *fw, ticks_t now);

/* Target "user": entries made from user space. */
int fwd_user_ctl(struct fw *fw, struct masq_ctl *ctl);

/* The slot, or NULL: the end of a list, or no slot. */
static inline const struct fwd_slot *fwd_at(const struct fw *fw, uint32_t slot)
{
	return fw_slot_ok(fw, FW_T_FORWARD, slot) ? &fw->st->forward[slot]
						  : NULL;
}

/* A slot that fwd_at() has looked at. */
static inline const struct fwd_slot *fwd_known(const struct fw *fw,
					       uint32_t slot)
{
	return &fw->st->forward[slot];
}

static inline struct fwd_slot *fwd_edit(struct fw *fw, uint32_t slot)
{
	return fw_edit(fw, &fw->st->forward[slot], sizeof(struct fwd_slot));
}

/* A walk over a list; it is no longer than the table, whatever the file says.
 */
struct fwd_walk {
	const uint32_t *link; /* where the number of the slot in hand stands */
	uint32_t left;        /* slots that may still come */
};

static inline const struct fwd_slot *
fwd_first(const struct fw *fw, struct fwd_walk *w, const uint32_t *head)
{
	*w = (struct fwd_walk){ head, fw->st->table[FW_T_FORWARD].used };
	return fwd_at(fw, *head);
}

/* The slot in hand was taken out: the one that is at its place now. */
static inline const struct fwd_slot *fwd_instead(const struct fw *fw,
						 struct fwd_walk *w)
{
	return --w->left ? fwd_at(fw, *w->link) : NULL;
}

static inline const struct fwd_slot *fwd_next(const struct fw *fw,
					      struct fwd_walk *w)
{
	w->link = &fwd_known(fw, *w->link)->next;
	return fwd_instead(fw, w);
}

/* What is no table of ports. */
static inline struct fwd_mods *fwd_mods_edit(struct fw *fw)
{
	return fw_edit(fw, &fw->st->fwd, offsetof(struct fwd_mods, lports));
}

/* A module got, or lost, a rule. */
void fwd_rule_made(struct fw *fw, enum fwd_mod mod);
void fwd_rule_gone(struct fw *fw, enum fwd_mod mod);

/*
 * @link is where a slot's number stands in the state: a list's head, or .next
 * of the slot before. Puts @slot in there.
 */
void fwd_link(struct fw *fw, const uint32_t *link, uint32_t slot);
/* The place behind the last of the list that begins at @link. */
const uint32_t *fwd_tail(const struct fw *fw, const uint32_t *link);
/* The slot at @link becomes the last of the list that begins at @head. */
void fwd_rotate(struct fw *fw, const uint32_t *head, const uint32_t *link);
/* Takes the slot at @link out and frees it. */
void fwd_drop(struct fw *fw, const uint32_t *link);

#endif
