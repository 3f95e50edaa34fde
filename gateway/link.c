/*
 * Link headers: Ethernet with VLAN tags, PPPoE and SNAP; PPP; Linux' "cooked"
 * captures; none at all. Sources: IEEE 802.3, 802.1Q, RFC 1042, 1661, 2516, and
 * libpcap's list of link types.
 */
#include "gateway/link.h"

#include <stddef.h>
#include <string.h>

#include "core/bytes.h"

enum {
	ETHERTYPE_IP = 0x0800,
	ETHERTYPE_VLAN = 0x8100,
	ETHERTYPE_QINQ = 0x88A8,
	ETHERTYPE_QINQ_OLD = 0x9100,
	ETHERTYPE_PPPOE = 0x8864,
	ETHERTYPE_MIN = 0x0600, /* smaller ones are lengths */
	PPP_IP = 0x0021,
	AF_INET_FIRST = 2, /* the same on all systems */
};

/* What is left of a frame to look at. */
struct cursor {
	const uint8_t *at;
	uint32_t left;
};

static bool skip(struct cursor *c, uint32_t n)
{
	if (n > c->left)
		return false;
	c->at += n;
	c->left -= n;
	return true;
}

static enum link_what is_packet(const struct cursor *c, struct link_packet *p)
{
	if (!c->left)
		return LINK_IS_SHORT;
	if (c->at[0] >> 4 != 4)
		return LINK_IS_OTHER;
	p->data = c->at;
	p->len = c->left;
	return LINK_IS_IPV4;
}

/* From PPP's protocol number on, which may be one byte (RFC 1661, 6.5). */
static enum link_what parse_ppp_protocol(struct cursor *c,
					 struct link_packet *p)
{
	if (!c->left)
		return LINK_IS_SHORT;
	if (c->at[0] & 1) {
		if (c->at[0] != PPP_IP)
			return LINK_IS_OTHER;
		skip(c, 1);
		return is_packet(c, p);
	}
	if (c->left < 2)
		return LINK_IS_SHORT;
	if (get_be16(c->at) != PPP_IP)
		return LINK_IS_OTHER;
	skip(c, 2);
	return is_packet(c, p);
}

/* Address and control bytes may be there or not (RFC 1661, 6.6). */
static enum link_what parse_ppp(struct cursor *c, struct link_packet *p)
{
	if (c->left >= 2 && c->at[0] == 0xFF && c->at[1] == 0x03)
		skip(c, 2);
	return parse_ppp_protocol(c, p);
}

/* A session's frame, RFC 2516: 6 bytes, then PPP. */
static enum link_what parse_pppoe(struct cursor *c, struct link_packet *p)
{
	if (c->left < 6)
		return LINK_IS_SHORT;
	if (c->at[0] != 0x11 || c->at[1] != 0)
		return LINK_IS_OTHER;
	skip(c, 6);
	return parse_ppp_protocol(c, p);
}

/* 802.2 SNAP with an Ethernet type behind it, RFC 1042. */
static enum link_what parse_snap(struct cursor *c, struct link_packet *p)
{
	static const uint8_t snap[] = { 0xAA, 0xAA, 0x03, 0, 0, 0, 0x08, 0 };

	if (c->left < sizeof(snap))
		return LINK_IS_SHORT;
	if (memcmp(c->at, snap, sizeof(snap)))
		return LINK_IS_OTHER;
	skip(c, sizeof(snap));
	return is_packet(c, p);
}

/* Behind the addresses: from the Ethernet type on, with any tags. */
static enum link_what parse_ethertype(struct cursor *c, struct link_packet *p)
{
	for (;;) {
		uint16_t type;

		if (c->left < 2)
			return LINK_IS_SHORT;
		type = get_be16(c->at);
		skip(c, 2);
		switch (type) {
		case ETHERTYPE_IP:
			return is_packet(c, p);
		case ETHERTYPE_VLAN:
		case ETHERTYPE_QINQ:
		case ETHERTYPE_QINQ_OLD:
			if (!skip(c, 2))
				return LINK_IS_SHORT;
			continue;
		case ETHERTYPE_PPPOE:
			return parse_pppoe(c, p);
		default:
			return type < ETHERTYPE_MIN ? parse_snap(c, p)
						    : LINK_IS_OTHER;
		}
	}
}

static enum link_what parse_ethernet(struct cursor *c, struct link_packet *p)
{
	if (c->left < LINK_ETHER_HEADER)
		return LINK_IS_SHORT;
	p->to_host = !(c->at[0] & 1);
	skip(c, 12);
	return parse_ethertype(c, p);
}

/* Linux' kinds of packets, if_packet.h: to us, to all, to many; the rest is not
 * for us to receive. */
static enum link_what parse_cooked(struct cursor *c, uint32_t kind,
				   uint16_t type, struct link_packet *p)
{
	if (kind > 2)
		return LINK_IS_SENT;
	p->to_host = kind == 0;
	if (type == ETHERTYPE_VLAN || type == ETHERTYPE_QINQ) {
		if (!skip(c, 2))
			return LINK_IS_SHORT;
		return parse_ethertype(c, p);
	}
	return type == ETHERTYPE_IP ? is_packet(c, p) : LINK_IS_OTHER;
}

static enum link_what parse_sll(struct cursor *c, struct link_packet *p)
{
	const uint8_t *head = c->at;

	if (!skip(c, 16))
		return LINK_IS_SHORT;
	return parse_cooked(c, get_be16(head), get_be16(head + 14), p);
}

static enum link_what parse_sll2(struct cursor *c, struct link_packet *p)
{
	const uint8_t *head = c->at;

	if (!skip(c, 20))
		return LINK_IS_SHORT;
	return parse_cooked(c, head[10], get_be16(head), p);
}

/* BSD's loopback: the address family, in the byte order of whoever wrote it. */
static enum link_what parse_null(struct cursor *c, struct link_packet *p)
{
	const uint8_t *head = c->at;

	if (!skip(c, 4))
		return LINK_IS_SHORT;
	if (get_be32(head) != AF_INET_FIRST &&
	    get_be32(head) != (uint32_t)AF_INET_FIRST << 24)
		return LINK_IS_OTHER;
	return is_packet(c, p);
}

static const struct link_row {
	int type;
	enum link_what (*parse)(struct cursor *c, struct link_packet *p);
} link_rows[] = {
	{ LINK_NULL, parse_null }, { LINK_ETHERNET, parse_ethernet },
	{ LINK_PPP, parse_ppp },   { LINK_PPP_SERIAL, parse_ppp },
	{ LINK_LOOP, parse_null }, { LINK_SLL, parse_sll },
	{ LINK_SLL2, parse_sll2 },
};

static bool is_raw(int type)
{
	return type == LINK_RAW || type == LINK_RAW_BSD ||
	       type == LINK_RAW_OPENBSD || type == LINK_IPV4;
}

static const struct link_row *find(int type)
{
	for (size_t i = 0; i < sizeof(link_rows) / sizeof(link_rows[0]); i++)
		if (link_rows[i].type == type)
			return &link_rows[i];
	return NULL;
}

bool link_known(int link_type)
{
	return is_raw(link_type) || find(link_type);
}

enum link_what link_parse(int link_type, const uint8_t *frame, uint32_t len,
			  struct link_packet *p)
{
	const struct link_row *row = find(link_type);
	struct cursor c = { frame, len };

	*p = (struct link_packet){ .to_host = true };
	if (row)
		return row->parse(&c, p);
	return is_raw(link_type) ? is_packet(&c, p) : LINK_IS_OTHER;
}

void link_ether_header(uint8_t header[LINK_ETHER_HEADER], uint32_t ifindex,
		       const uint8_t *packet, uint32_t len)
{
	memset(header, 0, LINK_ETHER_HEADER);
	header[0] = 0x02;
	header[1] = 0x01;
	if (len >= 20)
		memcpy(header + 2, packet + 16, 4);
	header[6] = 0x02;
	header[11] = (uint8_t)ifindex;
	put_be16(header + 12, ETHERTYPE_IP);
}
