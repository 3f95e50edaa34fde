/* Decision diagrams: nodes are made once each, and found by their contents. */
#include "compare/diagram.h"

#include <stdlib.h>
#include <string.h>

static const uint32_t LEAF = UINT32_C(1) << 31, NOTHING = UINT32_MAX;
enum { NODES_AT_FIRST = 1024, EDGES_AT_FIRST = 8192 };
enum { MEMO_BITS = 16, MEMO = 1 << MEMO_BITS };

struct stored {
	uint32_t first; /* in the space's edges */
	uint32_t edges, field;
	uint32_t hash;
};

/* What an operation on these was: the latest of each place is kept. */
struct memo {
	uint32_t which; /* struct operation's */
	uint32_t a, b, c, result;
};

struct space {
	const uint32_t *last;
	uint32_t fields;
	bool bad;
	struct stored *node;
	uint32_t nodes, node_room;
	struct edge *edge;
	uint32_t edges, edge_room;
	uint32_t *found; /* hash table of nodes, twice as large as .node_room */
	uint32_t applied; /* operations of diagram_apply() so far */
	struct memo memo[MEMO];
};

static bool room_for_edges(struct space *s, uint32_t n)
{
	struct edge *edge;
	uint32_t room = s->edge_room ? s->edge_room : EDGES_AT_FIRST;

	while (room - s->edges < n) {
		if (room > UINT32_MAX / 2)
			return false;
		room *= 2;
	}
	if (room == s->edge_room)
		return true;
	edge = reallocarray(s->edge, room, sizeof(*edge));
	if (!edge)
		return false;
	s->edge = edge;
	s->edge_room = room;
	return true;
}

static void note(struct space *s, uint32_t n)
{
	uint32_t mask = 2 * s->node_room - 1, at = s->node[n].hash & mask;

	while (s->found[at] != NOTHING)
		at = (at + 1) & mask;
	s->found[at] = n;
}

static bool room_for_node(struct space *s)
{
	uint32_t room = s->node_room ? 2 * s->node_room : NODES_AT_FIRST;
	struct stored *node;
	uint32_t *found;

	if (s->nodes < s->node_room)
		return true;
	if (room >= LEAF / 2)
		return false;
	node = reallocarray(s->node, room, sizeof(*node));
	if (node)
		s->node = node;
	found = node ? reallocarray(NULL, 2 * (size_t)room, sizeof(*found))
		     : NULL;
	if (!found)
		return false;
	free(s->found);
	s->found = found;
	s->node_room = room;
	memset(found, 0xFF, 2 * (size_t)room * sizeof(*found));
	for (uint32_t n = 0; n < s->nodes; n++)
		note(s, n);
	return true;
}

struct space *space_new(const uint32_t *last, uint32_t fields)
{
	struct space *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->last = last;
	s->fields = fields;
	memset(s->memo, 0xFF, sizeof(s->memo));
	if (!room_for_node(s) || !room_for_edges(s, 1)) {
		space_free(s);
		return NULL;
	}
	return s;
}

void space_free(struct space *s)
{
	if (!s)
		return;
	free(s->node);
	free(s->edge);
	free(s->found);
	free(s);
}

bool space_bad(const struct space *s)
{
	return s->bad;
}

uint32_t diagram_leaf(uint32_t value)
{
	return value | LEAF;
}

bool diagram_is_leaf(uint32_t d)
{
	return d & LEAF;
}

uint32_t diagram_value(uint32_t leaf)
{
	return leaf & ~(uint32_t)LEAF;
}

struct node diagram_node(const struct space *s, uint32_t d)
{
	const struct stored *n = &s->node[d];

	return (struct node){ .edge = &s->edge[n->first],
			      .edges = n->edges,
			      .field = n->field };
}

/* FNV-1a over words, mixed once more. */
static uint32_t hash_of(uint32_t field, const struct edge *edge, uint32_t edges)
{
	uint64_t h = 0xCBF29CE484222325u ^ field;

	for (uint32_t i = 0; i < edges; i++) {
		h = (h ^ edge[i].last) * 0x100000001B3u;
		h = (h ^ edge[i].to) * 0x100000001B3u;
	}
	return (uint32_t)(h ^ h >> 29);
}

static uint32_t find_node(const struct space *s, const struct stored *want,
			  const struct edge *edge)
{
	uint32_t mask = 2 * s->node_room - 1, at = want->hash & mask;

	for (; s->found[at] != NOTHING; at = (at + 1) & mask) {
		const struct stored *n = &s->node[s->found[at]];

		if (n->hash == want->hash && n->field == want->field &&
		    n->edges == want->edges &&
		    !memcmp(&s->edge[n->first], edge, n->edges * sizeof(*edge)))
			return s->found[at];
	}
	return NOTHING;
}

/* A node of the @edges edges that lie behind the last one in use. */
static uint32_t settle(struct space *s, uint32_t field, uint32_t edges)
{
	const struct edge *edge = &s->edge[s->edges];
	struct stored n = { .first = s->edges, .edges = edges, .field = field };
	uint32_t old;

	if (edges == 1)
		return edge->to;
	n.hash = hash_of(field, edge, edges);
	old = find_node(s, &n, edge);
	if (old != NOTHING)
		return old;
	if (!room_for_node(s)) {
		s->bad = true;
		return diagram_leaf(0);
	}
	s->node[s->nodes] = n;
	s->edges += edges;
	note(s, s->nodes);
	return s->nodes++;
}

uint32_t diagram_split(struct space *s, uint32_t field, const struct edge *edge,
		       uint32_t edges)
{
	uint32_t n = 0;

	if (s->bad || !room_for_edges(s, edges)) {
		s->bad = true;
		return diagram_leaf(0);
	}
	for (uint32_t i = 0; i < edges; i++) {
		struct edge *out = &s->edge[s->edges];

		if (n && out[n - 1].to == edge[i].to)
			out[n - 1].last = edge[i].last;
		else
			out[n++] = edge[i];
	}
	return settle(s, field, n);
}

uint32_t diagram_range(struct space *s, uint32_t field, uint32_t low,
		       uint32_t high)
{
	struct edge edge[3];
	uint32_t n = 0;

	if (low > high)
		return diagram_leaf(0);
	if (low)
		edge[n++] = (struct edge){ low - 1, diagram_leaf(0) };
	edge[n++] = (struct edge){ high, diagram_leaf(1) };
	if (high < s->last[field])
		edge[n++] = (struct edge){ s->last[field], diagram_leaf(0) };
	return diagram_split(s, field, edge, n);
}

static uint32_t field_of(const struct space *s, uint32_t d)
{
	return diagram_is_leaf(d) ? s->fields : s->node[d].field;
}

/* One operation on up to three diagrams, field by field. */
struct operation {
	uint32_t which;              /* CHOOSE, or a number of its own */
	const struct diagram_op *op; /* NULL: choose */
};

enum { OPERANDS = 3, CHOOSE = 0 };

static uint32_t run(struct space *s, const struct operation *o,
		    const uint32_t d[OPERANDS]);

/* What needs no look at any field; false: it does. */
static bool is_plain(const struct operation *o, const uint32_t d[OPERANDS],
		     uint32_t *result)
{
	if (o->op) {
		if (!diagram_is_leaf(d[0]) || !diagram_is_leaf(d[1]))
			return false;
		*result = diagram_leaf(o->op->of(
			o->op->ctx, diagram_value(d[0]), diagram_value(d[1])));
		return true;
	}
	if (diagram_is_leaf(d[0]))
		*result = diagram_value(d[0]) ? d[1] : d[2];
	else if (d[1] == d[2])
		*result = d[1];
	else
		return false;
	return true;
}

/* The edges of all operands side by side: each place where one ends, ends one
 * of the result. Returns how many there are in @out. */
static uint32_t run_edges(struct space *s, const struct operation *o,
			  const uint32_t d[OPERANDS], uint32_t field,
			  struct edge *out)
{
	uint32_t at[OPERANDS] = { 0 }, n = 0, last;

	do {
		uint32_t below[OPERANDS];

		last = s->last[field];
		for (int i = 0; i < OPERANDS; i++) {
			const struct stored *node = &s->node[d[i]];
			const struct edge *e;

			below[i] = d[i];
			if (field_of(s, d[i]) != field)
				continue;
			e = &s->edge[node->first + at[i]];
			below[i] = e->to;
			if (e->last < last)
				last = e->last;
		}
		for (int i = 0; i < OPERANDS; i++)
			if (field_of(s, d[i]) == field &&
			    s->edge[s->node[d[i]].first + at[i]].last == last)
				at[i]++;
		out[n++] = (struct edge){ last, run(s, o, below) };
	} while (last < s->last[field]);
	return n;
}

static uint32_t run_fields(struct space *s, const struct operation *o,
			   const uint32_t d[OPERANDS])
{
	uint32_t field = s->fields, most = 0, result;
	struct edge *edge;

	for (int i = 0; i < OPERANDS; i++)
		if (field_of(s, d[i]) < field)
			field = field_of(s, d[i]);
	for (int i = 0; i < OPERANDS; i++)
		if (field_of(s, d[i]) == field)
			most += s->node[d[i]].edges;
	edge = reallocarray(NULL, most, sizeof(*edge));
	if (!edge) {
		s->bad = true;
		return diagram_leaf(0);
	}
	result = diagram_split(s, field, edge, run_edges(s, o, d, field, edge));
	free(edge);
	return result;
}

static struct memo *memo_of(struct space *s, const uint32_t d[OPERANDS])
{
	uint64_t h = d[0];

	h = (h * 0x9E3779B97F4A7C15u) ^ d[1];
	h = (h * 0x9E3779B97F4A7C15u) ^ d[2];
	return &s->memo[h * 0x9E3779B97F4A7C15u >> (64 - MEMO_BITS)];
}

static uint32_t run(struct space *s, const struct operation *o,
		    const uint32_t d[OPERANDS])
{
	struct memo *memo = memo_of(s, d);
	uint32_t result;

	if (s->bad)
		return diagram_leaf(0);
	if (is_plain(o, d, &result))
		return result;
	if (memo->which == o->which && memo->a == d[0] && memo->b == d[1] &&
	    memo->c == d[2])
		return memo->result;
	result = run_fields(s, o, d);
	*memo = (struct memo){ o->which, d[0], d[1], d[2], result };
	return result;
}

uint32_t diagram_choose(struct space *s, uint32_t cond, uint32_t yes,
			uint32_t no)
{
	static const struct operation choose = { CHOOSE, NULL };
	const uint32_t d[OPERANDS] = { cond, yes, no };

	return run(s, &choose, d);
}

uint32_t diagram_and(struct space *s, uint32_t a, uint32_t b)
{
	return diagram_choose(s, a, b, diagram_leaf(0));
}

uint32_t diagram_not(struct space *s, uint32_t a)
{
	return diagram_choose(s, a, diagram_leaf(0), diagram_leaf(1));
}

/* Every @op is another one, whose results are not those of the one before. */
uint32_t diagram_apply(struct space *s, const struct diagram_op *op, uint32_t a,
		       uint32_t b)
{
	const struct operation apply = { ++s->applied, op };
	const uint32_t d[OPERANDS] = { a, b, diagram_leaf(0) };

	return run(s, &apply, d);
}

uint32_t diagram_at(const struct space *s, uint32_t d, const uint32_t *at)
{
	while (!diagram_is_leaf(d)) {
		const struct node n = diagram_node(s, d);
		uint32_t i = 0;

		while (n.edge[i].last < at[n.field])
			i++;
		d = n.edge[i].to;
	}
	return diagram_value(d);
}
