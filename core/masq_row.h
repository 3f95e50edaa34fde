/*
 * One masqueraded conversation as any backend reports it: what the rows of
 * /proc/net/ip_masquerade and /proc/net/ip_masq/{tcp,udp,icmp} show.
 * Source: Linux 2.2, include/net/ip_masq.h.
 */
#ifndef CORE_MASQ_ROW_H
#define CORE_MASQ_ROW_H

#include <stdint.h>

#include "core/ticks.h"

/* Where a TCP conversation stands; UDP and ICMP have one state each. Also the
 * timeout rows. */
enum masq_state {
	MASQ_NONE,
	MASQ_ESTABLISHED,
	MASQ_SYN_SENT,
	MASQ_SYN_RECV,
	MASQ_FIN_WAIT,
	MASQ_TIME_WAIT,
	MASQ_CLOSE,
	MASQ_CLOSE_WAIT,
	MASQ_LAST_ACK,
	MASQ_LISTEN,
	MASQ_UDP,
	MASQ_ICMP,
	MASQ_STATES
};

/* Numbers as /proc/net/ip_masq/tcp shows them. */
enum masq_flag {
	MASQ_NO_DADDR = 0x0001, /* outside address not known yet */
	MASQ_NO_DPORT = 0x0002,
	MASQ_NO_SADDR = 0x0004,
	MASQ_NO_SPORT = 0x0008,
	MASQ_DLOOSE = 0x0010,     /* outside end never checked */
	MASQ_ANY_MADDR = 0x0020,  /* ours may be any; no listing shows it */
	MASQ_AUTOFW_FAR = 0x0040, /* see MASQ_AUTOFW_PORT; nor this */
	MASQ_NO_REPLY = 0x0080,
	MASQ_HASHED = 0x0100,
	MASQ_OUT_SEQ = 0x0200,
	MASQ_IN_SEQ = 0x0400,
	MASQ_MPORT = 0x1000, /* masquerade port asked for, not allocated */
	MASQ_USER = 0x2000,
	MASQ_SIMPLE_HASH = 0x8000, /* hashed without its outside end */
	MASQ_LOOSE =
		MASQ_NO_DADDR | MASQ_NO_DPORT | MASQ_DLOOSE | MASQ_SIMPLE_HASH,
};

/* Index into free counters: the order in which listings show them. */
enum masq_proto { MASQ_P_UDP, MASQ_P_TCP, MASQ_P_ICMP, MASQ_PROTOS };

/* How a helper has shifted one direction's sequence numbers. */
struct masq_seq {
	uint32_t init_seq;
	int16_t delta, previous_delta;
};

struct masq_row {
	uint32_t saddr, daddr, maddr; /* host order: inside, outside, ours */
	uint16_t sport, dport,
		mport;  /* ICMP: see spec of the engine, masq_icmp.c */
	uint8_t proto;  /* IPPROTO_* */
	uint8_t state;  /* enum masq_state */
	uint16_t flags; /* enum masq_flag */
	struct masq_seq out_seq, in_seq;
	int32_t refs;
	int32_t control; /* entries it controls; -1: none, but is controlled */
	ticks_t left;    /* expiry minus now, wrapping */
	uint32_t row,
		col; /* place in the old 256-row table; col counts from 1 */
	uint64_t packets; /* both ways; not in any old listing */
	uint64_t bytes;
};

/*
 * The row of the old 256-row tables: of a near end, ours or the inside host's,
 * and the outside one, which is 0:0 where it is loose.
 */
static inline uint8_t masq_row_hash(uint8_t proto, uint32_t near,
				    uint16_t near_port, uint32_t far,
				    uint16_t far_port)
{
	return (uint8_t)(proto ^ near ^ near_port ^ far ^ far_port);
}

/* As listings name it; "BUG!" for no state. */
const char *masq_state_name(uint8_t state);

#endif
