/* What a rule of 2.2's chains asks of a packet. */
#ifndef NETFILTER_MATCH22_H
#define NETFILTER_MATCH22_H

#include "netfilter/alts.h"

/*
 * Fills @a with what matches, at a place that sees packets so; @out: .via is
 * the interface of departure. 0; or which refusal there is (an enum nf_why)
 * + 1.
 */
int nf_match22(const struct fw_rule *rule, const struct nf_sight *sight,
	       bool out, struct nf_alts *a);

#endif
