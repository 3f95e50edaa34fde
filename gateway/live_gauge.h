/* Once a second: what the loop tells of itself to whoever looks. */
#ifndef GATEWAY_LIVE_GAUGE_H
#define GATEWAY_LIVE_GAUGE_H

#include <stdint.h>

#include "core/live_counts.h"
#include "gateway/live.h"

struct live_gauge {
	struct live_counts told; /* last time */
	ticks_t next;            /* when to tell again */
	uint64_t told_at;        /* nanoseconds since boot */
};

/* Whether it is time to tell. */
bool live_gauge_due(const struct live_gauge *g, ticks_t now);

/*
 * What to tell at @now. @carried: packets that the fast path carried so far.
 * Asks the kernel how many packets the two queues from @queue on lost.
 */
const struct live_counts *live_gauge_read(struct live_gauge *g, ticks_t now,
					  const struct live_totals *totals,
					  uint64_t carried, uint16_t queue);

#endif
