/*
 * Time as the old kernels told it: ticks of 1/100 s since boot ("jiffies", HZ =
 * 100 on i386), 32 bits, wrapping. Compare with ticks_due(), never with <.
 */
#ifndef CORE_TICKS_H
#define CORE_TICKS_H

#include <stdbool.h>
#include <stdint.h>

typedef uint32_t ticks_t;

enum { HZ = 100 };

/* Whether the moment @expires has come at @now; right for moments up to 2^31
 * ticks apart. */
static inline bool ticks_due(ticks_t expires, ticks_t now)
{
	return (int32_t)(now - expires) >= 0;
}

#endif
