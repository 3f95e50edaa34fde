/* Which rules of a long chain a packet may match. */
#include "engine/index22.h"

#include <endian.h>
#include <stdlib.h>

/* Intervals of a dimension: 1,024 rows of a bit a rule are 128 bytes a rule. */
enum { MAX_INTERVALS = 1024, WORD = 64 };

struct range {
	uint64_t lo, hi; /* both inside */
};

struct dim {
	uint32_t n;     /* intervals; 1: it can not tell packets apart */
	uint64_t *from; /* lowest value of each interval, [0] is 0 */
	uint64_t *rows; /* for each: a summary (a bit a word), then the words */
};

struct index22 {
	uint32_t rules, words, sums;
	struct dim dim[DIMS];
	uint8_t active[DIMS]; /* dimensions that tell packets apart */
	uint32_t n_active;
	uint64_t *all; /* a row with every rule, for want of a better */
};

static const struct range everything = { 0, UINT64_MAX };

/* What an address may be; of a mask with holes only the first ones count. */
static struct range addr_range(uint32_t addr, uint32_t mask, uint32_t inverted)
{
	uint32_t holes = ~mask, low;

	if (inverted || !(mask >> 31))
		return everything;
	low = holes ? UINT32_MAX >> __builtin_clz(holes) : 0;
	return (struct range){ addr & ~low, addr | low };
}

static struct range port_range(const struct rule22 *r, const uint16_t port[2],
			       uint32_t inverted)
{
	if (!r->proto || inverted || port[0] > port[1] ||
	    (port[0] == 0 && port[1] == FW_PORT_MAX))
		return everything;
	return (struct range){ port[0], port[1] };
}

/* The first eight letters as a number: names with a common beginning are a
 * range. */
static struct range via_range(const struct rule22 *r, uint32_t inverted)
{
	uint64_t mask = be64toh(r->vmask[0]), via = be64toh(r->via[0]) & mask;

	if (inverted || !mask)
		return everything;
	return (struct range){ via, via | ~mask };
}

static struct range rule_range(const struct rule22 *r, enum index22_dim dim)
{
	uint32_t inv = r->how >> HOW_INV_SHIFT;

	switch (dim) {
	case DIM_SRC:
		return addr_range((uint32_t)r->addr, (uint32_t)r->amask,
				  inv & FW_INV_SRC);
	case DIM_DST:
		return addr_range((uint32_t)(r->addr >> 32),
				  (uint32_t)(r->amask >> 32), inv & FW_INV_DST);
	case DIM_VIA:
		return via_range(r, inv & FW_INV_VIA);
	case DIM_SPORT:
		return port_range(r, r->sport, inv & FW_INV_SPORT);
	case DIM_DPORT:
		return port_range(r, r->dport, inv & FW_INV_DPORT);
	default:
		if (!r->proto || (inv & FW_INV_PROTO))
			return everything;
		return (struct range){ r->proto, r->proto };
	}
}

static uint64_t packet_value(const struct packet22 *p, enum index22_dim dim)
{
	switch (dim) {
	case DIM_SRC:
		return (uint32_t)p->addr;
	case DIM_DST:
		return p->addr >> 32;
	case DIM_VIA:
		return be64toh(p->via[0]);
	case DIM_SPORT:
		return p->sport;
	case DIM_DPORT:
		return p->dport;
	default:
		return p->proto;
	}
}

/* The interval that @value lies in: the last that begins at it or below. */
static uint32_t interval(const struct dim *d, uint64_t value)
{
	const uint64_t *from = d->from;
	uint32_t n = d->n;

	while (n > 1) {
		uint32_t half = n / 2;

		from += from[half] <= value ? half : 0;
		n -= half;
	}
	return (uint32_t)(from - d->from);
}

static int by_value(const void *a, const void *b)
{
	uint64_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return x < y ? -1 : x > y;
}

/* Drops repetitions, then all but every so manyth, until there are few. */
static uint32_t thin(uint64_t *v, uint32_t n)
{
	uint32_t unique = 1, step, kept = 0;

	for (uint32_t i = 1; i < n; i++)
		if (v[i] != v[unique - 1])
			v[unique++] = v[i];
	step = (unique + MAX_INTERVALS - 1) / MAX_INTERVALS;
	for (uint32_t i = 0; i < unique; i += step)
		v[kept++] = v[i];
	return kept;
}

/* Cuts the values of a dimension where any rule's range begins or ends. */
static int dim_cut(struct dim *d, const struct range *range, uint32_t rules)
{
	uint64_t *fit;
	uint32_t n = 0;

	d->from = malloc((2 * (size_t)rules + 1) * sizeof(*d->from));
	if (!d->from)
		return -1;
	d->from[n++] = 0;
	for (uint32_t i = 0; i < rules; i++) {
		if (range[i].lo)
			d->from[n++] = range[i].lo;
		if (range[i].hi != UINT64_MAX)
			d->from[n++] = range[i].hi + 1;
	}
	qsort(d->from, n, sizeof(*d->from), by_value);
	d->n = thin(d->from, n);
	fit = realloc(d->from, d->n * sizeof(*fit));
	if (fit)
		d->from = fit;
	return 0;
}

/* Rules by the interval in which their range begins, or ends. */
struct order {
	uint32_t *head; /* of each interval, @rules: none */
	uint32_t *next;
};

static void order_add(struct order *o, uint32_t at, uint32_t rule)
{
	o->next[rule] = o->head[at];
	o->head[at] = rule;
}

static int order_init(struct order *o, uint32_t intervals, uint32_t rules)
{
	o->head = malloc(((size_t)intervals + rules) * sizeof(*o->head));
	if (!o->head)
		return -1;
	o->next = o->head + intervals;
	for (uint32_t i = 0; i < intervals; i++)
		o->head[i] = rules;
	return 0;
}

static void row_summarise(const struct index22 *x, uint64_t *row)
{
	const uint64_t *words = row + x->sums;

	for (uint32_t w = 0; w < x->words; w++)
		row[w / WORD] |= (uint64_t)(words[w] != 0) << (w % WORD);
}

/*
 * Goes through the intervals upwards with the set of rules whose ranges reach
 * into the present one.
 */
static void dim_sweep(const struct index22 *x, struct dim *d,
		      const struct order *begin, const struct order *end,
		      uint64_t *now)
{
	size_t stride = x->sums + x->words;

	for (uint32_t i = 0; i < d->n; i++) {
		uint64_t *row = d->rows + i * stride;

		for (uint32_t r = begin->head[i]; r < x->rules;
		     r = begin->next[r])
			now[r / WORD] |= 1ULL << (r % WORD);
		memcpy(row + x->sums, now, x->words * sizeof(*now));
		row_summarise(x, row);
		for (uint32_t r = end->head[i]; r < x->rules; r = end->next[r])
			now[r / WORD] &= ~(1ULL << (r % WORD));
	}
}

static int dim_fill(const struct index22 *x, struct dim *d,
		    const struct range *range)
{
	struct order begin = { 0 }, end = { 0 };
	uint64_t *now = calloc(x->words, sizeof(*now));
	int err = -1;

	d->rows = calloc((size_t)d->n * (x->sums + x->words), sizeof(*d->rows));
	if (!now || !d->rows || order_init(&begin, d->n, x->rules) ||
	    order_init(&end, d->n, x->rules))
		goto out;
	for (uint32_t i = 0; i < x->rules; i++) {
		order_add(&begin, interval(d, range[i].lo), i);
		order_add(&end, interval(d, range[i].hi), i);
	}
	dim_sweep(x, d, &begin, &end, now);
	err = 0;
out:
	free(begin.head);
	free(end.head);
	free(now);
	return err;
}

static int dim_init(struct index22 *x, enum index22_dim dim,
		    const struct rule22 *rules, struct range *range)
{
	struct dim *d = &x->dim[dim];

	for (uint32_t i = 0; i < x->rules; i++)
		range[i] = rule_range(&rules[i], dim);
	if (dim_cut(d, range, x->rules))
		return -1;
	return d->n > 1 ? dim_fill(x, d, range) : 0;
}

static int all_init(struct index22 *x)
{
	x->all = calloc((size_t)x->sums + x->words, sizeof(*x->all));
	if (!x->all)
		return -1;
	for (uint32_t i = 0; i < x->rules; i++)
		x->all[x->sums + i / WORD] |= 1ULL << (i % WORD);
	row_summarise(x, x->all);
	return 0;
}

static int dims_init(struct index22 *x, const struct rule22 *rules)
{
	struct range *range = calloc(x->rules, sizeof(*range));
	int err = range ? all_init(x) : -1;

	for (uint8_t dim = 0; dim < DIMS && !err; dim++) {
		err = dim_init(x, dim, rules, range);
		if (!err && x->dim[dim].n > 1)
			x->active[x->n_active++] = dim;
	}
	free(range);
	return err;
}

struct index22 *index22_new(const struct rule22 *rules, uint32_t n)
{
	struct index22 *x = calloc(1, sizeof(*x));

	if (!x)
		return NULL;
	x->rules = n;
	x->words = (n + WORD - 1) / WORD;
	x->sums = (x->words + WORD - 1) / WORD;
	if (dims_init(x, rules)) {
		index22_free(x);
		return NULL;
	}
	return x;
}

void index22_free(struct index22 *x)
{
	if (!x)
		return;
	for (int i = 0; i < DIMS; i++) {
		free(x->dim[i].from);
		free(x->dim[i].rows);
	}
	free(x->all);
	free(x);
}

static uint64_t rows_and(const struct cursor22 *c, uint32_t at)
{
	uint64_t bits = c->row[0][at];

	for (uint32_t i = 1; i < c->rows; i++)
		bits &= c->row[i][at];
	return bits;
}

void cursor22_start(struct cursor22 *c, const struct index22 *x,
		    const struct packet22 *p)
{
	size_t stride = x->sums + x->words;

	c->rows = 0;
	for (uint32_t i = 0; i < x->n_active; i++) {
		enum index22_dim dim = x->active[i];
		const struct dim *d = &x->dim[dim];

		c->row[c->rows++] =
			d->rows + stride * interval(d, packet_value(p, dim));
	}
	if (!c->rows)
		c->row[c->rows++] = x->all;
	c->sums = x->sums;
	c->sum_at = 0;
	c->word_at = 0;
	c->word = 0;
	c->sum = rows_and(c, 0);
}

uint32_t cursor22_next(struct cursor22 *c, uint32_t n)
{
	uint32_t bit;

	while (!c->word) {
		while (!c->sum) {
			if (++c->sum_at >= c->sums)
				return n;
			c->sum = rows_and(c, c->sum_at);
		}
		c->word_at =
			c->sum_at * WORD + (uint32_t)__builtin_ctzll(c->sum);
		c->sum &= c->sum - 1;
		c->word = rows_and(c, c->sums + c->word_at);
	}
	bit = (uint32_t)__builtin_ctzll(c->word);
	c->word &= c->word - 1;
	return c->word_at * WORD + bit;
}
