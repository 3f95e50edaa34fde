/*
 * ipfwadm's listings: the text of an old /proc file in, what the tool showed
 * out.
 */
#ifndef IPFWADM_LISTING_H
#define IPFWADM_LISTING_H

#include <stdint.h>

#include "core/names.h"
#include "core/text.h"
#include "ipfwadm/options.h"

/* How a listing ended. */
enum ipfwadm_listed {
	IPFWADM_LISTED,
	IPFWADM_BAD_HEADER, /* nothing was shown */
	IPFWADM_BAD_DATA,   /* the heading alone was shown */
	IPFWADM_NO_MEMORY,
};

/* Rules of a category; @names NULL: numeric. */
enum ipfwadm_listed ipfwadm_list_rules(const char *file,
				       enum ipfwadm_category category,
				       uint8_t show,
				       const struct resolver *names,
				       struct text *out);

/* Masquerade entries. */
enum ipfwadm_listed ipfwadm_list_masq(const char *file, uint8_t show,
				      const struct resolver *names,
				      struct text *out);

#endif
