/*
 * Packets of several interfaces through the engine, in the order in which they
 * arrived, with the state's clock following them.
 */
#ifndef GATEWAY_LOOP_H
#define GATEWAY_LOOP_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "engine/env.h"
#include "engine/host.h"
#include "gateway/pktio.h"

struct fw;
struct store;

/* One of the host's interfaces. */
struct loop_port {
	char name[FW_IFNAME + 1]; /* "": no such interface */
	struct pktio_source *in;  /* NULL: nothing arrives there */
	struct pktio_sink *out;   /* NULL: what leaves there is not kept */
	uint64_t arrived, left;
	bool broken; /* .in ended in an error; its .why says which */
};

struct loop_totals {
	uint64_t in, out; /* packets that arrived, that left */
	uint64_t local;   /* delivered to the host itself */
	uint64_t dropped;
	uint64_t icmp; /* ICMP errors sent */
	uint64_t made; /* masquerade entries */
	uint64_t late; /* packets older than one before: taken as of then */
};

struct loop {
	struct loop_port port[HOST_IFS]; /* by index of the interface */
	struct loop_totals totals;
	/* Log lines, as in struct fw_env; NULL: go nowhere. */
	void (*log)(void *ctx, int level, const char *line);
	/* Called now and then, NULL: not. @percent: see struct pktio_source. */
	void (*progress)(void *ctx, const struct loop_totals *t, int percent);
	void *ctx;
	const volatile sig_atomic_t *stop; /* not 0: come to an end. Or NULL */
};

/*
 * Plays all there is, from the state's present moment on: the first packet
 * arrives then. What is done is committed batch by batch, and others get at the
 * state between batches. Sources and sinks stay open. Returns 0, also where a
 * source broke (the others went on); -EINTR: *stop; -errno: the state or a sink
 * failed, and @why (@n bytes) says what.
 */
int loop_run(struct loop *loop, struct store *store, struct fw *fw, char *why,
	     size_t n);

#endif
