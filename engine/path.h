/*
 * The way of a packet through the host, each era's own: input, route,
 * demasquerade, forward, masquerade, output. Results go to the environment
 * (engine/env.h), in order.
 */
#ifndef ENGINE_PATH_H
#define ENGINE_PATH_H

#include <stdint.h>

#include "core/ticks.h"

struct fw;
struct pkt;

/* Timers and everything else that is due up to @now. Call it before what
 * happens at @now. */
void fw_run(struct fw *fw, ticks_t now);

/* @p arrived on the interface; it may be changed in place. */
void fw_arrive(struct fw *fw, ticks_t now, uint32_t ifindex, struct pkt *p);

/* @p arrives soon. Said of all that wait before the first of them arrives, what
 * their ways touch in memory comes while others are under way. */
void fw_expect(const struct fw *fw, const struct pkt *p);

/* The host itself sends @p. */
void fw_send(struct fw *fw, ticks_t now, struct pkt *p);

/* As fw_send(), when it was decided already that it leaves by the interface;
 * over lo it comes in again. */
void fw_send_by(struct fw *fw, ticks_t now, uint32_t ifindex, struct pkt *p);

#endif
