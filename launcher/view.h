/*
 * The old /proc as files: a mount namespace of this process and its children
 * in which /proc/net, /proc/sys/net/ipv4 and so on show the old kernel's files
 * among the running kernel's, and in which programs of ours stand where scripts
 * look for them.
 *
 * The files are served by this very process: after view_open() it must not look
 * at them itself, and must call view_serve() whenever view_fd() is readable.
 */
#ifndef LAUNCHER_VIEW_H
#define LAUNCHER_VIEW_H

#include <stdbool.h>
#include <stddef.h>

struct compat;
struct view;

struct view_options {
	/* A directory of the caller's, there and empty; the view takes it. */
	const char *dir;
	/* A network namespace too: no switch of the machine can be reached. */
	bool net;
	/* Directories whose programs also stand in /sbin and its kin; NULL at
	 * the end. */
	const char *const *programs;
};

/*
 * Puts this process into a view. Returns 0 and *@v, or -errno with a sentence
 * in @why (@why_len bytes). Once only in a process's life.
 */
int view_open(struct view **v, const struct view_options *options, char *why,
	      size_t why_len);

/* Takes the mounts away; nobody who still is in the namespace sees files then.
 */
void view_close(struct view *v);

/* Whose kernel the files are of; NULL: there are none just now. Borrowed. */
void view_show(struct view *v, struct compat *c);

/* From now on the file @path, which must exist, has this text. 0 or -errno. */
int view_replace(struct view *v, const char *path, const char *text);

/* To be polled for reading; then view_serve() answers what is asked. */
int view_fd(const struct view *v);
void view_serve(struct view *v);

#endif
