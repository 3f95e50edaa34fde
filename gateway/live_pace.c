/* Packets a millisecond, and what follows. */
#include "gateway/live_pace.h"

enum {
	ROUND = 96, /* packets that are worth one, under load */
	LOAD = 40,  /* packets a millisecond, from where on it is load */
	BUSY = 10,  /* and from where on, if there is no time for more */
	PAUSE_MAX_US = 700,
	WINDOW_US = 1000,
};

/*
 * By packets alone, who had to begin with small rounds would never get to
 * larger ones: those cost so much that as many packets do not come.
 */
static bool is_load(const struct live_pace *pace, uint64_t span)
{
	return pace->rate >= LOAD ||
	       (pace->rate >= BUSY && 2 * pace->idle < span);
}

uint32_t live_pace_after(struct live_pace *pace, uint32_t n, uint64_t idle,
			 uint64_t now)
{
	uint64_t span = now - pace->from;
	uint32_t pause;

	pace->n += n;
	pace->idle += idle;
	if (span >= WINDOW_US) {
		pace->rate = (uint32_t)(pace->n * 1000ULL / span);
		pace->load = is_load(pace, span);
		pace->from = now;
		pace->n = 0;
		pace->idle = 0;
	}
	if (!pace->load)
		return 0;
	pause = ROUND * 1000 / pace->rate;
	return pause < PAUSE_MAX_US ? pause : PAUSE_MAX_US;
}
