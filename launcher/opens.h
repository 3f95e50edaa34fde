/*
 * The old /proc files where nothing can be mounted: each open() of a process
 * and its children is looked at by another process, which hands out the old
 * file where one is meant. What only asks whether a file is there, or lists a
 * directory, does not see them.
 */
#ifndef LAUNCHER_OPENS_H
#define LAUNCHER_OPENS_H

struct opens;

/*
 * From now on this process's and its children's opens wait for an answer.
 * Returns the listener, to be handed to who answers; or -errno.
 */
int opens_install(void);

/* In the process that answers, which must be another. Takes @listener. 0 or
 * -errno. */
int opens_open(struct opens **o, int listener);
void opens_close(struct opens *o);

/* What was written is done; from now on the files are of the kernel that the
 * environment names. */
void opens_show(struct opens *o);

/* To be polled for reading; then opens_serve() answers one call. -ENODEV: there
 * will be none any more. */
int opens_fd(const struct opens *o);
int opens_serve(struct opens *o);

#endif
