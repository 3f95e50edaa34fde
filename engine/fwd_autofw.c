/*
 * autofw: a range of ports goes to whichever inside host last used a control
 * port; a port goes to a host's other port; a range is masqueraded with its own
 * port numbers. Source: Linux 2.2, net/ipv4/ip_masq_autofw.c.
 */
#include <errno.h>

#include "core/masq_ctl.h"
#include "engine/fwd.h"
#include "engine/masq.h"
#include "engine/pkt.h"

static bool in_range(const struct fwd_autofw *r, uint16_t port)
{
	return port >= r->low && port <= r->high;
}

static bool is_range(const struct fwd_autofw *r, const struct pkt_info *info)
{
	return r->type == AUTOFW_RANGE && r->proto == info->proto &&
	       in_range(r, info->dport);
}

static bool is_port(const struct fwd_autofw *r, const struct pkt_info *info)
{
	return r->type == AUTOFW_PORT && r->proto == info->proto &&
	       r->visible == info->dport;
}

/* Quirk: of whatever protocol. */
static bool is_direct(const struct fwd_autofw *r, const struct pkt_info *info)
{
	return r->type == AUTOFW_DIRECT && in_range(r, info->dport);
}

/* The first rule for a packet, or NULL. */
static const struct fwd_autofw *
rule_find(const struct fw *fw, const struct pkt_info *info,
	  bool (*is)(const struct fwd_autofw *, const struct pkt_info *))
{
	const struct fwd_slot *s;
	struct fwd_walk w;

	for (s = fwd_first(fw, &w, &fw->st->fwd.autofw); s;
	     s = fwd_next(fw, &w))
		if (is(&s->u.autofw, info))
			return &s->u.autofw;
	return NULL;
}

static bool autofw_in_rule(const struct fw *fw, const struct pkt *p,
			   const struct pkt_info *info)
{
	(void)p;
	return rule_find(fw, info, is_range) || rule_find(fw, info, is_port) ||
	       rule_find(fw, info, is_direct);
}

/*
 * Quirk: neither ACTIVE nor SECURE nor the last contact is asked for, so a
 * range that was never triggered goes to 0.0.0.0 (masq/autofw_1).
 */
static uint32_t autofw_in_create(struct fw *fw, const struct pkt *p,
				 const struct pkt_info *info)
{
	const struct fwd_autofw *range = rule_find(fw, info, is_range);
	const struct fwd_autofw *port =
		range ? NULL : rule_find(fw, info, is_port);
	struct masq_want want = { .proto = info->proto,
				  .mport = info->dport,
				  .maddr = info->dst,
				  .daddr = info->src,
				  .dport = info->sport };

	(void)p;
	if (!range && !port)
		return FW_NIL;
	want.saddr = range ? range->where : port->where;
	want.sport = range ? info->dport : port->hidden;
	return masq_new(fw, &want);
}

static uint32_t autofw_out_create(struct fw *fw, uint32_t maddr,
				  const struct pkt_info *info)
{
	if (!rule_find(fw, info, is_direct))
		return FW_NIL;
	return masq_new(fw, &(struct masq_want){ .proto = info->proto,
						 .mport = info->sport,
						 .maddr = maddr,
						 .saddr = info->src,
						 .sport = info->sport,
						 .daddr = info->dst,
						 .dport = info->dport });
}

static void timer_stop(struct fw *fw, struct fwd_autofw *r)
{
	if (!r->timer_on)
		return;
	r->timer_on = 0;
	fwd_mods_edit(fw)->timers--;
}

static void timer_start(struct fw *fw, struct fwd_autofw *r)
{
	r->expires = fw->st->g.now + FWD_AUTOFW_HOLD;
	if (r->timer_on)
		return;
	r->timer_on = 1;
	fwd_mods_edit(fw)->timers++;
}

/* An inside host uses a control port: the ranges behind it are its own now. */
static void autofw_out_update(struct fw *fw, const struct masq_entry *entry,
			      const struct pkt_info *info)
{
	const struct fwd_slot *s;
	struct fwd_walk w;

	for (s = fwd_first(fw, &w, &fw->st->fwd.autofw); s;
	     s = fwd_next(fw, &w)) {
		struct fwd_autofw *r;

		if (s->u.autofw.type != AUTOFW_RANGE ||
		    s->u.autofw.ctl_port != info->dport ||
		    s->u.autofw.ctl_proto != info->proto)
			continue;
		r = &fwd_edit(fw, *w.link)->u.autofw;
		if (r->flags & AUTOFW_USETIME)
			timer_start(fw, r);
		r->flags |= AUTOFW_ACTIVE;
		r->last = info->dst;
		r->where = entry->saddr;
	}
}

void fwd_autofw_timers(struct fw *fw, ticks_t now)
{
	const struct fwd_slot *s;
	struct fwd_walk w;

	for (s = fwd_first(fw, &w, &fw->st->fwd.autofw); s;
	     s = fwd_next(fw, &w)) {
		struct fwd_autofw *r;

		if (!s->u.autofw.timer_on ||
		    !ticks_due(s->u.autofw.expires, now))
			continue;
		r = &fwd_edit(fw, *w.link)->u.autofw;
		timer_stop(fw, r);
		r->flags &= (uint16_t)~AUTOFW_ACTIVE;
		r->last = 0;
		if (r->flags & AUTOFW_SECURE)
			r->where = 0;
	}
}

static int rule_add(struct fw *fw, const struct fwd_autofw_row *want)
{
	uint32_t slot = fw_slot_new(fw, FW_T_FORWARD);

	if (slot == FW_NIL)
		return ENOMEM;
	fwd_edit(fw, slot)->u.autofw =
		(struct fwd_autofw){ .type = want->type,
				     .flags = want->flags,
				     .proto = want->proto,
				     .low = want->low,
				     .high = want->high,
				     .visible = want->visible,
				     .hidden = want->hidden,
				     .ctl_proto = want->ctl_proto,
				     .ctl_port = want->ctl_port,
				     .where = want->where };
	fwd_link(fw, &fw->st->fwd.autofw, slot);
	fwd_rule_made(fw, FWD_AUTOFW);
	return 0;
}

/* Flags are not compared. */
static bool same(const struct fwd_autofw *r, const struct fwd_autofw_row *want)
{
	return r->type == want->type && r->low == want->low &&
	       r->high == want->high && r->hidden == want->hidden &&
	       r->visible == want->visible && r->proto == want->proto &&
	       r->where == want->where && r->ctl_proto == want->ctl_proto &&
	       r->ctl_port == want->ctl_port;
}

static void rule_drop(struct fw *fw, const uint32_t *link)
{
	timer_stop(fw, &fwd_edit(fw, *link)->u.autofw);
	fwd_drop(fw, link);
	fwd_rule_gone(fw, FWD_AUTOFW);
}

static int rule_delete(struct fw *fw, const struct fwd_autofw_row *want)
{
	const struct fwd_slot *s;
	struct fwd_walk w;

	for (s = fwd_first(fw, &w, &fw->st->fwd.autofw); s;
	     s = fwd_next(fw, &w))
		if (same(&s->u.autofw, want)) {
			rule_drop(fw, w.link);
			return 0;
		}
	return EINVAL;
}

/* Quirk: every error is positive, which the caller takes for success. */
static int autofw_ctl(struct fw *fw, struct masq_ctl *ctl)
{
	struct fwd_walk w;

	if (ctl->cmd == MASQ_CMD_ADD || ctl->cmd == MASQ_CMD_INSERT)
		return rule_add(fw, &ctl->u.autofw);
	if (ctl->cmd == MASQ_CMD_DEL)
		return rule_delete(fw, &ctl->u.autofw);
	if (ctl->cmd != MASQ_CMD_FLUSH)
		return EINVAL;
	for (const struct fwd_slot *s = fwd_first(fw, &w, &fw->st->fwd.autofw);
	     s; s = fwd_instead(fw, &w))
		rule_drop(fw, w.link);
	return 0;
}

int fwd_autofw_ctl20(struct fw *fw, struct masq_ctl *ctl)
{
	return -autofw_ctl(fw, ctl);
}

void fwd_autofw_each(const struct fw *fw, ticks_t now,
		     void (*row)(void *ctx, const struct fwd_autofw_row *),
		     void *ctx)
{
	const struct fwd_slot *s;
	struct fwd_walk w;

	for (s = fwd_first(fw, &w, &fw->st->fwd.autofw); s;
	     s = fwd_next(fw, &w)) {
		const struct fwd_autofw *r = &s->u.autofw;
		bool runs = r->timer_on && !ticks_due(r->expires, now);

		row(ctx, &(struct fwd_autofw_row){
				 .type = r->type,
				 .proto = r->proto,
				 .low = r->low,
				 .high = r->high,
				 .visible = r->visible,
				 .hidden = r->hidden,
				 .where = r->where,
				 .last = r->last,
				 .ctl_proto = r->ctl_proto,
				 .ctl_port = r->ctl_port,
				 .timer = runs ? r->expires - now : 0,
				 .flags = r->flags,
			 });
	}
}

const struct fwd_ops fwd_autofw_ops = {
	.module = "ip_masq_autofw",
	.in_rule = autofw_in_rule,
	.in_create = autofw_in_create,
	.out_create = autofw_out_create,
	.out_update = autofw_out_update,
	.ctl = autofw_ctl,
};
