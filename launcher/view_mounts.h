/* What stands where in a view: the old files and programs, mounted in their
 * places. */
#ifndef LAUNCHER_VIEW_MOUNTS_H
#define LAUNCHER_VIEW_MOUNTS_H

/*
 * Where those in the view, whoever they are, find in any case what is not in
 * its place: proc/, the tree of view_fs.h, and modules/, the real /lib/modules.
 */
#define VIEW_REACH "/usr/sbin/.fwcompat"

/* Makes in @dir, a fresh tmpfs, the directory @files (PATH_MAX bytes) that the
 * tree is to be mounted on. 0 or -errno. */
int view_mounts_prepare(const char *dir, char *files);

/* Then mounts all in its place. @programs and @absent: see struct
 * view_options. */
int view_mounts_make(const char *dir, const char *const *programs,
		     const char *const *absent);

#endif
