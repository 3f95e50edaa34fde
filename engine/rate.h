/* Limits on ICMP errors, redirects and log messages, as Linux 2.2 kept them. */
#ifndef ENGINE_RATE_H
#define ENGINE_RATE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/ticks.h"

struct fw;

/*
 * A place that is lost tells only of the last 20.48 s: the tokens of one that
 * was quiet for 6 s are all there again, and redirects start anew.
 */
enum { RATE_DESTS = 8192 };

/* In the state: one destination's (or source and destination's) tokens. */
struct rate_dest {
	uint32_t src, dst; /* host order */
	uint32_t kind;     /* 0: the place is free */
	ticks_t last;
	uint32_t tokens;
	uint32_t count; /* redirects sent */
};

/* In the state. */
struct rate_limits {
	struct rate_dest dest[RATE_DESTS];
	ticks_t log_last; /* net_ratelimit(): 5 s a message, 10 in a burst */
	uint32_t log_tokens, log_missed;
	uint32_t pad;
};

/*
 * Whether an ICMP error may go to @dst now: one a second, six saved up, and as
 * many as seconds since boot for a destination never written to (net/ipv4/
 * icmp.c). Each call that says yes takes a token.
 */
bool rate_icmp(struct fw *fw, uint32_t dst);

/*
 * The same in 2.0: to one destination 80 unreachables in 4 s, or 30 other
 * errors in 3 s, counted from the first of them.
 */
bool rate_icmp_2_0(struct fw *fw, uint32_t dst, bool unreachable);

/* The same for "no route": one a second, five saved up (net/ipv4/route.c). */
bool rate_no_route(struct fw *fw, uint32_t src, uint32_t dst);

/*
 * Whether a redirect may be sent about packets from @src to @dst: ever more
 * rarely, nine times in all, until it was quiet for 20.48 s (net/ipv4/route.c).
 */
bool rate_redirect(struct fw *fw, uint32_t src, uint32_t dst);

#endif
