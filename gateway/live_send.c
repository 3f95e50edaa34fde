/* Packets onto the wire: one sendmmsg() for all of a batch. */
#include "gateway/live_send.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/bytes.h"

enum {
	PACKETS = 256,
	COPY_BYTES = 1 << 18,
	PACKET_MAX = 65535,
	SEND_BYTES = 16 << 20,
};

struct live_send {
	int fd;    /* AF_PACKET: link headers are the kernel's to make */
	int local; /* raw IP */
	uint32_t n, copied, refused;
	struct mmsghdr message[PACKETS];
	struct iovec bytes[PACKETS];
	struct sockaddr_ll to[PACKETS];
	uint8_t copy[COPY_BYTES];
};

static int open_sockets(struct live_send *s)
{
	int room = SEND_BYTES;
	uint32_t mark = LIVE_OWN_MARK;

	/* Protocol 0: nothing is received. */
	s->fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->fd < 0)
		return -errno;
	setsockopt(s->fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room));
	s->local = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
			  IPPROTO_RAW);
	if (s->local < 0 ||
	    setsockopt(s->local, SOL_SOCKET, SO_MARK, &mark, sizeof(mark)))
		return -errno;
	return 0;
}

int live_send_open(struct live_send **sp, char *why, size_t n)
{
	struct live_send *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		return -ENOMEM;
	s->fd = s->local = -1;
	for (int i = 0; i < PACKETS; i++) {
		s->to[i] =
			(struct sockaddr_ll){ .sll_family = AF_PACKET,
					      .sll_protocol = htons(ETH_P_IP),
					      .sll_halen = LIVE_HW };
		s->message[i].msg_hdr =
			(struct msghdr){ .msg_name = &s->to[i],
					 .msg_namelen = sizeof(s->to[i]),
					 .msg_iov = &s->bytes[i],
					 .msg_iovlen = 1 };
	}
	r = open_sockets(s);
	if (r) {
		snprintf(why, n, "packets cannot be sent: %s", strerror(-r));
		live_send_close(s);
		return r;
	}
	*sp = s;
	return 0;
}

void live_send_close(struct live_send *s)
{
	if (!s)
		return;
	if (s->fd >= 0)
		close(s->fd);
	if (s->local >= 0)
		close(s->local);
	free(s);
}

/* Sends all that waits; one that the kernel refuses is passed over. */
static void send_waiting(struct live_send *s)
{
	uint32_t at = 0;

	while (at < s->n) {
		int r = sendmmsg(s->fd, s->message + at, s->n - at, 0);

		if (r > 0) {
			at += (uint32_t)r;
		} else if (errno != EINTR) {
			s->refused++;
			at++;
		}
	}
	s->n = s->copied = 0;
}

/* The packet's bytes in this struct's own room; NULL: too long. */
static const uint8_t *copied(struct live_send *s, const uint8_t *data,
			     uint32_t len)
{
	uint8_t *at;

	if (len > COPY_BYTES)
		return NULL;
	if (len > COPY_BYTES - s->copied)
		send_waiting(s);
	at = s->copy + s->copied;
	memcpy(at, data, len);
	s->copied += len;
	return at;
}

void live_send_add(struct live_send *s, uint32_t dev, const uint8_t hw[LIVE_HW],
		   const uint8_t *data, uint32_t len, bool copy)
{
	/* What is only read has to lose its const here: POSIX, struct iovec. */
	union {
		const void *in;
		void *out;
	} p;

	if (s->n == PACKETS)
		send_waiting(s);
	p.in = copy ? copied(s, data, len) : data;
	if (!p.in)
		return;
	s->bytes[s->n] = (struct iovec){ p.out, len };
	s->to[s->n].sll_ifindex = (int)dev;
	memcpy(s->to[s->n].sll_addr, hw, LIVE_HW);
	s->n++;
}

void live_send_local(struct live_send *s, const uint8_t *data, uint32_t len)
{
	struct sockaddr_in to = { .sin_family = AF_INET };

	if (len < 20)
		return;
	to.sin_addr.s_addr = htonl(get_be32(data + 16));
	if (sendto(s->local, data, len, 0, (const struct sockaddr *)&to,
		   sizeof(to)) < 0)
		s->refused++;
}

uint32_t live_send_flush(struct live_send *s)
{
	uint32_t refused;

	send_waiting(s);
	refused = s->refused;
	s->refused = 0;
	return refused;
}
