/* How long to wait for more packets, so that a round of them pays. */
#ifndef GATEWAY_LIVE_PACE_H
#define GATEWAY_LIVE_PACE_H

#include <stdbool.h>
#include <stdint.h>

/* How many packets come, window by window. */
struct live_pace {
	uint64_t from; /* where the window began, in microseconds */
	uint32_t n;    /* packets in it so far */
	uint64_t idle; /* microseconds of it without work */
	uint32_t rate; /* packets a millisecond in the last one */
	bool load;     /* it was worth to wait for more then */
};

/*
 * A round took @n packets, after @idle microseconds without work, and is over
 * at @now. Returns how many microseconds it pays to wait for more, however many
 * these were: what a round costs whatever its packets is shared by all of them,
 * and who does not wait is woken by the next packet alone. 0 where there is no
 * load, so nobody waits for nothing.
 */
uint32_t live_pace_after(struct live_pace *pace, uint32_t n, uint64_t idle,
			 uint64_t now);

#endif
