/*
 * The masquerade table of the running kernel, as the netfilter backend shows
 * it: the connections that rules of ours masquerade, or forward in.
 */
#ifndef NETFILTER_MASQ_H
#define NETFILTER_MASQ_H

#include <stdbool.h>
#include <stdint.h>

#include "core/era.h"
#include "core/masq_row.h"
#include "netfilter/rule.h"

struct nf_ct_entry;
struct nf_masq;

/* @ours: the mark of connections of ours. -ENOMEM; the kernel is not asked
 * yet. */
int nf_masq_open(struct nf_masq **masq, struct nf_masked ours);
void nf_masq_close(struct nf_masq *masq);

/*
 * Rows as of the first look since the last nf_masq_forget(). 0 or -errno;
 * -EPERM: only root may look.
 */
int nf_masq_look(struct nf_masq *masq, enum fw_era era);
void nf_masq_forget(struct nf_masq *masq);

/* Of what was looked at; none where that failed. */
void nf_masq_each(const struct nf_masq *masq,
		  void (*row)(void *ctx, const struct masq_row *), void *ctx);
void nf_masq_free_ports(const struct nf_masq *masq,
			int32_t free_ports[MASQ_PROTOS]);
uint32_t nf_masq_count(const struct nf_masq *masq);
/* How many have a helper that serves an outside port. */
uint32_t nf_masq_attached(const struct nf_masq *masq, uint8_t proto,
			  uint16_t port);

/*
 * Forgets all connections of the namespace, whosever they are, that @stale says
 * so of; @ours: they bear the mark. The number of them, or -errno, perhaps
 * after some.
 */
int nf_masq_drop(struct nf_masq *masq,
		 bool (*stale)(void *ctx, const struct nf_ct_entry *,
			       bool ours),
		 void *ctx);

#endif
