/*
 * Directories of the machine's in which a few names of ours stand among the
 * real ones, as a file system in user space. It knows nothing of the emulated
 * host, so that it answers whatever that is busy with.
 */
#ifndef LAUNCHER_MERGE_FS_H
#define LAUNCHER_MERGE_FS_H

#include <stdbool.h>

/* A name of ours, before a real one: a link there, or (NULL) a directory that
 * something is mounted on. */
struct merge_name {
	const char *name;
	const char *target;
};

/* One directory of the file system's root. Real entries are links. */
struct merge_dir {
	const char *name;
	const char *reach; /* where the real directory is to be found */
	int real;          /* the same, opened; or -1 */
	const struct merge_name *ours; /* a name that is NULL ends them */
};

/*
 * Serves it, on a /dev/fuse that is mounted already, from a thread of its own
 * until the process ends. @dirs (.name NULL ends them) stay the caller's. 0 or
 * -errno.
 */
int merge_fs_start(int fuse, const struct merge_dir *dirs);

#endif
