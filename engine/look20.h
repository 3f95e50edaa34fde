/*
 * A packet as the fixed lists of Linux 2.0 and 1.3 looked at it: ports of their
 * own reading, and what is decided before any rule.
 */
#ifndef ENGINE_LOOK20_H
#define ENGINE_LOOK20_H

#include <stdbool.h>
#include <stdint.h>

#include "core/rule20.h"
#include "engine/chains.h"

struct pkt;
struct pkt_info;

struct look20 {
	const struct pkt_info *ip;
	const struct pkt *p;   /* NULL: a check's */
	uint16_t sport, dport; /* ICMP: sport is the type */
	uint8_t tcp_flags;
	bool not_syn, no_ack;
	const struct fw_ifname *via; /* empty: no device */
	uint32_t via_addr;
};

/*
 * What is decided without any rule, or FW_V_NONE. @acct: for accounting, which
 * counts only what gets FW_V_NONE.
 */
enum fw_verdict look20_judge_2_0(const struct pkt_info *ip, bool acct);
enum fw_verdict look20_judge_1_3(const struct pkt_info *ip, bool acct);

/*
 * Looks at a packet, or at that of a check (whose header goes into @ip). The
 * device is left for the caller to fill in. All are borrowed.
 */
void look20_packet(struct look20 *l, const struct pkt *p,
		   const struct pkt_info *ip);
void look20_probe(struct look20 *l, const struct fw_probe *probe,
		  struct pkt_info *ip);

/* Settles ports and TCP flags as the kernel's rules take them. */
void look20_settle_2_0(struct look20 *l);
void look20_settle_1_3(struct look20 *l);

#endif
