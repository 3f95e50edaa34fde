/* The masquerade table of the running kernel. */
#include "netfilter/masq.h"

#include <errno.h>
#include <stdlib.h>

#include "netfilter/ct.h"
#include "netfilter/rows.h"
#include "netfilter/sysctl.h"

struct nf_masq {
	struct nf_masked ours;
	struct nf_ct *ct; /* NULL: not needed yet */
	struct nf_rows rows;
	bool looked;
};

int nf_masq_open(struct nf_masq **out, struct nf_masked ours)
{
	struct nf_masq *m = calloc(1, sizeof(*m));

	if (!m)
		return -ENOMEM;
	m->ours = ours;
	nf_rows_init(&m->rows, ERA_2_2);
	*out = m;
	return 0;
}

void nf_masq_close(struct nf_masq *m)
{
	if (!m)
		return;
	nf_ct_close(m->ct);
	nf_rows_fini(&m->rows);
	free(m);
}

void nf_masq_forget(struct nf_masq *m)
{
	nf_rows_fini(&m->rows);
	m->looked = false;
}

/*
 * Connections first: what is awaited goes to one of them. To be told of none
 * takes the kernel as long as to tell of a thousand, since it looks through its
 * whole hash; how many there are it says at once.
 */
static int look(struct nf_masq *m)
{
	int r = m->ct ? 0 : nf_ct_open(&m->ct);

	if (r == 0 && nf_connections() != 0)
		r = nf_ct_each(m->ct, m->ours, nf_rows_add, &m->rows);
	if (r == 0 && m->rows.count)
		r = nf_ct_each_expect(m->ct, nf_rows_add_expect, &m->rows);
	return r ? r : nf_rows_sort(&m->rows);
}

int nf_masq_look(struct nf_masq *m, enum fw_era era)
{
	int r;

	if (m->looked && m->rows.era == era)
		return 0;
	nf_rows_fini(&m->rows);
	nf_rows_init(&m->rows, era);
	r = look(m);
	if (r)
		nf_rows_fini(&m->rows);
	m->looked = r == 0;
	return r;
}

void nf_masq_each(const struct nf_masq *m,
		  void (*row)(void *, const struct masq_row *), void *ctx)
{
	nf_rows_each(&m->rows, row, ctx);
}

void nf_masq_free_ports(const struct nf_masq *m,
			int32_t free_ports[MASQ_PROTOS])
{
	nf_rows_free_ports(&m->rows, free_ports);
}

uint32_t nf_masq_count(const struct nf_masq *m)
{
	return m->rows.count;
}

uint32_t nf_masq_attached(const struct nf_masq *m, uint8_t proto, uint16_t port)
{
	return nf_rows_attached(&m->rows, proto, port);
}

/* What is to be forgotten, once the dump is over. */
struct drop {
	struct nf_masked ours;
	bool (*stale)(void *ctx, const struct nf_ct_entry *, bool ours);
	void *ctx;
	struct nf_ct_tuple *orig;
	int count, room;
	bool bad; /* no memory */
};

static void drop_add(void *ctx, const struct nf_ct_entry *e)
{
	struct drop *d = ctx;
	struct nf_ct_tuple *orig = d->orig;
	bool ours = (e->mark & d->ours.mask) == d->ours.value;

	if (d->bad || !d->stale(d->ctx, e, ours))
		return;
	if (d->count == d->room) {
		d->room = d->room ? 2 * d->room : 64;
		orig = reallocarray(orig, (size_t)d->room, sizeof(*orig));
		if (!orig) {
			d->bad = true;
			return;
		}
		d->orig = orig;
	}
	orig[d->count++] = e->dir[NF_CT_ORIG];
}

/* Those that have ended meanwhile are forgotten, too. */
static int drop_all(struct nf_ct *ct, const struct drop *d)
{
	int r = 0;

	for (int i = 0; i < d->count && r == 0; i++) {
		r = nf_ct_delete(ct, &d->orig[i]);
		if (r == -ENOENT)
			r = 0;
	}
	return r ? r : d->count;
}

int nf_masq_drop(struct nf_masq *m,
		 bool (*stale)(void *, const struct nf_ct_entry *, bool),
		 void *ctx)
{
	struct drop d = { .ours = m->ours, .stale = stale, .ctx = ctx };
	int r;

	if (nf_connections() == 0)
		return 0;
	nf_masq_forget(m);
	r = m->ct ? 0 : nf_ct_open(&m->ct);
	if (r == 0)
		r = nf_ct_each(m->ct, (struct nf_masked){ 0, 0 }, drop_add, &d);
	if (r == 0)
		r = d.bad ? -ENOMEM : drop_all(m->ct, &d);
	free(d.orig);
	return r;
}
