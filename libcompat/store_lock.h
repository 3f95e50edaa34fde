/* The locks of a state file. */
#ifndef LIBCOMPAT_STORE_LOCK_H
#define LIBCOMPAT_STORE_LOCK_H

#include <stdbool.h>

/*
 * Waits for the lock of who is inside, which flock(LOCK_UN) gives back. @again:
 * the handle was inside before. 0 or -errno.
 */
int store_lock(int fd, bool again);

/* The lock of who carries live packets, until the file is closed. 0 or -EBUSY.
 */
int store_lock_live(int fd);

/* Whether somebody else has that one. */
bool store_lock_live_held(int fd);

#endif
