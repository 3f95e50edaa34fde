/*
 * The packet filters' log lines, as text: what the engine logs, and what
 * `fwcompat logd` makes of packets that today's kernel reports. Sources: Linux
 * 1.3.56, 2.0 and 2.2, net/ipv4/ip_fw.c.
 */
#ifndef ENGINE_LOG_LINE_H
#define ENGINE_LOG_LINE_H

#include <stdint.h>

#include "core/log_tag.h"
#include "core/text.h"

struct look20;
struct pkt;
struct pkt_info;

/* The line of @tag's era for a packet on @via (empty: no device). */
void log_line(struct text *t, const struct log_tag *tag,
	      const struct fw_ifname *via, const struct pkt *p,
	      const struct pkt_info *info);

/* 2.2's, from the interface on; @num 0: of a packet refused before any rule. */
void log_line_packet(struct text *t, const struct fw_ifname *via,
		     const struct pkt *p, const struct pkt_info *info,
		     uint32_t num);

/* The fixed lists', of a packet looked at and settled. */
void log_line_2_0(struct text *t, const struct log_tag *tag,
		  const struct look20 *l);
void log_line_1_3(struct text *t, const struct log_tag *tag,
		  const struct look20 *l);

#endif
