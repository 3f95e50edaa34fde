/*
 * Timers of masquerade entries. An entry lies in a wheel slot whose moment is
 * not after its expiry; arming it later than before only writes the expiry, and
 * when the slot's turn comes it is put on. Timers of one tick fire in the order
 * in which 2.2's own wheel (kernel/sched.c) had them.
 */
#ifndef ENGINE_WHEEL_H
#define ENGINE_WHEEL_H

#include <stdint.h>

#include "core/ticks.h"

struct fw;

/* What happens to an entry whose timer fires at @at. */
typedef void (*wheel_fire)(struct fw *fw, uint32_t entry, ticks_t at);

/* Arms the entry's timer, @now + its timeout. */
void wheel_arm(struct fw *fw, uint32_t entry, ticks_t now);

/* The same as of a moment that is past. */
void wheel_arm_past(struct fw *fw, uint32_t entry, ticks_t at);

/* The same from within a timer that fires at @at. */
void wheel_rearm(struct fw *fw, uint32_t entry, ticks_t at);

/* Takes the entry out of its slot: it is about to be freed. */
void wheel_remove(struct fw *fw, uint32_t entry);

/* Fires all timers up to and including @now, tick by tick. */
void wheel_run(struct fw *fw, ticks_t now, wheel_fire fire);

#endif
