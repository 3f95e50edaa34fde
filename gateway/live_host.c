/*
 * Interfaces, addresses and routes by rtnetlink. Any news about them makes all
 * be asked for again: they are few, and news are rare.
 */
#include "gateway/live_host.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <libmnl/libmnl.h>

#include "core/bytes.h"
#include "engine/state.h"
#include "gateway/live_neigh.h"

enum {
	ANSWER_ROOM = 32768,
	EVENTS_ROOM = 1 << 20, /* bytes of news that may wait */
	PLACES_END = HOST_IFS,
};

/* The host as the kernel tells it. */
struct picture {
	struct live_host *h;
	struct host_if ifs[HOST_IFS];
	struct live_dev row[HOST_IFS];
	struct host_route routes[HOST_ROUTES];
	uint32_t n_routes, left_out;
};

static uint32_t get_addr(const struct nlattr *a)
{
	return get_be32(mnl_attr_get_payload(a));
}

/* Attribute @type of the message, at least @n bytes, or NULL. */
static const struct nlattr *find_attr(const struct nlmsghdr *m, uint32_t skip,
				      uint16_t type, uint16_t n)
{
	struct nlattr *a;

	mnl_attr_for_each(a, m,
			  skip) if (mnl_attr_get_type(a) == type &&
				    mnl_attr_get_payload_len(a) >= n) return a;
	return NULL;
}

/* The row that the interface had, else a free one; lo's is fixed. */
static uint32_t choose_row(const struct picture *p, uint32_t dev, bool loop)
{
	if (loop)
		return HOST_LO;
	for (uint32_t i = HOST_LO + 1; i < HOST_IFS; i++)
		if (p->h->row[i].dev == dev)
			return i;
	for (uint32_t i = HOST_LO + 1; i < HOST_IFS; i++)
		if (!p->row[i].dev && !p->h->row[i].dev && !p->ifs[i].name.s[0])
			return i;
	return HOST_NO_IF;
}

static uint32_t row_of(const struct live_dev row[HOST_IFS], uint32_t dev)
{
	for (uint32_t i = 0; dev && i < HOST_IFS; i++)
		if (row[i].dev == dev)
			return i;
	return HOST_NO_IF;
}

static int take_link(const struct nlmsghdr *m, void *ctx)
{
	const struct ifinfomsg *link = mnl_nlmsg_get_payload(m);
	const struct nlattr *name = find_attr(m, sizeof(*link), IFLA_IFNAME, 2);
	const struct nlattr *mtu = find_attr(m, sizeof(*link), IFLA_MTU, 4);
	struct picture *p = ctx;
	uint32_t dev = (uint32_t)link->ifi_index, flags = link->ifi_flags;
	uint32_t i = choose_row(p, dev, flags & IFF_LOOPBACK);
	struct host_if *f;

	if (m->nlmsg_type != RTM_NEWLINK || !name)
		return MNL_CB_OK;
	if (i == HOST_NO_IF ||
	    mnl_attr_get_payload_len(name) > sizeof(f->name.s)) {
		p->left_out++;
		return MNL_CB_OK;
	}
	f = &p->ifs[i];
	*f = (struct host_if){ .mask = UINT32_MAX, .mtu = HOST_MTU };
	memcpy(f->name.s, mnl_attr_get_payload(name),
	       mnl_attr_get_payload_len(name));
	f->flags = (flags & IFF_UP ? HOST_IF_UP : 0) |
		   (flags & IFF_POINTOPOINT ? HOST_IF_PPP : 0) |
		   (flags & IFF_LOOPBACK ? HOST_IF_LOOPBACK : 0);
	if (mtu)
		f->mtu = mnl_attr_get_u32(mtu);
	p->row[i] = (struct live_dev){
		dev, !(flags & (IFF_NOARP | IFF_POINTOPOINT | IFF_LOOPBACK))
	};
	return MNL_CB_OK;
}

/* Where an address goes: the interface's own row, or one more, from the end. */
static struct host_if *choose_place(struct picture *p, uint32_t row)
{
	if (!p->ifs[row].addr)
		return &p->ifs[row];
	for (uint32_t i = PLACES_END; i-- > HOST_LO + 1;)
		if (!p->ifs[i].name.s[0]) {
			p->ifs[i] = p->ifs[row];
			p->ifs[i].flags |= HOST_IF_MORE;
			return &p->ifs[i];
		}
	return NULL;
}

static int take_addr(const struct nlmsghdr *m, void *ctx)
{
	const struct ifaddrmsg *a = mnl_nlmsg_get_payload(m);
	const struct nlattr *local = find_attr(m, sizeof(*a), IFA_LOCAL, 4);
	const struct nlattr *addr = find_attr(m, sizeof(*a), IFA_ADDRESS, 4);
	struct picture *p = ctx;
	uint32_t row = row_of(p->row, a->ifa_index);
	struct host_if *f;

	if (m->nlmsg_type != RTM_NEWADDR || a->ifa_family != AF_INET ||
	    row == HOST_NO_IF || !addr)
		return MNL_CB_OK;
	f = choose_place(p, row);
	if (!f) {
		p->left_out++;
		return MNL_CB_OK;
	}
	f->addr = get_addr(local ? local : addr);
	f->mask = a->ifa_prefixlen ? UINT32_MAX << (32 - a->ifa_prefixlen) : 0;
	f->peer = f->flags & HOST_IF_PPP && get_addr(addr) != f->addr
			  ? get_addr(addr)
			  : 0;
	return MNL_CB_OK;
}

/* Of several ways to one place the first. */
static void first_way(const struct nlattr *ways, uint32_t *dev,
		      uint32_t *gateway)
{
	const struct rtnexthop *way = mnl_attr_get_payload(ways);
	uint32_t len = mnl_attr_get_payload_len(ways);
	const struct nlattr *attr;

	if (len < sizeof(*way) || way->rtnh_len > len ||
	    way->rtnh_len < sizeof(*way))
		return;
	*dev = (uint32_t)way->rtnh_ifindex;
	for (attr = (const void *)(way + 1);
	     mnl_attr_ok(attr, (int)((const uint8_t *)way + way->rtnh_len -
				     (const uint8_t *)attr));
	     attr = mnl_attr_next(attr))
		if (mnl_attr_get_type(attr) == RTA_GATEWAY &&
		    mnl_attr_get_payload_len(attr) == 4)
			*gateway = get_addr(attr);
}

static int take_route(const struct nlmsghdr *m, void *ctx)
{
	const struct rtmsg *r = mnl_nlmsg_get_payload(m);
	const struct nlattr *dst = find_attr(m, sizeof(*r), RTA_DST, 4);
	const struct nlattr *oif = find_attr(m, sizeof(*r), RTA_OIF, 4);
	const struct nlattr *via = find_attr(m, sizeof(*r), RTA_GATEWAY, 4);
	const struct nlattr *ways = find_attr(m, sizeof(*r), RTA_MULTIPATH, 8);
	const struct nlattr *tab = find_attr(m, sizeof(*r), RTA_TABLE, 4);
	uint32_t dev = oif ? mnl_attr_get_u32(oif) : 0;
	uint32_t gateway = via ? get_addr(via) : 0, row;
	struct picture *p = ctx;

	if (m->nlmsg_type != RTM_NEWROUTE || r->rtm_type != RTN_UNICAST ||
	    r->rtm_flags & (RTM_F_CLONED | RTNH_F_DEAD) ||
	    (tab ? mnl_attr_get_u32(tab) : r->rtm_table) != RT_TABLE_MAIN)
		return MNL_CB_OK;
	if (ways)
		first_way(ways, &dev, &gateway);
	row = row_of(p->row, dev);
	if (row == HOST_NO_IF || p->n_routes == HOST_ROUTES) {
		p->left_out++;
		return MNL_CB_OK;
	}
	p->routes[p->n_routes] = (struct host_route){
		.dst = dst ? get_addr(dst) : 0,
		.mask = r->rtm_dst_len ? UINT32_MAX << (32 - r->rtm_dst_len)
				       : 0,
		.gateway = gateway,
		.ifindex = row,
		.order = p->n_routes
	};
	p->n_routes++;
	return MNL_CB_OK;
}

/* Of a question, by what is asked for; each begins with the family. */
static size_t header_bytes(uint16_t type)
{
	return type == RTM_GETLINK   ? sizeof(struct ifinfomsg)
	       : type == RTM_GETADDR ? sizeof(struct ifaddrmsg)
				     : sizeof(struct rtmsg);
}

/* Asks for all there is of one kind. 0 or -errno. */
static int ask(struct picture *p, uint16_t type, mnl_cb_t take)
{
	_Alignas(8) uint8_t room[ANSWER_ROOM];
	struct nlmsghdr *m = mnl_nlmsg_put_header(room);
	struct rtgenmsg *g;
	unsigned int port = mnl_socket_get_portid(p->h->asks);
	ssize_t got;
	int more = MNL_CB_OK;

	m->nlmsg_type = type;
	m->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	m->nlmsg_seq = type;
	g = mnl_nlmsg_put_extra_header(m, header_bytes(type));
	g->rtgen_family = type == RTM_GETLINK ? AF_UNSPEC : AF_INET;
	if (mnl_socket_sendto(p->h->asks, m, m->nlmsg_len) < 0)
		return -errno;
	while (more > MNL_CB_STOP) {
		got = mnl_socket_recvfrom(p->h->asks, room, sizeof(room));
		if (got < 0)
			return -errno;
		more = mnl_cb_run(room, (size_t)got, type, port, take, p);
	}
	return more < 0 ? -errno : 0;
}

/* Interfaces first: what comes behind names them. */
static int look(struct picture *p)
{
	int r = ask(p, RTM_GETLINK, take_link);

	if (r == 0)
		r = ask(p, RTM_GETADDR, take_addr);
	if (r == 0)
		r = ask(p, RTM_GETROUTE, take_route);
	return r;
}

int live_host_load(struct live_host *h, struct fw *fw)
{
	struct picture p;
	int r = -EINTR;

	h->changed = false;
	/* A table that changes while it is read (EINTR) is read again. */
	for (int i = 0; r == -EINTR && i < 10; i++) {
		p = (struct picture){ .h = h };
		for (int k = 0; k < HOST_ROUTES; k++)
			p.routes[k].ifindex = HOST_NO_IF;
		r = look(&p);
	}
	if (r) {
		h->changed = true;
		return r;
	}
	memcpy(h->row, p.row, sizeof(h->row));
	h->left_out = p.left_out;
	if (host_replace(fw, p.ifs, p.routes))
		h->generation++;
	return 0;
}

uint32_t live_host_row(const struct live_host *h, uint32_t dev)
{
	return row_of(h->row, dev);
}

static struct mnl_socket *open_socket(unsigned int groups)
{
	struct mnl_socket *s = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);

	if (s && mnl_socket_bind(s, groups, MNL_SOCKET_AUTOPID)) {
		mnl_socket_close(s);
		s = NULL;
	}
	return s;
}

int live_host_open(struct live_host *h, char *why, size_t n)
{
	int room = EVENTS_ROOM, r;

	*h = (struct live_host){ .changed = true };
	h->asks = open_socket(0);
	h->events = open_socket(RTMGRP_LINK | RTMGRP_IPV4_IFADDR |
				RTMGRP_IPV4_ROUTE | RTMGRP_NEIGH);
	if (h->asks && h->events) {
		setsockopt(live_host_fd(h), SOL_SOCKET, SO_RCVBUFFORCE, &room,
			   sizeof(room));
		return 0;
	}
	r = -errno;
	snprintf(why, n, "the host's interfaces and routes: %s", strerror(-r));
	live_host_close(h);
	return r;
}

void live_host_close(struct live_host *h)
{
	if (h->events)
		mnl_socket_close(h->events);
	if (h->asks)
		mnl_socket_close(h->asks);
	h->events = h->asks = NULL;
}

int live_host_fd(const struct live_host *h)
{
	return mnl_socket_get_fd(h->events);
}

/* Who listens. */
struct listener {
	struct live_host *h;
	struct live_neighs *neighs;
};

static int take_news(const struct nlmsghdr *m, void *ctx)
{
	struct listener *l = ctx;

	if (m->nlmsg_type == RTM_NEWNEIGH || m->nlmsg_type == RTM_DELNEIGH)
		live_neigh_take(l->neighs, m);
	else
		l->h->changed = true;
	return MNL_CB_OK;
}

void live_host_listen(struct live_host *h, struct live_neighs *neighs)
{
	_Alignas(8) uint8_t room[ANSWER_ROOM];
	struct listener l = { h, neighs };
	ssize_t got;

	for (;;) {
		got = recv(live_host_fd(h), room, sizeof(room), MSG_DONTWAIT);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno != ENOBUFS)
			return;
		if (got < 0) { /* news were lost */
			h->changed = true;
			live_neigh_ask_all(neighs);
			continue;
		}
		mnl_cb_run(room, (size_t)got, 0, 0, take_news, &l);
	}
}
