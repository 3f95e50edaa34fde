/* ip_masq_user: entries made, looked for and ended from user space. Source:
 * Linux 2.2, net/ipv4/ip_masq_user.c. */
#include <errno.h>
#include <netinet/in.h>

#include "core/masq_ctl.h"
#include "engine/fwd.h"
#include "engine/masq.h"
#include "engine/route.h"

enum {
	COPIED_BACK = 40 + 52, /* bytes of the old control struct */
	LAST_TICKS = 6,        /* that a deleted entry still lives (quirk) */
};

/* What the caller gets to see of an entry. */
static int answer(struct fw *fw, struct masq_ctl *ctl, uint32_t entry)
{
	const struct masq_entry *e = masq_at(fw, entry);
	struct masq_ctl_user *u = &ctl->u.user;

	u->saddr = e->saddr;
	u->sport = e->sport;
	u->daddr = e->daddr;
	u->dport = e->dport;
	u->maddr = e->maddr;
	u->mport = e->mport;
	u->timeout = e->timeout;
	return COPIED_BACK;
}

/*
 * Quirk: whatever peer is given, any address and port of outside will do
 * (masqadm/user-add).
 */
static int user_add(struct fw *fw, struct masq_ctl *ctl)
{
	const struct masq_ctl_user *u = &ctl->u.user;
	struct masq_want want = {
		.proto = (uint8_t)u->proto,
		.flags = MASQ_USER | MASQ_NO_DADDR | MASQ_NO_DPORT,
		.mport = u->mport,
		.maddr = u->maddr,
		.saddr = u->saddr,
		.sport = u->sport,
		.daddr = u->daddr,
		.dport = u->dport,
	};
	uint32_t entry, to = u->rt_daddr ? u->rt_daddr : u->daddr;

	if (!u->saddr || !u->sport)
		return -EINVAL;
	if (!want.maddr && !to)
		return -EINVAL;
	if (!want.maddr) {
		struct route way = route_out(fw, to);

		if (way.kind == ROUTE_BAD || way.kind == ROUTE_NONE)
			return -ENETUNREACH;
		want.maddr = way.source;
	}
	entry = masq_new(fw, &want);
	if (entry == FW_NIL)
		return -EBUSY;
	if (u->timeout)
		masq_edit(fw, entry)->timeout = u->timeout;
	else
		masq_set_state(fw, entry, MASQ_LISTEN);
	masq_put(fw, entry);
	return answer(fw, ctl, entry);
}

/* The entry that a request names, held; by its masquerade side or, where that
 * is not given whole, by its inside. */
static uint32_t user_find(struct fw *fw, const struct masq_ctl_user *u)
{
	uint8_t proto = (uint8_t)u->proto;

	if (u->maddr && u->mport)
		return masq_in_get(fw, proto, u->daddr, u->dport, u->maddr,
				   u->mport);
	return masq_out_get(fw, proto, u->saddr, u->sport, u->daddr, u->dport);
}

/*
 * Gives the hold back. Quirk: a timeout of 0 stops the timer for good, and the
 * listing goes on showing the old expiry (masqadm/user-set-del).
 */
static void let_go(struct fw *fw, uint32_t entry)
{
	if (masq_at(fw, entry)->timeout)
		masq_put(fw, entry);
	else
		masq_edit(fw, entry)->refs--;
}

static int user_change(struct fw *fw, struct masq_ctl *ctl)
{
	uint32_t entry = user_find(fw, &ctl->u.user);
	ticks_t timeout;

	if (entry == FW_NIL)
		return -ESRCH;
	timeout = masq_at(fw, entry)->timeout;
	if (ctl->cmd == MASQ_CMD_SET)
		timeout = ctl->u.user.timeout;
	if (ctl->cmd == MASQ_CMD_DEL)
		timeout = LAST_TICKS;
	masq_edit(fw, entry)->timeout = timeout;
	let_go(fw, entry);
	return answer(fw, ctl, entry);
}

int fwd_user_ctl(struct fw *fw, struct masq_ctl *ctl)
{
	int32_t proto = ctl->u.user.proto;

	if (proto != IPPROTO_TCP && proto != IPPROTO_UDP &&
	    proto != IPPROTO_ICMP)
		return -EPROTONOSUPPORT;
	switch (ctl->cmd) {
	case MASQ_CMD_ADD:
	case MASQ_CMD_INSERT:
		return user_add(fw, ctl);
	case MASQ_CMD_SET:
	case MASQ_CMD_GET:
	case MASQ_CMD_DEL:
		return user_change(fw, ctl);
	default:
		return -EINVAL;
	}
}
