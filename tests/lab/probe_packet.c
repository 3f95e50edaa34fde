/* Probes as packets: making them, and knowing them again. */
#include <netinet/in.h>
#include <string.h>

#include "core/bytes.h"
#include "core/cksum.h"
#include "tests/lab/probe.h"

enum {
	IP_HEADER = 20,
	TCP_HEADER = 20,
	PAYLOAD = 16,
	LONG_PAYLOAD = 1200, /* of a packet in pieces */
	MORE = 0x2000,
	OFFSET = 0x1FFF,
	TAG_FIRST = 0x4000, /* identification of the first probe */
	ACK = 0x10,
	SYN_FIN = 0x03,
};

static uint16_t tag_of(uint32_t index)
{
	return (uint16_t)(TAG_FIRST + index);
}

static struct probe *probe_of(struct probes *probes, uint16_t tag)
{
	uint32_t index = (uint32_t)(tag - TAG_FIRST);

	return index < probes->n ? &probes->list[index] : NULL;
}

static void put_sum(uint8_t *ip, uint32_t len, uint32_t at)
{
	uint32_t n = len - IP_HEADER;
	uint64_t sum = ip[9] == IPPROTO_ICMP
			       ? 0
			       : cksum_pseudo(get_be32(ip + 12),
					      get_be32(ip + 16), ip[9], n);

	put_be16(ip + IP_HEADER + at,
		 cksum_fold(cksum_add(sum, ip + IP_HEADER, n)));
}

static uint32_t make_tcp(const struct probe *p, uint32_t seq, uint32_t ack,
			 uint32_t payload, uint8_t *ip)
{
	uint8_t *tcp = ip + IP_HEADER;
	uint32_t len = IP_HEADER + TCP_HEADER + payload;

	put_be16(tcp, p->sport);
	put_be16(tcp + 2, p->dport);
	put_be32(tcp + 4, seq);
	put_be32(tcp + 8, p->flags & ACK ? ack : 0);
	tcp[12] = TCP_HEADER / 4 << 4;
	tcp[13] = p->flags;
	put_be16(tcp + 14, 8192);
	put_sum(ip, len, 16);
	return len;
}

static uint32_t make_udp(const struct probe *p, uint32_t payload, uint8_t *ip)
{
	uint32_t len = IP_HEADER + 8 + payload;

	put_be16(ip + IP_HEADER, p->sport);
	put_be16(ip + IP_HEADER + 2, p->dport);
	put_be16(ip + IP_HEADER + 4, (uint16_t)(len - IP_HEADER));
	put_sum(ip, len, 6);
	return len;
}

/* @quoted NULL: a query; the echo's identification is the probe's port, its
 * sequence number @tag. */
static uint32_t make_icmp(const struct probe *p, uint16_t tag,
			  const uint8_t *quoted, uint32_t n, uint8_t *ip)
{
	uint8_t *icmp = ip + IP_HEADER;
	uint32_t len = IP_HEADER + 8 + n;

	icmp[0] = p->type;
	icmp[1] = p->code;
	if (quoted) {
		memcpy(icmp + 8, quoted, n);
	} else {
		put_be16(icmp + 4, p->sport);
		put_be16(icmp + 6, tag);
	}
	put_sum(ip, len, 2);
	return len;
}

/* An answer: the other way round, and for TCP what fits what was said. */
static void turn(struct probe *p, const struct probe *other, uint32_t *seq,
		 uint32_t *ack)
{
	const uint8_t *ip = other->seen, *next = ip + (ip[0] & 15u) * 4u;

	p->proto = ip[9];
	p->src = get_be32(ip + 16);
	p->dst = get_be32(ip + 12);
	if (p->proto == IPPROTO_ICMP) {
		p->type = 0;
		p->sport = get_be16(next + 4);
		return;
	}
	p->sport = get_be16(next + 2);
	p->dport = get_be16(next);
	if (p->proto != IPPROTO_TCP)
		return;
	*seq = next[13] & ACK ? get_be32(next + 8) : *seq;
	*ack = get_be32(next + 4) + (next[13] & SYN_FIN ? 1 : 0);
}

static uint32_t make_whole(const struct probes *probes, uint32_t index,
			   uint8_t *ip)
{
	struct probe p = probes->list[index];
	const struct probe *other = &probes->list[p.about];
	uint32_t seq = (uint32_t)tag_of(index) << 12, ack = seq + 0x800;
	uint32_t payload = p.pieces > 1 ? LONG_PAYLOAD : PAYLOAD;

	if (p.kind == PROBE_ANSWER)
		turn(&p, other, &seq, &ack);
	if (p.kind == PROBE_ERROR) {
		p.proto = IPPROTO_ICMP;
		p.src = get_be32(other->seen + 16);
		p.dst = get_be32(other->seen + 12);
	}
	if (p.flags & SYN_FIN && p.proto == IPPROTO_TCP && p.pieces == 1)
		payload = 0;
	ip[9] = p.proto;
	put_be32(ip + 12, p.src);
	put_be32(ip + 16, p.dst);
	if (p.kind == PROBE_ERROR)
		return make_icmp(&p, 0, other->seen, IP_HEADER + 8, ip);
	if (p.proto == IPPROTO_TCP)
		return make_tcp(&p, seq, ack, payload, ip);
	if (p.proto == IPPROTO_UDP)
		return make_udp(&p, payload, ip);
	if (p.proto == IPPROTO_ICMP)
		return make_icmp(&p, tag_of(index), NULL, payload, ip);
	return IP_HEADER + payload;
}

uint32_t probe_pieces(const struct probe *p)
{
	return p->pieces;
}

enum place probe_from(const struct probes *probes, uint32_t index)
{
	const struct probe *p = &probes->list[index];

	return p->kind == PROBE_PACKET ? p->from : probes->list[p->about].at;
}

/* Keeps one piece of the packet. Returns the new length. */
static uint32_t cut(uint8_t *ip, uint32_t len, uint32_t piece, uint32_t pieces)
{
	uint32_t data = len - IP_HEADER;
	uint32_t each = (data / pieces + 7) / 8 * 8, from = piece * each;
	bool last = piece == pieces - 1;
	uint32_t n = last ? data - from : each;

	memmove(ip + IP_HEADER, ip + IP_HEADER + from, n);
	put_be16(ip + 6, (uint16_t)(from / 8 | (last ? 0 : MORE)));
	return IP_HEADER + n;
}

uint32_t probe_make(struct probes *probes, uint32_t index, uint32_t piece,
		    uint8_t *ip)
{
	struct probe *p = &probes->list[index];
	uint32_t len;

	if (p->kind != PROBE_PACKET && !probes->list[p->about].arrivals)
		return 0;
	memset(ip, 0, PROBE_ROOM);
	len = make_whole(probes, index, ip);
	p->sent_proto = ip[9];
	if (ip[9] == IPPROTO_ICMP) {
		p->sent_type = ip[IP_HEADER];
		p->sent_seq = get_be16(ip + IP_HEADER + 6);
	}
	ip[0] = 0x45;
	ip[1] = p->tos;
	put_be16(ip + 4, tag_of(index));
	put_be16(ip + 6, p->frag);
	ip[8] = p->ttl;
	if (p->pieces > 1)
		len = cut(ip, len, piece, p->pieces);
	put_be16(ip + 2, (uint16_t)len);
	put_be16(ip + 10, cksum_fold(cksum_add(0, ip, IP_HEADER)));
	return len;
}

static bool is_error(const uint8_t *ip, uint32_t len)
{
	uint32_t ihl = (ip[0] & 15u) * 4u;
	uint8_t type;

	if (ip[9] != IPPROTO_ICMP || get_be16(ip + 6) & OFFSET ||
	    len < ihl + 8 + IP_HEADER)
		return false;
	type = ip[ihl];
	return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
}

/* Others may have our identifications by chance, the router's answers to pings
 * among them: those repeat the sequence number of what they answer. */
static bool is_of(const struct probe *p, const uint8_t *ip, uint32_t len)
{
	uint32_t ihl = (ip[0] & 15u) * 4u;

	if (ip[9] != p->sent_proto)
		return false;
	if (ip[9] != IPPROTO_ICMP || get_be16(ip + 6) & OFFSET || len < ihl + 8)
		return true;
	return ip[ihl] == p->sent_type && get_be16(ip + ihl + 6) == p->sent_seq;
}

/* An ICMP error of the router's own tells of the packet that it quotes. */
static void see_refusal(struct probes *probes, const uint8_t *ip, uint32_t len)
{
	uint32_t ihl = (ip[0] & 15u) * 4u;
	const uint8_t *icmp = ip + ihl, *quoted = icmp + 8;
	struct probe *p = probe_of(probes, get_be16(quoted + 4));

	if (!p || !is_of(p, quoted, len - ihl - 8))
		return;
	p->refused = true;
	p->why_type = icmp[0];
	p->why_code = icmp[1];
}

void probes_see(struct probes *probes, enum place at, const uint8_t *data,
		uint32_t len)
{
	struct probe *p;

	if (len < IP_HEADER || data[0] >> 4 != 4)
		return;
	if (is_error(data, len) && place_is_router(get_be32(data + 12))) {
		see_refusal(probes, data, len);
		return;
	}
	p = probe_of(probes, get_be16(data + 4));
	if (!p || !is_of(p, data, len) || p->arrivals++)
		return;
	p->at = at;
	p->seen_len = len < PROBE_SEEN ? len : PROBE_SEEN;
	memcpy(p->seen, data, p->seen_len);
}
