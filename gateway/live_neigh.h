/*
 * Link addresses of the neighbours. The kernel asks for them (ARP); this
 * follows what it learns, makes it ask, and keeps packets meanwhile.
 */
#ifndef GATEWAY_LIVE_NEIGH_H
#define GATEWAY_LIVE_NEIGH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/ticks.h"
#include "gateway/live_send.h"

struct nlmsghdr;
struct live_neighs;

enum live_neigh_state {
	LIVE_NEIGH_NONE,  /* not asked for */
	LIVE_NEIGH_ASKED, /* the kernel asks */
	LIVE_NEIGH_KNOWN,
	LIVE_NEIGH_STALE, /* known, but to be made sure of when it is used */
};

struct live_neigh {
	struct live_neigh *next; /* in the row of the table */
	uint32_t dev, addr;      /* the kernel's number, host order */
	uint8_t state;           /* enum live_neigh_state */
	uint8_t hw[LIVE_HW];
	ticks_t asked; /* when the kernel was last made to ask */
	uint32_t n_waiting;
	struct live_waiting *first, **last; /* packets to send when known */
};

/* News of resolved neighbours go through @send. 0 or -errno, as usual. */
int live_neigh_open(struct live_neighs **np, struct live_send *send, char *why,
		    size_t n);
void live_neigh_close(struct live_neighs *n);

/* How often neighbours were forgotten to make room: others than the present
 * ones are gone. */
uint32_t live_neigh_purges(const struct live_neighs *n);

/* The neighbour, which stays where it is until the next purge; NULL: no memory.
 */
struct live_neigh *live_neigh_find(struct live_neighs *n, uint32_t dev,
				   uint32_t addr);

/*
 * Sends the packet to the neighbour: now, or when its address is known; too
 * many packets that wait are lost. @copy as with live_send_add(). Returns how
 * many were lost.
 */
uint32_t live_neigh_send(struct live_neighs *n, struct live_neigh *to,
			 ticks_t now, const uint8_t *data, uint32_t len,
			 bool copy);

/* What the kernel says of one. */
void live_neigh_take(struct live_neighs *n, const struct nlmsghdr *m);

/* Makes the kernel tell of all neighbours, as news. */
void live_neigh_ask_all(struct live_neighs *n);

/*
 * The next packet that was lost for want of an answer, in *@data and *@len,
 * valid until the next call. False: there is none.
 */
bool live_neigh_failed(struct live_neighs *n, uint8_t **data, uint32_t *len);

/* To poll for reading: answers to live_neigh_ask_all(). */
int live_neigh_fd(const struct live_neighs *n);
void live_neigh_listen(struct live_neighs *n);

#endif
