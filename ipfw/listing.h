/* ipfw's listing: the text of a rule file of Linux 1.3 in, a table out. */
#ifndef IPFW_LISTING_H
#define IPFW_LISTING_H

#include <stdbool.h>

#include "core/names.h"
#include "core/text.h"

/* @names: for services always, for hosts and networks unless @numeric.
 * Returns 0 or -ENOMEM. */
int ipfw_list(const char *file, bool accounting, bool numeric,
	      const struct resolver *names, struct text *out);

#endif
