/*
 * Decision diagrams over the fields of a packet: functions from packets to
 * numbers, kept so that equal functions are the same diagram. A node asks one
 * field; its edges split the field's values into intervals. Fields are asked in
 * the order of their numbers, each at most once on a way down.
 *
 * Why not a library of binary diagrams: an answer has to be read by people,
 * and what they read are ranges of ports and addresses, not bits.
 *
 * A diagram is a number, valid as long as its space. A space that lacks memory
 * becomes bad and stays so; the caller looks once, at the end.
 */
#ifndef COMPARE_DIAGRAM_H
#define COMPARE_DIAGRAM_H

#include <stdbool.h>
#include <stdint.h>

struct space;

/* Values of a field up to and including .last, from where the edge before it
 * ends. */
struct edge {
	uint32_t last;
	uint32_t to; /* diagram */
};

struct node {
	const struct edge *edge;
	uint32_t edges, field;
};

/* @last: the highest value of each of @fields fields; borrowed. NULL: no
 * memory. */
struct space *space_new(const uint32_t *last, uint32_t fields);
void space_free(struct space *s);
bool space_bad(const struct space *s);

/* The function that is @value (below 2^31) everywhere. */
uint32_t diagram_leaf(uint32_t value);
bool diagram_is_leaf(uint32_t d);
uint32_t diagram_value(uint32_t leaf);

/* The node of a diagram that is no leaf; valid until the next call that makes
 * one. */
struct node diagram_node(const struct space *s, uint32_t d);

/*
 * By the value of @field, from low to high; the last edge's .last is the
 * field's. Diagrams behind edges ask later fields only.
 */
uint32_t diagram_split(struct space *s, uint32_t field, const struct edge *edge,
		       uint32_t edges);

/* Where @field lies in @low..@high: 1, elsewhere 0. */
uint32_t diagram_range(struct space *s, uint32_t field, uint32_t low,
		       uint32_t high);

/* Where @cond is not 0: @yes, else @no. */
uint32_t diagram_choose(struct space *s, uint32_t cond, uint32_t yes,
			uint32_t no);
uint32_t diagram_and(struct space *s, uint32_t a, uint32_t b);
uint32_t diagram_not(struct space *s, uint32_t a);

/* A function from two values to one. */
struct diagram_op {
	uint32_t (*of)(void *ctx, uint32_t a, uint32_t b);
	void *ctx;
};
/* @op of the values of @a and @b, packet by packet. */
uint32_t diagram_apply(struct space *s, const struct diagram_op *op, uint32_t a,
		       uint32_t b);

/* The value for the packet whose fields are @at. */
uint32_t diagram_at(const struct space *s, uint32_t d, const uint32_t *at);

#endif
