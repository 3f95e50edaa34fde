/* The only reader of a clock in the project. */
#ifndef LIBCOMPAT_CLOCK_H
#define LIBCOMPAT_CLOCK_H

#include "core/ticks.h"

/* Ticks since the machine booted, sleep included. */
ticks_t clock_ticks(void);

/* The identity of this boot, 36 characters and a NUL; empty if the machine does
 * not tell. */
void clock_boot_id(char id[37]);

#endif
