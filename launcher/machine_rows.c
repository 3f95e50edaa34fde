/* Asks the machine for its interfaces and routes. */
#include "launcher/machine_rows.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <inttypes.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "libcompat/compat.h"
#include "libcompat/machine.h"

/* One of a list, with that address; its first, if none. */
static uint32_t addr_of(const struct sockaddr *sa)
{
	struct sockaddr_in in = { 0 };

	if (!sa || sa->sa_family != AF_INET)
		return 0;
	memcpy(&in, sa, sizeof(in));
	return ntohl(in.sin_addr.s_addr);
}

static bool has_address(const struct ifaddrs *all, const char *name)
{
	for (; all; all = all->ifa_next)
		if (!strcmp(all->ifa_name, name) && addr_of(all->ifa_addr))
			return true;
	return false;
}

static int each_interface(void (*row)(void *ctx,
				      const struct compat_host_row *row),
			  void *ctx)
{
	struct ifaddrs *all;

	if (getifaddrs(&all))
		return -errno;
	for (const struct ifaddrs *i = all; i; i = i->ifa_next) {
		uint32_t addr = addr_of(i->ifa_addr);
		struct compat_host_row r = {
			.addr = addr,
			.mask = addr ? addr_of(i->ifa_netmask) : 0,
			.ppp = i->ifa_flags & IFF_POINTOPOINT,
			.down = !(i->ifa_flags & IFF_UP),
		};

		if (!addr &&
		    (!i->ifa_addr || i->ifa_addr->sa_family != AF_PACKET ||
		     has_address(all, i->ifa_name)))
			continue;
		if (r.ppp)
			r.peer = addr_of(i->ifa_dstaddr);
		snprintf(r.ifname, sizeof(r.ifname), "%.*s", FW_IFNAME,
			 i->ifa_name);
		row(ctx, &r);
	}
	freeifaddrs(all);
	return 0;
}

/* Linux, net/ipv4/fib_trie.c, fib_route_seq_show(): numbers as they lie in
 * memory, in network order. */
static int each_route(void (*row)(void *ctx, const struct compat_host_row *row),
		      void *ctx)
{
	char path[64], line[256], name[FW_IFNAME + 1];
	uint32_t dst, gateway, mask;
	FILE *f;

	machine_proc("net/route", path, sizeof(path));
	f = fopen(path, "re");
	if (!f)
		return -errno;
	while (fgets(line, sizeof(line), f)) {
		struct compat_host_row r = { .is_route = true };

		if (sscanf(line,
			   "%16s %" SCNx32 " %" SCNx32
			   " %*s %*s %*s %*s %" SCNx32,
			   name, &dst, &gateway, &mask) != 4)
			continue;
		r.addr = ntohl(dst);
		r.gateway = ntohl(gateway);
		r.mask = ntohl(mask);
		memcpy(r.ifname, name, sizeof(name));
		row(ctx, &r);
	}
	fclose(f);
	return 0;
}

int machine_rows_each(void (*row)(void *ctx, const struct compat_host_row *row),
		      void *ctx)
{
	int r = each_interface(row, ctx);

	return r ? r : each_route(row, ctx);
}
