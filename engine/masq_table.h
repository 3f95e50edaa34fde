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
	MASQ_BUCKETS =
		65536, /* look-up; the listing's 256 rows would be too few */
	WHEEL_TICKS = 256,  /* slots of one tick */
	WHEEL_SPANS = 4096, /* slots of 256 ticks: 2.9 hours, farther ones are
			       put off */
};

/* In the state. Heads are entries or FW_NIL. */
struct masq_table {
	uint16_t next_port;
	uint16_t pad;
	int32_t free_ports[MASQ_PROTOS];
	int32_t special_ports; /* entries with MASQ_MPORT */
	uint32_t failures;     /* in a row; quietens the log */
	uint32_t armed_seq;
	ticks_t timeout[MASQ_STATES];
	ticks_t wheel_base; /* everything up to this tick has run */
	uint32_t odd;       /* entries with .odd */
	uint32_t row[MASQ_ROWS];
	uint32_t m_bucket[MASQ_BUCKETS], s_bucket[MASQ_BUCKETS];
	uint32_t tick_slot[WHEEL_TICKS], span_slot[WHEEL_SPANS];
	uint64_t tick_map[WHEEL_TICKS / 64], span_map[WHEEL_SPANS / 64];
};

#endif
