/* Whom packets are handed to: next hops, as last found. */
#ifndef GATEWAY_LIVE_HOPS_H
#define GATEWAY_LIVE_HOPS_H

#include <stdint.h>

struct fw;
struct live_host;
struct live_neigh;
struct live_neighs;

enum { LIVE_HOPS = 1024 };

struct live_hops {
	/* The host's generation and the neighbours' purges of those below. */
	uint32_t generation, purges;
	struct live_hop {
		uint32_t row1, dst; /* row + 1; 0: the place is free */
		struct live_neigh *to;
	} hop[LIVE_HOPS];
};

/* The neighbour that packets to @dst are handed to on the interface of @row;
 * NULL: there is no such interface, or no memory. */
struct live_neigh *live_hop_to(struct live_hops *hops,
			       const struct live_host *host,
			       struct live_neighs *neighs, struct fw *fw,
			       uint32_t row, uint32_t dst);

#endif
