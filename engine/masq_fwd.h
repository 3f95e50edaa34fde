/*
 * Forwarding modules: portfw, autofw, mfw. What the state keeps, the hooks by
 * which the masquerading core asks them, and their control calls. Linux 2.2,
 * ip_masq_mod.c and the modules.
 */
#ifndef ENGINE_MASQ_FWD_H
#define ENGINE_MASQ_FWD_H

#include <stdbool.h>
#include <stdint.h>

#include "core/ticks.h"

struct fw;
struct pkt;
struct pkt_info;

enum { FWD_SLOTS_MAX = 16384 };

/* In the state: one rule of any of the three. */
struct fwd_slot {
	uint32_t next;
	uint32_t kind;
	uint32_t word[14];
};
_Static_assert(sizeof(struct fwd_slot) == 64, "state file format changed");

/* In the state. */
struct fwd_mods {
	uint32_t active; /* modules that have rules: none is the fast way */
	uint32_t word[15];
};

#endif
