/* The texts ipfw explains itself with. */
#ifndef IPFW_USAGE_H
#define IPFW_USAGE_H

#include "core/text.h"

void ipfw_usage(struct text *err);

/* What <src>, <host> and so on are. */
void ipfw_usage_where(struct text *err);

#endif
