/* Log lines, one behind the other. */
#include "gateway/live_lines.h"

#include <stddef.h>
#include <string.h>

void live_lines_flush(struct live_lines *l)
{
	uint32_t at = 0;

	while (at < l->used) {
		const char *line = l->bytes + at + 1;

		l->log(l->ctx, l->bytes[at], line);
		at += (uint32_t)strlen(line) + 2;
	}
	l->used = 0;
}

void live_lines_add(struct live_lines *l, int level, const char *line)
{
	size_t n = strlen(line) + 1;

	if (!l->log)
		return;
	if (n + 1 > LIVE_LINES_ROOM - l->used)
		live_lines_flush(l);
	if (n + 1 > LIVE_LINES_ROOM)
		return;
	l->bytes[l->used] = (char)level;
	memcpy(l->bytes + l->used + 1, line, n);
	l->used += (uint32_t)n + 1;
}
