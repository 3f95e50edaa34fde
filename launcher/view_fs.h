/* The file system behind a view: the old files among the real ones, by FUSE. */
#ifndef LAUNCHER_VIEW_FS_H
#define LAUNCHER_VIEW_FS_H

#include <stdbool.h>

struct view_fs;

/*
 * Directories in which the running kernel's entries stand beside the old ones,
 * by path in this tree. Each is put over the real one.
 */
enum { VIEW_NET, VIEW_SYS, VIEW_MODULES, VIEW_BLENDS };

struct view_blend {
	const char *path;
	const char *real;
	bool links; /* entries are links to the reader's own; else files */
	bool deep;  /* all below is shown; else the entries alone */
};

extern const struct view_blend view_blends[VIEW_BLENDS];

/*
 * Mounts it on the directory @place, or, as "/dev/fd/N", answers on a /dev/fuse
 * that is mounted already. @everybody: other users may look, too. @real are the
 * real directories, opened by who mounts it (-1: without them); it takes them.
 * @reach: where /lib/modules is to be found by those who see this in its place
 * (NULL: nobody does); borrowed. 0 or -errno.
 */
int view_fs_open(struct view_fs **fs, const char *place, bool everybody,
		 const int real[VIEW_BLENDS], const char *reach);
void view_fs_close(struct view_fs *fs);

/* From now on the files are of the kernel that the environment names. */
void view_fs_show(struct view_fs *fs);

/* To be polled for reading; then view_fs_serve() answers what is asked.
 * -ENODEV: nobody will ask any more. */
int view_fs_fd(const struct view_fs *fs);
int view_fs_serve(struct view_fs *fs);

#endif
