/* Runs a command and catches its output. */
#include "launcher/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHUNK = 65536 };

enum { FD_OUT, FD_ERR, FD_CHILD, FDS };

/* What @fd has just now, appended. False: no more will come. */
static bool drain(int fd, struct text *to)
{
	for (;;) {
		char *room = text_room(to, CHUNK);
		ssize_t n = room ? read(fd, room, CHUNK) : 0;

		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		if (n == 0)
			return false;
		room[n] = '\0';
		to->len += (size_t)n;
	}
}

/*
 * Until the command itself has ended. What it left running may hold the pipes
 * open for ever, so their end is not waited for. @signals: the mask meanwhile.
 */
static int attend(struct pollfd fds[FDS], const sigset_t *signals,
		  struct child_result *result)
{
	struct text *to[FDS] = { &result->out, &result->err };

	do {
		if (ppoll(fds, FDS, NULL, signals) < 0)
			return -errno;
		for (int i = FD_OUT; i <= FD_ERR; i++)
			if (fds[i].revents && !drain(fds[i].fd, to[i]))
				fds[i].fd = -1;
	} while (!fds[FD_CHILD].revents);
	for (int i = FD_OUT; i <= FD_ERR; i++)
		if (fds[i].fd >= 0)
			drain(fds[i].fd, to[i]);
	return 0;
}

static int spawn(const char *command, const char *dir, char *const env[],
		 const sigset_t *signals, int out, int err, pid_t *child)
{
	char sh[] = "sh", c[] = "-c", *line = strdup(command);
	char *argv[] = { sh, c, line, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t usual;
	int r;

	if (!line)
		return -ENOMEM;
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, out, 1);
	posix_spawn_file_actions_adddup2(&files, err, 2);
	posix_spawn_file_actions_addchdir_np(&files, dir);
	posix_spawnattr_init(&attr);
	sigemptyset(&usual);
	sigaddset(&usual, SIGPIPE); /* which we may ignore */
	posix_spawnattr_setsigdefault(&attr, &usual);
	posix_spawnattr_setsigmask(&attr, signals);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF |
						POSIX_SPAWN_SETSIGMASK);
	r = posix_spawn(child, "/bin/sh", &files, &attr, argv, env);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	free(line);
	return -r;
}

static int wait_for(pid_t child)
{
	int status;

	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status)
				   : WEXITSTATUS(status);
}

static void close_pair(const int fd[2])
{
	close(fd[0]);
	close(fd[1]);
}

/* Catches what comes through the pipes until @child ends. */
static int watch(pid_t child, const sigset_t *signals, int out, int err,
		 struct child_result *result)
{
	struct pollfd fds[FDS] = {
		[FD_OUT] = { out, POLLIN, 0 },
		[FD_ERR] = { err, POLLIN, 0 },
		[FD_CHILD] = { (int)syscall(SYS_pidfd_open, child, 0), POLLIN,
			       0 },
	};
	int r;

	if (fds[FD_CHILD].fd < 0)
		return -errno;
	fcntl(out, F_SETFL, O_NONBLOCK);
	fcntl(err, F_SETFL, O_NONBLOCK);
	r = attend(fds, signals, result);
	close(fds[FD_CHILD].fd);
	if (r == 0)
		result->status = wait_for(child);
	return r;
}

static int run_in_pipes(const char *command, const char *dir, char *const env[],
			const sigset_t *signals, struct child_result *result)
{
	int out[2], err[2], r;
	pid_t child;

	if (pipe2(out, O_CLOEXEC))
		return -errno;
	if (pipe2(err, O_CLOEXEC)) {
		r = -errno;
		close_pair(out);
		return r;
	}
	r = spawn(command, dir, env, signals, out[1], err[1], &child);
	if (r == 0)
		r = watch(child, signals, out[0], err[0], result);
	close_pair(out);
	close_pair(err);
	return r;
}

/*
 * The signals are held but for where we wait, or one between a look at @stop
 * and the wait would be waited for in vain.
 */
int child_run(const char *command, const char *dir, char *const env[],
	      const volatile sig_atomic_t *stop, struct child_result *result)
{
	sigset_t held, before;
	int r;

	*result = (struct child_result){ .status = -1 };
	sigemptyset(&held);
	sigaddset(&held, SIGHUP);
	sigaddset(&held, SIGINT);
	sigaddset(&held, SIGTERM);
	sigprocmask(SIG_BLOCK, &held, &before);
	r = *stop ? -EINTR : run_in_pipes(command, dir, env, &before, result);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return r;
}
