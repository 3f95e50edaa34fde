/*
 * The fixed lists of Linux 2.0 and 1.3: forward, input ("blocking"), output,
 * accounting. Source: Linux 2.0, net/ipv4/ip_fw.c.
 */
#ifndef ENGINE_LISTS_H
#define ENGINE_LISTS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/rule20.h"
#include "engine/table.h"

struct fw;

enum { FW_RULES20_MAX = 65536 };

/* In the state. */
struct fw20_slot {
	uint32_t next;
	uint32_t packets, bytes;
	uint32_t counted; /* another kernel counts for it, too: since it was
			     made, or set to 0 */
	struct fw20_rule rule;
	uint8_t fill[128 - 16 - sizeof(struct fw20_rule)];
};
_Static_assert(sizeof(struct fw20_slot) == 128, "state file format changed");

/* In the state. */
struct fw20_lists {
	uint32_t first[FW20_LISTS], last[FW20_LISTS]; /* or FW_NIL */
	int32_t policy[FW20_LISTS]; /* flag bits; ACCEPT at boot */
	uint32_t generation;
	uint32_t pad[3];
};

void lists_init(struct fw *fw);

/*
 * The calls of ip_fw_ctl(). In era 1.3 append and insert both find the rule its
 * own place, and delete takes all that match. Returns 0; -EINVAL: a rule the
 * kernel refused, or nothing to delete; -ENOMEM: table full; -ENOPROTOOPT: the
 * list has no such call (accounting: policy and check), or 1.3 has no such list
 * (output).
 */
int list_append(struct fw *fw, enum fw20_list list,
		const struct fw20_rule *rule);
int list_insert(struct fw *fw, enum fw20_list list,
		const struct fw20_rule *rule);
int list_delete(struct fw *fw, enum fw20_list list,
		const struct fw20_rule *rule);
int list_flush(struct fw *fw, enum fw20_list list);
int list_zero(struct fw *fw, enum fw20_list list);
int list_policy(struct fw *fw, enum fw20_list list, int32_t policy);

/* 0: accepted; else -errno with the number the old kernel used for a verdict.
 */
int list_check(struct fw *fw, enum fw20_list list, const struct fw_probe *probe,
	       uint32_t via_addr);

/* A list's rules in order. @zero: counters are cleared once shown. */
void list_each(struct fw *fw, enum fw20_list list, bool zero,
	       void (*row)(void *ctx, const struct fw20_rule_row *), void *ctx);

#endif
