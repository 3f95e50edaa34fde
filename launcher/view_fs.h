/* The file system behind a view: the old files among the real ones, by FUSE. */
#ifndef LAUNCHER_VIEW_FS_H
#define LAUNCHER_VIEW_FS_H

#include <stddef.h>

struct compat;
struct view_fs;

/*
 * Mounts it on @dir, with "net" and "sys/net/ipv4" as they are to be put over
 * /proc's. Nobody may look at it before the caller serves. 0 or -errno.
 */
int view_fs_mount(struct view_fs **fs, const char *dir);
void view_fs_unmount(struct view_fs *fs);

/* See view.h. */
void view_fs_show(struct view_fs *fs, struct compat *c);
int view_fs_fd(const struct view_fs *fs);
void view_fs_serve(struct view_fs *fs);

#endif
