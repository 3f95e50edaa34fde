/*
 * A rule set of today's netfilter, neutral to how it gets there: the compiler
 * (compile.h) makes it from the old rules; load.h puts it into the kernel
 * through libip4tc, iptables.h and nft.h write it down for
 * iptables-restore and nft.
 *
 * Addresses, ports and marks in host order. What a rule may say is what legacy
 * xtables of Linux 6.x offer; sources: linux/netfilter_ipv4/ip_tables.h and
 * linux/netfilter/xt_*.h.
 */
#ifndef NETFILTER_RULE_H
#define NETFILTER_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/rule.h"

enum nf_table { NF_T_RAW, NF_T_MANGLE, NF_T_NAT, NF_T_FILTER, NF_TABLES };

/* Where the kernel enters a table. */
enum nf_hook {
	NF_H_PREROUTING,
	NF_H_INPUT,
	NF_H_FORWARD,
	NF_H_OUTPUT,
	NF_H_POSTROUTING,
	NF_HOOKS,
	NF_H_NONE = NF_HOOKS /* a chain that only rules jump to */
};

enum {
	NF_CHAIN_NAME = 28, /* letters; Linux 6, XT_EXTENSION_MAXNAMELEN - 1 */
	NF_LOG_PREFIX = 63, /* letters; NFLOG's */
};

/* Which of the members below a match asks about; none: every packet. */
enum nf_ask {
	NF_ASK_SPORT = 0x0001, /* TCP and UDP, by .proto */
	NF_ASK_DPORT = 0x0002,
	NF_ASK_TCP_FLAGS = 0x0004,
	NF_ASK_ICMP = 0x0008,
	NF_ASK_MARK = 0x0010,     /* of the packet */
	NF_ASK_CT_STATE = 0x0020, /* enum nf_ct_state */
	NF_ASK_CT_STATUS = 0x0040,
	NF_ASK_CT_DIR = 0x0080,
	NF_ASK_CT_MARK = 0x0100,
	NF_ASK_CT_ORIGDST = 0x0200, /* where the first packet wanted to go */
	NF_ASK_CT_ORIGDPORT = 0x0400,
	NF_ASK_ADDRTYPE_LOCAL = 0x0800, /* the destination is the host's own */
};

/* What of a match is turned round. */
enum nf_not {
	NF_NOT_SRC = 0x0001,
	NF_NOT_DST = 0x0002,
	NF_NOT_IN = 0x0004,
	NF_NOT_OUT = 0x0008,
	NF_NOT_PROTO = 0x0010,
	NF_NOT_FRAG = 0x0020,
	NF_NOT_SPORT = 0x0040,
	NF_NOT_DPORT = 0x0080,
	NF_NOT_TCP_FLAGS = 0x0100,
	NF_NOT_ICMP = 0x0200,
	NF_NOT_MARK = 0x0400,
	NF_NOT_CT_STATE = 0x0800,
	NF_NOT_CT_STATUS = 0x1000,
	NF_NOT_CT_MARK = 0x2000,
	NF_NOT_CT_ORIGDST = 0x4000,
	NF_NOT_CT_ORIGDPORT = 0x8000,
	NF_NOT_ADDRTYPE_LOCAL = 0x10000,
};

enum nf_ct_state {
	NF_CT_INVALID = 0x01,
	NF_CT_NEW = 0x02,
	NF_CT_ESTABLISHED = 0x04,
	NF_CT_RELATED = 0x08,
	NF_CT_UNTRACKED = 0x10,
	NF_CT_SNAT = 0x20,
	NF_CT_DNAT = 0x40,
};

enum nf_ct_status {
	NF_CT_EXPECTED = 0x01,
	NF_CT_SEEN_REPLY = 0x02,
	NF_CT_ASSURED = 0x04,
	NF_CT_CONFIRMED = 0x08,
};

/* (value & .mask) == .value */
struct nf_masked {
	uint32_t value, mask;
};

struct nf_match {
	uint32_t ask;                    /* enum nf_ask */
	uint32_t not ;                   /* enum nf_not */
	uint32_t src, smask, dst, dmask; /* mask 0: any */
	struct fw_ifname in, out;        /* empty: any */
	bool in_prefix, out_prefix;      /* the name is a beginning */
	bool frag;                       /* second and later fragments */
	uint16_t proto;                  /* 0: any */
	uint16_t sport[2], dport[2];     /* lowest, highest */
	uint8_t tcp_mask, tcp_value;     /* byte 13 of the TCP header */
	uint8_t icmp_type;    /* not 255, which xtables takes for any */
	uint8_t icmp_code[2]; /* lowest, highest: 0..255, or one */
	struct nf_masked mark, ct_mark;
	uint16_t ct_state, ct_status;
	bool ct_reply; /* NF_ASK_CT_DIR: the reply's direction */
	uint32_t origdst, origdst_mask;
	uint16_t origdport[2];
};

enum nf_target {
	NF_CONTINUE, /* counts, and the next rule is tried */
	NF_ACCEPT,
	NF_DROP,
	NF_RETURN,
	NF_JUMP,             /* .chain */
	NF_GOTO,             /* .chain, whose end is the end of this one too */
	NF_MARK,             /* .mark: packet = (packet & ~mask) ^ value */
	NF_CONNMARK_SET,     /* .mark, of the connection */
	NF_CONNMARK_SAVE,    /* .mark.mask: of the packet's mark */
	NF_CONNMARK_RESTORE, /* .mark.mask */
	NF_TOS,        /* .tos: tos = (tos & and) ^ xor; table mangle only */
	NF_NFLOG,      /* .log */
	NF_REJECT,     /* .reject; table filter only */
	NF_MASQUERADE, /* .ports, [0, 0]: any; table nat only, as all below */
	NF_SNAT,       /* .addr, .ports */
	NF_DNAT,       /* .addr, .ports */
	NF_REDIRECT,   /* .ports */
	NF_NOTRACK,    /* table raw only, as below */
	NF_HELPER,     /* .helper */
	NF_TARGETS
};

enum nf_reject {
	NF_REJECT_NET_UNREACH,
	NF_REJECT_HOST_UNREACH,
	NF_REJECT_PROTO_UNREACH,
	NF_REJECT_PORT_UNREACH,
	NF_REJECT_ADMIN_PROHIB,
	NF_REJECT_TCP_RESET,
};

/* Which old rule a netfilter rule was made from: whose counters it counts. */
struct nf_origin {
	uint32_t chain; /* index into the old chains (or lists, by enum
			   fw20_list); NF_NO_ORIGIN: of none */
	uint32_t num;   /* the old rule's number from 1; 0: the policy */
	bool counts;    /* its counters belong to the old rule */
};
enum { NF_NO_ORIGIN = UINT32_MAX };

struct nf_rule {
	struct nf_match match;
	enum nf_target target;
	union {
		uint32_t chain; /* index in nf_set's chains */
		struct nf_masked mark;
		struct {
			uint8_t and, xor;
		} tos;
		struct {
			uint16_t group;
			uint16_t size; /* bytes of the packet; 0: all */
			char prefix[NF_LOG_PREFIX + 1];
		} log;
		enum nf_reject reject;
		struct {
			uint32_t addr;
			uint16_t ports[2];
		} nat;
		char helper[16];
	} u;
	struct nf_origin from;
};

/* A chain: its rules stand in one run of nf_set's. At most one chain of a table
 * has the same hook. */
struct nf_chain {
	char name[NF_CHAIN_NAME + 1];
	enum nf_table table;
	enum nf_hook hook; /* whose built-in chain jumps here */
	uint32_t first, rules;
};

/* The whole of what is ours. Own memory: nf_set_fini(). */
struct nf_set {
	struct nf_chain *chain;
	uint32_t chains, chain_room;
	uint32_t filling; /* the chain that rules are appended to */
	struct nf_rule *rule;
	uint32_t rules, rule_room;
};

void nf_set_init(struct nf_set *set);
void nf_set_fini(struct nf_set *set);

/* So many rules, or a few more, are going to be appended: room for them at once
 * is room for them once. */
void nf_set_expect(struct nf_set *set, uint32_t rules);

/* A new empty chain at the end; its index, or -ENOMEM. */
int nf_set_chain(struct nf_set *set, enum nf_table table, enum nf_hook hook,
		 const char *name);
/* Rules that are appended from now on are those of @chain, which has none yet.
 */
void nf_set_fill(struct nf_set *set, uint32_t chain);
/* Room for one, which the caller fills; or NULL. */
struct nf_rule *nf_set_room(struct nf_set *set);
/* 0 or -ENOMEM. */
int nf_set_rule(struct nf_set *set, const struct nf_rule *rule);

#endif
