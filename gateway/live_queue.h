/*
 * Packets that the running kernel's netfilter hands out, many at a time, and
 * the verdicts on them (NFQUEUE, linux/netfilter/nfnetlink_queue.h).
 */
#ifndef GATEWAY_LIVE_QUEUE_H
#define GATEWAY_LIVE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	LIVE_BATCH = 256, /* packets at a time, at most */
	LIVE_ROOM = 65535,
	LIVE_WHOLE = 65531, /* bytes of a packet that is not cut, at most */
};

/* A packet that waits for its verdict. */
struct live_packet {
	uint32_t id;
	uint16_t queue; /* its number */
	bool own;       /* the host itself sends it; else it arrived */
	bool to_host;   /* see struct pkt */
	uint32_t in_dev, out_dev; /* the kernel's numbers; 0: none */
	uint8_t *data;            /* from the IP header on; may be changed */
	uint32_t len, cap;
	bool cut; /* so long that its last bytes are not there; nor can others
		     be put in their place */
	/* The verdict. Kept back it is the caller's to send, or gone. */
	bool accept;
	const uint8_t *put; /* accepted with these bytes; NULL: as it came */
	uint32_t put_len;
};

struct live_queue;

/*
 * Takes the queues @number (packets for the host at link level, and its own)
 * and @number + 1 (broadcast and multicast at link level). @open: what they
 * cannot hold passes by. 0; or -errno with a sentence in @why (@n bytes):
 * -EBUSY another program has them.
 */
int live_queue_open(struct live_queue **qp, uint16_t number, bool open,
		    char *why, size_t n);
void live_queue_close(struct live_queue *q);

/* To poll for reading. */
int live_queue_fd(const struct live_queue *q);

/*
 * What waits, without waiting for more: the number of packets and the first of
 * them in *@first, valid until the next call; each is to be dropped unless the
 * caller says otherwise. Or -errno.
 */
int live_queue_get(struct live_queue *q, struct live_packet **first);

/* The verdicts on what the last live_queue_get() gave. 0 or -errno. */
int live_queue_answer(struct live_queue *q);

#endif
