/*
 * Look-ups and the order of listings, against a model of the old kernel's two
 * tables of 256 rows. Few addresses and ports, so that rows and keys collide.
 */
#include <netinet/in.h>
#include <string.h>

#include "engine/masq.h"
#include "engine/state.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/host22.h"
#include "tests/unit/ops.h"

enum { ENTRIES = 24, ROWS = 256, STEPS = 3000 };

enum {
	LOOSE_ADDR = MASQ_NO_DADDR | MASQ_DLOOSE,
	LOOSE_PORT = MASQ_NO_DPORT | MASQ_DLOOSE,
	M_LOOSE = LOOSE_ADDR | LOOSE_PORT,
	S_LOOSE = M_LOOSE | MASQ_NO_SPORT,
};

/* Rows as lists of entries, newest first; a row's place is its entry's hash. */
struct model {
	uint32_t row[2][ROWS][ENTRIES];
	int n[2][ROWS];
	uint8_t in_row[2][ENTRIES];
};

static struct model model;

static uint32_t pick(uint32_t *seed, const uint32_t *from, uint32_t n)
{
	return from[ops_random(seed) % n];
}

static uint32_t some_addr(uint32_t *seed)
{
	static const uint32_t addrs[] = { 0x0A000001, 0x0A000002, 0x0A000101 };

	return pick(seed, addrs, 3);
}

static uint16_t some_port(uint32_t *seed)
{
	static const uint32_t ports[] = { 0, 53, 309, 54, 61000 };

	return (uint16_t)pick(seed, ports, 5);
}

static uint8_t row_of(uint8_t proto, uint32_t addr, uint32_t port)
{
	return (uint8_t)(proto ^ addr ^ port);
}

static uint8_t m_row(const struct masq_entry *e)
{
	if (e->flags & M_LOOSE)
		return row_of(e->proto, e->maddr, e->mport);
	return row_of(e->proto, e->maddr ^ e->daddr, e->mport ^ e->dport);
}

static uint8_t s_row(const struct masq_entry *e)
{
	if (e->flags & S_LOOSE)
		return row_of(e->proto, e->saddr, e->sport);
	return row_of(e->proto, e->saddr ^ e->daddr, e->sport ^ e->dport);
}

static void model_add(const struct fw *fw, uint32_t i)
{
	const struct masq_entry *e = masq_at(fw, i);
	uint8_t rows[2] = { m_row(e), s_row(e) };

	for (int t = 0; t < 2; t++) {
		uint32_t *row = model.row[t][rows[t]];

		memmove(row + 1, row, sizeof(*row) * (ENTRIES - 1));
		row[0] = i;
		model.n[t][rows[t]]++;
		model.in_row[t][i] = rows[t];
	}
}

static void model_remove(uint32_t i)
{
	for (int t = 0; t < 2; t++) {
		uint8_t r = model.in_row[t][i];
		uint32_t *row = model.row[t][r];
		int at = 0;

		while (row[at] != i)
			at++;
		memmove(row + at, row + at + 1,
			sizeof(*row) * (size_t)(ENTRIES - 1 - at));
		model.n[t][r]--;
	}
}

static bool far_ok(const struct masq_entry *e, uint32_t d, uint16_t dport)
{
	return (e->daddr == d || e->flags & LOOSE_ADDR) &&
	       (e->dport == dport || e->flags & LOOSE_PORT);
}

/* One walk of a row; @not, @need: flags. */
static uint32_t walk(const struct fw *fw, int t, uint8_t row, uint8_t proto,
		     uint32_t near, uint32_t port, uint32_t d, uint16_t dport,
		     uint16_t not, uint16_t need)
{
	for (int i = 0; i < model.n[t][row]; i++) {
		const struct masq_entry *e = masq_at(fw, model.row[t][row][i]);

		if (e->proto == proto && far_ok(e, d, dport) &&
		    (t ? e->saddr : e->maddr) == near &&
		    (need || (t ? e->sport : e->mport) == port) &&
		    !(e->flags & not ) && (e->flags & need) == need)
			return model.row[t][row][i];
	}
	return FW_NIL;
}

static uint32_t model_in(const struct fw *fw, uint8_t proto, uint32_t d,
			 uint16_t dport, uint32_t m, uint16_t mport)
{
	uint32_t got = walk(fw, 0, row_of(proto, m ^ d, mport ^ dport), proto,
			    m, mport, d, dport, M_LOOSE, 0);

	return got != FW_NIL ? got
			     : walk(fw, 0, row_of(proto, m, mport), proto, m,
				    mport, d, dport, 0, 0);
}

static uint32_t model_out(const struct fw *fw, uint8_t proto, uint32_t s,
			  uint16_t sport, uint32_t d, uint16_t dport)
{
	uint32_t got = walk(fw, 1, row_of(proto, s ^ d, sport ^ dport), proto,
			    s, sport, d, dport, S_LOOSE, 0);

	if (got == FW_NIL)
		got = walk(fw, 1, row_of(proto, s, sport), proto, s, sport, d,
			   dport, 0, 0);
	if (got == FW_NIL)
		got = walk(fw, 1, row_of(proto, s, 0), proto, s, 0, d, dport, 0,
			   MASQ_NO_SPORT);
	return got;
}

static void fill(struct fw *fw, uint32_t i, uint32_t *seed)
{
	static const uint32_t flags[] = {
		0,
		0,
		0,
		MASQ_NO_DADDR,
		MASQ_NO_DPORT,
		MASQ_NO_DADDR | MASQ_NO_DPORT,
		MASQ_DLOOSE,
		MASQ_NO_SPORT,
	};
	struct masq_entry *e = masq_edit(fw, i);

	e->proto = ops_random(seed) % 3 ? IPPROTO_UDP : IPPROTO_TCP;
	e->saddr = some_addr(seed);
	e->daddr = some_addr(seed);
	e->maddr = some_addr(seed);
	e->sport = some_port(seed);
	e->dport = some_port(seed);
	e->mport = some_port(seed);
	e->flags = (uint16_t)pick(seed, flags, 8);
	if (e->flags & MASQ_NO_SPORT)
		e->sport = 0;
}

/* Puts an entry in, takes it out, or changes its port where it is. */
static void one_step(struct fw *fw, uint32_t *seed)
{
	uint32_t i = ops_random(seed) % ENTRIES;

	if (!(masq_at(fw, i)->flags & MASQ_HASHED)) {
		fill(fw, i, seed);
		masq_hash(fw, i);
		model_add(fw, i);
	} else if (ops_random(seed) % 8 == 0) {
		masq_dport_in_place(fw, i, some_port(seed));
	} else {
		masq_unhash(fw, i);
		model_remove(i);
	}
}

static void look(const struct fw *fw, uint32_t *seed, int step)
{
	uint8_t proto = ops_random(seed) % 3 ? IPPROTO_UDP : IPPROTO_TCP;
	uint32_t near = some_addr(seed), d = some_addr(seed);
	uint16_t port = some_port(seed), dport = some_port(seed);
	uint32_t got = masq_in_find(fw, proto, d, dport, near, port);
	uint32_t want = model_in(fw, proto, d, dport, near, port);

	if (got != want)
		fail_msg("step %d, in: got %d, want %d", step, (int)got,
			 (int)want);
	got = masq_out_find(fw, proto, near, port, d, dport);
	want = model_out(fw, proto, near, port, d, dport);
	if (got != want)
		fail_msg("step %d, out: got %d, want %d", step, (int)got,
			 (int)want);
}

/* Where the listing stands in the model. */
struct listed {
	const struct fw *fw;
	uint32_t row, col, total;
};

static void see_row(void *ctx, const struct masq_row *r)
{
	struct listed *l = ctx;
	const struct masq_entry *e;

	while ((int)l->col >= model.n[0][l->row]) {
		l->row++;
		l->col = 0;
	}
	e = masq_at(l->fw, model.row[0][l->row][l->col++]);
	l->total++;
	if (r->row != l->row || r->col != l->col || r->saddr != e->saddr ||
	    r->sport != e->sport || r->dport != e->dport)
		fail_msg("row %u, column %u: got row %u, column %u", l->row,
			 l->col, r->row, r->col);
}

static void as_the_old_rows(void **state)
{
	struct host22 h;
	uint32_t seed = 4711, hashed = 0;

	(void)state;
	host22_open(&h);
	memset(&model, 0, sizeof(model));
	for (uint32_t i = 0; i < ENTRIES; i++)
		assert_int_equal(fw_slot_new(&h.fw, FW_T_MASQ), i);
	for (int step = 0; step < STEPS; step++) {
		struct listed l = { .fw = &h.fw };

		one_step(&h.fw, &seed);
		for (int n = 0; n < 20; n++)
			look(&h.fw, &seed, step);
		masq_each(&h.fw, 0, see_row, &l);
		hashed = 0;
		for (uint32_t i = 0; i < ENTRIES; i++)
			hashed += !!(masq_at(&h.fw, i)->flags & MASQ_HASHED);
		assert_int_equal(l.total, hashed);
	}
	host22_close(&h);
}

static void count_row(void *ctx, const struct masq_row *r)
{
	(void)r;
	++*(int *)ctx;
}

/* The links of a damaged state lead nowhere, or in circles. */
static void damage_does_not_hang(void **state)
{
	struct host22 h;
	int rows = 0;

	(void)state;
	host22_open(&h);
	fw_slot_new(&h.fw, FW_T_MASQ);
	masq_edit(&h.fw, 0)->proto = IPPROTO_UDP;
	masq_hash(&h.fw, 0);
	masq_edit(&h.fw, 0)->next_m = 1;
	masq_edit(&h.fw, 0)->next_s = 0x7FFFFFFF;
	assert_int_equal(masq_in_find(&h.fw, IPPROTO_UDP, 1, 2, 3, 4), FW_NIL);
	assert_int_equal(masq_out_find(&h.fw, IPPROTO_UDP, 0, 0, 0, 0), 0);
	masq_edit(&h.fw, 0)->row_next = 1;
	masq_each(&h.fw, 0, count_row, &rows);
	assert_int_equal(rows, 1);
	masq_unhash(&h.fw, 0);
	host22_close(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_the_old_rows),
		cmocka_unit_test(damage_does_not_hang),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
