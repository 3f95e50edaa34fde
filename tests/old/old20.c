/*
 * A program as one of 1996: fills the structs of Linux 2.0 and calls
 * setsockopt() on a raw socket. Each argument is one call; for each it prints
 * the call and what errno said. Built for 64 and 32 bits, dynamic and static.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Pointers and longs as in the header of that time: wider on a 64-bit machine.
 */
struct rule {
	struct rule *next;
	struct in_addr src, dst, smask, dmask, via;
	void *device;
	uint16_t flags, n_src, n_dst;
	uint16_t port[10];
	unsigned long packets, bytes;
	uint8_t tos_and, tos_xor;
	char name[16];
};
struct check {
	uint8_t ip[20], l4[20];
	struct in_addr via_addr;
	char name[16];
};

static int fd;

static int call(int number, const void *data, socklen_t len)
{
	return setsockopt(fd, IPPROTO_IP, number, data, len);
}

/* number: 64 + command + 256 * list. */
static int rule(int number, const char *source, const char *port,
		const char *flags)
{
	struct rule r = { 0 };

	r.src.s_addr = inet_addr(source);
	r.smask.s_addr = 0xFFFFFFFF;
	r.flags = (uint16_t)(strtoul(flags, NULL, 16));
	r.n_dst = 1;
	r.port[0] = (uint16_t)atoi(port);
	r.tos_and = 0xFF;
	return call(number, &r, sizeof(r));
}

static int check(int number, const char *source, const char *port,
		 const char *name, const char *addr)
{
	struct check c = { 0 };
	in_addr_t s = inet_addr(source);

	c.ip[0] = 0x45;
	c.ip[2] = 60;
	c.ip[9] = IPPROTO_TCP;
	memcpy(c.ip + 12, &s, 4);
	c.l4[2] = (uint8_t)(atoi(port) >> 8);
	c.l4[3] = (uint8_t)atoi(port);
	c.via_addr.s_addr = inet_addr(addr);
	strncpy(c.name, name, sizeof(c.name));
	return call(number, &c, sizeof(c));
}

static int policy(int number, const char *value)
{
	int v = atoi(value);

	return call(number, &v, sizeof(v));
}

static int timeouts(const char *a, const char *b, const char *c)
{
	int t[3] = { atoi(a) * 100, atoi(b) * 100, atoi(c) * 100 };

	return call(71, t, sizeof(t));
}

static int run(char *w[], int n)
{
	int number = n > 1 ? atoi(w[1]) : 0;

	if (!strcmp(w[0], "rule") && n == 5)
		return rule(number, w[2], w[3], w[4]);
	if (!strcmp(w[0], "check") && n == 6)
		return check(number, w[2], w[3], w[4], w[5]);
	if (!strcmp(w[0], "policy") && n == 3)
		return policy(number, w[2]);
	if (!strcmp(w[0], "bare") && n == 2)
		return call(number, "x", 1);
	if (!strcmp(w[0], "timeouts") && n == 4)
		return timeouts(w[1], w[2], w[3]);
	fprintf(stderr, "old20: what is '%s' with %d words?\n", w[0], n);
	exit(2);
}

int main(int argc, char *argv[])
{
	fd = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
	if (fd < 0) {
		perror("socket");
		return 1;
	}
	for (int i = 1; i < argc; i++) {
		char *w[8], *word = strtok(argv[i], " ");
		int n = 0;

		for (; word && n < 8; word = strtok(NULL, " "))
			w[n++] = word;
		errno = 0;
		if (!run(w, n))
			errno = 0;
		printf("%s: %s\n", w[0], errno ? strerror(errno) : "ok");
	}
	return 0;
}
