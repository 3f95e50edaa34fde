/*
 * mfw: packets that the input chain marked go to the hosts of that mark, in
 * turn. Source: Linux 2.2, net/ipv4/ip_masq_mfw.c.
 */
#include <errno.h>
#include <netinet/in.h>

#include "core/masq_ctl.h"
#include "engine/fwd.h"
#include "engine/masq.h"
#include "engine/modules.h"
#include "engine/pkt.h"

enum { TCP_FLAGS = 13, TCP_SYN = 0x02, TCP_ACK = 0x10 };

static const uint32_t *row_of(const struct fw *fw, uint32_t mark)
{
	return &fw->st->fwd.mfw[mark & (FWD_MFW_ROWS - 1)];
}

/* Where the mark's number stands, or NULL. */
static const uint32_t *mark_find(const struct fw *fw, uint32_t mark)
{
	const struct fwd_slot *s;
	struct fwd_walk w;

	for (s = fwd_first(fw, &w, row_of(fw, mark)); s; s = fwd_next(fw, &w))
		if (s->u.mark.mark == mark)
			return w.link;
	return NULL;
}

static const uint32_t *hosts_of(const struct fw *fw, const uint32_t *mark)
{
	return &fwd_known(fw, *mark)->u.mark.first;
}

static bool mfw_in_rule(const struct fw *fw, const struct pkt *p,
			const struct pkt_info *info)
{
	(void)info;
	return mark_find(fw, p->mark) != NULL;
}

static bool has_several(const struct fw *fw, const uint32_t *hosts)
{
	const struct fwd_slot *first = fwd_at(fw, *hosts);

	return first && fwd_at(fw, first->next);
}

/* TCP: only what opens a connection. */
static bool may_create(const struct pkt *p, const struct pkt_info *info)
{
	const uint8_t *flags;

	if (info->proto != IPPROTO_TCP)
		return info->proto == IPPROTO_UDP;
	flags = pkt_at(p, info->ihl + (uint32_t)TCP_FLAGS, 1);
	return flags && (*flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
}

/* Its first host was chosen: after PREF times it is the next one's turn. */
static void take_turn(struct fw *fw, const uint32_t *hosts)
{
	const struct fwd_host *h = &fwd_known(fw, *hosts)->u.host;
	struct fwd_host *w;

	if (!has_several(fw, hosts) || !h->pref)
		return;
	w = &fwd_edit(fw, *hosts)->u.host;
	if (--w->counter > 0)
		return;
	w->counter = w->pref;
	fwd_rotate(fw, hosts, hosts);
}

static uint32_t mfw_in_create(struct fw *fw, const struct pkt *p,
			      const struct pkt_info *info)
{
	const uint32_t *mark = mark_find(fw, p->mark), *hosts;
	struct fwd_host h;
	uint32_t entry;

	if (!mark || !may_create(p, info))
		return FW_NIL;
	hosts = hosts_of(fw, mark);
	if (!fwd_at(fw, *hosts))
		return FW_NIL;
	h = fwd_known(fw, *hosts)->u.host;
	take_turn(fw, hosts);
	entry = masq_new(
		fw, &(struct masq_want){ .proto = info->proto,
					 .mport = info->dport,
					 .maddr = info->dst,
					 .saddr = h.raddr,
					 .sport = h.rport ? (uint16_t)h.rport
							  : info->dport,
					 .daddr = info->src,
					 .dport = info->sport });
	if (entry != FW_NIL)
		masq_set_state(fw, entry, MASQ_LISTEN);
	return entry;
}

/* Marks count as users of the module too. */
static const uint32_t *mark_make(struct fw *fw, uint32_t mark)
{
	uint32_t slot = fw_slot_new(fw, FW_T_FORWARD);

	if (slot == FW_NIL)
		return NULL;
	fwd_edit(fw, slot)->u.mark =
		(struct fwd_mark){ .mark = mark, .first = FW_NIL };
	fwd_link(fw, row_of(fw, mark), slot);
	module_hold(fw, module_find(fw, fwd_mfw_ops.module));
	return row_of(fw, mark);
}

static void mark_drop(struct fw *fw, const uint32_t *mark)
{
	fwd_drop(fw, mark);
	module_release(fw, module_find(fw, fwd_mfw_ops.module));
}

static int host_add(struct fw *fw, const struct fwd_mfw_row *want, bool last)
{
	const uint32_t *mark = mark_find(fw, want->mark), *hosts;
	uint32_t slot;

	if (!want->mark || want->pref < 0 || !want->raddr)
		return -EINVAL;
	slot = fw_slot_new(fw, FW_T_FORWARD);
	if (slot == FW_NIL)
		return -ENOMEM;
	if (!mark)
		mark = mark_make(fw, want->mark);
	if (!mark) {
		fw_slot_free(fw, FW_T_FORWARD, slot);
		return -ENOMEM;
	}
	fwd_edit(fw, slot)->u.host = (struct fwd_host){ .raddr = want->raddr,
							.rport = want->rport,
							.counter = want->pref,
							.pref = want->pref };
	hosts = hosts_of(fw, mark);
	fwd_link(fw, last ? fwd_tail(fw, hosts) : hosts, slot);
	fwd_rule_made(fw, FWD_MFW);
	return 0;
}

/* What a request names, where 0 stands for anything. */
static bool same(const struct fwd_host *h, const struct fwd_mfw_row *want)
{
	return (!want->raddr || h->raddr == want->raddr) &&
	       (!want->rport || h->rport == want->rport);
}

/* The first host goes to the tail; which one it was is written to @want. */
static void schedule(struct fw *fw, const uint32_t *hosts,
		     struct fwd_mfw_row *want)
{
	struct fwd_host *h;

	if (!fwd_at(fw, *hosts))
		return;
	want->raddr = fwd_known(fw, *hosts)->u.host.raddr;
	want->rport = (uint16_t)fwd_known(fw, *hosts)->u.host.rport;
	if (!has_several(fw, hosts))
		return;
	h = &fwd_edit(fw, *hosts)->u.host;
	h->counter = h->pref;
	fwd_rotate(fw, hosts, hosts);
}

static int hosts_edit(struct fw *fw, const uint32_t *hosts,
		      const struct fwd_mfw_row *want)
{
	const struct fwd_slot *s;
	struct fwd_walk w;
	int err = -ESRCH;

	for (s = fwd_first(fw, &w, hosts); s; s = fwd_next(fw, &w)) {
		struct fwd_host *h;

		if (!same(&s->u.host, want))
			continue;
		h = &fwd_edit(fw, *w.link)->u.host;
		h->counter = h->pref = want->pref;
		err = 0;
	}
	return err;
}

static int mark_set(struct fw *fw, struct masq_ctl *ctl)
{
	const uint32_t *mark = mark_find(fw, ctl->u.mfw.mark);

	if (!mark)
		return -EINVAL;
	if (!(ctl->mfw_flags & 1))
		return hosts_edit(fw, hosts_of(fw, mark), &ctl->u.mfw);
	schedule(fw, hosts_of(fw, mark), &ctl->u.mfw);
	return 0;
}

/* Hosts that @want names; the mark goes with its last one. */
static int hosts_delete(struct fw *fw, const uint32_t *mark,
			const struct fwd_mfw_row *want)
{
	const struct fwd_slot *s;
	struct fwd_walk w;
	int err = -ESRCH;

	s = fwd_first(fw, &w, hosts_of(fw, mark));
	while (s) {
		if (!same(&s->u.host, want)) {
			s = fwd_next(fw, &w);
			continue;
		}
		fwd_drop(fw, w.link);
		fwd_rule_gone(fw, FWD_MFW);
		err = 0;
		s = fwd_instead(fw, &w);
	}
	if (!fwd_at(fw, *hosts_of(fw, mark)))
		mark_drop(fw, mark);
	return err;
}

static void flush(struct fw *fw)
{
	static const struct fwd_mfw_row any;
	struct fwd_walk w;

	for (int i = 0; i < FWD_MFW_ROWS; i++)
		for (const struct fwd_slot *s =
			     fwd_first(fw, &w, &fw->st->fwd.mfw[i]);
		     s; s = fwd_instead(fw, &w))
			hosts_delete(fw, w.link, &any);
}

/* Unlike portfw's and autofw's these errors are real. */
static int mfw_ctl(struct fw *fw, struct masq_ctl *ctl)
{
	const uint32_t *mark;

	switch (ctl->cmd) {
	case MASQ_CMD_NONE:
		return 0;
	case MASQ_CMD_ADD:
	case MASQ_CMD_INSERT:
		return host_add(fw, &ctl->u.mfw, ctl->cmd == MASQ_CMD_ADD);
	case MASQ_CMD_SET:
		return mark_set(fw, ctl);
	case MASQ_CMD_DEL:
		mark = mark_find(fw, ctl->u.mfw.mark);
		return mark ? hosts_delete(fw, mark, &ctl->u.mfw) : -ESRCH;
	case MASQ_CMD_FLUSH:
		flush(fw);
		return 0;
	default:
		return -EINVAL;
	}
}

static void hosts_each(const struct fw *fw, const struct fwd_mark *m,
		       void (*row)(void *ctx, const struct fwd_mfw_row *),
		       void *ctx)
{
	const struct fwd_slot *s;
	struct fwd_walk w;

	for (s = fwd_first(fw, &w, &m->first); s; s = fwd_next(fw, &w))
		row(ctx,
		    &(struct fwd_mfw_row){ .mark = m->mark,
					   .raddr = s->u.host.raddr,
					   .rport = (uint16_t)s->u.host.rport,
					   .counter = s->u.host.counter,
					   .pref = s->u.host.pref });
}

void fwd_mfw_each(const struct fw *fw,
		  void (*row)(void *ctx, const struct fwd_mfw_row *), void *ctx)
{
	const struct fwd_slot *s;
	struct fwd_walk w;

	for (int n = 0; n < FWD_MFW_ROWS; n++)
		for (s = fwd_first(fw, &w, &fw->st->fwd.mfw[n]); s;
		     s = fwd_next(fw, &w))
			hosts_each(fw, &s->u.mark, row, ctx);
}

const struct fwd_ops fwd_mfw_ops = {
	.module = "ip_masq_mfw",
	.in_rule = mfw_in_rule,
	.in_create = mfw_in_create,
	.ctl = mfw_ctl,
};
