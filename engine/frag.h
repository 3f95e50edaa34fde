/*
 * Reassembly of fragments as Linux 2.2 did it (net/ipv4/ip_fragment.c). What
 * waits is private to the process and hangs off fw->frags.
 */
#ifndef ENGINE_FRAG_H
#define ENGINE_FRAG_H

#include <stdbool.h>
#include <stdint.h>

#include "core/ticks.h"

struct fw;
struct pkt;
struct pkt_info;

enum {
	FRAG_TIME = 30 * HZ,    /* after the last piece of a packet arrived */
	FRAG_HIGH = 256 * 1024, /* bytes kept; above it, the oldest go */
	FRAG_LOW = 192 * 1024,
};

/* Where a piece was when it came to be kept. */
enum frag_place {
	FRAG_ARRIVAL,  /* before the input chain; with a new header checksum */
	FRAG_DELIVERY, /* at local delivery; quirk: the first piece's checksum
			  stays, and giving up is told by ICMP 11/1 */
};

/*
 * Keeps the piece @p. If its packet is whole now: true, and @p (whose bytes are
 * valid until the next call) and @info are that packet. Else false: there is
 * nothing to report.
 */
bool frag_add(struct fw *fw, enum frag_place place, struct pkt *p,
	      struct pkt_info *info);

/* Whether something will have waited too long by @now; *@due: when it first is.
 */
bool frag_due(const struct fw *fw, ticks_t now, ticks_t *due);

/* Throws away what waited too long at the present moment. */
void frag_run(struct fw *fw);

void frag_free(struct fw *fw);

#endif
