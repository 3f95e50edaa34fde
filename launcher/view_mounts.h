/* What stands where in a view: the old files and programs, mounted in their
 * places. */
#ifndef LAUNCHER_VIEW_MOUNTS_H
#define LAUNCHER_VIEW_MOUNTS_H

#include "libcompat/machine.h"

/*
 * Where those in the view, whoever they are, find in any case what is not in
 * its place: proc/, the tree of view_fs.h; real/proc, the real one; modules/,
 * the real /lib/modules.
 */
#define VIEW_REACH MACHINE_REACH

/* Makes in @dir, a fresh tmpfs, pub/proc, where that tree is to be mounted, and
 * pub/merge, for that of merge_fs.h. 0 or -errno. */
int view_mounts_prepare(const char *dir);

/* Makes sh Bash, if there is one. 0 or -errno. */
int view_mounts_bash(const char *dir);

/* Then mounts all in its place. @programs and @absent: see struct
 * view_options. */
int view_mounts_make(const char *dir, const char *const *programs,
		     const char *const *absent);

#endif
