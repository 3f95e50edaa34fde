/*
 * A chain's rules compiled for matching: one cache line a rule, in an array, so
 * that the links and counters of the state stay out of the way. They match
 * exactly what the rules say; engine/index22.h only leaves out rules that can
 * not match.
 */
#ifndef ENGINE_RULES22_H
#define ENGINE_RULES22_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "core/rule.h"

struct fw_slot;

/* A packet as rules see it. */
struct packet22 {
	uint64_t addr;   /* source in the low half, destination in the high */
	uint64_t via[2]; /* the interface's name as it lies in memory */
	uint16_t proto, sport, dport;
	bool frag; /* no ports to look at */
	bool syn;
};

/* How a rule is matched. */
enum rule22_how {
	HOW_TARGET = 0x000F, /* enum fw_verdict */
	HOW_PORTS = 0x0010,  /* a port range that says something */
	HOW_ACTS = 0x0020,   /* logs, or changes TOS or mark */
	HOW_SYN = 0x0040,
	HOW_FRAG = 0x0080,
	HOW_INV = 0xFF00, /* enum fw_rule_inv, shifted */
	HOW_INV_SHIFT = 8,
	HOW_ODD = HOW_INV | HOW_SYN | HOW_FRAG, /* not the plain comparison */
};

struct rule22 {
	uint64_t addr, amask; /* as packet22.addr */
	uint64_t via[2], vmask[2];
	uint16_t sport[2], dport[2];
	uint16_t proto;
	uint16_t how;  /* enum rule22_how */
	uint32_t slot; /* the rule in the state */
};
_Static_assert(sizeof(struct rule22) == 64, "a rule is one cache line");

/* Compiles the rule in slot @slot of the state. */
void rule22_init(struct rule22 *r, const struct fw_slot *s, uint32_t slot);

/* Names as they are compared: 16 bytes, nothing behind the NUL. */
static inline void packet22_via(struct packet22 *p, const struct fw_ifname *via)
{
	memcpy(p->via, via->s, sizeof(p->via));
}

/*
 * Whether a rule with inversions, the SYN or the fragment flag matches.
 * @differ: bits of source (low half) and destination that are wrong.
 */
bool rule22_odd_matches(const struct rule22 *r, const struct packet22 *p,
			uint64_t differ, bool via_differs);

/* A fragment passes only a range that excludes nothing, inverted or not. */
static inline bool rule22_port(const uint16_t range[2], uint16_t port,
			       bool frag, bool inverted)
{
	if (frag)
		return range[0] == 0 && range[1] == FW_PORT_MAX;
	return (port >= range[0] && port <= range[1]) != inverted;
}

static inline bool rule22_ports(const struct rule22 *r,
				const struct packet22 *p)
{
	uint32_t inv = r->how >> HOW_INV_SHIFT;

	return rule22_port(r->sport, p->sport, p->frag, inv & FW_INV_SPORT) &&
	       rule22_port(r->dport, p->dport, p->frag, inv & FW_INV_DPORT);
}

/* Whether the rule matches. Source: Linux 2.2, net/ipv4/ip_fw.c,
 * ip_rule_match(). */
static inline bool rule22_matches(const struct rule22 *r,
				  const struct packet22 *p)
{
	uint64_t differ = (p->addr & r->amask) ^ r->addr;
	uint64_t via = ((p->via[0] & r->vmask[0]) ^ r->via[0]) |
		       ((p->via[1] & r->vmask[1]) ^ r->via[1]);

	if (r->how & HOW_ODD)
		return rule22_odd_matches(r, p, differ, via != 0);
	if (differ | via)
		return false;
	if (!r->proto)
		return true;
	return r->proto == p->proto &&
	       (!(r->how & HOW_PORTS) || rule22_ports(r, p));
}

#endif
