/*
 * Rules for the queue, through libip4tc: entries are built by hand as
 * linux/netfilter_ipv4/ip_tables.h lays them out.
 */
#include "gateway/live_rules.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/netfilter/xt_NFQUEUE.h>
#include <linux/netfilter/xt_mark.h>
#include <linux/netfilter/xt_pkttype.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include <libiptc/libiptc.h>

#include "gateway/live_send.h"

enum { TRIES = 20 }; /* while others change the table at the same time */

static const char table[] = "raw";
static const xt_chainlabel builtin[] = { "PREROUTING", "OUTPUT" };
static const xt_chainlabel ours[] = { "FWCOMPAT-LIVE-IN", "FWCOMPAT-LIVE-OUT" };

/* A rule in the making: an entry and what is behind it. */
struct making {
	_Alignas(8) uint8_t bytes[512];
	uint32_t n;
};

static struct ipt_entry *entry_of(struct making *m)
{
	return (void *)m->bytes;
}

static void begin(struct making *m)
{
	memset(m, 0, sizeof(*m));
	m->n = sizeof(struct ipt_entry);
}

/* Room for a match's @n bytes. */
static void *add_match(struct making *m, const char *name, uint8_t revision,
		       uint32_t n)
{
	struct xt_entry_match *t = (void *)(m->bytes + m->n);

	t->u.user.match_size = (uint16_t)(XT_ALIGN(sizeof(*t)) + XT_ALIGN(n));
	snprintf(t->u.user.name, sizeof(t->u.user.name), "%s", name);
	t->u.user.revision = revision;
	m->n += t->u.user.match_size;
	return t->data;
}

/* Room for the target's @n bytes: the end of the rule. */
static void *add_target(struct making *m, const char *name, uint8_t revision,
			uint32_t n)
{
	struct xt_entry_target *t = (void *)(m->bytes + m->n);

	t->u.user.target_size = (uint16_t)(XT_ALIGN(sizeof(*t)) + XT_ALIGN(n));
	snprintf(t->u.user.name, sizeof(t->u.user.name), "%s", name);
	t->u.user.revision = revision;
	entry_of(m)->target_offset = (uint16_t)m->n;
	m->n += t->u.user.target_size;
	entry_of(m)->next_offset = (uint16_t)m->n;
	return t->data;
}

static void add_queue(struct making *m, uint16_t number, bool open)
{
	struct xt_NFQ_info_v3 *q = add_target(m, "NFQUEUE", 3, sizeof(*q));

	q->queuenum = number;
	q->queues_total = 1;
	q->flags = open ? NFQ_FLAG_BYPASS : 0;
}

static bool append(struct xtc_handle *h, const xt_chainlabel chain,
		   struct making *m)
{
	return iptc_append_entry(chain, entry_of(m), h);
}

/* What arrives, but not over lo: the output chain's packets come back there.
 * What was sent to many at link level goes to a queue of its own. */
static bool fill_in(struct xtc_handle *h, uint16_t queue, bool open)
{
	struct xt_pkttype_info *type;
	struct making m;

	begin(&m);
	memcpy(entry_of(&m)->ip.iniface, "lo", 3);
	memset(entry_of(&m)->ip.iniface_mask, 0xFF, 3);
	add_target(&m, "RETURN", 0, sizeof(int));
	if (!append(h, ours[0], &m))
		return false;
	begin(&m);
	type = add_match(&m, "pkttype", 0, sizeof(*type));
	type->pkttype = PACKET_HOST;
	add_queue(&m, queue, open);
	if (!append(h, ours[0], &m))
		return false;
	begin(&m);
	add_queue(&m, (uint16_t)(queue + 1), open);
	return append(h, ours[0], &m);
}

/* What the host sends, but not what this program makes. */
static bool fill_out(struct xtc_handle *h, uint16_t queue, bool open)
{
	struct xt_mark_mtinfo1 *mark;
	struct making m;

	begin(&m);
	mark = add_match(&m, "mark", 1, sizeof(*mark));
	mark->mark = LIVE_OWN_MARK;
	mark->mask = UINT32_MAX;
	add_target(&m, "RETURN", 0, sizeof(int));
	if (!append(h, ours[1], &m))
		return false;
	begin(&m);
	add_queue(&m, queue, open);
	return append(h, ours[1], &m);
}

/* Where in the built-in chain @i the jump to ours is; -1: nowhere. */
static int jump_at(struct xtc_handle *h, int i)
{
	const struct ipt_entry *e = iptc_first_rule(builtin[i], h);

	for (int n = 0; e; n++, e = iptc_next_rule(e, h)) {
		const char *target = iptc_get_target(e, h);

		if (target && !strcmp(target, ours[i]))
			return n;
	}
	return -1;
}

/* An empty chain of ours, which the built-in one jumps to first of all. */
static bool prepare(struct xtc_handle *h, int i)
{
	struct making m;

	if (iptc_is_chain(ours[i], h)) {
		if (!iptc_flush_entries(ours[i], h))
			return false;
	} else if (!iptc_create_chain(ours[i], h)) {
		return false;
	}
	if (jump_at(h, i) >= 0)
		return true;
	begin(&m);
	add_target(&m, ours[i], 0, sizeof(int));
	return iptc_insert_entry(builtin[i], entry_of(&m), 0, h);
}

static bool take_away(struct xtc_handle *h, int i)
{
	int at;

	while ((at = jump_at(h, i)) >= 0)
		if (!iptc_delete_num_entry(builtin[i], (unsigned int)at, h))
			return false;
	if (!iptc_is_chain(ours[i], h))
		return true;
	return iptc_flush_entries(ours[i], h) && iptc_delete_chain(ours[i], h);
}

/* @set: make the rules, else take them away. 0 or -errno. */
static int change_once(bool set, uint16_t queue, bool open)
{
	struct xtc_handle *h = iptc_init(table);
	bool ok = h;
	int r = 0;

	if (set)
		ok = ok && prepare(h, 0) && prepare(h, 1) &&
		     fill_in(h, queue, open) && fill_out(h, queue, open);
	else
		ok = ok && take_away(h, 0) && take_away(h, 1);
	if (!ok || !iptc_commit(h))
		r = errno ? -errno : -EIO;
	if (h)
		iptc_free(h);
	return r;
}

/* The lock that iptables(8) takes; without it others' changes may be lost. */
static int lock_tables(void)
{
	int fd =
		open("/run/xtables.lock", O_RDONLY | O_CREAT | O_CLOEXEC, 0600);

	if (fd >= 0)
		while (flock(fd, LOCK_EX) && errno == EINTR)
			;
	return fd;
}

static int change(bool set, uint16_t queue, bool open, char *why, size_t n)
{
	int fd = lock_tables(), r = -EAGAIN;

	for (int i = 0; r == -EAGAIN && i < TRIES; i++)
		r = change_once(set, queue, open);
	if (fd >= 0)
		close(fd);
	if (r == -EPERM)
		snprintf(why, n, "only root may change netfilter's rules");
	else if (r == -ENOENT || r == -ENOPROTOOPT)
		snprintf(why, n,
			 "the kernel lacks netfilter's table `raw', the target "
			 "NFQUEUE, or the matches `mark' and `pkttype': %s",
			 iptc_strerror(-r));
	else if (r)
		snprintf(why, n, "netfilter's table `raw': %s",
			 iptc_strerror(-r));
	return r;
}

bool live_rules_stand(void)
{
	struct xtc_handle *h = iptc_init(table);
	bool stand = true;

	for (int i = 0; h && i < 2; i++)
		stand = stand && iptc_is_chain(ours[i], h) &&
			iptc_first_rule(ours[i], h) && jump_at(h, i) >= 0;
	if (h)
		iptc_free(h);
	return stand;
}

int live_rules_set(uint16_t queue, bool open, char *why, size_t n)
{
	return change(true, queue, open, why, n);
}

int live_rules_clear(char *why, size_t n)
{
	return change(false, 0, false, why, n);
}
