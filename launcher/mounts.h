/* Mounts of this process's namespace: one thing in the place of another. */
#ifndef LAUNCHER_MOUNTS_H
#define LAUNCHER_MOUNTS_H

#include <stdbool.h>

/*
 * What @from is becomes what @to is; links at their ends are not followed if
 * @follow is false. 0 or -errno.
 */
int mounts_put(const char *from, const char *to, bool follow);

/* A name that no pattern matches. */
#define MOUNTS_WITH ".fwcompat"

/*
 * Puts a directory of links, made at @farm (which must not be there), over the
 * directory @place: links to what stands in the directories @before (NULL at
 * the end), and to the real entries but those that @hides says; then what
 * @behind has, nobody else, and @spares does not say. The real ones stay in
 * reach below .real in it. 0 or -errno.
 */
struct mounts_farm {
	const char *farm, *place;
	const char *const *before;
	const char *const *behind;
	bool (*hides)(const char *name);  /* NULL: none */
	bool (*spares)(const char *name); /* of .behind; NULL: none */
	const char *with; /* a directory to be found in it as MOUNTS_WITH; or
			     NULL */
};
int mounts_farm(const struct mounts_farm *f);

#endif
