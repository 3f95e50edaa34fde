/*
 * The server's life: it waits for the mounted file system, then answers what is
 * asked of it until the socket to the process in the view is closed. It is
 * never in the view itself, since it would then wait for its own answers.
 */
#include "launcher/view_server.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launcher/namespaces.h"

/* What names the kernel to show: a message is a value each, with its NUL. */
static const char *const names[] = { "FWCOMPAT_BACKEND", "FWCOMPAT_LOG",
				     "FWCOMPAT_PROC", "FWCOMPAT_STATE" };

enum {
	NAMES = sizeof(names) / sizeof(names[0]),
	MESSAGE_MAX = NAMES * PATH_MAX,
};

union fd_message {
	struct cmsghdr header;
	char room[CMSG_SPACE(sizeof(int) * VIEW_FDS)];
};

/* 0, or -1: the other end is gone. */
static int take_fds(int server, int fds[VIEW_FDS])
{
	char byte;
	struct iovec data = { &byte, 1 };
	union fd_message control;
	struct msghdr msg = { .msg_iov = &data,
			      .msg_iovlen = 1,
			      .msg_control = &control,
			      .msg_controllen = sizeof(control) };
	const struct cmsghdr *c;
	ssize_t n;

	do
		n = recvmsg(server, &msg, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	c = n > 0 ? CMSG_FIRSTHDR(&msg) : NULL;
	if (!c || c->cmsg_type != SCM_RIGHTS ||
	    c->cmsg_len != CMSG_LEN(sizeof(int) * VIEW_FDS))
		return -1;
	memcpy(fds, CMSG_DATA(c), sizeof(int) * VIEW_FDS);
	return 0;
}

/* Obeys one message of view_server_show(). False: the other end is gone. */
static bool obey(int server, struct view_fs *fs)
{
	static char message[MESSAGE_MAX + 1];
	ssize_t n = recv(server, message, MESSAGE_MAX, 0);
	const char *at = message;

	if (n <= 0)
		return n < 0 && errno == EINTR;
	message[n] = '\0';
	for (int i = 0; i < NAMES && at < message + n; i++) {
		if (*at)
			setenv(names[i], at, 1);
		else
			unsetenv(names[i]);
		at += strlen(at) + 1;
	}
	view_fs_show(fs);
	return send(server, "", 1, MSG_NOSIGNAL) == 1;
}

static void serve(int server, struct view_fs *fs)
{
	struct pollfd fds[2] = { { server, POLLIN, 0 },
				 { view_fs_fd(fs), POLLIN, 0 } };

	for (;;) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return;
		if (fds[0].revents && !obey(server, fs))
			return;
		if (fds[1].revents && view_fs_serve(fs))
			fds[1].fd = -1;
	}
}

/*
 * The switches of the network are a network namespace's: ours is a fresh one of
 * our own, so that what a script sets is set there, by the real kernel's rules,
 * and nowhere else.
 */
static int own_switches(int *real)
{
	int fd, r = namespaces_enter(CLONE_NEWNET);

	if (r)
		return r;
	fd = open(view_blends[VIEW_IPV4].real,
		  O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	close(*real);
	*real = fd;
	return 0;
}

/* Lives as long as the socket; a terminal's signals are not for us. */
static void be_server(int server)
{
	char fuse[32];
	int fds[VIEW_FDS], null = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct view_fs *fs;

	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	if (null >= 0) {
		dup2(null, 0);
		dup2(null, 1);
	}
	if (take_fds(server, fds) ||
	    own_switches(&fds[VIEW_FD_REAL + VIEW_IPV4]))
		return;
	snprintf(fuse, sizeof(fuse), "/dev/fd/%d", fds[VIEW_FD_FUSE]);
	if (view_fs_open(&fs, fuse, false, fds + VIEW_FD_REAL))
		return;
	serve(server, fs);
	view_fs_close(fs);
}

int view_server_start(void)
{
	int pair[2], r;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return -errno;
	/* Twice, so that it is nobody's child to wait for. */
	pid = fork();
	if (pid == 0) {
		close(pair[0]);
		if (fork() == 0)
			be_server(pair[1]);
		_exit(0);
	}
	r = pid < 0 ? -errno : pair[0];
	close(pair[1]);
	if (pid < 0)
		close(pair[0]);
	else
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
	return r;
}

int view_server_give(int server, const int fds[VIEW_FDS])
{
	char byte = 0;
	struct iovec data = { &byte, 1 };
	union fd_message control = { 0 };
	struct msghdr msg = { .msg_iov = &data,
			      .msg_iovlen = 1,
			      .msg_control = &control,
			      .msg_controllen = sizeof(control) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int) * VIEW_FDS);
	memcpy(CMSG_DATA(c), fds, sizeof(int) * VIEW_FDS);
	return sendmsg(server, &msg, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

int view_server_show(int server)
{
	char message[MESSAGE_MAX], byte;
	size_t used = 0;
	ssize_t n;

	for (int i = 0; i < NAMES; i++) {
		const char *value = getenv(names[i]);
		size_t len = strlen(value ? value : "") + 1;

		if (len > sizeof(message) - used)
			return -ENAMETOOLONG;
		memcpy(message + used, value ? value : "", len);
		used += len;
	}
	if (send(server, message, used, MSG_NOSIGNAL) < 0)
		return -errno;
	do
		n = recv(server, &byte, 1, 0);
	while (n < 0 && errno == EINTR);
	return n == 1 ? 0 : -EPIPE;
}
