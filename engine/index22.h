/*
 * Which rules of a long chain a packet may match, in their order, without
 * looking at each. For every dimension (source, destination, protocol, ports,
 * interface) its values are cut into intervals, and each interval has a bit a
 * rule: may a packet with such a value match? The candidates are what is left
 * in all dimensions. They are verified by the rule itself, so a dimension may
 * say yes too often (inversions, odd masks, intervals merged to bound memory),
 * but never no to a rule that matches.
 */
#ifndef ENGINE_INDEX22_H
#define ENGINE_INDEX22_H

#include <stdint.h>

#include "engine/rules22.h"

struct index22;

enum index22_dim {
	DIM_SRC,
	DIM_DST,
	DIM_VIA,
	DIM_PROTO,
	DIM_SPORT, /* 65535 where a packet has no ports */
	DIM_DPORT,
	DIMS
};

/* Where a packet stands in the list of its candidates. */
struct cursor22 {
	const uint64_t *row[DIMS]; /* the packet's interval in each dimension */
	uint32_t rows, sums;
	uint32_t sum_at, word_at;
	uint64_t sum, word; /* what is left of them */
};

/* An index over @n rules; NULL: no memory. The caller frees it. */
struct index22 *index22_new(const struct rule22 *rules, uint32_t n);
void index22_free(struct index22 *x);

void cursor22_start(struct cursor22 *c, const struct index22 *x,
		    const struct packet22 *p);

/* The next candidate's place among the @n rules; @n: there is none. */
uint32_t cursor22_next(struct cursor22 *c, uint32_t n);

#endif
