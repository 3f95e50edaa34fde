/*
 * What the fast path learns from a packet in the engine's hands: begun before
 * the engine gets it, told of what came out, ended behind it.
 */
#ifndef GATEWAY_FAST_LESSON_H
#define GATEWAY_FAST_LESSON_H

#include <stdint.h>

#include "engine/env.h"
#include "engine/fast.h"
#include "engine/pkt.h"

struct fast;
struct fw;

struct fast_lesson {
	struct fast_trace trace;
	struct pkt_info came, left;
	uint8_t tcp_flags;
	uint32_t in_port, out_port; /* of the host's interfaces */
	uint32_t mark;
	uint32_t sent; /* packets that left */
};

/* @p is about to arrive at the host's @port-th interface. */
void fast_lesson_begin(struct fast_lesson *l, struct fw *fw,
		       const struct pkt *p, uint32_t port);
/* For env->out. */
void fast_lesson_out(struct fast_lesson *l, const struct fw_out *out);
/* @now: nanoseconds since boot, when the packet came. */
void fast_lesson_end(struct fast_lesson *l, const struct fast *f, struct fw *fw,
		     uint64_t now);

#endif
