/* Limits on ICMP errors, redirects and log messages, as Linux 2.2 kept them. */
#ifndef ENGINE_RATE_H
#define ENGINE_RATE_H

#include <stdint.h>

#include "core/ticks.h"

enum { RATE_DESTS = 1024 };

/* In the state: one destination's (or source and destination's) tokens. */
struct rate_dest {
	uint32_t src, dst; /* host order; both 0: the place is free */
	uint32_t kind;
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

#endif
