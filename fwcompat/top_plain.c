/* `fwcompat top` of a build without ncurses: no terminal. */
#include <errno.h>

#include "fwcompat/top_screen.h"

int top_screen(unsigned int delay_s, enum top_sort by,
	       int (*page)(void *ctx, enum top_sort by, struct text *out),
	       void *ctx)
{
	(void)delay_s;
	(void)by;
	(void)page;
	(void)ctx;
	return -EOPNOTSUPP;
}
