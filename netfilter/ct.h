/*
 * The running kernel's table of connections, as it tells it over netlink. Here
 * is only how to ask; what the entries mean to masquerading is rows.h's.
 * Source: linux/netfilter/nfnetlink_conntrack.h.
 */
#ifndef NETFILTER_CT_H
#define NETFILTER_CT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/masq_row.h"
#include "netfilter/rule.h"

struct nf_ct;

/* One direction: what its packets bear. Host order. */
struct nf_ct_tuple {
	uint32_t src, dst;
	uint16_t sport, dport; /* ICMP: both the identifier */
	uint8_t proto;
	uint8_t icmp_type, icmp_code;
};

enum nf_ct_dir { NF_CT_ORIG, NF_CT_REPLY, NF_CT_DIRS };

struct nf_ct_entry {
	struct nf_ct_tuple dir[NF_CT_DIRS];
	struct nf_ct_tuple master; /* of the connection that announced it */
	bool has_master;
	bool helped;       /* a helper reads along */
	uint8_t tcp_state; /* enum tcp_conntrack of the kernel */
	uint32_t status;   /* IPS_* of the kernel */
	uint32_t mark;
	uint32_t timeout_s;
	struct masq_seq seq[NF_CT_DIRS];
	uint64_t packets, bytes; /* both ways; 0: the kernel does not count */
	uint64_t started;        /* in ns; 0: the kernel does not say */
};

/* A connection that a helper awaits. */
struct nf_ct_expect {
	struct nf_ct_tuple tuple;  /* ports 0: any */
	struct nf_ct_tuple master; /* who announced it: its original */
	struct nf_ct_tuple inside; /* whom it was announced for; .src 0: the
				      same as in .tuple */
	uint32_t timeout_s;
};

/* 0 or -errno; of the network namespace that the caller is in. */
int nf_ct_open(struct nf_ct **ct);
void nf_ct_close(struct nf_ct *ct);

/*
 * All entries of IPv4 whose mark is @mark's (mask 0: all of them), in no order
 * of meaning. 0 or -errno, perhaps after some. @entry must not use @ct.
 */
int nf_ct_each(struct nf_ct *ct, struct nf_masked mark,
	       void (*entry)(void *ctx, const struct nf_ct_entry *), void *ctx);
int nf_ct_each_expect(struct nf_ct *ct,
		      void (*expect)(void *ctx, const struct nf_ct_expect *),
		      void *ctx);

/* The connection of that original direction. -ENOENT: there is none. */
int nf_ct_get(struct nf_ct *ct, const struct nf_ct_tuple *orig,
	      struct nf_ct_entry *entry);

/* Forgets the connection of that original direction. -ENOENT: there is none. */
int nf_ct_delete(struct nf_ct *ct, const struct nf_ct_tuple *orig);
/* All whose mark is @mark's. */
int nf_ct_delete_marked(struct nf_ct *ct, struct nf_masked mark);

#endif
