/* The one door to packet bytes: an IPv4 packet from its IP header on. */
#ifndef ENGINE_PKT_H
#define ENGINE_PKT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The caller's buffer; helpers may lengthen the packet up to @cap. */
struct pkt {
	uint8_t *data; /* borrowed */
	uint32_t len;  /* bytes that are there */
	uint32_t cap;  /* bytes the buffer holds */
	uint32_t mark; /* firewall mark, 0 on arrival */
	/*
	 * Addressed to the host at link level (not broadcast, multicast). Where
	 * no link header tells: true; the path looks at the IP destination.
	 */
	bool to_host;
	bool demasqueraded;
};

/* The headers, parsed once. Ports are 65535 where the packet has none to show.
 */
struct pkt_info {
	uint32_t src, dst;     /* host order */
	uint16_t sport, dport; /* TCP, UDP ports; ICMP type, code */
	uint16_t tot_len, id;
	uint16_t frag; /* flags and offset (in 8 bytes), the whole word */
	uint8_t ihl;   /* bytes, 20..60 */
	uint8_t proto, tos, ttl;
	bool no_ports; /* a later fragment, or too short to look into */
	bool syn;      /* TCP, SYN set, ACK and RST clear */
};

enum {
	IP_DF = 0x4000,
	IP_MF = 0x2000,
	IP_OFFSET = 0x1FFF,
};

enum { PKT_MAX = 65535 };

/* The @n bytes at @off, or NULL if the packet lacks any of them. */
static inline uint8_t *pkt_at(const struct pkt *p, uint32_t off, uint32_t n)
{
	if (off > p->len || n > p->len - off)
		return NULL;
	return p->data + off;
}

/* Whether it is a piece of a packet, the first or a later one. */
static inline bool pkt_is_piece(const struct pkt_info *info)
{
	return info->frag & (IP_MF | IP_OFFSET);
}

/*
 * Checks the IP header as Linux 2.2 did on arrival (ip_input.c, ip_rcv), cuts
 * trailing bytes off @p, and fills @info. Returns 0; -EINVAL: a packet that is
 * dropped without a word. What info says of ports is 2.2's view (ip_fw.c); the
 * lists of 1.3 and 2.0 look for themselves.
 */
int pkt_parse(struct pkt *p, struct pkt_info *info);

/* Fills @info anew from a packet whose header was checked and then changed. */
void pkt_look(const struct pkt *p, struct pkt_info *info);

/* A new IP header checksum over the header as it is. */
void pkt_ip_sum(struct pkt *p, uint32_t ihl);

/* Whether the IP options are well formed (RFC 791, 3.1). */
bool pkt_options_ok(const struct pkt *p, const struct pkt_info *info);

#endif
