/* What a process that carries live packets tells of itself while it runs. */
#ifndef CORE_LIVE_COUNTS_H
#define CORE_LIVE_COUNTS_H

#include <stdint.h>

#include "core/ticks.h"

/* In the state file's first page, once a second. */
struct live_counts {
	uint32_t pid;
	uint32_t fast; /* whether it has a fast path */
	ticks_t since; /* when it began */
	uint32_t rate; /* packets in the last second, the fast path's too */
	uint32_t carried_rate; /* the fast path's alone */
	uint32_t lost_rate;
	uint64_t in;      /* packets that arrived and the engine decided on */
	uint64_t carried; /* that the fast path carried */
	uint64_t out;     /* that the engine sent on */
	uint64_t local;   /* that arrived for the host itself */
	uint64_t own;     /* that the host itself sent */
	uint64_t dropped;
	uint64_t icmp;   /* ICMP errors sent */
	uint64_t lost;   /* that the kernel's queue could not hold */
	uint64_t unsent; /* that could not be sent, whoever's fault */
};

#endif
