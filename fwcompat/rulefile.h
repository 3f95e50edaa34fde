/*
 * The host that a rule file makes: a script, or rules that ipchains-save wrote,
 * is run dry on a fresh host with the interfaces and routes of the usual one,
 * and its state is kept.
 */
#ifndef FWCOMPAT_RULEFILE_H
#define FWCOMPAT_RULEFILE_H

#include <stdbool.h>

#include "core/text.h"
#include "fwcompat/workdir.h"

struct rulefile {
	char dir[WORKDIR_PATH];        /* a private one, removed at the end */
	char state[WORKDIR_PATH + 16]; /* the state file in it */
	char said[WORKDIR_PATH + 16]; /* what the run wrote on standard error */
	bool saved;                   /* it is no script but ipchains-save's */
};

/*
 * Runs the rule file @path; a script gets the words of @args. Returns 0; or
 * -errno with a sentence in @why: it can't be read, it can't be run, it ended
 * with an error.
 */
int rulefile_open(struct rulefile *f, const char *path, const char *args,
		  struct text *why);
/* The same with a trace in @f->said (libcompat/trace.h); a script that ended
 * with an error is no error, but is told of in @why. */
int rulefile_trace(struct rulefile *f, const char *path, const char *args,
		   struct text *why);
void rulefile_close(struct rulefile *f);

#endif
