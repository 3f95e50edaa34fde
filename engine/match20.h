/*
 * A packet against the fixed lists of Linux 2.0 and 1.3. list_check() is
 * declared in engine/lists.h. Rules are matched from a copy that is private to
 * the process and made anew when a list changed.
 */
#ifndef ENGINE_MATCH20_H
#define ENGINE_MATCH20_H

#include <stdint.h>

#include "core/rule20.h"
#include "engine/chains.h"

struct fw;
struct pkt;
struct pkt_info;

/* Which packets accounting is asked about; 1.3 has no directions. */
enum acct_direction { ACCT_IN, ACCT_OUT };

/*
 * Sends @p through a firewall list: counts, logs, changes TOS in the packet and
 * in @info. @ifindex: the device, or HOST_NO_IF. The verdict is ACCEPT, DENY,
 * REJECT, MASQ or REDIRECT.
 */
struct fw_answer list_run(struct fw *fw, enum fw20_list list, uint32_t ifindex,
			  struct pkt *p, struct pkt_info *info);

/* Counts @p in all accounting rules that match. */
void list_account(struct fw *fw, enum acct_direction direction,
		  uint32_t ifindex, const struct pkt *p,
		  const struct pkt_info *info);

/* Frees what was copied; the next packet copies what it needs. */
void match20_free(struct fw *fw);

#endif
