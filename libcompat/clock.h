/* The only reader of a clock in the project. */
#ifndef LIBCOMPAT_CLOCK_H
#define LIBCOMPAT_CLOCK_H

#include <stdint.h>

#include "core/ticks.h"

enum { CLOCK_BOOT_ID = 37 }; /* 36 characters and a NUL */

/* Ticks since the machine booted, sleep included. */
ticks_t clock_ticks(void);

/* The same in nanoseconds, as the fast path counts them. */
uint64_t clock_ns(void);

/* The date, in seconds since 1970: for file stamps, never for timers. */
int64_t clock_date(void);

/* The identity of this boot; empty if the machine does not tell. */
void clock_boot_id(char id[CLOCK_BOOT_ID]);

#endif
