/*
 * Locks: flock() on the file for who is inside, locks of single bytes for the
 * rest. The kernel gives all of them back when their process dies.
 */
#include "libcompat/store_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>

/* Which byte; what it holds does not matter. */
enum {
	DOOR_BYTE, /* held by one of those who wait to come inside */
	LIVE_BYTE, /* held as long as live packets are carried */
};

static struct flock byte_lock(short type, off_t byte)
{
	return (struct flock){ .l_type = type,
			       .l_whence = SEEK_SET,
			       .l_start = byte,
			       .l_len = 1 };
}

/* Waits for the door, or gives it back. */
static int set_door(int fd, short type)
{
	struct flock door = byte_lock(type, DOOR_BYTE);

	while (fcntl(fd, F_OFD_SETLKW, &door))
		if (errno != EINTR)
			return -errno;
	return 0;
}

/*
 * Whoever comes for the first time need not queue where nobody is inside. All
 * others do, one at a time at the door: so who comes again and again, batch by
 * batch, leaves a turn to each who waits; flock() alone is not fair.
 */
int store_lock(int fd, bool again)
{
	int r;

	if (!again && flock(fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	r = set_door(fd, F_WRLCK);
	while (r == 0 && flock(fd, LOCK_EX))
		if (errno != EINTR)
			r = -errno;
	set_door(fd, F_UNLCK);
	return r;
}

int store_lock_live(int fd)
{
	struct flock live = byte_lock(F_WRLCK, LIVE_BYTE);

	if (fcntl(fd, F_OFD_SETLK, &live) == 0)
		return 0;
	return errno == EAGAIN || errno == EACCES ? -EBUSY : -errno;
}

bool store_lock_live_held(int fd)
{
	struct flock live = byte_lock(F_WRLCK, LIVE_BYTE);

	return fcntl(fd, F_OFD_GETLK, &live) == 0 && live.l_type != F_UNLCK;
}
