/*
 * The engine in a router's place: packets of the running kernel come through
 * its netfilter queue, the engine decides on them with the state that the tools
 * change, and what it sends leaves by the interfaces.
 *
 * Forwarded packets are taken from the kernel for good and sent past it, so
 * routing, time to live, MTU, fragments and ICMP errors are the engine's alone.
 * Packets to the host itself, and the host's own, go on through the kernel.
 */
#ifndef GATEWAY_LIVE_H
#define GATEWAY_LIVE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/ticks.h"
#include "engine/pkt.h"
#include "gateway/live_host.h"

struct fw;
struct live_neigh;
struct store;

/* A packet that arrived and was sent on. Borrowed for the length of a call. */
struct live_passed {
	struct pkt_info before;      /* as it arrived */
	const struct pkt *after;     /* as it left */
	uint32_t in_row, out_row;    /* in host.ifs */
	uint32_t in_dev, out_dev;    /* the kernel's numbers */
	const struct live_neigh *to; /* to whom it was sent */
};

/*
 * What shortens the way of packets that need no look at each (gateway/fast.h).
 * All calls come from live_run(), and those with a @fw from inside the state.
 */
struct live_hooks {
	void *ctx;
	/* First of all, before the packets of a batch; without packets once a
	 * second. Rules may be other ones than at the last .after. */
	void (*before)(void *ctx, struct fw *fw, ticks_t now);
	/* A packet of this batch went its way; entries are as that left them.
	 */
	void (*passed)(void *ctx, struct fw *fw, const struct live_passed *p);
	/* Last of all, before the batch is made final. */
	void (*after)(void *ctx, struct fw *fw, ticks_t now);
	/* Interfaces, routes or neighbours are other ones. Not inside. */
	void (*host_changed)(void *ctx);
};

struct live_totals {
	uint64_t in;    /* packets that arrived */
	uint64_t out;   /* that left */
	uint64_t local; /* that arrived for the host itself */
	uint64_t own;   /* that the host itself sent */
	uint64_t dropped;
	uint64_t icmp;    /* ICMP errors sent */
	uint64_t refused; /* that the kernel would not send */
	uint64_t lost;    /* whose next hop did not answer */
	uint64_t batches;
};

struct live_options {
	uint16_t queue; /* the first of two */
	bool open;      /* without this process packets pass by it */
	/* Log lines, as in struct fw_env; NULL: go nowhere. */
	void (*log)(void *ctx, int level, const char *line);
	void *ctx;
	const struct live_hooks *hooks; /* NULL: none */
	const volatile sig_atomic_t *stop;
};

struct live;

/*
 * Takes the queue, looks at the host and puts the rules in place; from here on
 * packets wait. 0; or -errno with a sentence in @why (@n bytes).
 */
int live_open(struct live **lp, const struct live_options *options,
	      struct store *store, char *why, size_t n);

/* Until *stop. 0; or -errno with a sentence: then the rules stay. */
int live_run(struct live *l, char *why, size_t n);

/* Takes the rules away. 0; or -errno with a sentence. */
int live_end(struct live *l, char *why, size_t n);

void live_close(struct live *l);

const struct live_totals *live_totals(const struct live *l);
const struct live_host *live_host_of(const struct live *l);

#endif
