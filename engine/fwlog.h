/* What the packet filters log. Source: Linux 2.2, net/ipv4/ip_fw.c. */
#ifndef ENGINE_FWLOG_H
#define ENGINE_FWLOG_H

#include <stdint.h>

#include "core/rule.h"

struct fw;
struct fw_slot;
struct pkt;
struct pkt_info;
struct text;

/* Levels, as in printk. */
enum { FWLOG_ERR = 3, FWLOG_NOTICE = 5, FWLOG_INFO = 6 };

/* A packet met rule @num of @chain, which logs: "Packet log: ...". */
void fwlog_rule(struct fw *fw, uint32_t chain, const struct fw_slot *rule,
		uint32_t num, const struct fw_ifname *via, const struct pkt *p,
		const struct pkt_info *info);

/* A packet refused before any rule: @what, then a line that describes it. */
void fwlog_suspect(struct fw *fw, const char *what, const struct fw_ifname *via,
		   const struct pkt *p, const struct pkt_info *info);

/*
 * A jump to @chain that is being visited: @backtrace are the chains from the
 * one with the jump outwards.
 */
void fwlog_loop(struct fw *fw, uint32_t chain, const uint32_t *backtrace,
		uint32_t n);

/* Logs a line of any length, and frees it. Without memory for it there is none.
 */
void fwlog_text(struct fw *fw, int level, struct text *line);

#endif
