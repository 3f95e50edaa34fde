/* Two hosts' rules: which packets they treat differently. */
#ifndef COMPARE_DIFFERENCE_H
#define COMPARE_DIFFERENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/text.h"

struct fw;

/*
 * Writes to @out every set of packets that the input, forward or output rules
 * of @a and @b do different things to: nothing left out, nothing twice.
 * @verdict_only: log, TOS and mark are no difference. Returns 1 where there are
 * any, 0 where the rules do the same, or -ENOMEM.
 */
int difference_text(struct fw *a, struct fw *b, bool verdict_only,
		    struct text *out);

#endif
