/*
 * Routing decisions. Addresses and routes are compiled into short lists,
 * longest prefix first, private to the process; decisions on them are kept in a
 * small cache. Both are stale when host.generation moved on.
 */
#include "engine/route.h"

#include <stdlib.h>
#include <string.h>

#include "engine/host.h"
#include "engine/pkt.h"
#include "engine/state.h"

enum { CACHE = 1024 };

struct cached {
	uint32_t src, dst;
	uint32_t in_if; /* + 1; 0: the place is free */
	struct route route;
};

struct out {
	struct host_route route;
	uint32_t source; /* see preferred() */
};

struct routes {
	uint32_t generation;
	uint32_t n_local, n_broadcast, n_out;
	uint32_t local[HOST_IFS];
	uint32_t broadcast[2 * HOST_IFS];
	struct out out[HOST_ROUTES];
	struct cached cache[CACHE];
};

static bool in_list(uint32_t addr, const uint32_t *list, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (list[i] == addr)
			return true;
	return false;
}

/* Addresses of the interface, and those of its subnet's broadcasts. */
static void compile_if(struct routes *r, const struct host_if *i)
{
	if (!i->name.s[0] || !(i->flags & HOST_IF_UP))
		return;
	if (!i->addr)
		return;
	r->local[r->n_local++] = i->addr;
	if (i->flags & (HOST_IF_PPP | HOST_IF_LOOPBACK) || i->mask >= ~1U)
		return;
	r->broadcast[r->n_broadcast++] = i->addr & i->mask;
	r->broadcast[r->n_broadcast++] = i->addr | ~i->mask;
}

/* Longest prefix first, then the oldest. */
static bool goes_before(const struct host_route *a, const struct host_route *b)
{
	return a->mask != b->mask ? a->mask > b->mask : a->order < b->order;
}

/*
 * The address that packets on this way come from: of a subnet of the host's,
 * the one in it; over a gateway, the one in whose subnet that is; else the
 * interface's first.
 */
static uint32_t preferred(const struct host *h, const struct host_route *o)
{
	const struct host_if *first = &h->ifs[o->ifindex];
	uint32_t near = o->gateway ? o->gateway : o->dst;

	for (const struct host_if *i = h->ifs; i < h->ifs + HOST_IFS; i++) {
		if (memcmp(&i->name, &first->name, sizeof(i->name)) ||
		    (near & i->mask) != (i->addr & i->mask))
			continue;
		if (o->gateway || o->mask == i->mask)
			return i->addr;
	}
	return first->addr;
}

static void compile_route(struct routes *r, const struct host *h,
			  const struct host_route *add)
{
	uint32_t i = r->n_out++;

	for (; i && goes_before(add, &r->out[i - 1].route); i--)
		r->out[i] = r->out[i - 1];
	r->out[i] = (struct out){ *add, preferred(h, add) };
}

static void compile(struct routes *r, const struct host *h)
{
	memset(r, 0, sizeof(*r));
	r->generation = h->generation;
	for (int i = 0; i < HOST_IFS; i++)
		compile_if(r, &h->ifs[i]);
	for (int i = 0; i < HOST_ROUTES; i++)
		if (h->routes[i].ifindex < HOST_IFS)
			compile_route(r, h, &h->routes[i]);
}

/* The lists of the host as it is; NULL: no memory. */
static struct routes *routes_anew(struct fw *fw)
{
	if (!fw->routes)
		fw->routes = malloc(sizeof(*fw->routes));
	if (fw->routes)
		compile(fw->routes, &fw->st->host);
	return fw->routes;
}

static inline struct routes *routes_of(struct fw *fw)
{
	struct routes *r = fw->routes;

	if (!r || r->generation != fw->st->host.generation)
		r = routes_anew(fw);
	return r;
}

static const struct out *find_out(const struct routes *r, uint32_t dst)
{
	for (uint32_t i = 0; i < r->n_out; i++)
		if ((dst & r->out[i].route.mask) == r->out[i].route.dst)
			return &r->out[i];
	return NULL;
}

static bool is_class_e(uint32_t a)
{
	return a >= 0xF0000000;
}

static bool is_multicast(uint32_t a)
{
	return a >> 28 == 0xE;
}

/* Addresses 0.x and 127.x: of no use on a wire. */
static bool is_zero_or_loop(uint32_t a)
{
	return a >> 24 == 0 || a >> 24 == 127;
}

/* Whether a packet may come from @src at all, whatever its destination. */
static bool source_ok(const struct routes *r, uint32_t src)
{
	return !is_multicast(src) && !is_class_e(src) &&
	       !is_zero_or_loop(src) && !in_list(src, r->local, r->n_local) &&
	       !in_list(src, r->broadcast, r->n_broadcast);
}

static struct route way_out(const struct routes *r, uint32_t dst)
{
	const struct out *out = find_out(r, dst);
	struct route to = { .kind = ROUTE_NONE };

	if (!out)
		return to;
	to.kind = ROUTE_OUT;
	to.ifindex = (uint16_t)out->route.ifindex;
	to.gateway = out->route.gateway ? out->route.gateway : dst;
	to.source = out->source;
	return to;
}

/* Whether @src could have sent it to the next hop itself. */
static bool wants_redirect(const struct routes *r, const struct route *to,
			   uint32_t src, uint32_t in_if)
{
	const struct out *back;

	if (to->kind != ROUTE_OUT || to->ifindex != in_if)
		return false;
	back = find_out(r, src);
	return back && back->route.ifindex == in_if && !back->route.gateway;
}

/* The way to @dst, whoever sends there. */
static struct route decide_out(const struct routes *r, uint32_t dst)
{
	struct route to = { .kind = ROUTE_BAD };

	if (is_multicast(dst)) { /* all hosts: the only group that is joined */
		if (dst == 0xE0000001)
			to.kind = ROUTE_BROADCAST;
	} else if (in_list(dst, r->local, r->n_local)) {
		to.kind = ROUTE_LOCAL;
	} else if (dst == 0xFFFFFFFF ||
		   in_list(dst, r->broadcast, r->n_broadcast)) {
		to.kind = ROUTE_BROADCAST;
	} else {
		to = way_out(r, dst);
	}
	return to;
}

static struct route decide(const struct fw *fw, const struct routes *r,
			   uint32_t src, uint32_t dst, uint32_t in_if)
{
	struct route to = { .kind = ROUTE_BAD };

	if (dst == 0xFFFFFFFF || (!src && !dst)) {
		to.kind =
			!src || source_ok(r, src) ? ROUTE_BROADCAST : ROUTE_BAD;
		return to;
	}
	if (!source_ok(r, src) || is_class_e(dst) || is_zero_or_loop(dst))
		return to;
	to = decide_out(r, dst);
	if ((to.kind == ROUTE_OUT || to.kind == ROUTE_NONE) &&
	    !fw->st->host.sysctl[SYSCTL_IP_FORWARD])
		to.kind = ROUTE_BAD;
	to.redirect = wants_redirect(r, &to, src, in_if);
	return to;
}

struct route route_in(struct fw *fw, const struct pkt_info *info,
		      uint32_t ifindex)
{
	struct routes *r = routes_of(fw);
	struct cached *c;
	uint32_t h;

	if (!r)
		return (struct route){ .kind = ROUTE_BAD };
	h = info->dst * 0x9E3779B1 ^ info->src * 0x85EBCA6B ^
	    ifindex * 0xC2B2AE35;
	c = &r->cache[h >> 22];
	if (c->src != info->src || c->dst != info->dst ||
	    c->in_if != ifindex + 1)
		*c = (struct cached){ info->src, info->dst, ifindex + 1,
				      decide(fw, r, info->src, info->dst,
					     ifindex) };
	return c->route;
}

struct route route_out(struct fw *fw, uint32_t dst)
{
	struct routes *r = routes_of(fw);

	if (!r)
		return (struct route){ .kind = ROUTE_NONE };
	if (in_list(dst, r->local, r->n_local) || dst >> 24 == 127)
		return (struct route){ .kind = ROUTE_LOCAL,
				       .ifindex = HOST_LO,
				       .source = dst };
	return way_out(r, dst);
}

struct route route_to(struct fw *fw, uint32_t dst)
{
	struct routes *r = routes_of(fw);

	if (!r)
		return (struct route){ .kind = ROUTE_BAD };
	if (dst >> 24 == 127)
		return (struct route){ .kind = ROUTE_LOCAL };
	return decide_out(r, dst);
}

void route_free(struct fw *fw)
{
	free(fw->routes);
	fw->routes = NULL;
}
