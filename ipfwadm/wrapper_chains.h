/* The chains in which ipfwadm-wrapper keeps ipfwadm's lists. */
#ifndef IPFWADM_WRAPPER_CHAINS_H
#define IPFWADM_WRAPPER_CHAINS_H

#include <stddef.h>

#include "core/rule20.h"
#include "core/text.h"
#include "ipchains/listing.h"
#include "ipfwadm/options.h"

struct wrapper_chain {
	const char *label;
	enum fw20_list list;
	uint16_t direction;     /* accounting: FW20_ACCTIN, FW20_ACCTOUT, 0 */
	const char *callers[2]; /* built-in chains; NULL: no more */
};

/* In the order of the jumps at a built-in chain's head. */
extern const struct wrapper_chain wrapper_chains[];
enum { WRAPPER_CHAINS = 6 };

/* The built-in chain that a firewall list's policy is kept in. */
const char *wrapper_builtin(enum fw20_list list);

/*
 * Lists @category from the chains' rows. Rules that ipfwadm has no words for
 * are left out; returns how many.
 */
int wrapper_list(const struct listing *l, enum ipfwadm_category category,
		 uint8_t show, const struct resolver *names, struct text *out);

#endif
