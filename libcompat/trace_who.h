/* Which command a process is, and where in a script it stands. */
#ifndef LIBCOMPAT_TRACE_WHO_H
#define LIBCOMPAT_TRACE_WHO_H

#include <sys/types.h>

#include "core/text.h"

/*
 * Appends "SCRIPT:LINE: WORD WORD ..." for process @pid (0: this one); without
 * SCRIPT where its parent is no shell that runs one, without LINE where it
 * cannot be told.
 */
void trace_who(pid_t pid, struct text *out);

#endif
