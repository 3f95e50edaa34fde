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
	uint32_t pad;
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

#endif
