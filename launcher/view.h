/*
 * The old /proc as files: a mount namespace of this process and its children
 * in which /proc/net, /proc/sys/net/ipv4 and so on show the old kernel's files
 * among the running kernel's, and in which programs of ours stand where scripts
 * look for them.
 *
 * Another process, outside the namespace, serves the files as long as this one
 * lives; so everybody inside, we too, may look at them at any moment but one:
 * while inside the state (compat_enter(), store_enter()), for which the server
 * would wait for ever.
 */
#ifndef LAUNCHER_VIEW_H
#define LAUNCHER_VIEW_H

#include <stdbool.h>
#include <stddef.h>

struct view;

struct view_options {
	/* A directory of the caller's, there and empty; the view takes it. */
	const char *dir;
	/* Files, and empty directories, that go when the view ends, however
	 * it does, in this order; NULL at the end. NULL: none. */
	const char *const *litter;
	/* A network namespace too: no switch of the machine can be reached. */
	bool net;
	/*
	 * Of what is written, only what is below this directory stays; all else
	 * is gone with the view. No process outside is reached by a signal.
	 * NULL: everything is as outside.
	 */
	const char *writable;
	/* Directories whose programs also stand in /sbin and its kin; NULL at
	 * the end. */
	const char *const *programs;
	/* The same, for those where the machine has none of that name. */
	const char *const *absent;
	/* sh is Bash, where there is one. */
	bool bash;
	/*
	 * Where mounts or /dev/fuse are not to be had, better a view in which
	 * old files can be opened, but are not seen otherwise, than none;
	 * @why of view_open() then tells what was missing. Whoever is in such a
	 * view cannot be watched (launcher/watch.h).
	 */
	bool or_opens;
};

/*
 * Puts this process into a view. Returns 0 and *@v, or -errno with a sentence
 * in @why (@why_len bytes), and the process may be in new namespaces all the
 * same. Once only in a process's life, and before it has threads.
 */
int view_open(struct view **v, const struct view_options *options, char *why,
	      size_t why_len);

/* Whether old files are there for all purposes; see .or_opens. */
bool view_is_whole(const struct view *v);

/* Takes the files away from everybody who still is in the namespace. */
void view_close(struct view *v);

/* From now on the files are of the kernel that this process's environment
 * names (FWCOMPAT_STATE and the like). 0 or -errno. */
int view_show(struct view *v);

/* From now on the file @path, which must exist, has this text. 0 or -errno;
 * -EOPNOTSUPP: nothing can be mounted. */
int view_replace(struct view *v, const char *path, const char *text);

#endif
