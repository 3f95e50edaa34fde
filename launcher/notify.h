/*
 * Old programs' system calls, seen by a supervisor: setsockopt() on raw sockets
 * with the old kernels' numbers is answered through libcompat, and a raw socket
 * that the program may not have is replaced by one that only serves for these
 * calls. 64- and 32-bit programs, static ones too. seccomp user notification,
 * Linux 5.9 or newer.
 */
#ifndef LAUNCHER_NOTIFY_H
#define LAUNCHER_NOTIFY_H

#include <stdbool.h>

struct compat;

/*
 * In the program that is to be watched, before it runs the old one: installs
 * the filter; @stands: who looks for a file or opens it waits for an answer,
 * too. Returns the listener, to be handed to the supervisor; or -errno: the
 * machine does not allow it.
 */
int notify_install(bool stands);

/*
 * In the supervisor: answers one call that waits on @listener, through @c,
 * which is not entered. @stands: where files are that stand in for missing ones
 * (launcher/stand_in.h), or NULL. Returns 0; -ENOENT: the caller is gone (no
 * harm); or another -errno.
 */
int notify_answer(int listener, struct compat *c, const char *stands);

#endif
