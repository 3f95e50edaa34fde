/*
 * Where the old chains are asked in today's kernel: the places of a rule set,
 * each with its first chain, and what of them there has to be. The places are
 * filled by netfilter/compile.c.
 */
#ifndef NETFILTER_PLAN_H
#define NETFILTER_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "netfilter/work.h"

/* All places of a rule set. */
struct nf_plan {
	struct nf_work *w;
	const struct nf_source *source;
	bool masq;    /* something is masqueraded */
	bool comes;   /* a destination is changed to an inside one */
	bool answers; /* or to whatever, so that answers' sources are */
	bool refuses; /* the output chain does */
	bool accounts;
	bool asks_source; /* rules of what leaves do */
	bool late;        /* the output chain sees what was translated */
	bool waits;       /* what the input chain rejects does */
	bool old;         /* 1.3, whose lists stand elsewhere */
	struct nf_way in, forward, forward_tos;
	struct nf_way out[NF_VIEWS], out_tos[NF_VIEWS];
	struct nf_way acct_in, acct_out[NF_VIEWS];
	struct nf_way own; /* 1.3: the host's own packets */
	/* What becomes of what may be forwarded, and of what is masqueraded. */
	struct nf_do onward, masq_onward;
};

extern const struct nf_do nf_accept_it;

static inline struct nf_do nf_go(uint32_t chain)
{
	return (struct nf_do){ .target = NF_GOTO, .chain = chain };
}

/* Finds out what the rules of .w ask for. */
void nf_plan_needs(struct nf_plan *plan);
/* Makes the places, so that they can lead to each other. */
void nf_plan_places(struct nf_plan *plan);
/* Whether packets that leave are looked at in that view. */
bool nf_plan_has_view(const struct nf_plan *plan, enum nf_view view);

#endif
