/* Where in a captured frame the IPv4 packet is. Pure functions on bytes. */
#ifndef GATEWAY_LINK_H
#define GATEWAY_LINK_H

#include <stdbool.h>
#include <stdint.h>

/* Link types, by libpcap's numbers, which capture files have. */
enum link_type {
	LINK_NULL = 0,
	LINK_ETHERNET = 1,
	LINK_PPP = 9,
	LINK_RAW_BSD = 12, /* DLT_RAW, as some systems write it in files */
	LINK_RAW_OPENBSD = 14,
	LINK_PPP_SERIAL = 50,
	LINK_RAW = 101,
	LINK_LOOP = 108,
	LINK_SLL = 113, /* Linux "cooked" */
	LINK_IPV4 = 228,
	LINK_SLL2 = 276,
};

/* What a frame holds. */
enum link_what {
	LINK_IS_IPV4,
	LINK_IS_OTHER, /* ARP, IPv6 and so on */
	LINK_IS_SENT,  /* the capturing host itself sent it, or it was another's
			*/
	LINK_IS_SHORT, /* its headers are not all there */
};

struct link_packet {
	const uint8_t *data; /* from the IP header on, in the frame */
	uint32_t len;
	bool to_host; /* not broadcast or multicast at link level */
};

/* Whether captures of this link type can be read. */
bool link_known(int link_type);

/* Looks into the @len bytes at @frame. @p: only with LINK_IS_IPV4. */
enum link_what link_parse(int link_type, const uint8_t *frame, uint32_t len,
			  struct link_packet *p);

enum { LINK_ETHER_HEADER = 14 };

/*
 * An Ethernet header for a packet that leaves on the @ifindex-th interface:
 * made up, since nobody knows the real addresses. 02:00:00:00:00:N sends, and
 * receives 02:01 and the four bytes of the packet's destination.
 */
void link_ether_header(uint8_t header[LINK_ETHER_HEADER], uint32_t ifindex,
		       const uint8_t *packet, uint32_t len);

#endif
