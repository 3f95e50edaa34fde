/* Log lines that wait until the state is left. */
#ifndef GATEWAY_LIVE_LINES_H
#define GATEWAY_LIVE_LINES_H

#include <stdint.h>

enum { LIVE_LINES_ROOM = 1 << 16 };

struct live_lines {
	/* As in struct fw_env; NULL: lines go nowhere. */
	void (*log)(void *ctx, int level, const char *line);
	void *ctx;
	uint32_t used;
	char bytes[LIVE_LINES_ROOM]; /* level, text and NUL of each */
};

/* One more; if there is no room for it the others go at once. */
void live_lines_add(struct live_lines *l, int level, const char *line);

/* All go. */
void live_lines_flush(struct live_lines *l);

#endif
