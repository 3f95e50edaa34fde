/*
 * Chains and rules as they lie in the state: finding them, walking them in
 * their order, writing them. Every index is checked before use, and no walk is
 * longer than its table, whatever the file says.
 */
#ifndef ENGINE_CHAIN_SLOTS_H
#define ENGINE_CHAIN_SLOTS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/rule.h"
#include "engine/chains.h"

struct fw;

/* The label of a target or policy that is a word of its own; NULL: it is none.
 */
const char *verdict_label(uint32_t verdict);

/* The verdict that a label stands for; FW_V_CHAIN: none, a chain's perhaps. */
enum fw_verdict verdict_labelled(const char *label);

/* The label of a rule's target, "" for none, in @label. */
void target_label(const struct fw *fw, const struct fw_slot *s,
		  char label[FW_LABEL_MAX + 1]);

/* A chain's label, which in the state may lack its NUL. */
void chain_label(const struct fw *fw, uint32_t chain,
		 char label[FW_LABEL_MAX + 1]);

struct fw_chain *chain_edit(struct fw *fw, uint32_t chain);
struct fw_slot *rule_edit(struct fw *fw, uint32_t rule);
struct fw_chains *chains_edit(struct fw *fw);

/* The chain behind @chain in the order of listings, or FW_NIL. */
uint32_t chain_next(const struct fw *fw, uint32_t chain);

/* The rule behind @prev (FW_NIL: the first) of a chain, or FW_NIL. */
uint32_t rule_next(const struct fw *fw, const struct fw_chain *c,
		   uint32_t prev);

/* How many rules a walk of the chain may see. */
uint32_t rules_bound(const struct fw *fw, const struct fw_chain *c);

/* The chain of that label, or FW_NIL. */
uint32_t chain_find(const struct fw *fw, const char *label);

/* @via with nothing behind its NUL. */
struct fw_ifname ifname_clean(const struct fw_ifname *via);

/* Writes a rule over a slot; its link and counters stay. */
void slot_set(struct fw_slot *s, const struct fw_rule *rule,
	      enum fw_verdict target, uint32_t jump);

/* The rule in a slot. */
void slot_get(const struct fw *fw, const struct fw_slot *s,
	      struct fw_rule *rule);

/* Sets a rule's counters to 0. */
void rule_zero(struct fw *fw, uint32_t rule);

#endif
