/*
 * The lines of ipchains-save, in the form of ipchains-scripts 1.1.2: one a
 * chain and one a rule. Counters are not saved.
 */
#ifndef IPCHAINS_SAVE_H
#define IPCHAINS_SAVE_H

#include "core/rule.h"
#include "core/text.h"

/* ":NAME POLICY", "-" for a chain of the user's. */
void save_chain(const struct fw_chain_row *row, struct text *out);

/* "-A NAME -s ...": what ipchains makes the same rule of. */
void save_rule(const struct fw_rule_row *row, struct text *out);

#endif
