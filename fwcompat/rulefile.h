/*
 * The host that a rule file makes: a script, or rules that ipchains-save wrote,
 * is run dry on a fresh host with the interfaces and routes of the usual one,
 * and its state is kept.
 */
#ifndef FWCOMPAT_RULEFILE_H
#define FWCOMPAT_RULEFILE_H

#include "core/text.h"
#include "fwcompat/workdir.h"

struct rulefile {
	char dir[WORKDIR_PATH];        /* a private one, removed at the end */
	char state[WORKDIR_PATH + 16]; /* the state file in it */
};

/*
 * Runs the rule file @path; a script gets the words of @args. Returns 0; or
 * -errno with a sentence in @why: it can't be read, it can't be run, it ended
 * with an error.
 */
int rulefile_open(struct rulefile *f, const char *path, const char *args,
		  struct text *why);
void rulefile_close(struct rulefile *f);

#endif
