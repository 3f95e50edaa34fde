/*
 * A netfilter rule as the bytes that the kernel's legacy tables take: an entry,
 * its matches, its target. Source: Linux 6, include/uapi/linux/netfilter_ipv4/
 * ip_tables.h and linux/netfilter/xt_*.h.
 */
#ifndef NETFILTER_ENCODE_H
#define NETFILTER_ENCODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "netfilter/rule.h"

struct ipt_entry;

enum { NF_ENTRY_MAX = 1024 }; /* bytes; more than any rule takes */

/* Entries behind one another, each aligned as the kernel wants it. Own memory:
 * nf_code_fini(). */
struct nf_code {
	uint8_t *bytes;
	size_t len, room;
};

void nf_code_fini(struct nf_code *code);

/* Makes room for so many rules, or about so many, at once. 0 or -ENOMEM. */
int nf_code_expect(struct nf_code *code, size_t rules);

/*
 * Appends @rule. @chain: what it jumps to, if it does, by the name that the
 * chain has in the kernel. 0 or -ENOMEM.
 */
int nf_encode(struct nf_code *code, const struct nf_rule *rule,
	      const char *chain);

/* The entry that begins at byte @at. */
const struct ipt_entry *nf_code_entry(const struct nf_code *code, size_t at);

/*
 * Whether the kernel's entry @has, with the target's name @target as libip4tc
 * tells it, is what @want asks for, counters apart.
 */
bool nf_entry_alike(const struct ipt_entry *has, const char *target,
		    const struct ipt_entry *want);

/* Whether the entry's target is a chain or a verdict of the kernel's own. */
bool nf_entry_is_verdict(const struct ipt_entry *entry);

/* The name of an entry's target. */
const char *nf_entry_target(const struct ipt_entry *entry);

#endif
