/*
 * The old rules as rules of today's netfilter.
 *
 * input is asked in mangle PREROUTING, forward in filter FORWARD, output in
 * mangle POSTROUTING, or, where it rejects, in filter FORWARD and OUTPUT;
 * masquerading, REDIRECT and forwarded ports are in nat, helpers in raw. What
 * one place decides for another to carry out goes along in bits of the packet's
 * mark, which the configuration gives; the lowest of them tells the
 * generation of rules that the packet is to meet.
 */
#ifndef NETFILTER_COMPILE_H
#define NETFILTER_COMPILE_H

#include <stddef.h>
#include <stdint.h>

#include "core/era.h"
#include "core/fwd_rows.h"
#include "core/rule.h"
#include "core/rule20.h"
#include "netfilter/rule.h"
#include "netfilter/why.h"

/* An interface of the real host, with the address that it masquerades by. */
struct nf_iface {
	struct fw_ifname name;
	uint32_t addr, mask; /* host order; 0: none */
};

/* What is compiled. All arrays are the caller's. */
struct nf_input {
	enum fw_era era;
	/* 2.2: the built-in chains first; rules chain by chain, as listings
	 * show them. */
	const struct fw_chain_row *chain;
	uint32_t chains;
	const struct fw_rule_row *rule;
	uint32_t rules;
	/* 2.0, 1.3: by enum fw20_list. */
	int32_t policy20[FW20_LISTS];
	const struct fw20_rule_row *rule20[FW20_LISTS];
	uint32_t rules20[FW20_LISTS];
	/* Forwards and ports of helpers. */
	const struct fwd_portfw_row *portfw;
	uint32_t portfws;
	const struct fwd_autofw_row *autofw;
	uint32_t autofws;
	const struct fwd_mfw_row *mfw;
	uint32_t mfws;
	const struct fwd_helper_row *helper;
	uint32_t helpers;
	const struct nf_iface *iface;
	uint32_t ifaces;
};

struct nf_config {
	const char *prefix; /* of chain names, 3 letters at most: "fwc" */
	char generation; /* 'A', 'B': it follows the prefix; '\0': there is but
			    one */
	uint32_t mark_mask;  /* bits of the mark that are ours, 3 at least */
	uint16_t log_group;  /* of NFLOG: lines */
	uint16_t copy_group; /* of NFLOG: packets for 2.2's -o */
	/* What nft has and iptables has not: the output chain's place behind
	 * source NAT (where it rejects nothing), REJECT in prerouting. */
	bool late_output, early_reject;
};

enum { NF_MARK_MASK = (int)0xFF000000, NF_LOG_GROUP = 22, NF_COPY_GROUP = 23 };
extern const struct nf_config nf_config_default; /* of no generation */

/* The bit that packets of the generation have, and all of ours that tell. */
struct nf_masked nf_generation_mark(const struct nf_config *config);

/*
 * The mark of connections that rules of ours masquerade or forward in, set by
 * NF_CONNMARK_SET in nat before their first packet is translated: only those
 * are listed as masquerade entries, not what rules of others translate. FTP's
 * data connections and their like inherit it. Not those of REDIRECT.
 */
struct nf_masked nf_masq_mark(const struct nf_config *config);

/* Is told everything that is refused or done otherwise. */
struct nf_listener {
	void *ctx;
	void (*found)(void *ctx, const struct nf_finding *found);
};

/*
 * Compiles into @out, which the caller has initialised and finishes. 0;
 * -EOPNOTSUPP: something cannot be expressed, the first of which is in @why,
 * a sentence; -ENOMEM; -EINVAL: the configuration has too few bits, or too
 * long a prefix. @why and @listener may be NULL.
 *
 * The counters of an old rule, or policy, are the sum over the rules whose
 * .from has its chain and number and .counts.
 */
int nf_compile(const struct nf_input *in, const struct nf_config *config,
	       struct nf_set *out, struct text *why,
	       const struct nf_listener *listener);

#endif
