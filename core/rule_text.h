/* A rule in the words of the tool that makes it. */
#ifndef CORE_RULE_TEXT_H
#define CORE_RULE_TEXT_H

#include "core/rule.h"
#include "core/rule20.h"
#include "core/text.h"

/*
 * "-s ADDR/MASK ... -j TARGET ...": what stands behind `ipchains -A CHAIN' to
 * make this rule, in the form of ipchains-save (ipchains-scripts 1.1.2).
 */
void rule_text(const struct fw_rule *rule, struct text *out);

/* "accept -P tcp -S ...": what stands behind `ipfwadm -I -a', say. */
void rule20_text(const struct fw20_rule *rule, struct text *out);

#endif
