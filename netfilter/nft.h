/*
 * A rule set as input of nft: one table of ours, which holds no rule of others.
 */
#ifndef NETFILTER_NFT_H
#define NETFILTER_NFT_H

#include "core/text.h"
#include "netfilter/notes.h"
#include "netfilter/rule.h"

/*
 * "table ip NAME { ... }". What is not expressible stands as a comment.
 * @late_output: the set was compiled with it. @notes may be NULL.
 */
void nf_nft_put(const struct nf_set *set, const char *name, bool late_output,
		const struct nf_notes *notes, struct text *out);

#endif
