/* The process that serves a view's files, from outside the view. */
#ifndef LAUNCHER_VIEW_SERVER_H
#define LAUNCHER_VIEW_SERVER_H

#include "launcher/view_fs.h"

/*
 * Descriptors that the server gets: twice /dev/fuse, mounted for merge_fs.h and
 * view_fs.h, the real /proc, and the real directories of view_fs.h; or, where
 * there can be none of these, the listener of opens.h alone.
 */
enum {
	VIEW_FD_MERGE,
	VIEW_FD_FUSE,
	VIEW_FD_PROC,
	VIEW_FD_REAL,
	VIEW_FDS = VIEW_FD_REAL + VIEW_BLENDS
};

/* Starts it. Returns a socket, whose end ends the server; or -errno. @litter is
 * what it removes then: see struct view_options. */
int view_server_start(const char *const *litter);

/* Closes the socket, and waits for the server's end. */
void view_server_end(int server);

/* Gives it what it needs to serve, VIEW_FDS or 1; it keeps copies. 0 or -errno.
 */
int view_server_give(int server, const int *fds, int n);

/* Tells it the caller's environment, and waits until it obeys. 0 or -errno. */
int view_server_show(int server);

#endif
