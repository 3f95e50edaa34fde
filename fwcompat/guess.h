/* Which kernel a script was written for, by the tools that it calls. */
#ifndef FWCOMPAT_GUESS_H
#define FWCOMPAT_GUESS_H

#include <stdbool.h>

#include "core/era.h"

/*
 * Looks into the first file among the words of a command line. Whether it calls
 * the tool of one kernel alone.
 */
bool guess_era(char *const argv[], enum fw_era *era);

#endif
