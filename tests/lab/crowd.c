/*
 * Many TCP connections at the same time.
 *
 *	crowd listen PORT		says back what each connection says
 *	crowd ADDRESS PORT N [hold]	N connections, all open before the first
 *					one says its number
 *
 * The second form prints "N answered" when each has been told its own number;
 * with "hold" it keeps them open until it is killed. It fails after 5 seconds
 *in which nothing happens.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST = 20000, PATIENCE_MS = 5000 };

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "crowd: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void watch(int poll, int fd, uint32_t events, uint32_t number)
{
	struct epoll_event ev = { .events = events };

	ev.data.u64 = (uint64_t)number << 32 | (uint32_t)fd;
	if (epoll_ctl(poll, EPOLL_CTL_ADD, fd, &ev) < 0)
		die("epoll_ctl");
}

static struct sockaddr_in address(const char *host, const char *port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };

	sin.sin_port = htons((uint16_t)strtoul(port, NULL, 10));
	if (inet_pton(AF_INET, host, &sin.sin_addr) != 1) {
		errno = EINVAL;
		die(host);
	}
	return sin;
}

static void say_back(int fd)
{
	char said[512];
	ssize_t n = read(fd, said, sizeof(said));

	if (n <= 0 || write(fd, said, (size_t)n) != n)
		close(fd);
}

static _Noreturn void serve(const char *port)
{
	struct sockaddr_in sin = address("0.0.0.0", port);
	int fd = socket(AF_INET, SOCK_STREAM, 0), poll = epoll_create1(0);
	struct epoll_event ev;

	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int)) <
		    0 ||
	    bind(fd, (struct sockaddr *)&sin, sizeof(sin)) < 0 ||
	    listen(fd, MOST) < 0)
		die("listen");
	watch(poll, fd, EPOLLIN, 0);
	while (epoll_wait(poll, &ev, 1, -1) > 0 || errno == EINTR) {
		int from = (int)(uint32_t)ev.data.u64;

		if (from != fd)
			say_back(from);
		else if ((from = accept(fd, NULL, NULL)) >= 0)
			watch(poll, from, EPOLLIN, 0);
	}
	die("epoll_wait");
}

/* Waits for the next of all connections that has @events. */
static struct epoll_event next(int poll, const char *what)
{
	struct epoll_event ev;
	int n = epoll_wait(poll, &ev, 1, PATIENCE_MS);

	if (n == 0)
		errno = ETIMEDOUT;
	if (n != 1)
		die(what);
	return ev;
}

static void see_connected(int poll, uint32_t n)
{
	while (n--) {
		struct epoll_event ev = next(poll, "connecting");
		int fd = (int)(uint32_t)ev.data.u64, why = 0;
		socklen_t len = sizeof(why);

		getsockopt(fd, SOL_SOCKET, SO_ERROR, &why, &len);
		errno = why;
		if (why || epoll_ctl(poll, EPOLL_CTL_DEL, fd, NULL) < 0)
			die("connecting");
	}
}

static void see_answers(int poll, uint32_t n)
{
	while (n--) {
		struct epoll_event ev = next(poll, "answers");
		int fd = (int)(uint32_t)ev.data.u64;
		uint32_t number = (uint32_t)(ev.data.u64 >> 32), told = ~number;

		if (read(fd, &told, sizeof(told)) != sizeof(told) ||
		    told != number) {
			errno = EPROTO;
			die("answers");
		}
		epoll_ctl(poll, EPOLL_CTL_DEL, fd, NULL);
	}
}

static void meet(const char *host, const char *port, uint32_t n)
{
	struct sockaddr_in sin = address(host, port);
	int poll = epoll_create1(0), fds[MOST];

	for (uint32_t i = 0; i < n; i++) {
		fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		if (connect(fds[i], (struct sockaddr *)&sin, sizeof(sin)) < 0 &&
		    errno != EINPROGRESS)
			die("connect");
		watch(poll, fds[i], EPOLLOUT, i);
	}
	see_connected(poll, n);
	for (uint32_t i = 0; i < n; i++) {
		if (write(fds[i], &i, sizeof(i)) != sizeof(i))
			die("write");
		watch(poll, fds[i], EPOLLIN, i);
	}
	see_answers(poll, n);
	printf("%u answered\n", n);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct rlimit files;
	unsigned long n;

	if (getrlimit(RLIMIT_NOFILE, &files) < 0)
		die("getrlimit");
	files.rlim_cur = files.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &files) < 0)
		die("setrlimit");
	if (argc == 3 && !strcmp(argv[1], "listen"))
		serve(argv[2]);
	if (argc < 4 || !(n = strtoul(argv[3], NULL, 10)) || n > MOST)
		return 2;
	meet(argv[1], argv[2], (uint32_t)n);
	if (argc == 5)
		pause();
	return 0;
}
