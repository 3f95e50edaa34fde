/*
 * What is compiled, and how: from where a backend tells its rows, the real
 * host's interfaces, what people have set.
 */
#ifndef NETFILTER_GATHER_H
#define NETFILTER_GATHER_H

#include "netfilter/compile.h"

struct proc_source;
struct settings;

/* Owns what .in points to: nf_gathered_fini(). Names of helpers are borrowed
 * from the source. */
struct nf_gathered {
	struct nf_input in;
	struct fw_chain_row *chain;
	struct fw_rule_row *rule;
	struct fw20_rule_row *rule20[FW20_LISTS];
	struct fwd_portfw_row *portfw;
	struct fwd_autofw_row *autofw;
	struct fwd_mfw_row *mfw;
	struct fwd_helper_row *helper;
	struct nf_iface *iface;
};

/* All but the interfaces. 0 or -ENOMEM, with @g to be finished anyway. */
int nf_gather(const struct proc_source *src, struct nf_gathered *g);

/* The interfaces of the network namespace that this process is in, each with
 * its first address. 0 or -errno. */
int nf_gather_ifaces(struct nf_gathered *g);
/* The same, asked by a socket (AF_INET) that is there. */
int nf_gather_ifaces_by(struct nf_gathered *g, int fd);

void nf_gathered_fini(struct nf_gathered *g);

/* How it is compiled: as set, or by default. Of no generation. */
struct nf_config nf_config_of(const struct settings *s);

#endif
