/* The version line and the help texts of ipchains 1.3.9. */
#ifndef IPCHAINS_HELP_H
#define IPCHAINS_HELP_H

#include <stdbool.h>

#include "core/text.h"

extern const char ipchains_version[];

/* What `ipchains -h` prints; @icmp: what `ipchains -h icmp` prints. */
void ipchains_print_help(struct text *out, const char *prog, bool icmp);

#endif
