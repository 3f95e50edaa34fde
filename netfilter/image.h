/*
 * A table of the kernel's, as it gives it out: entries behind one another, and
 * where its chains are among them. For netfilter/entries.h, which has the rest.
 *
 * Source: Linux 6, include/uapi/linux/netfilter_ipv4/ip_tables.h,
 * net/ipv4/netfilter/ip_tables.c.
 */
#ifndef NETFILTER_IMAGE_H
#define NETFILTER_IMAGE_H

#include <stdint.h>

#include "netfilter/table.h"

struct ipt_entry;
struct ipt_get_entries;

/* The kernel's numbers, as a standard target has them. */
enum {
	NF_VERDICT_DROP = -1,
	NF_VERDICT_ACCEPT = -2,
	NF_VERDICT_RETURN = -5,
};

/* A chain. */
struct nf_part {
	const char *name;    /* a built-in one's: "" */
	uint32_t first, end; /* where the first rule and the last entry begin,
				which is the policy or a RETURN */
	uint32_t at, rules;  /* the first rule's number among all entries */
};

struct nf_image {
	enum nf_table table;
	struct nf_shape shape;
	uint32_t hooks;       /* a bit each: the table has them */
	uint32_t last_hook;   /* where the last built-in chain begins */
	struct nf_part *part; /* in the order in which the table has them */
	const struct nf_part **named; /* user chains, by name */
	uint32_t parts, nameds;
	struct ipt_get_entries *got;
};

/* Asks for the table by @fd, a socket. 0, NF_NOT_PLAIN (netfilter/table.h),
 * -EAGAIN: somebody was changing it; or -ENOMEM. The caller finishes @image in
 * any case. */
int nf_image_read(struct nf_image *image, int fd, enum nf_table table);
void nf_image_fini(struct nf_image *image);

/* The entry at that place. */
const struct ipt_entry *nf_image_entry(const struct nf_image *image,
				       uint32_t at);
/* The verdict of an entry, if it is one that the kernel itself gives. */
const int *nf_entry_verdict(const struct ipt_entry *entry);
/* The name of the target of the entry at that place, in words, as
 * netfilter/encode.h has it. */
const char *nf_image_target(const struct nf_image *image, uint32_t at);

/* The user chain of that name, or NULL. */
const struct nf_part *nf_image_named(const struct nf_image *image,
				     const char *name);
/* The chain whose first rule is there, or NULL. */
const struct nf_part *nf_image_part(const struct nf_image *image,
				    uint32_t first);

/* How the kernel holds the table. -errno. */
int nf_image_shape(int fd, enum nf_table table, struct nf_shape *shape);

#endif
