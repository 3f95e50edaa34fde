/* What a rule of the fixed lists of 2.0 and 1.3 asks of a packet. */
#ifndef NETFILTER_MATCH20_H
#define NETFILTER_MATCH20_H

#include "netfilter/alts.h"

/*
 * Fills @a with what matches; unlike a chain's rule, several of them may match
 * one packet. @out: the interface that the rule means is that of departure. 0;
 * or which refusal there is (an enum nf_why) + 1.
 */
int nf_match20(const struct fw20_rule *rule, enum fw_era era,
	       const struct nf_sight *sight, bool out, struct nf_alts *a);

#endif
