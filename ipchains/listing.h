/*
 * The old /proc files that ipchains read, taken apart as it did: words between
 * blanks, so that an odd name makes a whole file unreadable.
 */
#ifndef IPCHAINS_LISTING_H
#define IPCHAINS_LISTING_H

#include <stddef.h>

#include "core/rule.h"
#include "core/text.h"
#include "ipchains/print.h"

struct listing {
	struct fw_chain_row *chains;
	size_t n_chains;
	struct fw_rule_row *rules;
	size_t n_rules;
};

/* An empty listing owns nothing. */
void listing_fini(struct listing *l);

/* 0; -EBADMSG: not such a file; -ENOMEM. @file: the text of ip_fwnames,
 * ip_fwchains. */
int listing_parse_chains(struct listing *l, const char *file);
int listing_parse_rules(struct listing *l, const char *file);

/* What -L shows of @chain (NULL: all). -ENOENT: there is none of that name. */
int listing_print(const struct listing *l, const char *chain,
		  const struct print_style *s, struct text *out);

/*
 * What -M -L shows of the text of ip_masquerade. -ENODATA: it lacks its first
 * line; -EBADMSG: there is one that is no entry, and none is shown.
 */
int listing_print_masq(const char *file, const struct print_style *s,
		       struct text *out);

#endif
