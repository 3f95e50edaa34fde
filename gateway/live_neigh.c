/*
 * Neighbours by rtnetlink: RTM_NEWNEIGH with NTF_USE makes the kernel resolve
 * one, as a packet of its own would.
 */
#include "gateway/live_neigh.h"

#include <errno.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <libmnl/libmnl.h>

#include "core/bytes.h"

enum {
	ROWS = 1024,
	NEIGHS_MAX = 16384,
	WAITING_MAX = 128, /* packets for one neighbour */
	ASK_AGAIN = HZ,    /* not more often than that */
	MESSAGE_ROOM = 32768,
	USABLE = NUD_REACHABLE | NUD_PERMANENT | NUD_NOARP | NUD_STALE |
		 NUD_DELAY | NUD_PROBE,
};

struct live_waiting {
	struct live_waiting *next;
	uint32_t len;
	uint8_t data[];
};

struct live_neighs {
	struct mnl_socket *asks;
	struct live_send *send;
	struct live_neigh *row[ROWS];
	uint32_t n, purges;
	/* Packets that were given up, and the one that was told of last. */
	struct live_waiting *failed, **failed_last, *told;
	bool purged_for_nothing; /* hardly any was forgotten last time */
};

static struct live_neigh **row_of(struct live_neighs *n, uint32_t dev,
				  uint32_t addr)
{
	uint32_t h = (addr ^ dev << 24) * 0x9E3779B1;

	return &n->row[h >> 22];
}

static bool keep(struct live_neigh *to, const uint8_t *data, uint32_t len)
{
	struct live_waiting *w;

	if (to->n_waiting == WAITING_MAX)
		return false;
	w = malloc(sizeof(*w) + len);
	if (!w)
		return false;
	w->next = NULL;
	w->len = len;
	memcpy(w->data, data, len);
	*to->last = w;
	to->last = &w->next;
	to->n_waiting++;
	return true;
}

static void forget_waiting(struct live_neigh *to)
{
	to->first = NULL;
	to->last = &to->first;
	to->n_waiting = 0;
}

/* Sends what waits. */
static void let_go(struct live_neighs *n, struct live_neigh *to)
{
	struct live_waiting *w = to->first, *next;

	for (; w; w = next) {
		next = w->next;
		live_send_add(n->send, to->dev, to->hw, w->data, w->len, true);
		free(w);
	}
	forget_waiting(to);
}

/* What waits has waited for nothing. */
static void give_up(struct live_neighs *n, struct live_neigh *to)
{
	if (!to->first)
		return;
	*n->failed_last = to->first;
	n->failed_last = to->last;
	forget_waiting(to);
}

bool live_neigh_failed(struct live_neighs *n, uint8_t **data, uint32_t *len)
{
	free(n->told);
	n->told = n->failed;
	if (!n->told)
		return false;
	n->failed = n->told->next;
	if (!n->failed)
		n->failed_last = &n->failed;
	*data = n->told->data;
	*len = n->told->len;
	return true;
}

/* Forgets those that nothing is known of: all addresses that somebody tries in
 * a network would have a place else. If that does not help, all. */
static void purge(struct live_neighs *n)
{
	bool all = n->purged_for_nothing;
	uint32_t before = n->n;

	for (int i = 0; i < ROWS; i++) {
		struct live_neigh **at = &n->row[i], *to;

		while ((to = *at)) {
			if (!all && to->state >= LIVE_NEIGH_KNOWN) {
				at = &to->next;
				continue;
			}
			*at = to->next;
			give_up(n, to);
			free(to);
			n->n--;
		}
	}
	n->purged_for_nothing = n->n > before / 2;
	n->purges++;
}

uint32_t live_neigh_purges(const struct live_neighs *n)
{
	return n->purges;
}

struct live_neigh *live_neigh_find(struct live_neighs *n, uint32_t dev,
				   uint32_t addr)
{
	struct live_neigh **row = row_of(n, dev, addr), *to = *row;

	while (to && (to->dev != dev || to->addr != addr))
		to = to->next;
	if (to)
		return to;
	if (n->n == NEIGHS_MAX)
		purge(n);
	to = calloc(1, sizeof(*to));
	if (!to)
		return NULL;
	to->dev = dev;
	to->addr = addr;
	to->last = &to->first;
	to->next = *row;
	*row = to;
	n->n++;
	return to;
}

/* Makes the kernel ask for the address, or make sure of it. */
static void ask_one(struct live_neighs *n, struct live_neigh *to, ticks_t now)
{
	_Alignas(8) uint8_t room[256];
	struct nlmsghdr *m = mnl_nlmsg_put_header(room);
	struct ndmsg *head;
	uint8_t addr[4];

	if (to->asked && !ticks_due(to->asked + ASK_AGAIN, now))
		return;
	to->asked = now ? now : 1;
	put_be32(addr, to->addr);
	m->nlmsg_type = RTM_NEWNEIGH;
	m->nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE;
	head = mnl_nlmsg_put_extra_header(m, sizeof(*head));
	head->ndm_family = AF_INET;
	head->ndm_ifindex = (int)to->dev;
	head->ndm_state = NUD_NONE;
	head->ndm_flags = NTF_USE;
	mnl_attr_put(m, NDA_DST, sizeof(addr), addr);
	(void)!send(mnl_socket_get_fd(n->asks), m, m->nlmsg_len, MSG_DONTWAIT);
}

uint32_t live_neigh_send(struct live_neighs *n, struct live_neigh *to,
			 ticks_t now, const uint8_t *data, uint32_t len,
			 bool copy)
{
	if (to->state < LIVE_NEIGH_KNOWN) {
		to->state = LIVE_NEIGH_ASKED;
		ask_one(n, to, now);
		return !keep(to, data, len);
	}
	if (to->state == LIVE_NEIGH_STALE)
		ask_one(n, to, now);
	live_send_add(n->send, to->dev, to->hw, data, len, copy);
	return 0;
}

/* The destination and link address that a message has, or NULL. */
static void find_addresses(const struct nlmsghdr *m, const uint8_t **dst,
			   const uint8_t **hw, uint16_t *hw_len)
{
	struct nlattr *a;

	*dst = *hw = NULL;
	mnl_attr_for_each(a, m, sizeof(struct ndmsg))
	{
		uint16_t len = mnl_attr_get_payload_len(a);

		if (mnl_attr_get_type(a) == NDA_DST && len == 4)
			*dst = mnl_attr_get_payload(a);
		else if (mnl_attr_get_type(a) == NDA_LLADDR && len <= LIVE_HW)
			*hw = mnl_attr_get_payload(a), *hw_len = len;
	}
}

static void learn(struct live_neighs *n, struct live_neigh *to,
		  const uint8_t *hw, uint16_t hw_len, bool stale)
{
	memset(to->hw, 0, LIVE_HW);
	memcpy(to->hw, hw, hw_len);
	to->state = stale ? LIVE_NEIGH_STALE : LIVE_NEIGH_KNOWN;
	let_go(n, to);
}

void live_neigh_take(struct live_neighs *n, const struct nlmsghdr *m)
{
	const struct ndmsg *head = mnl_nlmsg_get_payload(m);
	const uint8_t *dst, *hw;
	uint16_t hw_len = 0;
	struct live_neigh *to;

	if (mnl_nlmsg_get_payload_len(m) < sizeof(*head) ||
	    head->ndm_family != AF_INET || head->ndm_flags & NTF_PROXY)
		return;
	find_addresses(m, &dst, &hw, &hw_len);
	to = dst ? live_neigh_find(n, (uint32_t)head->ndm_ifindex,
				   get_be32(dst))
		 : NULL;
	if (!to)
		return;
	if (m->nlmsg_type == RTM_NEWNEIGH && hw && head->ndm_state & USABLE) {
		learn(n, to, hw, hw_len, head->ndm_state & NUD_STALE);
	} else if (head->ndm_state & NUD_INCOMPLETE &&
		   m->nlmsg_type == RTM_NEWNEIGH) {
		to->state = LIVE_NEIGH_ASKED;
	} else {
		to->state = LIVE_NEIGH_NONE;
		give_up(n, to);
	}
}

void live_neigh_ask_all(struct live_neighs *n)
{
	_Alignas(8) uint8_t room[256];
	struct nlmsghdr *m = mnl_nlmsg_put_header(room);
	struct ndmsg *head;

	m->nlmsg_type = RTM_GETNEIGH;
	m->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	head = mnl_nlmsg_put_extra_header(m, sizeof(*head));
	head->ndm_family = AF_INET;
	(void)!send(mnl_socket_get_fd(n->asks), m, m->nlmsg_len, MSG_DONTWAIT);
}

static int take_answer(const struct nlmsghdr *m, void *ctx)
{
	if (m->nlmsg_type == RTM_NEWNEIGH)
		live_neigh_take(ctx, m);
	return MNL_CB_OK;
}

void live_neigh_listen(struct live_neighs *n)
{
	_Alignas(8) uint8_t room[MESSAGE_ROOM];
	ssize_t got;

	while ((got = recv(live_neigh_fd(n), room, sizeof(room),
			   MSG_DONTWAIT)) > 0 ||
	       (got < 0 && errno == EINTR))
		if (got > 0)
			mnl_cb_run(room, (size_t)got, 0, 0, take_answer, n);
}

int live_neigh_fd(const struct live_neighs *n)
{
	return mnl_socket_get_fd(n->asks);
}

int live_neigh_open(struct live_neighs **np, struct live_send *send_by,
		    char *why, size_t len)
{
	struct live_neighs *n = calloc(1, sizeof(*n));
	int r;

	if (!n)
		return -ENOMEM;
	n->send = send_by;
	n->failed_last = &n->failed;
	n->asks = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!n->asks || mnl_socket_bind(n->asks, 0, MNL_SOCKET_AUTOPID)) {
		r = -errno;
		snprintf(why, len, "the host's neighbours: %s", strerror(-r));
		live_neigh_close(n);
		return r;
	}
	live_neigh_ask_all(n);
	*np = n;
	return 0;
}

void live_neigh_close(struct live_neighs *n)
{
	struct live_neigh *next;
	uint8_t *data;
	uint32_t len;

	if (!n)
		return;
	for (int i = 0; i < ROWS; i++)
		for (struct live_neigh *to = n->row[i]; to; to = next) {
			next = to->next;
			give_up(n, to);
			free(to);
		}
	while (live_neigh_failed(n, &data, &len))
		;
	if (n->asks)
		mnl_socket_close(n->asks);
	free(n);
}
