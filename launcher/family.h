/*
 * A program and all that it starts, as one family: whoever of them loses its
 * parent comes to the guard, and with the guard's end, or the launcher's, all
 * of them end.
 */
#ifndef LAUNCHER_FAMILY_H
#define LAUNCHER_FAMILY_H

#include <sys/types.h>

/* From now on orphans among this process's descendants become its children. */
int family_adopt(void);

/* Ends all children of this process, and theirs, and waits until none is left.
 */
void family_end(void);

/*
 * Starts a guard that runs @start(@ctx) in a process of its own: the program,
 * which must exec or _exit. The guard ends with the program's status, when the
 * whole family is gone; SIGTERM and SIGHUP to the guard, and the end of this
 * process, end the family. Returns the guard's process id, or -errno.
 */
pid_t family_start(void (*start)(void *ctx), void *ctx);

/* A status of waitpid() as the shell's $? shows it. */
int family_status(int wait_status);

#endif
