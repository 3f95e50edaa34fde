/* ICMP errors that the host itself makes (RFC 792; Linux 2.2, icmp_send()). */
#ifndef ENGINE_ICMP_OUT_H
#define ENGINE_ICMP_OUT_H

#include <stdbool.h>
#include <stdint.h>

struct fw;
struct pkt;
struct pkt_info;

enum icmp_error_type {
	ICMP_DEST_UNREACH = 3,
	ICMP_REDIRECT = 5,
	ICMP_TIME_EXCEEDED = 11,
};

enum icmp_error_code {
	ICMP_NET_UNREACH = 0,
	ICMP_HOST_UNREACH = 1,
	ICMP_PROT_UNREACH = 2,
	ICMP_PORT_UNREACH = 3,
	ICMP_FRAG_NEEDED = 4,
	ICMP_REDIRECT_HOST = 1, /* of a redirect */
};

struct icmp_what {
	uint8_t type, code;
	bool local;    /* the packet was for the host: its address answers */
	uint32_t rest; /* third word: MTU, gateway; host order */
};

/*
 * Sends an error about @p to its source, through the output chain, if one may
 * be sent about such a packet and the rate allows it. Whether one went out.
 */
bool icmp_error(struct fw *fw, const struct pkt *p, const struct pkt_info *info,
		const struct icmp_what *what);

#endif
