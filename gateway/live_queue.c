/*
 * NFQUEUE over a netlink socket. The kernel cuts what its offloads glued
 * together (no NFQA_CFG_F_GSO), so each packet is one of the wire's, with its
 * checksums complete: rules count what a host of then would have counted.
 */
#include "gateway/live_queue.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <libmnl/libmnl.h>

enum {
	/* Any message, and a packet as long as helpers make it; few of its
	 * pages are ever touched. Not a power of two, for the sake of the
	 * caches. */
	SLOT = LIVE_ROOM + 1 + 4096 + 192,
	WAITING_MAX = 16384, /* packets that the kernel keeps */
	RECEIVE_BYTES = 64 << 20,
	SEND_BYTES = 4 << 20,
	ANSWER_MAX = 1 << 18, /* bytes of verdicts in one call */
	QUEUES = 2,
	VERDICT_HEAD = 64, /* a verdict without its packet */
	VECTORS = 3 * LIVE_BATCH + QUEUES,
};

struct live_queue {
	int fd;
	uint16_t number;
	uint32_t n; /* packets of the last batch */
	struct live_packet packet[LIVE_BATCH];
	struct mmsghdr message[LIVE_BATCH];
	struct iovec place[LIVE_BATCH];
	uint8_t (*slot)[SLOT];
	/* Verdicts on their way. */
	_Alignas(8) uint8_t head[LIVE_BATCH + QUEUES][VERDICT_HEAD];
	uint32_t n_heads, n_out, out_bytes;
	struct iovec out[VECTORS];
};

/* Sends a configuration message and waits for what the kernel says to it. */
static int configure(const struct live_queue *q, struct nlmsghdr *n)
{
	uint8_t answer[8192];
	struct nlmsgerr said;
	struct nlmsghdr head;
	ssize_t got;

	n->nlmsg_flags |= NLM_F_ACK;
	if (send(q->fd, n, n->nlmsg_len, 0) < 0)
		return -errno;
	do {
		got = recv(q->fd, answer, sizeof(answer), 0);
		if (got < 0 && errno != EINTR && errno != ENOBUFS)
			return -errno;
		if (got < (ssize_t)(NLMSG_HDRLEN + sizeof(said)))
			continue;
		memcpy(&head, answer, sizeof(head));
		memcpy(&said, answer + NLMSG_HDRLEN, sizeof(said));
	} while (got < (ssize_t)(NLMSG_HDRLEN + sizeof(said)) ||
		 head.nlmsg_type != NLMSG_ERROR);
	return said.error;
}

static struct nlmsghdr *message(uint8_t *room, uint16_t type, uint16_t queue)
{
	struct nlmsghdr *n = mnl_nlmsg_put_header(room);
	struct nfgenmsg *g;

	n->nlmsg_type = (uint16_t)(NFNL_SUBSYS_QUEUE << 8 | type);
	n->nlmsg_flags = NLM_F_REQUEST;
	g = mnl_nlmsg_put_extra_header(n, sizeof(*g));
	*g = (struct nfgenmsg){ .version = NFNETLINK_V0,
				.res_id = htons(queue) };
	return n;
}

/* Binds one queue and says how it is to be. */
static int take_queue(const struct live_queue *q, uint16_t number, bool open)
{
	struct nfqnl_msg_config_cmd bind = { .command = NFQNL_CFG_CMD_BIND };
	struct nfqnl_msg_config_params copy = { .copy_range = htonl(LIVE_ROOM),
						.copy_mode =
							NFQNL_COPY_PACKET };
	_Alignas(8) uint8_t room[512];
	struct nlmsghdr *n = message(room, NFQNL_MSG_CONFIG, number);
	int r;

	mnl_attr_put(n, NFQA_CFG_CMD, sizeof(bind), &bind);
	r = configure(q, n);
	if (r)
		return r;
	n = message(room, NFQNL_MSG_CONFIG, number);
	mnl_attr_put(n, NFQA_CFG_PARAMS, sizeof(copy), &copy);
	mnl_attr_put_u32(n, NFQA_CFG_QUEUE_MAXLEN, htonl(WAITING_MAX));
	mnl_attr_put_u32(n, NFQA_CFG_FLAGS,
			 htonl(open ? NFQA_CFG_F_FAIL_OPEN : 0));
	mnl_attr_put_u32(n, NFQA_CFG_MASK,
			 htonl(NFQA_CFG_F_FAIL_OPEN | NFQA_CFG_F_GSO));
	return configure(q, n);
}

static int explain(int r, uint16_t number, char *why, size_t n)
{
	if (r == -EPERM && geteuid() == 0)
		r = -EBUSY;
	if (r == -EBUSY)
		snprintf(why, n,
			 "another program takes the packets of queue %u in "
			 "this network namespace; is that another "
			 "`fwcompat live'?",
			 number);
	else if (r == -EPERM)
		snprintf(why, n, "only root may take packets from the kernel");
	else if (r == -EINVAL || r == -EPROTONOSUPPORT || r == -EOPNOTSUPP)
		snprintf(why, n,
			 "the kernel has no NFQUEUE "
			 "(CONFIG_NETFILTER_NETLINK_QUEUE)");
	else
		snprintf(why, n, "packet queue %u: %s", number, strerror(-r));
	return r;
}

static int set_up_socket(struct live_queue *q)
{
	struct sockaddr_nl here = { .nl_family = AF_NETLINK };
	int receive = RECEIVE_BYTES, send_room = SEND_BYTES, on = 1;

	q->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
	if (q->fd < 0 ||
	    bind(q->fd, (const struct sockaddr *)&here, sizeof(here)))
		return -errno;
	/* Where these are refused it goes on with less. */
	setsockopt(q->fd, SOL_SOCKET, SO_RCVBUFFORCE, &receive,
		   sizeof(receive));
	setsockopt(q->fd, SOL_SOCKET, SO_SNDBUFFORCE, &send_room,
		   sizeof(send_room));
	setsockopt(q->fd, SOL_NETLINK, NETLINK_NO_ENOBUFS, &on, sizeof(on));
	return 0;
}

static int set_up_places(struct live_queue *q)
{
	q->slot = malloc(sizeof(*q->slot) * LIVE_BATCH);
	if (!q->slot)
		return -ENOMEM;
	for (int i = 0; i < LIVE_BATCH; i++) {
		q->place[i] = (struct iovec){ q->slot[i], SLOT };
		q->message[i].msg_hdr.msg_iov = &q->place[i];
		q->message[i].msg_hdr.msg_iovlen = 1;
	}
	return 0;
}

int live_queue_open(struct live_queue **qp, uint16_t number, bool open,
		    char *why, size_t n)
{
	struct live_queue *q = calloc(1, sizeof(*q));
	int r;

	if (!q)
		return -ENOMEM;
	q->number = number;
	r = set_up_socket(q);
	if (r == 0)
		r = set_up_places(q);
	for (uint16_t i = 0; r == 0 && i < QUEUES; i++)
		r = take_queue(q, (uint16_t)(number + i), open);
	if (r) {
		live_queue_close(q);
		return explain(r, number, why, n);
	}
	*qp = q;
	return 0;
}

void live_queue_close(struct live_queue *q)
{
	if (!q)
		return;
	if (q->fd >= 0)
		close(q->fd);
	free(q->slot);
	free(q);
}

int live_queue_fd(const struct live_queue *q)
{
	return q->fd;
}

static uint32_t u32_at(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return ntohl(v);
}

/* One attribute of a message; short ones are not there. @whole: of a packet
 * that was cut, its length. */
static void take_attr(struct live_packet *p, uint16_t type, uint8_t *at,
		      uint32_t len, uint32_t *whole)
{
	struct nfqnl_msg_packet_hdr head;

	if (type == NFQA_PAYLOAD) {
		p->data = at;
		p->len = len;
	} else if (type == NFQA_PACKET_HDR && len >= sizeof(head)) {
		memcpy(&head, at, sizeof(head));
		p->id = ntohl(head.packet_id);
		p->own = head.hook == NF_INET_LOCAL_OUT;
	} else if (type == NFQA_CAP_LEN && len >= 4) {
		p->cut = true;
		*whole = u32_at(at);
	} else if (type == NFQA_IFINDEX_INDEV && len >= 4) {
		p->in_dev = u32_at(at);
	} else if (type == NFQA_IFINDEX_OUTDEV && len >= 4) {
		p->out_dev = u32_at(at);
	}
}

/* The packet of the message of @len bytes in the slot @at. Whether there is
 * one.
 */
static bool read_message(const struct live_queue *q, struct live_packet *p,
			 uint8_t *at, uint32_t len)
{
	uint32_t off = NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(struct nfgenmsg));
	uint32_t whole = 0;
	struct nlmsghdr head;
	struct nfgenmsg family;
	struct nlattr a;

	if (len < off)
		return false;
	memcpy(&head, at, sizeof(head));
	if (head.nlmsg_type != (NFNL_SUBSYS_QUEUE << 8 | NFQNL_MSG_PACKET))
		return false;
	memcpy(&family, at + NLMSG_HDRLEN, sizeof(family));
	*p = (struct live_packet){ .queue = ntohs(family.res_id) };
	p->to_host = p->queue == q->number;
	while (off <= len && len - off >= sizeof(a)) {
		memcpy(&a, at + off, sizeof(a));
		if (a.nla_len < sizeof(a) || a.nla_len > len - off)
			return false;
		take_attr(p, a.nla_type & NLA_TYPE_MASK, at + off + sizeof(a),
			  a.nla_len - (uint32_t)sizeof(a), &whole);
		off += NLMSG_ALIGN(a.nla_len);
	}
	if (!p->data)
		return false;
	p->cap = SLOT - (uint32_t)(p->data - at);
	if (p->cut && p->len < whole && whole <= p->cap) {
		memset(p->data + p->len, 0, whole - p->len);
		p->len = whole;
	}
	return true;
}

int live_queue_get(struct live_queue *q, struct live_packet **first)
{
	int got = recvmmsg(q->fd, q->message, LIVE_BATCH, MSG_DONTWAIT, NULL);

	q->n = 0;
	*first = q->packet;
	if (got < 0)
		return errno == EAGAIN || errno == EINTR || errno == ENOBUFS
			       ? 0
			       : -errno;
	for (uint32_t i = 0; i < (uint32_t)got; i++)
		q->n += read_message(q, &q->packet[q->n], q->slot[i],
				     q->message[i].msg_len);
	return (int)q->n;
}

/* Sends the verdicts gathered so far. */
static int flush(struct live_queue *q)
{
	struct msghdr m = { .msg_iov = q->out, .msg_iovlen = q->n_out };
	int r = 0;

	while (q->n_out && sendmsg(q->fd, &m, 0) < 0) {
		r = -errno;
		if (r != -EINTR)
			break;
		r = 0;
	}
	q->n_out = q->n_heads = q->out_bytes = 0;
	return r;
}

static void gather(struct live_queue *q, const void *at, uint32_t n)
{
	/* What is only read has to lose its const here: POSIX, struct iovec. */
	union {
		const void *in;
		void *out;
	} p = { at };

	q->out[q->n_out++] = (struct iovec){ p.out, n };
	q->out_bytes += n;
}

/* A verdict, of @type, on the packet @id of @queue or all up to that one. */
static struct nlmsghdr *put_verdict(struct live_queue *q, uint16_t type,
				    uint16_t queue, uint32_t verdict,
				    uint32_t id)
{
	struct nfqnl_msg_verdict_hdr v = { htonl(verdict), htonl(id) };
	struct nlmsghdr *n = message(q->head[q->n_heads++], type, queue);

	mnl_attr_put(n, NFQA_VERDICT_HDR, sizeof(v), &v);
	return n;
}

/* One packet goes on through the kernel, with other bytes if there are any. */
static int answer_accept(struct live_queue *q, const struct live_packet *p)
{
	static const uint8_t padding[NLMSG_ALIGNTO];
	struct nlmsghdr *n =
		put_verdict(q, NFQNL_MSG_VERDICT, p->queue, NF_ACCEPT, p->id);
	uint32_t bare = n->nlmsg_len;
	bool put = p->put && p->put_len <= LIVE_WHOLE;

	if (put) {
		struct nlattr a = { .nla_len =
					    (uint16_t)(sizeof(a) + p->put_len),
				    .nla_type = NFQA_PAYLOAD };

		memcpy((uint8_t *)n + bare, &a, sizeof(a));
		bare += sizeof(a);
		n->nlmsg_len = NLMSG_ALIGN(bare + p->put_len);
	}
	gather(q, n, bare);
	if (put) {
		gather(q, p->put, p->put_len);
		if (p->put_len & 3)
			gather(q, padding, 4 - (p->put_len & 3));
	}
	return q->out_bytes < ANSWER_MAX ? 0 : flush(q);
}

int live_queue_answer(struct live_queue *q)
{
	uint32_t last[QUEUES] = { 0 };
	bool any[QUEUES] = { false };
	int r = 0, s;

	for (uint32_t i = 0; i < q->n; i++) {
		const struct live_packet *p = &q->packet[i];
		uint32_t which = (uint32_t)(p->queue - q->number) % QUEUES;

		last[which] = p->id;
		any[which] = true;
		s = p->accept ? answer_accept(q, p) : 0;
		r = r ? r : s;
	}
	/* What is still there up to the last one is dropped. */
	for (int i = 0; i < QUEUES; i++)
		if (any[i]) {
			struct nlmsghdr *n = put_verdict(
				q, NFQNL_MSG_VERDICT_BATCH,
				(uint16_t)(q->number + i), NF_DROP, last[i]);

			gather(q, n, n->nlmsg_len);
		}
	q->n = 0;
	s = flush(q);
	return r ? r : s;
}
