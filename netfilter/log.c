/* Packets that rules with the target NFLOG report, through libnetfilter_log. */
#include "netfilter/log.h"

#include <errno.h>
#include <libnetfilter_log/libnetfilter_log.h>
#include <libnfnetlink/libnfnetlink.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/bytes.h"
#include "core/cksum.h"
#include "engine/pkt.h"
#include "netfilter/ct.h"

enum {
	GROUPS_MOST = 4,
	SOCKET_ROOM = 4 * 1024 * 1024,
	READ_ROOM = 128 * 1024, /* a packet and what is said of it */
	AT_ONCE = 1, /* packets that the kernel gathers before it sends them */
	SOURCE_AT = 12, /* in the IP header */
};

struct nf_log {
	struct nflog_handle *nl;
	struct nflog_g_handle *group[GROUPS_MOST];
	int groups;
	struct nf_ct *ct; /* NULL: not needed yet */
	/* During a read: */
	void (*packet)(void *ctx, const struct nf_log_packet *);
	void *ctx;
	char buf[READ_ROOM];
};

static void name_interface(struct nflog_data *d, struct fw_ifname *via)
{
	uint32_t index = nflog_get_outdev(d);
	char name[IF_NAMESIZE] = "";

	_Static_assert(sizeof(name) == sizeof(via->s), "names have 16 bytes");
	if (!index)
		index = nflog_get_indev(d);
	if (index && if_indextoname(index, name))
		memcpy(via->s, name, strnlen(name, sizeof(name)));
}

static int got_packet(struct nflog_g_handle *group, struct nfgenmsg *msg,
		      struct nflog_data *d, void *data)
{
	struct nf_log *log = data;
	struct nf_log_packet p = { .mark = nflog_get_nfmark(d) };
	const char *prefix = nflog_get_prefix(d);
	char *payload;
	int len = nflog_get_payload(d, &payload);

	(void)group;
	if (len < 0 || msg->nfgen_family != AF_INET)
		return 0;
	p.prefix = prefix ? prefix : "";
	p.data = (uint8_t *)payload;
	p.len = (uint32_t)len;
	name_interface(d, &p.via);
	log->packet(log->ctx, &p);
	return 0;
}

static int join(struct nf_log *log, const struct nf_log_group *want, char *why,
		size_t room)
{
	struct nflog_g_handle *g;
	int err;

	errno = 0;
	g = nflog_bind_group(log->nl, want->number);
	if (g && nflog_set_mode(g, NFULNL_COPY_PACKET, want->bytes) == 0 &&
	    nflog_set_qthresh(g, AT_ONCE) == 0) {
		nflog_callback_register(g, got_packet, log);
		log->group[log->groups++] = g;
		return 0;
	}
	err = errno ? errno : EIO;
	if (g)
		nflog_unbind_group(g);
	/* The kernel says EPERM of a group that another one reads, too. */
	snprintf(why, room, "NFLOG group %u: %s", want->number,
		 err == EPERM && geteuid() == 0 ? "somebody else reads it"
						: strerror(err));
	return -err;
}

static void log_close(struct nf_log *log)
{
	if (!log)
		return;
	for (int i = 0; i < log->groups; i++)
		nflog_unbind_group(log->group[i]);
	if (log->nl)
		nflog_close(log->nl);
	nf_ct_close(log->ct);
	free(log);
}

static int log_open(struct nf_log **out, const struct nf_log_group *groups,
		    int n, char *why, size_t room)
{
	struct nf_log *log = calloc(1, sizeof(*log));
	int r = 0;

	if (!log || n > GROUPS_MOST) {
		free(log);
		return -ENOMEM;
	}
	log->nl = nflog_open();
	if (!log->nl) {
		r = -errno;
		snprintf(why, room, "netlink: %s", strerror(errno));
	}
	for (int i = 0; i < n && r == 0; i++)
		r = join(log, &groups[i], why, room);
	if (r) {
		log_close(log);
		return r;
	}
	nfnl_rcvbufsiz(nflog_nfnlh(log->nl), SOCKET_ROOM);
	*out = log;
	return 0;
}

static int log_fd(const struct nf_log *log)
{
	return nflog_fd(log->nl);
}

static int log_read(struct nf_log *log,
		    void (*packet)(void *, const struct nf_log_packet *),
		    void *ctx)
{
	ssize_t n = recv(log_fd(log), log->buf, sizeof(log->buf), MSG_DONTWAIT);

	if (n < 0)
		return -errno;
	log->packet = packet;
	log->ctx = ctx;
	nflog_handle_packet(log->nl, log->buf, (int)n);
	return 0;
}

/* ICMP: the identifier of an echo stands where others have ports. */
enum { ICMP_ID_AT = 4, TCP_SUM_AT = 16, UDP_SUM_AT = 6, ICMP_SUM_AT = 2 };

static bool tuple_of(const struct pkt *p, const struct pkt_info *info,
		     struct nf_ct_tuple *t)
{
	const uint8_t *id = pkt_at(p, info->ihl + ICMP_ID_AT, 2);

	*t = (struct nf_ct_tuple){ .src = info->src,
				   .dst = info->dst,
				   .sport = info->sport,
				   .dport = info->dport,
				   .proto = info->proto };
	if (info->proto == IPPROTO_ICMP && id) {
		t->sport = t->dport = get_be16(id);
		t->icmp_type = (uint8_t)info->sport;
		t->icmp_code = (uint8_t)info->dport;
	}
	return !info->no_ports;
}

/* Where the sum over a transport header's ports stands; 0: none. */
static uint32_t sum_at(uint8_t proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return TCP_SUM_AT;
	case IPPROTO_UDP:
		return UDP_SUM_AT;
	case IPPROTO_ICMP:
		return ICMP_SUM_AT;
	default:
		return 0;
	}
}

/* Writes @n bytes, and changes the sum that covers them as RFC 1624 says. */
static void write_summed(uint8_t *at, const uint8_t *with, uint32_t n,
			 uint8_t *sum)
{
	uint8_t was[4];

	memcpy(was, at, n);
	memcpy(at, with, n);
	if (!sum)
		return;
	for (uint32_t i = 0; i < n; i++)
		was[i] = (uint8_t)~was[i];
	put_be16(sum, cksum_fold(cksum_add(
			      cksum_add((uint16_t)~get_be16(sum), was, n), with,
			      n)));
}

/* The source becomes @addr, and the port or identifier @port. */
static void put_source(struct pkt *p, const struct pkt_info *info,
		       uint32_t addr, uint16_t port)
{
	bool icmp = info->proto == IPPROTO_ICMP;
	uint8_t *at = pkt_at(p, info->ihl + (icmp ? ICMP_ID_AT : 0U), 2);
	uint8_t *sum = pkt_at(p, info->ihl + sum_at(info->proto), 2);
	uint8_t *source = pkt_at(p, SOURCE_AT, 4);
	uint8_t src[4], word[2];

	put_be32(src, addr);
	put_be16(word, port);
	if (info->proto == IPPROTO_UDP && sum && !get_be16(sum))
		sum = NULL;
	if (at)
		write_summed(at, word, sizeof(word), sum);
	if (source)
		write_summed(source, src, sizeof(src), icmp ? NULL : sum);
	pkt_ip_sum(p, info->ihl);
}

static void log_masquerade(struct nf_log *log,
			   const struct nf_log_packet *packet)
{
	struct pkt p = { .data = packet->data,
			 .len = packet->len,
			 .cap = packet->len };
	struct nf_ct_entry e = { .status = 0 };
	struct nf_ct_tuple t;
	struct pkt_info info;

	pkt_look(&p, &info);
	if (!tuple_of(&p, &info, &t) || !sum_at(info.proto) ||
	    (!log->ct && nf_ct_open(&log->ct)))
		return;
	if (nf_ct_get(log->ct, &t, &e) == 0 && e.status & IPS_SRC_NAT)
		put_source(&p, &info, e.dir[NF_CT_REPLY].dst,
			   e.dir[NF_CT_REPLY].dport);
}

__attribute__((visibility("default"))) nf_log_export_fn nf_log_export;

const struct nf_log_calls *nf_log_export(const char *version)
{
	static const struct nf_log_calls calls = {
		.open = log_open,
		.close = log_close,
		.fd = log_fd,
		.read = log_read,
		.masquerade = log_masquerade,
	};

	return strcmp(version, FWCOMPAT_VERSION) ? NULL : &calls;
}
