/* Forwarding modules: which are active, and whom the masquerading core asks. */
#include "engine/masq_fwd.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "engine/fwd.h"
#include "engine/masq.h"
#include "engine/modules.h"

static const struct fwd_ops *const mods[] = {
	[FWD_PORTFW] = &fwd_portfw_ops,
	[FWD_AUTOFW] = &fwd_autofw_ops,
	[FWD_MFW] = &fwd_mfw_ops,
};
_Static_assert(sizeof(mods) / sizeof(mods[0]) == FWD_MODS,
	       "a forwarding module lacks its functions");

void fwd_init(struct fw *fw)
{
	struct fwd_mods *f = fwd_mods_edit(fw);

	f->autofw = FW_NIL;
	f->portfw[0] = f->portfw[1] = FW_NIL;
	for (int i = 0; i < FWD_MFW_ROWS; i++)
		f->mfw[i] = FW_NIL;
}

/* Linux 2.2, ip_masq_mod.c: a module is linked at the head of the active ones
 * with its first rule. */
void fwd_rule_made(struct fw *fw, enum fwd_mod mod)
{
	struct fwd_mods *f = fwd_mods_edit(fw);

	module_hold(fw, module_find(fw, mods[mod]->module));
	if (f->rules[mod]++ || f->active >= FWD_MODS)
		return;
	memmove(f->order + 1, f->order, f->active);
	f->order[0] = (uint8_t)mod;
	f->active++;
}

void fwd_rule_gone(struct fw *fw, enum fwd_mod mod)
{
	struct fwd_mods *f = fwd_mods_edit(fw);
	uint32_t kept = 0;

	module_release(fw, module_find(fw, mods[mod]->module));
	if (--f->rules[mod])
		return;
	for (uint32_t i = 0; i < f->active && i < FWD_MODS; i++)
		if (f->order[i] != mod)
			f->order[kept++] = f->order[i];
	f->active = kept;
}

void fwd_link(struct fw *fw, const uint32_t *link, uint32_t slot)
{
	fwd_edit(fw, slot)->next = *link;
	*(uint32_t *)fw_edit(fw, link, sizeof(*link)) = slot;
}

/* Takes out the slot whose number stands at @link. */
static void unlink_at(struct fw *fw, const uint32_t *link)
{
	const struct fwd_slot *s = fwd_at(fw, *link);

	*(uint32_t *)fw_edit(fw, link, sizeof(*link)) = s ? s->next : FW_NIL;
}

const uint32_t *fwd_tail(const struct fw *fw, const uint32_t *link)
{
	struct fwd_walk w;

	for (const struct fwd_slot *s = fwd_first(fw, &w, link); s;
	     s = fwd_next(fw, &w))
		link = &s->next;
	return link;
}

void fwd_rotate(struct fw *fw, const uint32_t *head, const uint32_t *link)
{
	uint32_t slot = *link;

	unlink_at(fw, link);
	fwd_link(fw, fwd_tail(fw, head), slot);
}

void fwd_drop(struct fw *fw, const uint32_t *link)
{
	uint32_t slot = *link;

	unlink_at(fw, link);
	fw_slot_free(fw, FW_T_FORWARD, slot);
}

/* The @nth of the active modules; NULL: that was the last. */
static const struct fwd_ops *active(const struct fw *fw, uint32_t nth)
{
	const struct fwd_mods *f = &fw->st->fwd;

	return nth < f->active && nth < FWD_MODS && f->order[nth] < FWD_MODS
		       ? mods[f->order[nth]]
		       : NULL;
}

bool fwd_in_rule(struct fw *fw, const struct pkt *p,
		 const struct pkt_info *info)
{
	const struct fwd_ops *ops;

	for (uint32_t i = 0; (ops = active(fw, i)) != NULL; i++)
		if (ops->in_rule(fw, p, info))
			return true;
	return false;
}

uint32_t fwd_in_create(struct fw *fw, const struct pkt *p,
		       const struct pkt_info *info)
{
	const struct fwd_ops *ops;
	uint32_t entry = FW_NIL;

	for (uint32_t i = 0; entry == FW_NIL && (ops = active(fw, i)) != NULL;
	     i++)
		entry = ops->in_create(fw, p, info);
	return entry;
}

uint32_t fwd_out_create(struct fw *fw, uint32_t maddr,
			const struct pkt_info *info)
{
	const struct fwd_ops *ops;
	uint32_t entry = FW_NIL;

	for (uint32_t i = 0; entry == FW_NIL && (ops = active(fw, i)) != NULL;
	     i++)
		if (ops->out_create)
			entry = ops->out_create(fw, maddr, info);
	return entry;
}

void fwd_out_update(struct fw *fw, uint32_t entry, const struct pkt_info *info)
{
	const struct fwd_ops *ops;

	for (uint32_t i = 0; (ops = active(fw, i)) != NULL; i++)
		if (ops->out_update)
			ops->out_update(fw, masq_at(fw, entry), info);
}

void fwd_run_timers(struct fw *fw, ticks_t now)
{
	if (fw->st->fwd.timers)
		fwd_autofw_timers(fw, now);
}

/* By name; quirk: a module that cannot be found is no error to the caller. */
static int module_ctl(struct fw *fw, struct masq_ctl *ctl)
{
	char name[sizeof("ip_masq_") + sizeof(ctl->module)];

	ctl->module[sizeof(ctl->module) - 1] = '\0';
	snprintf(name, sizeof(name), "ip_masq_%s", ctl->module);
	if (!module_request(fw, name))
		return ESRCH;
	for (int i = 0; i < FWD_MODS; i++)
		if (strcmp(mods[i]->module, name) == 0)
			return mods[i]->ctl(fw, ctl);
	return ESRCH;
}

static int ctl22(struct fw *fw, struct masq_ctl *ctl)
{
	switch (ctl->target) {
	case MASQ_CTL_MODULE:
		return module_ctl(fw, ctl);
	case MASQ_CTL_USER:
		return module_request(fw, "ip_masq_user")
			       ? fwd_user_ctl(fw, ctl)
			       : -ENOPKG;
	case MASQ_CTL_CORE:
		return -EINVAL;
	case MASQ_CTL_PORTFW20:
	case MASQ_CTL_AUTOFW20:
		break;
	}
	return -ENOPROTOOPT;
}

/* A 2.0 host has both forwarding patches, a 1.3 one neither. */
int fwd_ctl(struct fw *fw, struct masq_ctl *ctl)
{
	if (fw->st->g.era == ERA_2_2)
		return ctl22(fw, ctl);
	if (fw->st->g.era == ERA_2_0 && ctl->target == MASQ_CTL_PORTFW20)
		return fwd_portfw_ctl20(fw, ctl);
	if (fw->st->g.era == ERA_2_0 && ctl->target == MASQ_CTL_AUTOFW20)
		return fwd_autofw_ctl20(fw, ctl);
	return -ENOPROTOOPT;
}
