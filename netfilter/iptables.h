/*
 * A rule set as input of iptables-restore, with what others have in the tables
 * left alone (--noflush).
 */
#ifndef NETFILTER_IPTABLES_H
#define NETFILTER_IPTABLES_H

#include "core/text.h"
#include "netfilter/notes.h"
#include "netfilter/rule.h"

/* Built-in chains' jumps included. @notes may be NULL. */
void nf_iptables_put(const struct nf_set *set, const struct nf_notes *notes,
		     struct text *out);

/* One rule, from "-A CHAIN" on, without a newline. */
void nf_iptables_rule(const struct nf_set *set, const struct nf_chain *chain,
		      const struct nf_rule *rule, struct text *out);

#endif
