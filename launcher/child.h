/* A command run by sh, with what it prints caught. */
#ifndef LAUNCHER_CHILD_H
#define LAUNCHER_CHILD_H

#include <signal.h>

#include "core/text.h"

struct child_result {
	struct text out, err; /* the caller's, to be freed */
	int status;           /* as $? shows it */
};

/*
 * Runs @command by `sh -c' in the directory @dir with the environment @env and
 * nothing to read. @stop: what handlers of SIGHUP, SIGINT and SIGTERM set.
 * Returns 0 and @result; or -errno if it could not be run; -EINTR: one of these
 * came, and the command goes on alone.
 */
int child_run(const char *command, const char *dir, char *const env[],
	      const volatile sig_atomic_t *stop, struct child_result *result);

#endif
