/*
 * A packet as the fixed lists of Linux 2.0 and 1.3 looked at it: ports of their
 * own reading, what is decided before any rule, and the log line.
 */
#ifndef ENGINE_LOOK20_H
#define ENGINE_LOOK20_H

#include <stdbool.h>
#include <stdint.h>

#include "core/rule20.h"
#include "engine/chains.h"

struct fw;
struct pkt;
struct pkt_info;

struct look20 {
	uint32_t src, dst;     /* host order */
	uint16_t sport, dport; /* ICMP: sport is the type */
	uint16_t len, id, frag;
	uint8_t proto, ihl, tos, ttl;
	uint8_t tcp_flags;
	bool not_syn, no_ack; /* set by the judge */
	const uint8_t *opt;   /* IP options; borrowed from the packet */
	uint32_t opt_len;
	struct fw_ifname via; /* empty: no device */
	uint32_t via_addr;
};

/* Looks at a packet; the device is left for the caller to fill in. */
void look20_packet(struct look20 *l, const struct pkt *p,
		   const struct pkt_info *info);
/* Looks at the packet of a check, on the device it names. */
void look20_probe(struct look20 *l, const struct fw_probe *probe,
		  uint32_t via_addr);

/*
 * What is decided without any rule, or FW_V_NONE; settles ports and TCP flags.
 * @acct: for accounting, which counts only what gets FW_V_NONE.
 */
enum fw_verdict look20_judge_2_0(struct look20 *l, bool acct);
enum fw_verdict look20_judge_1_3(struct look20 *l, bool acct);

/* The line for a rule that matched. @list: as 2.0 names it. */
void look20_log_2_0(struct fw *fw, const char *list, const struct look20 *l,
		    const struct fw20_rule *r);
void look20_log_1_3(struct fw *fw, const char *list, const struct look20 *l,
		    const struct fw20_rule *r);

#endif
