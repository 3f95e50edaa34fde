/* The emulated host: interfaces, routes, switches. */
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

static struct host *host_edit(struct fw *fw)
{
	return fw_edit(fw, &fw->st->host, sizeof(fw->st->host));
}

void host_init(struct fw *fw)
{
	struct host *h = host_edit(fw);

	*h = (struct host){ 0 };
	for (int i = 0; i < HOST_ROUTES; i++)
		h->routes[i].ifindex = HOST_NO_IF;
	h->sysctl[SYSCTL_IP_FORWARD] = 1;
	h->sysctl[SYSCTL_MODPROBE] = 1;
}

int host_if_set(struct fw *fw, const char *name, uint32_t addr, uint32_t mask,
		uint32_t flags)
{
	(void)fw, (void)name, (void)addr, (void)mask, (void)flags;
	return -ENOSPC;
}

int host_route_add(struct fw *fw, uint32_t dst, uint32_t mask,
		   const char *ifname, uint32_t gateway)
{
	(void)fw, (void)dst, (void)mask, (void)ifname, (void)gateway;
	return -ENOSPC;
}

int host_route_del(struct fw *fw, uint32_t dst, uint32_t mask,
		   const char *ifname)
{
	(void)fw, (void)dst, (void)mask, (void)ifname;
	return -ESRCH;
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
	*(int32_t *)fw_edit(fw, &fw->st->host.sysctl[which], 4) = value;
	return 0;
}

uint32_t host_if_find(const struct fw *fw, const char *name)
{
	for (uint32_t i = 0; i < HOST_IFS; i++)
		if (fw->st->host.ifs[i].name.s[0] &&
		    !strncmp(fw->st->host.ifs[i].name.s, name, FW_IFNAME))
			return i;
	return HOST_NO_IF;
}
