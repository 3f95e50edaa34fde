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

#include "launcher/merge_fs.h"
#include "launcher/namespaces.h"
#include "launcher/opens.h"
#include "launcher/view_mounts.h"
#include "libcompat/compat.h"

/* What names the kernel to show: a message is a value each, with its NUL. */
static const char *const names[] = {
	"FWCOMPAT_BACKEND", "FWCOMPAT_CONF", "FWCOMPAT_COPY_GROUP",
	"FWCOMPAT_ERA",     "FWCOMPAT_LOG",  "FWCOMPAT_LOG_GROUP",
	"FWCOMPAT_MARKS",   "FWCOMPAT_PROC", "FWCOMPAT_STATE",
};

enum {
	NAMES = sizeof(names) / sizeof(names[0]),
	MESSAGE_MAX = NAMES * PATH_MAX,
};

union fd_message {
	struct cmsghdr header;
	char room[CMSG_SPACE(sizeof(int) * VIEW_FDS)];
};

/* How many came; 0: the other end is gone. */
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
	if (!c || c->cmsg_type != SCM_RIGHTS || c->cmsg_len > sizeof(control))
		return 0;
	memcpy(fds, CMSG_DATA(c), c->cmsg_len - CMSG_LEN(0));
	return (int)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
}

/* What answers: one of the two. */
struct service {
	struct view_fs *fs;
	struct opens *opens;
};

static int service_fd(const struct service *s)
{
	return s->fs ? view_fs_fd(s->fs) : opens_fd(s->opens);
}

static void service_show(const struct service *s)
{
	if (s->fs)
		view_fs_show(s->fs);
	else
		opens_show(s->opens);
}

static int service_serve(const struct service *s)
{
	return s->fs ? view_fs_serve(s->fs) : opens_serve(s->opens);
}

/* Obeys one message of view_server_show(). False: the other end is gone. */
static bool obey(int server, const struct service *s)
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
	service_show(s);
	return send(server, "", 1, MSG_NOSIGNAL) == 1;
}

static void serve(int server, const struct service *s)
{
	struct pollfd fds[2] = { { server, POLLIN, 0 },
				 { service_fd(s), POLLIN, 0 } };

	for (;;) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return;
		if (fds[0].revents && !obey(server, s))
			return;
		if (fds[1].revents &&
		    (!(fds[1].revents & POLLIN) || service_serve(s)))
			fds[1].fd = -1;
	}
}

/*
 * The switches of the network are a network namespace's, that of who looks at
 * them: ours is a fresh one of our own, so that what a script sets is set
 * there, by the real kernel's rules, and nowhere else. Where it is the machine
 * that filters they are the machine's.
 */
static int own_switches(void)
{
	return compat_is_machine() ? 0 : namespaces_enter(CLONE_NEWNET);
}

/* What stands in the place of /proc. */
static int open_merge(const int fds[VIEW_FDS])
{
	static const struct merge_name proc[] = {
		{ "ksyms", VIEW_REACH "/proc/ksyms" },
		{ "modules", VIEW_REACH "/proc/modules" },
		{ "net", NULL },
		{ "sys", NULL },
		{ "version", VIEW_REACH "/proc/version" },
		{ NULL, NULL },
	};
	static struct merge_dir dirs[] = {
		{ "proc", VIEW_REACH "/real/proc", -1, proc },
		{ NULL, NULL, -1, NULL },
	};

	dirs[0].real = fds[VIEW_FD_PROC];
	return merge_fs_start(fds[VIEW_FD_MERGE], dirs);
}

static int open_fs(struct service *s, int fds[VIEW_FDS])
{
	char fuse[32];
	int r = own_switches();

	if (r == 0)
		r = open_merge(fds);

	snprintf(fuse, sizeof(fuse), "/dev/fd/%d", fds[VIEW_FD_FUSE]);
	return r ? r
		 : view_fs_open(&s->fs, fuse, false, fds + VIEW_FD_REAL,
				VIEW_REACH "/modules");
}

static void serve_from(int server)
{
	struct service s = { NULL, NULL };
	int fds[VIEW_FDS], n = take_fds(server, fds);

	if (n == VIEW_FDS ? open_fs(&s, fds)
	    : n == 1      ? opens_open(&s.opens, fds[0])
			  : -EPIPE)
		return;
	serve(server, &s);
	if (s.fs)
		view_fs_close(s.fs);
	else
		opens_close(s.opens);
}

/* Lives as long as the socket; a terminal's signals are not for us. */
static void be_server(int server, const char *const *litter)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	if (null >= 0) {
		dup2(null, 0);
		dup2(null, 1);
	}
	serve_from(server);
	for (; litter && *litter; litter++)
		remove(*litter);
}

int view_server_start(const char *const *litter)
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
			be_server(pair[1], litter);
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

void view_server_end(int server)
{
	char byte;

	shutdown(server, SHUT_WR);
	while (recv(server, &byte, 1, 0) > 0 || errno == EINTR)
		errno = 0;
	close(server);
}

int view_server_give(int server, const int *fds, int n)
{
	char byte = 0;
	struct iovec data = { &byte, 1 };
	union fd_message control = { 0 };
	size_t bytes = sizeof(int) * (size_t)n;
	struct msghdr msg = { .msg_iov = &data,
			      .msg_iovlen = 1,
			      .msg_control = &control,
			      .msg_controllen = CMSG_SPACE(bytes) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	if (!c)
		return -EINVAL;
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(bytes);
	memcpy(CMSG_DATA(c), fds, bytes);
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
