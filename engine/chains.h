/*
 * Linux 2.2's chains: what the state keeps of them, and the operations on them.
 * Errors are those of the old kernel, negative. Source: Linux 2.2,
 * net/ipv4/ip_fw.c.
 */
#ifndef ENGINE_CHAINS_H
#define ENGINE_CHAINS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/rule.h"
#include "engine/table.h"

struct fw;
struct pkt;
struct pkt_info;

enum { FW_CHAINS_MAX = 16384, FW_RULES_MAX = 131072 };

/* The built-in chains: always there, in these slots. */
enum fw_builtin { FW_INPUT, FW_FORWARD, FW_OUTPUT, FW_BUILTINS };

enum fw_verdict {
	FW_V_NONE, /* a rule's target: go on. A policy: a user chain's "-" */
	FW_V_ACCEPT,
	FW_V_DENY,
	FW_V_REJECT,
	FW_V_MASQ,
	FW_V_REDIRECT,
	FW_V_RETURN, /* as a CHECK's verdict: a user chain's end was reached */
	FW_V_CHAIN,  /* as a rule's target: the chain in .jump */
	FW_V_LOOP,   /* only as the verdict of a CHECK */
};

/* In the state. */
struct fw_chain {
	uint32_t next;        /* the chain made after this one, or FW_NIL */
	uint32_t first, last; /* its rules, or FW_NIL */
	uint32_t rules;       /* how many */
	uint32_t refs;        /* rules that jump here; built-in: 1 more */
	uint32_t policy;      /* enum fw_verdict */
	uint8_t label[FW_LABEL_MAX + 8];
	_Alignas(8) struct fw_counter count; /* packets that met the policy */
	uint32_t generation; /* of all chains when these rules last changed */
	uint32_t counted;    /* another kernel counts for the policy, too */
};
_Static_assert(sizeof(struct fw_chain) == 64, "state file format changed");

/* In the state. What a packet changes lies in the second half. */
struct fw_slot {
	uint32_t next;   /* the next rule of the chain, or FW_NIL */
	uint32_t target; /* enum fw_verdict */
	uint32_t jump;   /* FW_V_CHAIN: slot of that chain */
	uint32_t src, smask, dst, dmask;
	uint32_t mark;
	uint16_t proto, flags, inv;
	uint16_t sport[2], dport[2];
	uint16_t redir_port, outsize;
	uint8_t tos_and, tos_xor;
	uint32_t counted; /* another kernel counts for the rule, too: since it
			     was made, or set to 0 */
	uint32_t pad[2];
	_Alignas(8) struct fw_counter count;
	struct fw_ifname via;
	uint32_t pad2[8];
};
_Static_assert(sizeof(struct fw_slot) == 128, "state file format changed");

/* In the state. */
struct fw_chains {
	uint32_t first_user, last_user; /* user chains by age, or FW_NIL */
	uint32_t redirect_seen; /* ip_always_defrag was raised for REDIRECT */
	uint32_t generation;    /* grows with every change of a rule */
};

/* A fresh host's chains. */
void chains_init(struct fw *fw);

/*
 * Rule and chain operations; numbers count from 1. Returns as ip_fw_ctl() did,
 * e.g. -ENOENT: no such chain or target; -EINVAL: no such rule, or a rule the
 * kernel refused; -ENOMEM: the table is full. See the functions for the order
 * of the tests.
 */
int chain_append(struct fw *fw, const char *label, const struct fw_rule *rule);
int chain_insert(struct fw *fw, const char *label, uint32_t num,
		 const struct fw_rule *rule);
int chain_replace(struct fw *fw, const char *label, uint32_t num,
		  const struct fw_rule *rule);
int chain_delete(struct fw *fw, const char *label, const struct fw_rule *rule);
int chain_delete_num(struct fw *fw, const char *label, uint32_t num);
int chain_flush(struct fw *fw, const char *label);
int chain_zero(struct fw *fw, const char *label);
int chain_create(struct fw *fw, const char *label);
int chain_remove(struct fw *fw, const char *label);
int chain_policy(struct fw *fw, const char *label, const char *policy);

/* 0: accepted; else -errno with the number the old kernel used for that
 * verdict. */
int chain_check(struct fw *fw, const char *label, const struct fw_probe *probe);

/* All chains in order; then a chain's rules. @zero: counters are cleared once
 * shown. */
void chains_each(const struct fw *fw,
		 void (*row)(void *ctx, const struct fw_chain_row *),
		 void *ctx);
void rules_each(struct fw *fw, bool zero,
		void (*row)(void *ctx, const struct fw_rule_row *), void *ctx);

/* What a walk of a built-in chain decided. */
struct fw_answer {
	enum fw_verdict verdict;
	uint16_t redir_port; /* FW_V_REDIRECT, in host order */
};

/*
 * Sends @p through a built-in chain: counts, logs, changes TOS (in the packet
 * and in @info) and mark as the rules say. @via: the interface of arrival
 * (input) or departure.
 */
struct fw_answer chain_run(struct fw *fw, enum fw_builtin chain,
			   const struct fw_ifname *via, struct pkt *p,
			   struct pkt_info *info);

#endif
