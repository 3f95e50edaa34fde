/* Which rules and policies counted a packet: counters before and after. */
#ifndef FWCOMPAT_COUNTED_H
#define FWCOMPAT_COUNTED_H

#include <stddef.h>
#include <stdint.h>

#include "core/text.h"

struct fw;

/* All packet counters, in the order of listings. Zeroed before the first use.
 */
struct counted {
	uint64_t *packets;
	size_t used, room;
	int bad; /* no memory */
};

void counted_take(struct counted *c, struct fw *fw);
void counted_fini(struct counted *c);

/* A line "counted CHAIN NUMBER", or "counted CHAIN policy", for each counter
 * that grew since @before. */
void counted_text(const struct counted *before, struct fw *fw,
		  struct text *out);

#endif
