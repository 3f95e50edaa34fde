/*
 * The emulated host around the filter: its interfaces, addresses, routes and
 * switches.
 */
#ifndef ENGINE_HOST_H
#define ENGINE_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "core/rule.h"

struct fw;

enum {
	HOST_IFS = 64,
	HOST_ROUTES = 256,
	HOST_MTU = 1500,
	HOST_NO_IF = 0xFFFFFFFF,
	HOST_LO = 0, /* index of lo */
};

enum host_if_flag {
	HOST_IF_UP = 1,
	HOST_IF_PPP = 2,
	HOST_IF_LOOPBACK = 4,
	HOST_IF_MORE = 8 /* one more address of the first row of this name */
};

/* In the state. */
struct host_if {
	struct fw_ifname name; /* empty: the place is free */
	uint32_t addr, mask;   /* host order */
	uint32_t flags;        /* enum host_if_flag */
	uint32_t mtu;
	uint32_t peer; /* HOST_IF_PPP: the other end; 0: not known */
};

/* In the state. Longest prefix wins; of equal ones the oldest. */
struct host_route {
	uint32_t dst, mask; /* host order */
	uint32_t gateway;   /* 0: directly there */
	uint32_t ifindex;   /* HOST_NO_IF: the place is free */
	uint32_t order;     /* age */
};

/* Switches below /proc/sys, by path. */
enum host_sysctl {
	SYSCTL_IP_FORWARD,
	SYSCTL_IP_DYNADDR,
	SYSCTL_IP_ALWAYS_DEFRAG,
	SYSCTL_IP_MASQ_UDP_DLOOSE,
	SYSCTL_IP_MASQ_DEBUG,
	SYSCTL_MODPROBE, /* kernel/modprobe; 1: /sbin/modprobe, 0: another */
	SYSCTLS
};

/* In the state. */
struct host {
	struct host_if ifs[HOST_IFS];
	struct host_route routes[HOST_ROUTES];
	int32_t sysctl[SYSCTLS];
	uint32_t n_ifs, n_routes, next_order;
	uint32_t generation; /* grows with each interface, address, route */
	uint16_t ip_id;      /* of the next packet the host itself makes */
	uint16_t pad;
};

/* A fresh host: forwarding on, lo alone. */
void host_init(struct fw *fw);

/*
 * Adds the interface or gives it a new address (then its routes are gone, and
 * the one to its own subnet is made anew). -EINVAL: no name, or one that is too
 * long; -ENOSPC: too many.
 */
int host_if_set(struct fw *fw, const char *name, uint32_t addr, uint32_t mask,
		uint32_t flags);

/* One more address, in a subnet of its own. -ENODEV: no such interface;
 * -ENOSPC.
 */
int host_if_add(struct fw *fw, const char *name, uint32_t addr, uint32_t mask);

/*
 * The other end of a point-to-point interface; 2.2 makes a route there.
 * -ENODEV.
 */
int host_if_peer(struct fw *fw, const char *name, uint32_t peer);

/*
 * Up with the routes to its own networks, or down without any; an alias
 * (eth0:0) that goes down is gone. -ENODEV.
 */
int host_if_switch(struct fw *fw, const char *name, bool up);

/* @gateway 0: directly. -ENODEV: no such interface; -EEXIST; -ENOSPC. */
int host_route_add(struct fw *fw, uint32_t dst, uint32_t mask,
		   const char *ifname, uint32_t gateway);
/* The first such route; @ifname NULL: of any interface. -ESRCH: none. */
int host_route_del(struct fw *fw, uint32_t dst, uint32_t mask,
		   const char *ifname);

/*
 * Makes interfaces and routes these; a row that is not in use has no name, or
 * HOST_NO_IF. Whether that changed anything.
 */
bool host_replace(struct fw *fw, const struct host_if ifs[HOST_IFS],
		  const struct host_route routes[HOST_ROUTES]);

/* -ENOENT: no such switch. Paths as below /proc/sys, e.g.
 * "net/ipv4/ip_forward". */
int host_sysctl_find(const char *path);
int host_sysctl_set(struct fw *fw, enum host_sysctl which, int32_t value);

/* The interface's index, or HOST_NO_IF. */
uint32_t host_if_find(const struct fw *fw, const char *name);

#endif
