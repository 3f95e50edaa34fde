/* The terminal of `fwcompat top`. */
#ifndef FWCOMPAT_TOP_SCREEN_H
#define FWCOMPAT_TOP_SCREEN_H

#include "core/text.h"
#include "fwcompat/top_rows.h"

/*
 * Shows @page's text again and again, every @delay_s seconds, until the user
 * has enough; keys choose the order. @page returns 0, or what ends the show,
 * which is returned. -EOPNOTSUPP: this build, or the terminal, can't do that.
 */
int top_screen(unsigned int delay_s, enum top_sort by,
	       int (*page)(void *ctx, enum top_sort by, struct text *out),
	       void *ctx);

#endif
