/* Where the parts of the map of core/fast_map.h lie, and in what units it
 * counts. */
#ifndef ENGINE_FAST_LINES_H
#define ENGINE_FAST_LINES_H

#include <stdint.h>

#include "core/bytes.h"
#include "core/fast_map.h"
#include "core/ticks.h"

enum { FAST_NS_A_TICK = 1000000000 / HZ };

/* A host's word or half word as it lies in a packet. */
static inline uint32_t as_be32(uint32_t v)
{
	uint32_t be;

	put_be32((uint8_t *)&be, v);
	return be;
}

static inline uint16_t as_be16(uint16_t v)
{
	uint16_t be;

	put_be16((uint8_t *)&be, v);
	return be;
}

static inline void *fast_line(struct fast_ctl *map, uint32_t at)
{
	return map + at;
}

static inline struct fast_hop *fast_hop(struct fast_ctl *map, uint32_t n)
{
	return fast_line(map, FAST_HOP_AT + n % FAST_HOPS);
}

static inline struct fast_trail *fast_trail(struct fast_ctl *map, uint32_t n)
{
	return fast_line(map,
			 FAST_TRAIL_AT + n % FAST_TRAILS * FAST_TRAIL_LINES);
}

static inline struct fast_way *fast_way(struct fast_ctl *map, uint32_t n)
{
	return fast_line(map, FAST_WAY_AT + n % FAST_WAYS);
}

static inline struct fast_bucket *fast_bucket(struct fast_ctl *map, uint32_t n)
{
	return fast_line(map, FAST_BUCKET_AT + n % FAST_BUCKETS);
}

static inline struct fast_way *fast_birth_way(struct fast_ctl *map, uint32_t n)
{
	return fast_line(map, FAST_BIRTH_WAY_AT + n % FAST_BIRTHS);
}

static inline struct fast_birth *fast_birth(struct fast_ctl *map, uint32_t n)
{
	return fast_line(map, FAST_BIRTH_AT + n % FAST_BIRTHS);
}

static inline struct fast_pattern *fast_pattern(struct fast_ctl *map,
						uint32_t n)
{
	return fast_line(map, FAST_PATTERN_AT +
				      n % FAST_PATTERNS * FAST_PATTERN_LINES);
}

/* The line of counters of that number. */
static inline uint8_t *fast_known(struct fast_ctl *map, uint32_t n)
{
	return fast_line(map, FAST_KNOWN_AT + n % (FAST_KNOWN / FAST_LINE));
}

static inline struct fast_ports *fast_ports(struct fast_ctl *map)
{
	return fast_line(map, FAST_PORTS_AT);
}

/* The way behind a slot's word. */
static inline struct fast_way *fast_slot_way(struct fast_ctl *map,
					     uint32_t word)
{
	uint32_t n = word & FAST_SLOT_WAY;

	return word & FAST_SLOT_BIRTH ? fast_birth_way(map, n)
				      : fast_way(map, n);
}

#endif
