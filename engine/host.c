/* The emulated host: its interfaces, addresses, routes and switches. */
#include "engine/host.h"

#include <errno.h>
#include <string.h>

#include "engine/state.h"

static const char *const sysctl_path[SYSCTLS] = {
	[SYSCTL_IP_FORWARD] = "net/ipv4/ip_forward",
	[SYSCTL_IP_DYNADDR] = "net/ipv4/ip_dynaddr",
	[SYSCTL_IP_ALWAYS_DEFRAG] = "net/ipv4/ip_always_defrag",
	[SYSCTL_IP_MASQ_UDP_DLOOSE] = "net/ipv4/ip_masq_udp_dloose",
	[SYSCTL_IP_MASQ_DEBUG] = "net/ipv4/ip_masq_debug",
	[SYSCTL_MODPROBE] = "kernel/modprobe",
};

/* What lies before it are the tables, behind it the counts. */
static struct host *counts_edit(struct fw *fw)
{
	fw_edit(fw, &fw->st->host.n_ifs,
		sizeof(struct host) - offsetof(struct host, n_ifs));
	return &fw->rw->host;
}

static struct host_if *if_edit(struct fw *fw, uint32_t i)
{
	return fw_edit(fw, &fw->st->host.ifs[i], sizeof(struct host_if));
}

static struct host_route *route_edit(struct fw *fw, uint32_t i)
{
	return fw_edit(fw, &fw->st->host.routes[i], sizeof(struct host_route));
}

void host_init(struct fw *fw)
{
	struct host *h = fw_edit(fw, &fw->st->host, sizeof(*h));

	*h = (struct host){ .generation = h->generation };
	for (int i = 0; i < HOST_ROUTES; i++)
		h->routes[i].ifindex = HOST_NO_IF;
	h->sysctl[SYSCTL_IP_FORWARD] = 1;
	h->sysctl[SYSCTL_MODPROBE] = 1;
	host_if_set(fw, "lo", 0x7F000001, 0xFF000000, HOST_IF_LOOPBACK);
}

uint32_t host_if_find(const struct fw *fw, const char *name)
{
	for (uint32_t i = 0; name[0] && i < HOST_IFS; i++)
		if (!(fw->st->host.ifs[i].flags & HOST_IF_MORE) &&
		    !strncmp(fw->st->host.ifs[i].name.s, name, FW_IFNAME))
			return i;
	return HOST_NO_IF;
}

static uint32_t free_if(const struct fw *fw)
{
	for (uint32_t i = 0; i < HOST_IFS; i++)
		if (!fw->st->host.ifs[i].name.s[0])
			return i;
	return HOST_NO_IF;
}

static void remove_route(struct fw *fw, uint32_t i)
{
	struct host *h = counts_edit(fw);

	route_edit(fw, i)->ifindex = HOST_NO_IF;
	h->n_routes--;
	h->generation++;
}

static void remove_routes_of(struct fw *fw, uint32_t ifindex)
{
	for (uint32_t i = 0; i < HOST_ROUTES; i++)
		if (fw->st->host.routes[i].ifindex == ifindex)
			remove_route(fw, i);
}

static void remove_more_addresses(struct fw *fw, const char *name)
{
	for (uint32_t i = 0; i < HOST_IFS; i++) {
		const struct host_if *f = &fw->st->host.ifs[i];

		if (!(f->flags & HOST_IF_MORE) ||
		    strncmp(f->name.s, name, FW_IFNAME))
			continue;
		*if_edit(fw, i) = (struct host_if){ 0 };
		counts_edit(fw)->n_ifs--;
	}
}

/* What the kernel adds for an address: none for a lone host's, or none. */
static int add_own_routes(struct fw *fw, uint32_t at)
{
	const struct host_if *i = &fw->st->host.ifs[at];
	char name[FW_IFNAME + 1] = "";

	memcpy(name, i->name.s, FW_IFNAME);
	if (!i->addr || i->flags & HOST_IF_LOOPBACK)
		return 0;
	if (i->mask != 0xFFFFFFFF)
		return host_route_add(fw, i->addr & i->mask, i->mask, name, 0);
	if (i->peer && fw->st->g.era == ERA_2_2)
		return host_route_add(fw, i->peer, 0xFFFFFFFF, name, 0);
	return 0;
}

/* Writes row @at, which is free or bears that name, and routes to its subnet.
 */
static int set_row(struct fw *fw, uint32_t at, const char *name, uint32_t addr,
		   uint32_t mask, uint32_t flags)
{
	struct host_if *i = if_edit(fw, at);
	bool fresh = !i->name.s[0];

	*i = (struct host_if){ .addr = addr, .mask = mask, .mtu = HOST_MTU };
	i->flags = flags | HOST_IF_UP;
	memcpy(i->name.s, name, strlen(name));
	counts_edit(fw)->n_ifs += fresh;
	counts_edit(fw)->generation++;
	return add_own_routes(fw, at);
}

int host_if_set(struct fw *fw, const char *name, uint32_t addr, uint32_t mask,
		uint32_t flags)
{
	uint32_t at = host_if_find(fw, name);

	if (!name[0] || strlen(name) >= FW_IFNAME)
		return -EINVAL;
	if (at == HOST_NO_IF)
		at = free_if(fw);
	if (at == HOST_NO_IF)
		return -ENOSPC;
	if (!strcmp(name, "lo"))
		flags |= HOST_IF_LOOPBACK;
	remove_routes_of(fw, at);
	remove_more_addresses(fw, name);
	return set_row(fw, at, name, addr, mask, flags);
}

int host_if_add(struct fw *fw, const char *name, uint32_t addr, uint32_t mask)
{
	uint32_t first = host_if_find(fw, name), at = free_if(fw);

	if (first == HOST_NO_IF)
		return -ENODEV;
	if (at == HOST_NO_IF)
		return -ENOSPC;
	return set_row(fw, at, name, addr, mask,
		       fw->st->host.ifs[first].flags | HOST_IF_MORE);
}

int host_if_peer(struct fw *fw, const char *name, uint32_t peer)
{
	uint32_t at = host_if_find(fw, name);
	int r;

	if (at == HOST_NO_IF)
		return -ENODEV;
	if_edit(fw, at)->peer = peer;
	r = add_own_routes(fw, at);
	return r == -EEXIST ? 0 : r;
}

static void take_up(struct fw *fw, uint32_t at)
{
	if_edit(fw, at)->flags |= HOST_IF_UP;
	counts_edit(fw)->generation++;
	add_own_routes(fw, at);
}

static void take_down(struct fw *fw, uint32_t at)
{
	struct host_if *i = if_edit(fw, at);

	remove_routes_of(fw, at);
	i->flags &= ~(uint32_t)HOST_IF_UP;
	if (memchr(i->name.s, ':', FW_IFNAME)) {
		*i = (struct host_if){ 0 };
		counts_edit(fw)->n_ifs--;
	}
	counts_edit(fw)->generation++;
}

int host_if_switch(struct fw *fw, const char *name, bool up)
{
	if (host_if_find(fw, name) == HOST_NO_IF)
		return -ENODEV;
	for (uint32_t i = 0; i < HOST_IFS; i++) {
		const struct host_if *f = &fw->st->host.ifs[i];

		if (strncmp(f->name.s, name, FW_IFNAME) ||
		    !!(f->flags & HOST_IF_UP) == up)
			continue;
		if (up)
			take_up(fw, i);
		else
			take_down(fw, i);
	}
	return 0;
}

/* The oldest such route, or HOST_ROUTES. @ifindex HOST_NO_IF: any. */
static uint32_t find_route(const struct fw *fw, uint32_t dst, uint32_t mask,
			   uint32_t ifindex)
{
	const struct host_route *r = fw->st->host.routes;
	uint32_t found = HOST_ROUTES;

	for (uint32_t i = 0; i < HOST_ROUTES; i++) {
		if (r[i].ifindex == HOST_NO_IF || r[i].dst != dst ||
		    r[i].mask != mask ||
		    (ifindex != HOST_NO_IF && r[i].ifindex != ifindex))
			continue;
		if (found == HOST_ROUTES || r[i].order < r[found].order)
			found = i;
	}
	return found;
}

static uint32_t free_route(const struct fw *fw)
{
	uint32_t i = 0;

	while (i < HOST_ROUTES && fw->st->host.routes[i].ifindex != HOST_NO_IF)
		i++;
	return i;
}

int host_route_add(struct fw *fw, uint32_t dst, uint32_t mask,
		   const char *ifname, uint32_t gateway)
{
	uint32_t ifindex = host_if_find(fw, ifname);
	uint32_t at = free_route(fw);
	struct host *h;

	if (ifindex == HOST_NO_IF)
		return -ENODEV;
	dst &= mask;
	if (find_route(fw, dst, mask, ifindex) != HOST_ROUTES)
		return -EEXIST;
	if (at == HOST_ROUTES)
		return -ENOSPC;
	h = counts_edit(fw);
	*route_edit(fw, at) = (struct host_route){ dst, mask, gateway, ifindex,
						   h->next_order++ };
	h->n_routes++;
	h->generation++;
	return 0;
}

int host_route_del(struct fw *fw, uint32_t dst, uint32_t mask,
		   const char *ifname)
{
	uint32_t ifindex = HOST_NO_IF, at;

	if (ifname) {
		ifindex = host_if_find(fw, ifname);
		if (ifindex == HOST_NO_IF)
			return -ESRCH;
	}
	at = find_route(fw, dst & mask, mask, ifindex);
	if (at == HOST_ROUTES)
		return -ESRCH;
	remove_route(fw, at);
	return 0;
}

/* Writes the rows that differ. Whether any did. */
static bool replace_ifs(struct fw *fw, const struct host_if ifs[HOST_IFS])
{
	bool changed = false;

	for (uint32_t i = 0; i < HOST_IFS; i++) {
		if (!memcmp(&fw->st->host.ifs[i], &ifs[i], sizeof(ifs[i])))
			continue;
		*if_edit(fw, i) = ifs[i];
		changed = true;
	}
	return changed;
}

static bool replace_routes(struct fw *fw,
			   const struct host_route routes[HOST_ROUTES])
{
	const struct host_route *old = fw->st->host.routes;
	bool changed = false;

	for (uint32_t i = 0; i < HOST_ROUTES; i++) {
		if (!memcmp(&old[i], &routes[i], sizeof(old[i])))
			continue;
		*route_edit(fw, i) = routes[i];
		changed = true;
	}
	return changed;
}

bool host_replace(struct fw *fw, const struct host_if ifs[HOST_IFS],
		  const struct host_route routes[HOST_ROUTES])
{
	bool ifs_changed = replace_ifs(fw, ifs);
	bool routes_changed = replace_routes(fw, routes);
	struct host *h;

	if (!ifs_changed && !routes_changed)
		return false;
	h = counts_edit(fw);
	h->n_ifs = h->n_routes = h->next_order = 0;
	for (uint32_t i = 0; i < HOST_IFS; i++)
		h->n_ifs += ifs[i].name.s[0] != 0;
	for (uint32_t i = 0; i < HOST_ROUTES; i++) {
		if (routes[i].ifindex == HOST_NO_IF)
			continue;
		h->n_routes++;
		if (routes[i].order >= h->next_order)
			h->next_order = routes[i].order + 1;
	}
	h->generation++;
	return true;
}

int host_sysctl_find(const char *path)
{
	for (int i = 0; i < SYSCTLS; i++)
		if (!strcmp(path, sysctl_path[i]))
			return i;
	return -ENOENT;
}

int host_sysctl_set(struct fw *fw, enum host_sysctl which, int32_t value)
{
	const int32_t *at = &fw->st->host.sysctl[which];

	*(int32_t *)fw_edit(fw, at, sizeof(*at)) = value;
	if (which == SYSCTL_IP_FORWARD) /* routing decisions depend on it */
		counts_edit(fw)->generation++;
	return 0;
}
