/* Packets a millisecond, and what follows. */
#include "gateway/live_pace.h"

enum {
	ROUND = 64, /* packets that are worth one, under load */
	LOAD = 40,  /* packets a millisecond, from where on it is load */
	PAUSE_MAX_US = 300,
	WINDOW_US = 1000,
};

uint32_t live_pace_after(struct live_pace *pace, uint32_t n, uint64_t now)
{
	uint64_t span = now - pace->from;
	uint32_t pause;

	pace->n += n;
	if (span >= WINDOW_US) {
		pace->rate = (uint32_t)(pace->n * 1000ULL / span);
		pace->from = now;
		pace->n = 0;
	}
	if (pace->rate < LOAD || n >= ROUND)
		return 0;
	pause = ROUND * 1000 / pace->rate;
	return pause < PAUSE_MAX_US ? pause : PAUSE_MAX_US;
}
