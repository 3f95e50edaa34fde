/*
 * Two hosts' rules: the diagrams of both, side by side, are one whose values
 * are pairs of outcomes; what is to be told are its ways to pairs that differ.
 */
#include "compare/difference.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "compare/box.h"
#include "compare/rules.h"

/* Pairs of outcomes that differ; the number of one is its place, from 1. */
struct pairs {
	struct pair {
		uint32_t a, b;
	} * list;
	uint32_t used, room;
	bool bad;
};

struct telling {
	struct headers h;
	struct outcomes o;
	struct pairs pairs;
	struct box box;
	struct text *out;
	bool apart; /* what is told has been taken apart by protocol */
	bool bad;
};

static uint32_t pair_number(void *ctx, uint32_t a, uint32_t b)
{
	struct pairs *p = ctx;
	uint32_t room = p->room ? 2 * p->room : 16;

	if (a == b)
		return 0;
	for (uint32_t i = 0; i < p->used; i++)
		if (p->list[i].a == a && p->list[i].b == b)
			return i + 1;
	if (p->used == p->room) {
		struct pair *list = reallocarray(p->list, room, sizeof(*list));

		if (!list) {
			p->bad = true;
			return 0;
		}
		p->list = list;
		p->room = room;
	}
	p->list[p->used++] = (struct pair){ a, b };
	return p->used;
}

static uint32_t is_value(void *ctx, uint32_t a, uint32_t value)
{
	(void)ctx;
	return a == value;
}

static void tell_below(struct telling *t, uint32_t d);

/* The packets of the box as a diagram: 1, else 0. */
static uint32_t box_diagram(struct telling *t)
{
	struct space *s = t->h.space;
	uint32_t d = diagram_leaf(1);

	for (uint32_t f = FIELDS; f-- > 0;) {
		const struct values *v = &t->box.field[f];
		uint32_t some = diagram_leaf(v->ranges == 0);

		for (uint32_t i = 0; i < v->ranges; i++)
			some = diagram_choose(s,
					      diagram_range(s, f,
							    v->range[i].low,
							    v->range[i].high),
					      diagram_leaf(1), some);
		d = diagram_and(s, some, d);
	}
	return d;
}

/* Rules ask of ports and flags where a packet may have none: a box is only told
 * if there are such packets, and one protocol at a time where that matters. */
static void tell_box(struct telling *t)
{
	uint32_t d = diagram_and(t->h.space, box_diagram(t), t->h.packets);
	struct box box = t->box;

	if (d == diagram_leaf(0))
		return;
	if (!t->apart && !box_is_plain(&box)) {
		t->box = (struct box){ 0 };
		t->apart = true;
		tell_below(t, d);
		t->apart = false;
		t->box = box;
		return;
	}
	text_puts(t->out, "    ");
	box_text(&t->h, &t->box, t->out);
	text_putc(t->out, '\n');
}

/* The ranges of a node that lead to @to. */
static uint32_t gather(const struct node *n, uint32_t to, struct range *range)
{
	uint32_t ranges = 0, low = 0;

	for (uint32_t i = 0; i < n->edges; i++) {
		if (n->edge[i].to == to)
			range[ranges++] =
				(struct range){ low, n->edge[i].last };
		low = n->edge[i].last + 1;
	}
	return ranges;
}

/* Whether an edge before @edge leads where it leads: that was told. */
static bool was_told(const struct node *n, uint32_t edge)
{
	for (uint32_t i = 0; i < edge; i++)
		if (n->edge[i].to == n->edge[edge].to)
			return true;
	return false;
}

static void tell_node(struct telling *t, const struct node *n,
		      struct range *range)
{
	struct values *v = &t->box.field[n->field];

	v->range = range;
	for (uint32_t i = 0; i < n->edges; i++) {
		if (n->edge[i].to == diagram_leaf(0) || was_told(n, i))
			continue;
		v->ranges = gather(n, n->edge[i].to, range);
		tell_below(t, n->edge[i].to);
	}
	v->ranges = 0;
}

/* Every way below @d to 1. Nodes move while others are made, so each is
 * copied. */
static void tell_below(struct telling *t, uint32_t d)
{
	struct range *range;
	struct edge *edge;
	struct node n;

	if (t->bad || d == diagram_leaf(0))
		return;
	if (d == diagram_leaf(1)) {
		tell_box(t);
		return;
	}
	n = diagram_node(t->h.space, d);
	range = reallocarray(NULL, n.edges, sizeof(*range));
	edge = reallocarray(NULL, n.edges, sizeof(*edge));
	if (range && edge) {
		memcpy(edge, n.edge, n.edges * sizeof(*edge));
		n.edge = edge;
		tell_node(t, &n, range);
	} else {
		t->bad = true;
	}
	free(edge);
	free(range);
}

static void tell_pair(struct telling *t, const char *way, uint32_t d,
		      uint32_t number)
{
	static const struct diagram_op op = { is_value, NULL };
	const struct pair *p = &t->pairs.list[number - 1];
	uint32_t where =
		diagram_apply(t->h.space, &op, d, diagram_leaf(number));

	if (diagram_and(t->h.space, t->h.packets, where) == diagram_leaf(0))
		return;
	text_printf(t->out, "%s: ", way);
	outcome_text(&t->o.list[p->a], t->out);
	text_puts(t->out, " -> ");
	outcome_text(&t->o.list[p->b], t->out);
	text_putc(t->out, '\n');
	tell_below(t, where);
}

/* Returns whether there is a difference. */
static bool tell_way(struct telling *t, const char *way, uint32_t a, uint32_t b)
{
	const struct diagram_op op = { pair_number, &t->pairs };
	uint32_t d = diagram_apply(t->h.space, &op, a, b);

	for (uint32_t i = 1; i <= t->pairs.used; i++)
		tell_pair(t, way, d, i);
	return diagram_and(t->h.space, t->h.packets, d) != diagram_leaf(0);
}

static int tell(struct telling *t, struct fw *a, struct fw *b)
{
	static const char *const names[WAYS] = { "input", "forward", "output" };
	uint32_t way_a[WAYS], way_b[WAYS];
	int differs = 0;

	rules_tell(&t->h, a);
	rules_tell(&t->h, b);
	if (headers_start(&t->h) || rules_diagrams(&t->h, &t->o, a, way_a) ||
	    rules_diagrams(&t->h, &t->o, b, way_b))
		return -ENOMEM;
	for (int i = 0; i < WAYS; i++)
		differs |= tell_way(t, names[i], way_a[i], way_b[i]);
	if (t->bad || t->out->bad || t->pairs.bad || t->o.bad ||
	    space_bad(t->h.space))
		return -ENOMEM;
	return differs;
}

int difference_text(struct fw *a, struct fw *b, bool verdict_only,
		    struct text *out)
{
	struct telling t = { .o = { .verdict_only = verdict_only },
			     .out = out };
	int r;

	headers_init(&t.h);
	r = tell(&t, a, b);
	headers_fini(&t.h);
	outcomes_fini(&t.o);
	free(t.pairs.list);
	return r;
}
