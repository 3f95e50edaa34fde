/*
 * Runs a program with its old system calls answered (launcher/notify.h) until
 * it has ended.
 */
#ifndef LAUNCHER_WATCH_H
#define LAUNCHER_WATCH_H

#include <stddef.h>

struct compat;

/*
 * Runs @argv and waits for it. Returns its status as $? shows it (127: not
 * found, 126: cannot be run), or -errno with a sentence in @why (@n bytes). @c
 * is not entered. What comes out of the pipe @told (-1: none) goes to standard
 * error. @stands: where files are that stand in for missing ones
 * (launcher/stand_in.h); NULL: none does.
 */
int watch_run(struct compat *c, char *const argv[], const char *stands,
	      int told, char *why, size_t n);

#endif
