/*
 * Sends packets through a router between namespaces and counts what arrives
 * behind it: live_gen FROM-NS DEV MAC TO-NS SINK FLOWS PACKETS MS CPU [FIRST].
 *
 * UDP, 60-byte frames with right checksums, from FLOWS inside ends in turn, the
 * one of number FIRST first; on that CPU. No
 * more than a window's worth are on their way at a time, so a router that is
 * slow is not flooded and nothing is lost; where something is all the same,
 * the window is opened again and the loss reported. Ends after PACKETS (0: no
 * limit) or MS milliseconds. Prints: packets/s, sent, lost, and packets per
 * second of its own processor time, in which the kernel forwards where it does
 * so on the sender's core: a figure that what else is at work hardly changes.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "core/bytes.h"
#include "core/cksum.h"

enum {
	BATCH = 32,
	WINDOW = 512,
	ETHER = 14,
	PAYLOAD = 18,
	SIZE = 28 + PAYLOAD,
	FRAME = ETHER + SIZE,
	INSIDE = 0x0A010100,  /* 10.1.1.0 on, a host for each 4,000 flows */
	OUTSIDE = 0x0A030001, /* 10.3.0.1 */
	PER_PORT = 4000, /* flows of one inside host and one outside port */
	FIRST_SPORT = 10000,
	FIRST_DPORT = 9000,
	STUCK_NS = 200000000,
};

struct gen {
	int fd;      /* packets go out here */
	int netlink; /* asks in the sink's namespace */
	uint32_t sink;
	uint32_t flows, flow;
	uint8_t frame[BATCH][FRAME];
	struct iovec iov[BATCH];
	struct mmsghdr msg[BATCH];
	uint64_t sent, lost, base;
};

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static uint32_t number(const char *text)
{
	char *end;
	unsigned long v = strtoul(text, &end, 10);

	if (end == text || *end || v > UINT32_MAX) {
		fprintf(stderr, "live_gen: `%s' is no number\n", text);
		exit(2);
	}
	return (uint32_t)v;
}

static void enter(const char *name)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		fail(path);
	close(fd);
}

/* Packets that the sink's interface received since it was made. */
static uint64_t received(const struct gen *g)
{
	struct {
		struct nlmsghdr h;
		struct if_stats_msg s;
	} ask = {
		.h = { .nlmsg_len = sizeof(ask),
		       .nlmsg_type = RTM_GETSTATS,
		       .nlmsg_flags = NLM_F_REQUEST },
		.s = { .ifindex = g->sink,
		       .filter_mask =
			       IFLA_STATS_FILTER_BIT(IFLA_STATS_LINK_64) },
	};
	struct {
		struct nlmsghdr h;
		struct if_stats_msg s;
		struct rtattr a;
		struct rtnl_link_stats64 v;
		uint8_t more[512];
	} said;

	if (send(g->netlink, &ask, sizeof(ask), 0) < 0 ||
	    recv(g->netlink, &said, sizeof(said), 0) < 0 ||
	    said.h.nlmsg_type != RTM_NEWSTATS)
		fail("netlink");
	return said.v.rx_packets;
}

static void open_sink(struct gen *g, const char *ns, const char *dev)
{
	enter(ns);
	g->netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	g->sink = if_nametoindex(dev);
	if (g->netlink < 0 || !g->sink)
		fail(dev);
}

static void parse_mac(const char *text, uint8_t mac[6])
{
	unsigned int b[6];

	if (sscanf(text, "%x:%x:%x:%x:%x:%x", &b[0], &b[1], &b[2], &b[3], &b[4],
		   &b[5]) != 6) {
		fprintf(stderr, "live_gen: `%s' is no link address\n", text);
		exit(2);
	}
	for (int i = 0; i < 6; i++)
		mac[i] = (uint8_t)b[i];
}

static void open_source(struct gen *g, const char *ns, const char *dev,
			uint8_t mac[6])
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET };
	struct ifreq r = { 0 };
	int one = 1, room = 8 << 20;

	enter(ns);
	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", dev);
	g->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (g->fd < 0 || ioctl(g->fd, SIOCGIFHWADDR, &r))
		fail(dev);
	for (int i = 0; i < 6; i++)
		mac[i] = (uint8_t)r.ifr_hwaddr.sa_data[i];
	to.sll_ifindex = (int)if_nametoindex(dev);
	setsockopt(g->fd, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof(one));
	setsockopt(g->fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room));
	if (bind(g->fd, (const struct sockaddr *)&to, sizeof(to)))
		fail(dev);
}

/* What all packets have in common. */
static void make_frames(struct gen *g, const uint8_t to[6],
			const uint8_t from[6])
{
	for (int i = 0; i < BATCH; i++) {
		uint8_t *p = g->frame[i], *ip = p + ETHER, *udp = ip + 20;

		memcpy(p, to, 6);
		memcpy(p + 6, from, 6);
		put_be16(p + 12, 0x0800);
		ip[0] = 0x45;
		put_be16(ip + 2, SIZE);
		ip[8] = 64;
		ip[9] = IPPROTO_UDP;
		put_be32(ip + 16, OUTSIDE);
		put_be16(udp + 4, 8 + PAYLOAD);
		memset(udp + 8, 'x', PAYLOAD);
		g->iov[i] = (struct iovec){ p, FRAME };
		g->msg[i].msg_hdr.msg_iov = &g->iov[i];
		g->msg[i].msg_hdr.msg_iovlen = 1;
	}
}

/* Makes a packet one of a flow. */
static void set_flow(uint8_t *ip, uint32_t flow)
{
	uint8_t *udp = ip + 20;
	uint64_t pseudo;

	put_be32(ip + 12, INSIDE + flow / PER_PORT);
	put_be16(udp, (uint16_t)(FIRST_SPORT + flow % PER_PORT));
	put_be16(udp + 2, (uint16_t)(FIRST_DPORT + flow / PER_PORT));
	put_be16(ip + 10, 0);
	put_be16(ip + 10, cksum_fold(cksum_add(0, ip, 20)));
	put_be16(udp + 6, 0);
	pseudo = cksum_pseudo(get_be32(ip + 12), OUTSIDE, IPPROTO_UDP,
			      8 + PAYLOAD);
	put_be16(udp + 6, cksum_fold(cksum_add(pseudo, udp, 8 + PAYLOAD)));
}

static void send_some(struct gen *g, uint32_t n)
{
	int r;

	for (uint32_t i = 0; i < n; i++)
		set_flow(g->frame[i] + ETHER, (g->flow + i) % g->flows);
	r = sendmmsg(g->fd, g->msg, n, 0);
	if (r < 0 && errno != ENOBUFS && errno != EAGAIN)
		fail("send");
	if (r < 0)
		return;
	g->sent += (uint64_t)r;
	g->flow = (g->flow + (uint32_t)r) % g->flows;
}

/* Waits until so few are on their way. False: they were lost. */
static bool wait_for(struct gen *g, uint64_t few)
{
	uint64_t since = now_ns(), before = 0;

	for (;;) {
		uint64_t got = received(g) - g->base + g->lost;

		if (g->sent <= got + few)
			return true;
		if (got != before)
			since = now_ns();
		before = got;
		if (now_ns() - since > STUCK_NS)
			break;
		sched_yield();
	}
	g->lost += g->sent - before;
	return false;
}

/* Processor time of this process. */
static uint64_t used_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void run(struct gen *g, uint64_t packets, uint64_t ms)
{
	uint64_t start = now_ns(), end = start + ms * 1000000, stuck = 0;
	uint64_t used = used_ns();
	double got, took;

	g->base = received(g);
	while ((!packets || g->sent < packets) && now_ns() < end) {
		uint64_t n = BATCH;

		if (packets && packets - g->sent < n)
			n = packets - g->sent;
		send_some(g, (uint32_t)n);
		if (!wait_for(g, WINDOW - BATCH))
			stuck += STUCK_NS;
	}
	if (!wait_for(g, 0))
		stuck += STUCK_NS;
	got = (double)(g->sent - g->lost) * 1e9;
	took = (double)(now_ns() - start - stuck);
	printf("%.0f %ju %ju %.0f\n", got / took, (uintmax_t)g->sent,
	       (uintmax_t)g->lost, got / (double)(used_ns() - used));
}

int main(int argc, char **argv)
{
	struct gen *g = calloc(1, sizeof(*g));
	uint8_t to[6], from[6];
	cpu_set_t cpus;

	if (argc < 10 || !g) {
		fputs("usage: live_gen FROM-NS DEV MAC TO-NS SINK FLOWS "
		      "PACKETS MS CPU [FIRST]\n",
		      stderr);
		return 2;
	}
	CPU_ZERO(&cpus);
	CPU_SET(number(argv[9]), &cpus);
	sched_setaffinity(0, sizeof(cpus), &cpus);
	parse_mac(argv[3], to);
	g->flows = number(argv[6]);
	g->flow = argc > 10 ? number(argv[10]) : 0;
	open_sink(g, argv[4], argv[5]);
	open_source(g, argv[1], argv[2], from);
	make_frames(g, to, from);
	run(g, number(argv[7]), number(argv[8]));
	close(g->fd);
	close(g->netlink);
	free(g);
	return 0;
}
