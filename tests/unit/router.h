/*
 * A Linux 2.2 router in plain memory, the clock at 10.00 s: eth0 192.168.1.1/24
 * inside, ppp0 192.0.2.1 outside with the default route, and a rule that
 * masquerades the inside. What comes out is kept as text.
 */
#ifndef TESTS_UNIT_ROUTER_H
#define TESTS_UNIT_ROUTER_H

#include <stdint.h>

#include "tests/unit/host22.h"

enum {
	ROUTER_INSIDE = 0xC0A80102,  /* 192.168.1.2, a host */
	ROUTER_OUTSIDE = 0xC6336407, /* 198.51.100.7, a host */
	ROUTER_OUTSIDE2 = 0xC6336408,
	ROUTER_OURS = 0xC0000201, /* 192.0.2.1 */
	ROUTER_START = 1000,
};

struct router {
	struct host22 h;
	struct text out; /* "ppp0 ", "local ", "drop\n", "icmp 3 1 a.b.c.d\n" */
	uint8_t last[65535]; /* the last packet that came out */
	uint32_t last_len;
};

void router_open(struct router *r);
void router_close(struct router *r);

/* As fresh from router_open(), in the same memory. */
void router_reboot(struct router *r);

/*
 * The bytes arrive on the interface (NULL: the host sends them), in a heap
 * block of exact size. Returns what came out, a word each with blanks between
 * them: "ppp0", "local", "drop", "icmp:3/1", "" (kept).
 */
const char *router_takes(struct router *r, const char *ifname,
			 const uint8_t *bytes, uint32_t n);

/* A moment later; the clock may not go back. */
void router_wait(struct router *r, uint32_t ticks);

struct flow {
	uint32_t src, dst;
	uint16_t sport, dport;
};

/* Packets with right checksums; they return their length. */
uint32_t make_ip(uint8_t *b, uint32_t src, uint32_t dst, uint8_t proto,
		 uint16_t frag, const uint8_t *data, uint32_t n);
uint32_t make_udp(uint8_t *b, const struct flow *f, const void *data,
		  uint32_t n);
uint32_t make_tcp(uint8_t *b, const struct flow *f, uint8_t flags,
		  const void *data, uint32_t n);
uint32_t make_echo(uint8_t *b, const struct flow *f, uint8_t type, uint16_t id);

/* Makes the transport checksum (TCP, UDP) of a packet right. */
void make_sum(uint8_t *b, uint32_t n);

#endif
