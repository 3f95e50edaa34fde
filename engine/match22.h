/*
 * One packet against one chain, as Linux 2.2 did it. Rules are matched from a
 * copy that is private to the process and compiled anew when a chain changed.
 * chain_run(), for packets, is declared in engine/chains.h.
 */
#ifndef ENGINE_MATCH22_H
#define ENGINE_MATCH22_H

#include <stdint.h>

#include "engine/chains.h"

struct fw;
struct fw_ifname;
struct pkt_info;

/*
 * What a walk of any chain would decide, without a trace. FW_V_RETURN: the end
 * of a user chain; FW_V_LOOP.
 */
enum fw_verdict match22_ask(struct fw *fw, uint32_t chain,
			    const struct fw_ifname *via,
			    const struct pkt_info *info);

/* Frees what was compiled; the next packet compiles what it needs. */
void match22_free(struct fw *fw);

#endif
