/*
 * Sends probes through the router of a laboratory, whose namespaces are in
 * /run/netns: probe_wire <PROBES. What comes to the clients and servers is seen
 * as it arrives at their interfaces; what comes to the router itself, by raw
 * sockets there, after its firewall.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/lab/probe.h"

/* Protocols that the router's raw sockets listen to. */
static const int local_protos[] = { IPPROTO_ICMP, IPPROTO_TCP, IPPROTO_UDP,
				    IPPROTO_GRE, IPPROTO_ESP };

enum {
	LOCALS = sizeof(local_protos) / sizeof(local_protos[0]),
	SOCKETS = PLACE_R + LOCALS,
	QUIET_MS = 300, /* so long nothing came: nothing more will */
	BURST = 16,     /* probes between two looks at what came */
};

static struct probes probes;
static struct pollfd sockets[SOCKETS]; /* of places, then the router's */
static struct sockaddr_ll to_router[PLACE_R];
static int router_out;

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "probe_wire: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void enter(enum place place)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", place_name[place]);
	fd = open(path, O_RDONLY);
	if (fd < 0 || setns(fd, CLONE_NEWNET) < 0)
		die(path);
	close(fd);
}

static void want_room(int fd)
{
	int bytes = 16 << 20;

	if (fd < 0)
		die("socket");
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes));
}

/* The place's interface, without link headers. */
static void open_place(enum place place)
{
	const char *ifname = place == PLACE_S2 ? "ppp0" : "eth0";
	struct sockaddr_ll at = { .sll_family = AF_PACKET,
				  .sll_protocol = htons(ETH_P_IP) };
	int fd;

	enter(place);
	fd = socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_IP));
	want_room(fd);
	at.sll_ifindex = (int)if_nametoindex(ifname);
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &(int){ 1 },
		       sizeof(int)) < 0)
		die(place_name[place]);
	sockets[place] = (struct pollfd){ .fd = fd, .events = POLLIN };
	at.sll_halen = place == PLACE_S2 ? 0 : ETH_ALEN;
	to_router[place] = at;
}

static void open_router(void)
{
	enter(PLACE_R);
	for (int i = 0; i < LOCALS; i++) {
		int fd = socket(AF_INET, SOCK_RAW, local_protos[i]);

		want_room(fd);
		sockets[PLACE_R + i] =
			(struct pollfd){ .fd = fd, .events = POLLIN };
	}
	router_out = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
	want_room(router_out);
	for (int place = 0; place < PLACE_S2; place++) {
		struct ifreq req = { 0 };

		snprintf(req.ifr_name, sizeof(req.ifr_name), "%s",
			 place_ifname[place]);
		if (ioctl(router_out, SIOCGIFHWADDR, &req) < 0)
			die(req.ifr_name);
		memcpy(to_router[place].sll_addr, req.ifr_hwaddr.sa_data,
		       ETH_ALEN);
	}
}

/* Takes what came, until nothing comes for so long. */
static void look(int patience_ms)
{
	uint8_t buf[65536];

	while (poll(sockets, SOCKETS, patience_ms) > 0)
		for (int i = 0; i < SOCKETS; i++) {
			ssize_t n;

			while ((n = recv(sockets[i].fd, buf, sizeof(buf),
					 MSG_DONTWAIT)) > 0)
				probes_see(&probes, i < PLACE_R ? i : PLACE_R,
					   buf, (uint32_t)n);
		}
}

/* A router may refuse what it is asked to send itself; that is an outcome. */
static void send_one(uint32_t index)
{
	const struct probe *p = &probes.list[index];
	enum place from = probe_from(&probes, index);
	uint8_t buf[PROBE_ROOM];

	for (uint32_t i = 0; i < probe_pieces(p); i++) {
		uint32_t len = probe_make(&probes, index, i, buf);
		struct sockaddr_in to = { .sin_family = AF_INET };

		if (!len)
			return;
		if (from != PLACE_R) {
			struct sockaddr_ll *ll = &to_router[from];

			if (sendto(sockets[from].fd, buf, len, 0,
				   (struct sockaddr *)ll, sizeof(*ll)) < 0)
				die(p->words);
			continue;
		}
		memcpy(&to.sin_addr, buf + 16, 4);
		if (sendto(router_out, buf, len, 0, (struct sockaddr *)&to,
			   sizeof(to)) < 0 &&
		    errno != EPERM)
			die(p->words);
	}
}

int main(void)
{
	uint32_t bad = probes_read(&probes, stdin), sent = 0;

	if (bad) {
		fprintf(stderr, "probe_wire: line %u is no probe\n", bad);
		return 2;
	}
	for (int place = 0; place < PLACE_R; place++)
		open_place(place);
	open_router();
	for (int about = 0; about < 2; about++) {
		for (uint32_t i = 0; i < probes.n; i++) {
			if ((probes.list[i].kind != PROBE_PACKET) != about)
				continue;
			send_one(i);
			if (++sent % BURST == 0)
				look(0);
		}
		look(QUIET_MS);
	}
	probes_print(&probes, stdout);
	return 0;
}
