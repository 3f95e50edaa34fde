/*
 * What the state keeps of masquerading besides the entries: the listing's rows,
 * the look-up buckets, the timer wheel, ports, counters, timeouts.
 */
#ifndef ENGINE_MASQ_TABLE_H
#define ENGINE_MASQ_TABLE_H

#include <stdint.h>

#include "core/masq_row.h"
#include "engine/masq.h"

enum {
	MASQ_BUCKETS = 65536, /* look-up; the listing's 256 rows are too few */
	WHEEL_TICKS = 256,    /* slots of one tick */
	/* Slots of 256 ticks: 2.9 hours; farther timers are put off. */
	WHEEL_SPANS = 4096,
};

/* In the state. Heads of lists are entries + 1, so that 0 is an empty one. */
struct masq_table {
	uint16_t next_port;
	uint16_t pad;
	int32_t free_ports[MASQ_PROTOS];
	int32_t special_ports; /* entries with MASQ_MPORT */
	uint32_t failures;     /* in a row; quietens the log */
	uint32_t armed_seq;
	uint32_t hashed;    /* entries ever hashed, each time anew */
	uint32_t by_dport;  /* entries in the s-buckets by their kind of key: */
	uint32_t by_none;   /* see masq_find.c */
	uint32_t odd;       /* first of the entries with .odd */
	ticks_t wheel_base; /* everything up to this tick has run */
	uint32_t wheel_count; /* entries in wheel slots */
	ticks_t timeout[MASQ_STATES];
	uint32_t row[MASQ_ROWS];
	uint32_t m_bucket[MASQ_BUCKETS], s_bucket[MASQ_BUCKETS];
	uint32_t tick_slot[WHEEL_TICKS], span_slot[WHEEL_SPANS];
	_Alignas(8) uint64_t tick_map[WHEEL_TICKS / 64];
	_Alignas(8) uint64_t span_map[WHEEL_SPANS / 64];
};

#endif
