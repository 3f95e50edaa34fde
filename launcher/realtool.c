/* Looks for the machine's own tool, and runs it. */
#include "launcher/realtool.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Set for what we run, so that we do not run ourselves for ever where ours lies
 * over the machine's. */
static const char guard[] = "FWCOMPAT_REALTOOL";

static bool is_other(const char *path)
{
	struct stat own, st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	       access(path, X_OK) == 0 && stat("/proc/self/exe", &own) == 0 &&
	       (st.st_dev != own.st_dev || st.st_ino != own.st_ino);
}

/* DIRECTORY/NAME, if it fits and is a tool, and not ours. */
static bool try_dir(const char *dir, size_t len, const char *name, char *path,
		    size_t n)
{
	size_t name_len = strlen(name);

	if (len + 1 + name_len >= n)
		return false;
	memcpy(path, dir, len);
	path[len] = '/';
	memcpy(path + len + 1, name, name_len + 1);
	return is_other(path);
}

/* In the directories of PATH, then where such tools lie. */
static bool find(const char *name, char *path, size_t n)
{
	/* .real: see launcher/mounts.h. */
	static const char also[] =
		"/sbin:/usr/sbin:/sbin/.real:/usr/sbin/.real";
	const char *dirs[] = { getenv("PATH"), also };

	for (int i = 0; i < 2; i++)
		for (const char *d = dirs[i]; d && *d;) {
			size_t len = strcspn(d, ":");

			if (try_dir(d, len, name, path, n))
				return true;
			d += len + (d[len] == ':');
		}
	return false;
}

static int spawn_quietly(const char *path, char *const argv[])
{
	posix_spawn_file_actions_t actions;
	int status, err;
	pid_t pid;

	err = posix_spawn_file_actions_init(&actions);
	if (err)
		return 1;
	if (posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO,
					     "/dev/null", O_WRONLY, 0) ||
	    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO,
					     "/dev/null", O_WRONLY, 0))
		err = ENOMEM;
	else
		err = posix_spawn(&pid, path, &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (err)
		return 1;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return 1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

int realtool_run(const char *name, char *const argv[])
{
	char path[PATH_MAX];

	if (getenv(guard) || !find(name, path, sizeof(path)) ||
	    setenv(guard, "1", 1))
		return 1;
	return spawn_quietly(path, argv);
}
