/* Runs a command, catches its output, and meanwhile serves the view. */
#include "launcher/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launcher/view.h"

enum { CHUNK = 65536 };

enum { FD_VIEW, FD_OUT, FD_ERR, FD_CHILD, FDS };

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
 * open for ever, so their end is not waited for.
 */
static void attend(struct view *view, struct pollfd fds[FDS],
		   struct child_result *result)
{
	while (!fds[FD_CHILD].revents) {
		if (poll(fds, FDS, -1) < 0 && errno != EINTR)
			break;
		if (fds[FD_VIEW].revents)
			view_serve(view);
		if (fds[FD_OUT].revents && !drain(fds[FD_OUT].fd, &result->out))
			fds[FD_OUT].fd = -1;
		if (fds[FD_ERR].revents && !drain(fds[FD_ERR].fd, &result->err))
			fds[FD_ERR].fd = -1;
	}
	if (fds[FD_OUT].fd >= 0)
		drain(fds[FD_OUT].fd, &result->out);
	if (fds[FD_ERR].fd >= 0)
		drain(fds[FD_ERR].fd, &result->err);
}

static int spawn(const char *command, char *const env[], int out, int err,
		 pid_t *child)
{
	char sh[] = "sh", c[] = "-c", *line = strdup(command);
	char *argv[] = { sh, c, line, NULL };
	posix_spawn_file_actions_t files;
	int r;

	if (!line)
		return -ENOMEM;
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, out, 1);
	posix_spawn_file_actions_adddup2(&files, err, 2);
	r = posix_spawn(child, "/bin/sh", &files, NULL, argv, env);
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

int child_run(struct view *view, const char *command, char *const env[],
	      struct child_result *result)
{
	int out[2], err[2], r;
	pid_t child;

	*result = (struct child_result){ .status = -1 };
	if (pipe2(out, O_CLOEXEC))
		return -errno;
	if (pipe2(err, O_CLOEXEC)) {
		r = -errno;
		close_pair(out);
		return r;
	}
	r = spawn(command, env, out[1], err[1], &child);
	if (r == 0) {
		struct pollfd fds[FDS] = {
			[FD_VIEW] = { view ? view_fd(view) : -1, POLLIN, 0 },
			[FD_OUT] = { out[0], POLLIN, 0 },
			[FD_ERR] = { err[0], POLLIN, 0 },
			[FD_CHILD] = { (int)syscall(SYS_pidfd_open, child, 0),
				       POLLIN, 0 },
		};

		fcntl(out[0], F_SETFL, O_NONBLOCK);
		fcntl(err[0], F_SETFL, O_NONBLOCK);
		attend(view, fds, result);
		close(fds[FD_CHILD].fd);
		result->status = wait_for(child);
	}
	close_pair(out);
	close_pair(err);
	return r;
}
