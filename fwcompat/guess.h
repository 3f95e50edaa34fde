/* Which kernel a script was written for, and which shell, by what it says. */
#ifndef FWCOMPAT_GUESS_H
#define FWCOMPAT_GUESS_H

#include <stdbool.h>

#include "core/era.h"

/* The text of the first script among the words of a command line; "": there is
 * none. Valid until the next call of any of these. */
const char *guess_script(char *const argv[]);

/*
 * Looks into the first file among the words of a command line. Whether it calls
 * the tool of one kernel alone.
 */
bool guess_era(char *const argv[], enum fw_era *era);

/* Whether that file says what of today's shells Bash alone takes, which then
 * was sh. */
bool guess_bash(char *const argv[]);

#endif
