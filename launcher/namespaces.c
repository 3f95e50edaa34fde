/* New namespaces for this process. */
#include "launcher/namespaces.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int write_map(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), r = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		r = -errno;
	close(fd);
	return r;
}

/* Root of a new user namespace, that is whoever we are outside. */
static int become_root(uid_t uid, gid_t gid)
{
	char map[64];
	int r;

	snprintf(map, sizeof(map), "0 %u 1\n", (unsigned)uid);
	r = write_map("/proc/self/uid_map", map);
	if (r == 0)
		r = write_map("/proc/self/setgroups", "deny");
	snprintf(map, sizeof(map), "0 %u 1\n", (unsigned)gid);
	return r ? r : write_map("/proc/self/gid_map", map);
}

int namespaces_enter(int flags)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();

	if (unshare(flags) == 0)
		return 0;
	if (errno != EPERM || unshare(flags | CLONE_NEWUSER))
		return -errno;
	return become_root(uid, gid);
}
