/* A set of packets, each field on its own, in words. */
#ifndef COMPARE_BOX_H
#define COMPARE_BOX_H

#include <stdint.h>

#include "compare/headers.h"
#include "core/text.h"

/* Values of a field: ranges from low to high that do not touch. None: all. */
struct range {
	uint32_t low, high;
};

struct box {
	struct values {
		const struct range *range;
		uint32_t ranges;
	} field[FIELDS];
};

/* Whether ports and flags mean one thing for all that is in the box. */
bool box_is_plain(const struct box *box);

/* A line's words: interface, protocol, ends, flags, pieces. */
void box_text(const struct headers *h, const struct box *box, struct text *out);

#endif
