/*
 * A stream of UDP packets from the first client to the first server, each with
 * the moment it was sent: stream PORT... Sends to the ports in turn, 4,000
 * packets a second at most, until it is told to terminate, and prints a line
 * for each that arrived: its port, when it was sent and when it arrived, in
 * microseconds since 1970.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { GAP_US = 250, MOST_PORTS = 8, LATE_MS = 300 };

static volatile sig_atomic_t stop;

static void note_signal(int signo)
{
	stop = signo;
}

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "stream: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int udp_in(const char *namespace)
{
	int net = open(namespace, O_RDONLY), fd;

	if (net < 0 || setns(net, CLONE_NEWNET) < 0)
		die(namespace);
	close(net);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	if (fd < 0)
		die("socket");
	return fd;
}

static uint64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static struct sockaddr_in at_port(const char *addr, const char *port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };

	sin.sin_port = htons((uint16_t)strtoul(port, NULL, 10));
	inet_pton(AF_INET, addr, &sin.sin_addr);
	return sin;
}

static void take(struct pollfd *in, int n, char **ports, int patience_ms)
{
	uint64_t sent;

	while (poll(in, (nfds_t)n, patience_ms) > 0)
		for (int i = 0; i < n; i++)
			while (read(in[i].fd, &sent, sizeof(sent)) ==
			       sizeof(sent))
				printf("%s %llu %llu\n", ports[i],
				       (unsigned long long)sent,
				       (unsigned long long)now_us());
}

int main(int argc, char **argv)
{
	struct pollfd in[MOST_PORTS];
	struct sockaddr_in to[MOST_PORTS];
	int out, n = argc - 1;

	if (n < 1 || n > MOST_PORTS)
		return 2;
	for (int i = 0; i < n; i++) {
		struct sockaddr_in any = at_port("0.0.0.0", argv[i + 1]);

		in[i].fd = udp_in("/run/netns/s1");
		in[i].events = POLLIN;
		if (bind(in[i].fd, (struct sockaddr *)&any, sizeof(any)) < 0)
			die("bind");
		to[i] = at_port("203.0.113.9", argv[i + 1]);
	}
	out = udp_in("/run/netns/c1");
	signal(SIGTERM, note_signal);
	for (int i = 0; !stop; i = (i + 1) % n) {
		uint64_t sent = now_us();

		/* A refusal of one before is told here; it goes on. */
		sendto(out, &sent, sizeof(sent), 0, (struct sockaddr *)&to[i],
		       sizeof(to[i]));
		take(in, n, argv + 1, 0);
		usleep(GAP_US);
	}
	take(in, n, argv + 1, LATE_MS);
	return 0;
}
