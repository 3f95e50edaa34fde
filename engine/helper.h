/*
 * Masquerading helpers (ip_masq_ftp and the like): a table of what they are, a
 * list of which are loaded for which ports. A new helper is a file and a row in
 * helper.c.
 */
#ifndef ENGINE_HELPER_H
#define ENGINE_HELPER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/fwd_rows.h"

struct fw;
struct pkt;
struct pkt_info;

enum { HELPER_REGS = 128 };

/* What a helper is called with: a packet of an entry bound to it. */
struct helper_call {
	struct fw *fw;
	uint32_t entry;
	uint32_t maddr; /* our address chosen for this packet, host order */
	struct pkt *pkt;
	struct pkt_info *info;
};

struct helper {
	const char *module; /* "ip_masq_ftp" */
	/*
	 * Look at, and change, the payload. The result is by how many bytes the
	 * packet became longer, as the original reported it (for the sequence
	 * numbers).
	 */
	int (*out)(struct helper_call *call);
	int (*in)(struct helper_call *call);
};

/* In the state: one port (or mark) that a loaded helper serves. 0 in .module:
 * free. */
struct helper_reg {
	uint16_t module;   /* index in the table of helpers + 1 */
	uint16_t attached; /* entries bound */
	uint32_t type; /* side, protocol and port, as 2.2 made it: spec masq 7.3
			*/
	uint32_t order; /* age: of equal types the newest wins */
	char name[20];  /* as /proc/net/ip_masq/app shows it */
};

/* In the state. */
struct helpers {
	struct helper_reg reg[HELPER_REGS];
	uint32_t next_order;
	uint32_t count; /* registrations: none is the fast way */
};

/* Binds a new entry by its ports; later by a packet's mark. */
void helper_bind(struct fw *fw, uint32_t entry);
void helper_bind_mark(struct fw *fw, uint32_t entry, uint32_t mark);
void helper_unbind(struct fw *fw, uint32_t entry);

/*
 * For a packet of an entry that has a helper: sequence numbers, then the
 * helper, then what its change of length means for later ones. The caller makes
 * the checksums.
 */
void helper_out(struct helper_call *call);
void helper_in(struct helper_call *call);

/* The registrations in the order of /proc/net/ip_masq/app. */
void helpers_each(const struct fw *fw,
		  void (*row)(void *ctx, const struct fwd_helper_row *),
		  void *ctx);

#endif
