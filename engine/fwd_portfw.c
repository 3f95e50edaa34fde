/*
 * portfw: packets to an address and port of the host go to an inside host, in
 * turn where several are given. Source: Linux 2.2, net/ipv4/ip_masq_portfw.c;
 * 2.0's patch had no turns.
 */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "core/masq_ctl.h"
#include "engine/fwd.h"
#include "engine/masq.h"
#include "engine/pkt.h"

enum { LPORT_MAX = MASQ_PORT_BEGIN - 1 };

static const uint32_t *list_of(const struct fw *fw, uint32_t proto)
{
	return &fw->st->fwd.portfw[proto == IPPROTO_TCP];
}

static const uint64_t *lport_word(const struct fw *fw, uint32_t proto,
				  uint16_t lport)
{
	return &fw->st->fwd.lports[proto == IPPROTO_TCP][lport >> 6];
}

/* Notes whether any rule has that local port. */
static void lport_note(struct fw *fw, uint32_t proto, uint16_t lport)
{
	const uint64_t *word = lport_word(fw, proto, lport);
	uint64_t bit = UINT64_C(1) << (lport & 63), now = *word & ~bit;
	const struct fwd_slot *s;
	struct fwd_walk w;

	for (s = fwd_first(fw, &w, list_of(fw, proto)); s; s = fwd_next(fw, &w))
		if (s->u.portfw.lport == lport) {
			now |= bit;
			break;
		}
	*(uint64_t *)fw_edit(fw, word, sizeof(*word)) = now;
}

/* The rule for a packet: where its number stands, or NULL. */
static const uint32_t *rule_find(const struct fw *fw,
				 const struct pkt_info *info)
{
	const struct fwd_slot *s;
	struct fwd_walk w;

	if (info->proto != IPPROTO_TCP && info->proto != IPPROTO_UDP)
		return NULL;
	if (!(*lport_word(fw, info->proto, info->dport) >> (info->dport & 63) &
	      1))
		return NULL;
	for (s = fwd_first(fw, &w, list_of(fw, info->proto)); s;
	     s = fwd_next(fw, &w))
		if (s->u.portfw.lport == info->dport &&
		    s->u.portfw.laddr == info->dst)
			return w.link;
	return NULL;
}

static bool portfw_in_rule(const struct fw *fw, const struct pkt *p,
			   const struct pkt_info *info)
{
	(void)p;
	return rule_find(fw, info) != NULL;
}

/* One of several rules was used; after PREF times it is the next one's turn. */
static void take_turn(struct fw *fw, const uint32_t *link)
{
	struct fwd_portfw *r = &fwd_edit(fw, *link)->u.portfw;

	if (--r->counter > 0)
		return;
	r->counter = r->pref;
	fwd_rotate(fw, list_of(fw, r->proto), link);
}

static uint32_t portfw_in_create(struct fw *fw, const struct pkt *p,
				 const struct pkt_info *info)
{
	const uint32_t *link = rule_find(fw, info);
	const struct fwd_portfw *r;
	uint32_t entry;

	(void)p;
	if (!link)
		return FW_NIL;
	r = &fwd_known(fw, *link)->u.portfw;
	entry = masq_new(fw, &(struct masq_want){ .proto = info->proto,
						  .mport = info->dport,
						  .maddr = info->dst,
						  .saddr = r->raddr,
						  .sport = r->rport,
						  .daddr = info->src,
						  .dport = info->sport });
	if (entry != FW_NIL && fw->st->fwd.rules[FWD_PORTFW] > 1 &&
	    fw->st->g.era == ERA_2_2) {
		masq_set_state(fw, entry, MASQ_LISTEN);
		take_turn(fw, link);
	}
	return entry;
}

/* What a request names, where 0 stands for anything. */
static bool same(const struct fwd_portfw *r, const struct fwd_portfw_row *want)
{
	return r->lport == want->lport &&
	       (!want->laddr || r->laddr == want->laddr) &&
	       (!want->raddr || r->raddr == want->raddr) &&
	       (!want->rport || r->rport == want->rport);
}

/* How many rules were edited. */
static uint32_t rules_edit(struct fw *fw, const struct fwd_portfw_row *want)
{
	const struct fwd_slot *s;
	struct fwd_walk w;
	uint32_t n = 0;

	for (s = fwd_first(fw, &w, list_of(fw, want->proto)); s;
	     s = fwd_next(fw, &w)) {
		struct fwd_portfw *r;

		if (!same(&s->u.portfw, want))
			continue;
		r = &fwd_edit(fw, *w.link)->u.portfw;
		r->counter = r->pref = want->pref;
		n++;
	}
	return n;
}

static int rule_add(struct fw *fw, const struct fwd_portfw_row *want)
{
	uint32_t slot = fw_slot_new(fw, FW_T_FORWARD);

	if (slot == FW_NIL)
		return ENOMEM;
	fwd_edit(fw, slot)->u.portfw =
		(struct fwd_portfw){ .laddr = want->laddr,
				     .raddr = want->raddr,
				     .lport = want->lport,
				     .rport = want->rport,
				     .proto = want->proto,
				     .counter = want->pref,
				     .pref = want->pref };
	fwd_link(fw, list_of(fw, want->proto), slot);
	lport_note(fw, want->proto, want->lport);
	fwd_rule_made(fw, FWD_PORTFW);
	return 0;
}

/* Rules that @is says @want to name. */
static int rules_delete(struct fw *fw, const struct fwd_portfw_row *want,
			bool (*is)(const struct fwd_portfw *,
				   const struct fwd_portfw_row *))
{
	const struct fwd_slot *s;
	struct fwd_walk w;
	int err = ESRCH;

	s = fwd_first(fw, &w, list_of(fw, want->proto));
	while (s) {
		if (!is(&s->u.portfw, want)) {
			s = fwd_next(fw, &w);
			continue;
		}
		fwd_drop(fw, w.link);
		fwd_rule_gone(fw, FWD_PORTFW);
		err = 0;
		s = fwd_instead(fw, &w);
	}
	lport_note(fw, want->proto, want->lport);
	return err;
}

static void rules_flush(struct fw *fw)
{
	struct fwd_walk w;

	if (!fw->st->fwd.rules[FWD_PORTFW])
		return;
	for (int i = 0; i < 2; i++)
		for (const struct fwd_slot *s =
			     fwd_first(fw, &w, &fw->st->fwd.portfw[i]);
		     s; s = fwd_instead(fw, &w)) {
			fwd_drop(fw, w.link);
			fwd_rule_gone(fw, FWD_PORTFW);
		}
	memset(fw_edit(fw, fw->st->fwd.lports, sizeof(fw->st->fwd.lports)), 0,
	       sizeof(fw->st->fwd.lports));
}

static bool bad_row(const struct fwd_portfw_row *want)
{
	return want->lport < 1 || want->lport > LPORT_MAX ||
	       (want->proto != IPPROTO_TCP && want->proto != IPPROTO_UDP);
}

/* Quirk: every error is positive, which the caller takes for success. */
static int portfw_ctl(struct fw *fw, struct masq_ctl *ctl)
{
	const struct fwd_portfw_row *want = &ctl->u.portfw;

	if (ctl->cmd == MASQ_CMD_NONE)
		return 0;
	if (ctl->cmd == MASQ_CMD_FLUSH) {
		rules_flush(fw);
		return 0;
	}
	if (bad_row(want))
		return EINVAL;
	if (ctl->cmd == MASQ_CMD_DEL)
		return rules_delete(fw, want, same);
	if (ctl->cmd != MASQ_CMD_ADD || want->pref <= 0)
		return EINVAL;
	return rules_edit(fw, want) ? 0 : rule_add(fw, want);
}

static bool same_local(const struct fwd_portfw *r,
		       const struct fwd_portfw_row *want)
{
	return r->lport == want->lport && r->laddr == want->laddr;
}

/* 2.0's patch: a local side has one remote side. */
int fwd_portfw_ctl20(struct fw *fw, const struct masq_ctl *ctl)
{
	const struct fwd_portfw_row *want = &ctl->u.portfw;

	if (ctl->cmd == MASQ_CMD_FLUSH) {
		rules_flush(fw);
		return 0;
	}
	if (bad_row(want) ||
	    (ctl->cmd != MASQ_CMD_ADD && ctl->cmd != MASQ_CMD_DEL))
		return -EINVAL;
	if (ctl->cmd == MASQ_CMD_DEL)
		return -rules_delete(fw, want, same_local);
	rules_delete(fw, want, same_local);
	return -rule_add(fw, want);
}

static void rules_each_of(const struct fw *fw, const uint32_t *list,
			  void (*row)(void *ctx, const struct fwd_portfw_row *),
			  void *ctx)
{
	struct fwd_walk w;

	for (const struct fwd_slot *s = fwd_first(fw, &w, list); s;
	     s = fwd_next(fw, &w)) {
		const struct fwd_portfw *r = &s->u.portfw;

		row(ctx, &(struct fwd_portfw_row){ .proto = (uint8_t)r->proto,
						   .laddr = r->laddr,
						   .raddr = r->raddr,
						   .lport = r->lport,
						   .rport = r->rport,
						   .counter = r->counter,
						   .pref = r->pref });
	}
}

/* 2.2 listed UDP first, 2.0's patch TCP. */
void fwd_portfw_each(const struct fw *fw,
		     void (*row)(void *ctx, const struct fwd_portfw_row *),
		     void *ctx)
{
	bool old = fw->st->g.era != ERA_2_2;

	rules_each_of(fw, list_of(fw, old ? IPPROTO_TCP : IPPROTO_UDP), row,
		      ctx);
	rules_each_of(fw, list_of(fw, old ? IPPROTO_UDP : IPPROTO_TCP), row,
		      ctx);
}

const struct fwd_ops fwd_portfw_ops = {
	.module = "ip_masq_portfw",
	.in_rule = portfw_in_rule,
	.in_create = portfw_in_create,
	.ctl = portfw_ctl,
};
