/*
 * Where a packet goes: to the host itself, out of an interface, or nowhere. As
 * Linux 2.2 decided it with rp_filter off, shared_media and send_redirects on
 * (net/ipv4/route.c).
 */
#ifndef ENGINE_ROUTE_H
#define ENGINE_ROUTE_H

#include <stdbool.h>
#include <stdint.h>

struct fw;
struct pkt_info;

enum route_kind {
	ROUTE_BAD,       /* an impossible address, or forwarding is off */
	ROUTE_NONE,      /* nobody knows a way */
	ROUTE_LOCAL,     /* an address of the host */
	ROUTE_BROADCAST, /* to everybody, so to the host too */
	ROUTE_OUT,       /* leaves by .ifindex */
};

struct route {
	uint8_t kind; /* enum route_kind */
	/* It leaves where it came in, and its source is reached directly there:
	 * an ICMP redirect is due. */
	bool redirect;
	uint16_t ifindex;
	uint32_t gateway; /* host order; the destination itself if direct */
	uint32_t source;  /* the host's own address on that way */
};

/* A packet that arrived on the interface. */
struct route route_in(struct fw *fw, const struct pkt_info *info,
		      uint32_t ifindex);

/* A packet of the host itself to @dst; ROUTE_LOCAL goes over lo, from @dst. */
struct route route_out(struct fw *fw, uint32_t dst);

/* A packet that arrived, by its destination alone: 2.0 and 1.3 ask no more. */
struct route route_to(struct fw *fw, uint32_t dst);

/* Frees what was compiled from the host's routes. */
void route_free(struct fw *fw);

#endif
