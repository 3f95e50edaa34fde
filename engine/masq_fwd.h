/*
 * Forwarding modules: portfw, autofw, mfw. What the state keeps, the hooks by
 * which the masquerading core asks them, and their control calls. Linux 2.2,
 * ip_masq_mod.c and the modules.
 */
#ifndef ENGINE_MASQ_FWD_H
#define ENGINE_MASQ_FWD_H

#include <stdbool.h>
#include <stdint.h>

#include "core/fwd_rows.h"
#include "core/masq_ctl.h"
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

void fwd_init(struct fw *fw);

/*
 * The hooks, asked only while .active is not 0. @info: the packet as it stands.
 * in_rule: whether a module claims a packet for the host, whatever its port is.
 * in_create, out_create: an entry for it (held), or FW_NIL. out_update: a
 * packet is about to be masqueraded by @entry.
 */
bool fwd_in_rule(struct fw *fw, const struct pkt *p,
		 const struct pkt_info *info);
uint32_t fwd_in_create(struct fw *fw, const struct pkt *p,
		       const struct pkt_info *info);
uint32_t fwd_out_create(struct fw *fw, uint32_t maddr,
			const struct pkt_info *info);
void fwd_out_update(struct fw *fw, uint32_t entry, const struct pkt_info *info);

/* autofw's own timers due by @now, and when the next one is (or @now + 2^30).
 */
void fwd_run_timers(struct fw *fw, ticks_t now);

/*
 * A control call. Returns as the kernel's handler did: 0; positive: success
 * with so many bytes copied back (quirk: also portfw's and autofw's errors);
 * negative: -errno.
 */
int fwd_ctl(struct fw *fw, struct masq_ctl *ctl);

void fwd_portfw_each(const struct fw *fw,
		     void (*row)(void *ctx, const struct fwd_portfw_row *),
		     void *ctx);
void fwd_autofw_each(const struct fw *fw, ticks_t now,
		     void (*row)(void *ctx, const struct fwd_autofw_row *),
		     void *ctx);
void fwd_mfw_each(const struct fw *fw,
		  void (*row)(void *ctx, const struct fwd_mfw_row *),
		  void *ctx);

#endif
