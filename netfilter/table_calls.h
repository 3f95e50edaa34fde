/*
 * The calls of table.h across the border of a shared object: libip4tc is loaded
 * where netfilter/entries.h leaves a table to it.
 */
#ifndef NETFILTER_TABLE_CALLS_H
#define NETFILTER_TABLE_CALLS_H

#include <stddef.h>

#include "netfilter/table.h"

struct nf_table_calls {
	int (*put)(const struct nf_goal *goal, const struct nf_book_table *past,
		   const struct nf_fold *fold, char *why, size_t n);
	int (*differs)(const struct nf_goal *goal,
		       const struct nf_book_table *past, bool *differs,
		       char *why, size_t n);
	int (*look)(enum nf_table table, const char *generation,
		    struct nf_seen *seen, char *why, size_t n);
};

/* What netfilter.so shows under the name "backend_export". NULL: it is not of
 * that version, or of other calls. */
typedef const struct nf_table_calls *nf_table_export_fn(const char *version,
							size_t size);

#endif
