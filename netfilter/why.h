/*
 * Why today's netfilter cannot do what an old rule says, or does it otherwise:
 * one table for refusals, `fwcompat check` and the manual page.
 */
#ifndef NETFILTER_WHY_H
#define NETFILTER_WHY_H

#include <stdbool.h>
#include <stdint.h>

#include "core/text.h"

enum nf_why {
	/* Refused. */
	NF_WHY_MARK_ADDED,
	NF_WHY_MARK_BITS,
	NF_WHY_LOOP,
	NF_WHY_SPORT_CUT,
	NF_WHY_ICMP_TYPES,
	NF_WHY_NOT_SYN,
	NF_WHY_TOO_MANY,
	NF_WHY_REDIRECTS,
	NF_WHY_TURNS,
	NF_WHY_AUTOFW,
	NF_WHY_HELPER,
	/* Done otherwise. */
	NF_WHY_FRAGMENTS,
	NF_WHY_MASQ_SOURCE,
	NF_WHY_FEWER_PORTS,
	NF_WHY_MASQ_LOG,
	NF_WHY_INPUT_REJECT,
	NF_WHY_REDIRECT,
	NF_WHY_FORWARD_TOS,
	NF_WHY_FIRST_PACKET,
	NF_WHYS
};

struct nf_reason {
	const char *name; /* one word, for scripts */
	bool refused;     /* or it is done otherwise */
	const char *text; /* a sentence without its full stop */
};

extern const struct nf_reason nf_reasons[NF_WHYS];

/* What is done otherwise whatever the rules are. Ends with a NULL name. */
struct nf_always {
	const char *name;
	const char *text;
};
extern const struct nf_always nf_always[];

/* What was found about a rule. */
struct nf_finding {
	enum nf_why why;
	const char *chain; /* label or list of the rule, borrowed; NULL: no
			      rule's but a forward's, a module's */
	uint32_t num;      /* the rule's number from 1; 0: the policy */
	const char *what;  /* what of it, e.g. "mark 0x1000000"; or NULL */
};

/* "rule 3 of chain input: ...", as one sentence. */
void nf_finding_text(const struct nf_finding *found, struct text *out);

#endif
