/* The running kernel's routes, of the network namespace that asks. */
#ifndef NETFILTER_ROUTE_H
#define NETFILTER_ROUTE_H

#include <net/if.h>
#include <stdint.h>

struct nf_route;

/* 0 or -errno. */
int nf_route_open(struct nf_route **route);
void nf_route_close(struct nf_route *route);

/* The interface by which packets leave for an address in host order. -errno:
 * there is no route. */
int nf_route_by(struct nf_route *route, uint32_t dst, char name[IF_NAMESIZE]);

#endif
