/* Where the parts of the map of core/fast_map.h lie. */
#ifndef ENGINE_FAST_LINES_H
#define ENGINE_FAST_LINES_H

#include <stdint.h>

#include "core/fast_map.h"

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

#endif
