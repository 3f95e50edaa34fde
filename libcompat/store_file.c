/* Where the state file lies, and how it is opened without being led astray. */
#include "libcompat/store_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libcompat/clock.h"
#include "libcompat/settings.h"
#include "libcompat/store.h"

enum { STAMP_NS = 220202643 }; /* what clocks show once in 10^9 times */

/* The session's own directory, or NULL: there is none, or it is left over from
 * another user's session. */
static const char *runtime_dir(void)
{
	const char *dir = secure_getenv("XDG_RUNTIME_DIR");
	struct stat st;

	return dir && dir[0] == '/' && stat(dir, &st) == 0 &&
			       st.st_uid == geteuid()
		       ? dir
		       : NULL;
}

/* The path in @s, or that of this user. */
static int usual_path(const struct settings *s, char *buf, size_t n)
{
	const char *runtime;
	int len;

	if (s->state[0])
		len = snprintf(buf, n, "%s", s->state);
	else if (geteuid() == 0)
		len = snprintf(buf, n, "/run/fwcompat/state");
	else if ((runtime = runtime_dir()))
		len = snprintf(buf, n, "%s/fwcompat/state", runtime);
	else
		len = snprintf(buf, n, "/tmp/fwcompat-%u/state",
			       (unsigned int)geteuid());
	return len >= 0 && (size_t)len < n ? 0 : -ENAMETOOLONG;
}

int store_path(char *buf, size_t n)
{
	struct settings s;
	char why[256];
	int r = settings_read(&s, why, sizeof(why));

	return r ? r : usual_path(&s, buf, n);
}

/* Cuts @path into directory and name. */
static int split(const char *path, char dir[PATH_MAX], const char **name)
{
	const char *slash = strrchr(path, '/');
	int len;

	if (strlen(path) >= PATH_MAX)
		return -ENAMETOOLONG;
	*name = slash ? slash + 1 : path;
	if (!**name)
		return -EISDIR;
	len = !slash          ? snprintf(dir, PATH_MAX, ".")
	      : slash == path ? snprintf(dir, PATH_MAX, "/")
			      : snprintf(dir, PATH_MAX, "%.*s",
					 (int)(slash - path), path);
	return len < PATH_MAX ? 0 : -ENAMETOOLONG;
}

/* Opens the directory; one of a default path (@own) must be nobody else's. */
static int open_dir(const char *dir, bool own)
{
	int flags = O_PATH | O_DIRECTORY | O_CLOEXEC | (own ? O_NOFOLLOW : 0);
	int fd = open(dir, flags);
	struct stat st;

	if (fd < 0 && errno == ENOENT) {
		if (mkdir(dir, 0700) && errno != EEXIST)
			return -errno;
		fd = open(dir, flags);
	}
	if (fd < 0)
		return -errno;
	if (own &&
	    (fstat(fd, &st) || st.st_uid != geteuid() || st.st_mode & 077)) {
		close(fd);
		return -EPERM;
	}
	return fd;
}

/* A file of the user's own, without another name. */
static int check_file(int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -ENOEXEC;
	if (st.st_uid != geteuid() || st.st_mode & 022 || st.st_nlink != 1)
		return -EPERM;
	return 0;
}

static int open_in(const char *dir, const char *name, bool own)
{
	int dirfd = open_dir(dir, own), fd, r;

	if (dirfd < 0)
		return dirfd;
	fd = openat(dirfd, name,
		    O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
		    0600);
	r = fd < 0 ? -errno : check_file(fd);
	close(dirfd);
	if (r == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return r;
}

/* What errno alone would not tell. */
static void explain(int r, const char *path, char *why, size_t n)
{
	switch (-r) {
	case EPERM:
		snprintf(why, n,
			 "%s: the state file and its directory must belong to "
			 "this user alone",
			 path);
		break;
	case ELOOP:
		snprintf(why, n, "%s: the state file must not be a link", path);
		break;
	case ENOEXEC:
		snprintf(why, n, "%s: not a state file", path);
		break;
	default:
		snprintf(why, n, "%s: %s", path, strerror(-r));
	}
}

static int open_path(const char *path, bool own, char *why, size_t n)
{
	char dir[PATH_MAX];
	const char *name;
	int r = split(path, dir, &name);

	if (r == 0)
		r = open_in(dir, name, own);
	if (r < 0)
		explain(r, path, why, n);
	return r == -EACCES || r == -ELOOP ? -EPERM : r;
}

int store_file_open(const char *path, char *why, size_t n)
{
	struct settings s;
	char chosen[PATH_MAX];
	int r;

	if (path)
		return open_path(path, false, why, n);
	r = settings_read(&s, why, n);
	if (r)
		return r;
	r = usual_path(&s, chosen, sizeof(chosen));
	if (r == 0)
		return open_path(chosen, !s.state[0], why, n);
	explain(r, "state file", why, n);
	return r;
}

int store_file_look(int fd, size_t *size, bool *stamped)
{
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	if (st.st_nlink != 1 || st.st_size < 0)
		return -ESTALE;
	*size = (size_t)st.st_size;
	*stamped = st.st_mtim.tv_nsec == STAMP_NS;
	return 0;
}

void store_file_stamp(int fd)
{
	const struct timespec times[2] = {
		{ .tv_nsec = UTIME_OMIT },
		{ .tv_sec = clock_date(), .tv_nsec = STAMP_NS },
	};

	/* Without it the next one adds up everything: nothing is lost. */
	(void)!futimens(fd, times);
}
