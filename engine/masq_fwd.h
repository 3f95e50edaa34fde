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

/* The forwarding modules, as indices. */
enum fwd_mod { FWD_PORTFW, FWD_AUTOFW, FWD_MFW, FWD_MODS };

enum { FWD_MFW_ROWS = 16, FWD_AUTOFW_HOLD = 15 * HZ };

/* Addresses and ports in host order. */
struct fwd_portfw {
	uint32_t laddr, raddr;
	uint16_t lport, rport;
	uint32_t proto; /* IPPROTO_TCP, IPPROTO_UDP */
	int32_t counter, pref;
};

enum fwd_autofw_type { AUTOFW_RANGE = 1, AUTOFW_PORT, AUTOFW_DIRECT };
enum fwd_autofw_flag {
	AUTOFW_ACTIVE = 1,
	AUTOFW_USETIME = 2,
	AUTOFW_SECURE = 4
};

struct fwd_autofw {
	uint16_t type, flags; /* enum fwd_autofw_type, fwd_autofw_flag */
	uint16_t proto, low, high, visible, hidden;
	uint16_t ctl_proto, ctl_port;
	uint16_t timer_on;
	uint32_t where, last;
	ticks_t expires;
};

/* A mark that mfw serves; its hosts hang below it. */
struct fwd_mark {
	uint32_t mark;
	uint32_t first; /* host, or FW_NIL */
};

struct fwd_host {
	uint32_t raddr;
	uint32_t rport; /* 0: the packet's */
	int32_t counter, pref;
};

/* In the state: one rule of any of the three, or a mark. */
struct fwd_slot {
	uint32_t next; /* in its list, or FW_NIL */
	uint32_t pad;
	union {
		struct fwd_portfw portfw;
		struct fwd_autofw autofw;
		struct fwd_mark mark;
		struct fwd_host host;
		uint32_t word[14];
	} u;
};
_Static_assert(sizeof(struct fwd_slot) == 64, "state file format changed");

/* In the state. Heads of lists are slots or FW_NIL. */
struct fwd_mods {
	uint32_t active;  /* modules that have rules; 0 is the fast way */
	uint8_t order[4]; /* those, the last to get a first rule first */
	uint32_t rules[FWD_MODS];
	uint32_t portfw[2]; /* UDP, TCP */
	uint32_t autofw;
	uint32_t mfw[FWD_MFW_ROWS]; /* marks, by their low four bits */
	uint32_t timers;            /* autofw rules whose timer runs */
	/* A bit a local port, UDP and TCP, that portfw has rules for: what is
	 * for none is told at once. */
	_Alignas(8) uint64_t lports[2][65536 / 64];
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

/* autofw's own timers due by @now. */
void fwd_run_timers(struct fw *fw, ticks_t now);

/*
 * A control call. Returns as the kernel's handler did: 0; positive: success
 * with so many bytes copied back (quirk: also portfw's and autofw's errors);
 * negative: -errno. -ENOPROTOOPT: a kernel of this era has no such call.
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
