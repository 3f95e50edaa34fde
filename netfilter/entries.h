/*
 * A table in the form in which the kernel gives it out and takes it: entries
 * behind one another, getsockopt(2) and setsockopt(2). libip4tc, which
 * netfilter/table.h is on, takes that apart and puts it together again, rule by
 * rule, and has to be loaded: for one rule of 5,000 that is a third of the time
 * that the kernel takes. So what most commands do goes this way: rules of
 * chains that are there come, go and count. All else, and whatever looks
 * unusual, is left to libip4tc. Who calls holds nf_lock().
 *
 * Source: Linux 6, include/uapi/linux/netfilter_ipv4/ip_tables.h,
 * net/ipv4/netfilter/ip_tables.c.
 */
#ifndef NETFILTER_ENTRIES_H
#define NETFILTER_ENTRIES_H

#include <stdbool.h>
#include <stddef.h>

#include "netfilter/table.h"

/* As nf_table_put(), by @fd, a socket. NF_NOT_PLAIN: nothing was done, and
 * nobody was told anything. */
int nf_entries_put(int fd, const struct nf_goal *goal,
		   const struct nf_book_table *past, const struct nf_fold *fold,
		   char *why, size_t n);

/* As nf_table_differs(). */
int nf_entries_differs(int fd, const struct nf_goal *goal,
		       const struct nf_book_table *past, bool *differs);

/*
 * The counters of the table's rules, as @past tells whose they are. Where the
 * kernel's chain is another than the book's, none are told. 0, NF_NOT_PLAIN or
 * -ENOMEM.
 */
int nf_entries_count(int fd, enum nf_table table,
		     const struct nf_book_table *past,
		     const struct nf_fold *fold);

#endif
