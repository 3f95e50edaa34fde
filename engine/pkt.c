/* The one door to packet bytes: what a short or lying packet means. */
#include "engine/pkt.h"

#include <errno.h>
#include <netinet/in.h>

#include "core/bytes.h"
#include "core/cksum.h"

enum { TCP_SYN = 0x02, TCP_RST = 0x04, TCP_ACK = 0x10 };

/* RFC 791: options of one byte. */
enum { OPT_END, OPT_NOP };

/* How many bytes behind the IP header 2.2's packet filter wants to see. */
static uint32_t wanted(uint8_t proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return 16;
	case IPPROTO_UDP:
	case IPPROTO_ICMP:
		return 8;
	default:
		return 0;
	}
}

static void look_at_ports(const struct pkt *p, struct pkt_info *info)
{
	uint32_t need = wanted(info->proto);
	const uint8_t *t = pkt_at(p, info->ihl, need);

	info->sport = info->dport = 65535;
	info->syn = false;
	info->no_ports = info->frag & IP_OFFSET || !t;
	if (info->no_ports || !need)
		return;
	if (info->proto == IPPROTO_ICMP) {
		info->sport = t[0];
		info->dport = t[1];
		return;
	}
	info->sport = get_be16(t);
	info->dport = get_be16(t + 2);
	if (info->proto == IPPROTO_TCP)
		info->syn = (t[13] & (TCP_SYN | TCP_RST | TCP_ACK)) == TCP_SYN;
}

void pkt_look(const struct pkt *p, struct pkt_info *info)
{
	const uint8_t *h = p->data;

	info->ihl = (uint8_t)((h[0] & 15) * 4);
	info->tos = h[1];
	info->tot_len = get_be16(h + 2);
	info->id = get_be16(h + 4);
	info->frag = get_be16(h + 6);
	info->ttl = h[8];
	info->proto = h[9];
	info->src = get_be32(h + 12);
	info->dst = get_be32(h + 16);
	look_at_ports(p, info);
}

int pkt_parse(struct pkt *p, struct pkt_info *info)
{
	const uint8_t *h = pkt_at(p, 0, 20);
	uint32_t ihl, tot_len;

	if (!h || h[0] >> 4 != 4)
		return -EINVAL;
	ihl = (h[0] & 15) * 4;
	tot_len = get_be16(h + 2);
	if (ihl < 20 || ihl > p->len || tot_len < ihl || tot_len > p->len ||
	    cksum_fold(cksum_add(0, h, ihl)))
		return -EINVAL;
	p->len = tot_len;
	pkt_look(p, info);
	return 0;
}

void pkt_ip_sum(struct pkt *p, uint32_t ihl)
{
	put_be16(p->data + 10, 0);
	put_be16(p->data + 10, cksum_fold(cksum_add(0, p->data, ihl)));
}

bool pkt_options_ok(const struct pkt *p, const struct pkt_info *info)
{
	const uint8_t *o = p->data + 20;
	uint32_t left = info->ihl - 20;

	while (left && o[0] != OPT_END) {
		uint32_t n = 1;

		if (o[0] != OPT_NOP) {
			if (left < 2 || o[1] < 2 || o[1] > left)
				return false;
			n = o[1];
		}
		o += n;
		left -= n;
	}
	return true;
}
