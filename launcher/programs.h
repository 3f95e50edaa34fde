/* Where the programs of this build, or installation, are. */
#ifndef LAUNCHER_PROGRAMS_H
#define LAUNCHER_PROGRAMS_H

#include <limits.h>

struct programs {
	char bin[PATH_MAX]; /* the running program's directory */
	/* What only old scripts should meet (insmod, ifconfig); "": not there.
	 */
	char tools[PATH_MAX + 32];
	/* What they meet where the machine has none of that name. */
	char absent[PATH_MAX + 64];
};

void programs_find(struct programs *p);

/* A PATH with the first two before @path (NULL: the usual one), from the heap,
 * or NULL.
 */
char *programs_path(const struct programs *p, const char *path);

#endif
