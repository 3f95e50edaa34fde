/*
 * A telephone line: a point-to-point interface in each of two network
 * namespaces, and all that leaves by one arrives at the other.
 *
 *	line NAMESPACE INTERFACE NAMESPACE INTERFACE
 *
 * The namespaces are files, as `ip netns' makes them. "up" is printed when both
 * interfaces are there; they stay until the program ends.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "line: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int end_open(const char *namespace, const char *name)
{
	struct ifreq req = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	int net = open(namespace, O_RDONLY), fd;

	if (net < 0 || setns(net, CLONE_NEWNET) < 0)
		die(namespace);
	close(net);
	fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
	if (fd < 0)
		die("/dev/net/tun");
	snprintf(req.ifr_name, sizeof(req.ifr_name), "%s", name);
	if (ioctl(fd, TUNSETIFF, &req) < 0)
		die(name);
	return fd;
}

/* A packet that the other end has no room for is lost, as on a line. */
static void carry(int from, int to)
{
	char packet[65536];
	ssize_t n;

	while ((n = read(from, packet, sizeof(packet))) > 0)
		if (write(to, packet, (size_t)n) < 0 && errno == EBADFD)
			return; /* that end is down */
}

int main(int argc, char **argv)
{
	struct pollfd end[2] = { { .events = POLLIN }, { .events = POLLIN } };

	if (argc != 5)
		return 2;
	end[0].fd = end_open(argv[1], argv[2]);
	end[1].fd = end_open(argv[3], argv[4]);
	puts("up");
	fflush(stdout);
	while (poll(end, 2, -1) > 0) {
		carry(end[0].fd, end[1].fd);
		carry(end[1].fd, end[0].fd);
	}
	die("poll");
}
