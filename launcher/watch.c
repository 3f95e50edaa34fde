/* Runs a program with its old system calls answered. */
#include "launcher/watch.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launcher/family.h"
#include "launcher/notify.h"

enum { FD_LISTENER, FD_GUARD, FD_SIGNAL, FD_TOLD, FD_CHANNEL, FDS };

/* What the program's process begins with. */
struct start {
	char *const *argv;
	int channel;        /* carries the listener to the launcher */
	const char *stands; /* see watch_run() */
};

/* @listener as rights over @channel; a negative one as its number alone. */
static void send_listener(int channel, int listener)
{
	char room[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec number = { &listener, sizeof(listener) };
	struct msghdr msg = { .msg_iov = &number, .msg_iovlen = 1 };
	struct cmsghdr *head;

	if (listener >= 0) {
		msg.msg_control = room;
		msg.msg_controllen = sizeof(room);
		head = CMSG_FIRSTHDR(&msg);
		head->cmsg_level = SOL_SOCKET;
		head->cmsg_type = SCM_RIGHTS;
		head->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(head), &listener, sizeof(int));
	}
	sendmsg(channel, &msg, 0);
}

/* The listener that the program's process sent, or the -errno it met. */
static int take_listener(int channel)
{
	char room[CMSG_SPACE(sizeof(int))];
	int listener = -EPIPE;
	struct iovec number = { &listener, sizeof(listener) };
	struct msghdr msg = { .msg_iov = &number,
			      .msg_iovlen = 1,
			      .msg_control = room,
			      .msg_controllen = sizeof(room) };
	struct cmsghdr *head;

	if (recvmsg(channel, &msg, MSG_CMSG_CLOEXEC) < (ssize_t)sizeof(int))
		return -EPIPE;
	head = CMSG_FIRSTHDR(&msg);
	if (head && head->cmsg_type == SCM_RIGHTS)
		memcpy(&listener, CMSG_DATA(head), sizeof(int));
	return listener;
}

/* A script that nobody may execute was given to a shell, then as now. */
static void say_unstarted(const char *name, int error)
{
	struct stat st;

	fprintf(stderr, "fwcompat run: %s: %s\n", name, strerror(error));
	if (error == EACCES && stat(name, &st) == 0 && S_ISREG(st.st_mode) &&
	    !(st.st_mode & 0111))
		fprintf(stderr, "if it is a script: fwcompat run sh %s\n",
			name);
	errno = error;
}

static void start_program(void *ctx)
{
	const struct start *start = ctx;
	int listener = notify_install(start->stands);

	send_listener(start->channel, listener);
	if (listener >= 0)
		close(listener);
	close(start->channel);
	execvp(start->argv[0], start->argv);
	say_unstarted(start->argv[0], errno);
	_exit(errno == ENOENT ? 127 : 126);
}

static void forward_signal(int signals, pid_t guard)
{
	struct signalfd_siginfo info;

	if (read(signals, &info, sizeof(info)) == sizeof(info))
		kill(guard, (int)info.ssi_signo);
}

/* Until the guard has ended. */
/* All that is in the pipe now. */
static void relay(int told)
{
	char buf[4096];
	ssize_t n;

	while (told >= 0 && (n = read(told, buf, sizeof(buf))) > 0)
		if (write(STDERR_FILENO, buf, (size_t)n) < 0)
			return;
}

static void serve(struct compat *c, const char *stands, pid_t guard,
		  struct pollfd fds[FDS])
{
	while (!fds[FD_GUARD].revents) {
		if (poll(fds, FDS, -1) < 0 && errno != EINTR)
			return;
		if (fds[FD_CHANNEL].revents) {
			fds[FD_LISTENER].fd = take_listener(fds[FD_CHANNEL].fd);
			fds[FD_CHANNEL].fd = -1;
			continue;
		}
		if (fds[FD_LISTENER].revents & POLLIN)
			notify_answer(fds[FD_LISTENER].fd, c, stands);
		else if (fds[FD_LISTENER].revents)
			fds[FD_LISTENER].fd = -1;
		if (fds[FD_TOLD].revents)
			relay(fds[FD_TOLD].fd);
		if (fds[FD_SIGNAL].revents)
			forward_signal(fds[FD_SIGNAL].fd, guard);
	}
}

static int signals_open(sigset_t *before)
{
	sigset_t wanted;

	sigemptyset(&wanted);
	sigaddset(&wanted, SIGTERM);
	sigaddset(&wanted, SIGHUP);
	sigprocmask(SIG_BLOCK, &wanted, before);
	return signalfd(-1, &wanted, SFD_CLOEXEC);
}

static int run_guarded(struct compat *c, struct start *start, int channel,
		       int told)
{
	struct pollfd fds[FDS] = {
		[FD_LISTENER] = { -1, POLLIN, 0 },
		[FD_CHANNEL] = { channel, POLLIN, 0 },
		[FD_TOLD] = { told, POLLIN, 0 },
	};
	pid_t guard = family_start(start_program, start);
	sigset_t before;
	int status = 126 << 8;

	if (guard < 0)
		return guard;
	close(start->channel);
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	fds[FD_SIGNAL] = (struct pollfd){ signals_open(&before), POLLIN, 0 };
	fds[FD_GUARD].fd = (int)syscall(SYS_pidfd_open, guard, 0);
	fds[FD_GUARD].events = POLLIN;
	serve(c, start->stands, guard, fds);
	close(fds[FD_GUARD].fd);
	close(fds[FD_SIGNAL].fd);
	if (fds[FD_LISTENER].fd >= 0)
		close(fds[FD_LISTENER].fd);
	while (waitpid(guard, &status, 0) < 0 && errno == EINTR)
		;
	family_end();
	relay(told);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return family_status(status);
}

int watch_run(struct compat *c, char *const argv[], const char *stands,
	      int told, char *why, size_t n)
{
	struct start start = { .argv = argv, .stands = stands };
	int pair[2], rc;

	rc = family_adopt();
	if (!rc && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		rc = -errno;
	if (rc) {
		snprintf(why, n, "cannot watch over it: %s", strerror(-rc));
		return rc;
	}
	start.channel = pair[1];
	rc = run_guarded(c, &start, pair[0], told);
	close(pair[0]);
	if (rc < 0)
		snprintf(why, n, "cannot start it: %s", strerror(-rc));
	return rc;
}
