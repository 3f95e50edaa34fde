/* The lock that all who change the kernel's legacy tables take. */
#include "netfilter/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* Source: iptables-legacy(8), -w and XTABLES_LOCKFILE. */
static const char *lock_path(void)
{
	const char *given = secure_getenv("XTABLES_LOCKFILE");

	return given && *given ? given : "/run/xtables.lock";
}

int nf_lock(char *why, size_t n)
{
	const char *path = lock_path();
	int fd = open(path, O_CREAT | O_RDONLY | O_CLOEXEC, 0600), r;

	while (fd >= 0 && flock(fd, LOCK_EX)) {
		if (errno == EINTR)
			continue;
		r = -errno;
		close(fd);
		fd = r;
	}
	r = fd == -1 ? -errno : fd;
	if (r < 0)
		snprintf(why, n, "%s: %s", path, strerror(-r));
	return r;
}
