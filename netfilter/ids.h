/*
 * Whose counters the kernel's rules count: the state's rules and policies by
 * their slots. What the kernel counts adds to what the state has; a slot's
 * .counted says that the kernel counts for it since it was last at nought.
 */
#ifndef NETFILTER_IDS_H
#define NETFILTER_IDS_H

#include <stdbool.h>

#include "core/rule.h"
#include "core/rule20.h"
#include "netfilter/book.h"
#include "netfilter/rule.h"

struct fw;

/* How many rules of the state there are. */
uint32_t nf_ids_rules(const struct fw *fw);

/* The ids of the set's rules, in *@ids, which the caller frees. -ENOMEM. */
int nf_ids_make(const struct fw *fw, const struct nf_set *set, nf_id **ids);

/* From now on the kernel counts for those of the @n ids that are new. */
void nf_ids_settle(struct fw *fw, const nf_id *ids, uint32_t n);

/* Adds to the state what a rule had counted that the kernel has no more; one
 * that began anew since, or is no more, gets nothing. */
void nf_ids_fold(struct fw *fw, nf_id id, uint64_t packets, uint64_t bytes);

/* What the kernel has counted, by slots. */
struct nf_counts {
	struct fw_counter *rule, *chain, *rule20;
	uint32_t rules, chains, rules20; /* slots of each */
};

int nf_counts_init(struct nf_counts *counts, const struct fw *fw);
void nf_counts_fini(struct nf_counts *counts);
void nf_counts_add(struct nf_counts *counts, nf_id id, uint64_t packets,
		   uint64_t bytes);

/* The listings of engine/chains.h and engine/lists.h, with what the kernel has
 * counted. */
void nf_chains_each(struct fw *fw, const struct nf_counts *counts,
		    void (*row)(void *ctx, const struct fw_chain_row *),
		    void *ctx);
void nf_rules_each(struct fw *fw, const struct nf_counts *counts, bool zero,
		   void (*row)(void *ctx, const struct fw_rule_row *),
		   void *ctx);
void nf_rules20_each(struct fw *fw, const struct nf_counts *counts,
		     enum fw20_list list, bool zero,
		     void (*row)(void *ctx, const struct fw20_rule_row *),
		     void *ctx);

#endif
