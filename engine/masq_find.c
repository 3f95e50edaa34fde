/*
 * Finding entries. The old kernel hashed them into 256 rows by the low bytes of
 * addresses and ports; those rows live on as the order of listings, and decide
 * among entries that all match: the one hashed last.
 *
 * Look-ups go through larger buckets, by whole keys. In the m-buckets these are
 * (protocol, maddr, mport, daddr, dport), without the outside end where that is
 * loose. In the s-buckets they are (protocol, saddr, sport, daddr, dport),
 * without daddr where that alone is not known yet, else without the outside end
 * where it is loose.
 *
 * An entry whose outside port was changed in place (quirk: Quake's helper)
 * stays in its old rows, where only those keys reach it that fall into the same
 * row. It is taken out of the buckets and kept in a list of such odd ones.
 */
#include "engine/masq.h"

#include "engine/fast.h"
#include "engine/fast_birth.h"
#include "engine/masq_era.h"
#include "engine/state.h"

enum {
	M_LOOSE = MASQ_LOOSE,
	S_LOOSE = M_LOOSE | MASQ_NO_SADDR | MASQ_NO_SPORT,
	LINE = 64, /* bytes that a cache takes at a time */
};

/* What part of the outside end a bucket's key contains. */
enum key_kind { KEY_WHOLE, KEY_DPORT, KEY_NONE };

/* A look-up: far end o, near end n (ours for m, the inside host's for s). */
struct key {
	uint32_t o, n;
	uint16_t oport, nport;
	uint8_t proto;
};

static inline uint32_t bucket(const struct key *k, enum key_kind kind)
{
	uint32_t o = kind == KEY_WHOLE ? k->o : 0;
	uint32_t oport = kind == KEY_NONE ? 0 : k->oport;
	uint64_t x = ((uint64_t)k->n << 32 | o) * 0x9E3779B97F4A7C15;

	x ^= (uint64_t)(k->proto | (uint32_t)kind << 8) << 32;
	x ^= x >> 32 ^ ((uint32_t)k->nport << 16 | oport);
	return (uint32_t)(x * 0xD6E8FEB86659FD93 >> 48);
}

/* The row in the old tables; the outside end is part of the key or not. */
static uint8_t old_row(const struct key *k, bool whole)
{
	return masq_row_hash(k->proto, k->n, k->nport, whole ? k->o : 0,
			     whole ? k->oport : 0);
}

/* Our address as keys have it, under an entry's flags or all entries'. */
static inline uint32_t maddr_key(uint32_t maddr, uint16_t flags)
{
	return flags & MASQ_ANY_MADDR ? 0 : maddr;
}

static struct key m_key(const struct masq_entry *e)
{
	return (struct key){ e->daddr, maddr_key(e->maddr, e->flags), e->dport,
			     e->mport, e->proto };
}

static struct key s_key(const struct masq_entry *e)
{
	return (struct key){ e->daddr, e->saddr, e->dport, e->sport, e->proto };
}

static inline enum key_kind m_kind(const struct masq_entry *e)
{
	return e->flags & M_LOOSE ? KEY_NONE : KEY_WHOLE;
}

static inline enum key_kind s_kind(const struct masq_entry *e)
{
	if (!(e->flags & S_LOOSE))
		return KEY_WHOLE;
	return (e->flags & S_LOOSE) == MASQ_NO_DADDR ? KEY_DPORT : KEY_NONE;
}

/* The entry behind a link (number + 1), or NULL. */
static inline const struct masq_entry *at_link(const struct fw *fw,
					       uint32_t link)
{
	uint32_t i = link - 1;

	return i < fw->st->table[FW_T_MASQ].used && i < MASQ_MAX
		       ? &fw->st->entry[i]
		       : NULL;
}

static uint32_t number(const struct fw *fw, const struct masq_entry *e)
{
	return e ? (uint32_t)(e - fw->st->entry) : FW_NIL;
}

static const struct masq_entry *later(const struct masq_entry *a,
				      const struct masq_entry *b)
{
	if (!a || !b)
		return a ? a : b;
	return (int32_t)(a->hashed - b->hashed) > 0 ? a : b;
}

static inline bool far_ok(const struct masq_entry *e, const struct key *k)
{
	return (e->daddr == k->o || e->flags & (MASQ_NO_DADDR | MASQ_DLOOSE)) &&
	       (e->dport == k->oport ||
		e->flags & (MASQ_NO_DPORT | MASQ_DLOOSE));
}

/* Whether an entry for that far port takes packets from all of its hosts. */
static inline bool autofw_far_ok(const struct masq_entry *e,
				 const struct key *k)
{
	return e->flags & MASQ_AUTOFW_FAR && e->dport == MASQ_AUTOFW_PORT &&
	       k->oport == MASQ_AUTOFW_PORT;
}

static inline bool m_matches(const struct masq_entry *e, const struct key *k)
{
	return maddr_key(e->maddr, e->flags) == k->n && e->mport == k->nport &&
	       e->proto == k->proto && (far_ok(e, k) || autofw_far_ok(e, k));
}

/* 2.0 hashed simply, and looked closely here. */
static inline bool far_ok_out(const struct masq_entry *e, const struct key *k)
{
	if (e->flags & MASQ_SIMPLE_HASH)
		return e->daddr == k->o && e->dport == k->oport;
	return far_ok(e, k);
}

static inline bool s_matches(const struct masq_entry *e, const struct key *k)
{
	return e->saddr == k->n && e->sport == k->nport &&
	       e->proto == k->proto && far_ok_out(e, k);
}

/* The newest odd entry that a walk of the old rows would have met. */
static const struct masq_entry *find_odd(const struct fw *fw,
					 const struct key *k, bool whole,
					 uint16_t need, bool inward)
{
	const struct masq_entry *best = NULL, *e;
	uint32_t link = fw->st->masq.odd, n = 0;

	for (; n < MASQ_MAX && (e = at_link(fw, link)); n++) {
		link = e->next_m;
		if (old_row(k, whole) != (inward ? e->m_row : e->s_row) ||
		    (whole && e->flags & (inward ? M_LOOSE : S_LOOSE)) ||
		    (e->flags & need) != need)
			continue;
		if (inward ? m_matches(e, k) : s_matches(e, k))
			best = later(best, e);
	}
	return best;
}

static inline const struct masq_entry *
find_m(const struct fw *fw, const struct key *k, enum key_kind kind)
{
	uint32_t link = fw->st->masq.m_bucket[bucket(k, kind)], n = 0;
	const struct masq_entry *e;

	for (; n < MASQ_MAX && (e = at_link(fw, link)); n++) {
		link = e->next_m;
		if (m_matches(e, k) && m_kind(e) == kind)
			break;
		e = NULL;
	}
	if (fw->st->masq.odd)
		e = later(e, find_odd(fw, k, kind == KEY_WHOLE, 0, true));
	return e;
}

/* @need: flags that the entry must have. */
static inline const struct masq_entry *in_s_bucket(const struct fw *fw,
						   const struct key *k,
						   enum key_kind kind,
						   uint16_t need)
{
	uint32_t link = fw->st->masq.s_bucket[bucket(k, kind)], n = 0;
	const struct masq_entry *e;

	for (; n < MASQ_MAX && (e = at_link(fw, link)); n++) {
		link = e->next_s;
		if (s_matches(e, k) && s_kind(e) == kind &&
		    (e->flags & need) == need)
			return e;
	}
	return NULL;
}

static const struct masq_entry *find_s(const struct fw *fw, const struct key *k)
{
	const struct masq_table *t = &fw->st->masq;
	const struct masq_entry *e = in_s_bucket(fw, k, KEY_WHOLE, 0);
	struct key unknown = *k;

	if (t->odd)
		e = later(e, find_odd(fw, k, true, 0, false));
	if (e)
		return e;
	if (t->by_dport)
		e = in_s_bucket(fw, k, KEY_DPORT, 0);
	if (t->by_none)
		e = later(e, in_s_bucket(fw, k, KEY_NONE, 0));
	if (t->odd)
		e = later(e, find_odd(fw, k, false, 0, false));
	if (e || (!t->by_none && !t->odd))
		return e;
	unknown.nport = 0;
	e = in_s_bucket(fw, &unknown, KEY_NONE, MASQ_NO_SPORT);
	if (t->odd)
		e = later(e,
			  find_odd(fw, &unknown, false, MASQ_NO_SPORT, false));
	return e;
}

uint32_t masq_in_find(const struct fw *fw, uint8_t proto, uint32_t d,
		      uint16_t dport, uint32_t m, uint16_t mport)
{
	const struct key k = { d, maddr_key(m, masq_era(fw)->flags), dport,
			       mport, proto };
	const struct masq_entry *e = find_m(fw, &k, KEY_WHOLE);

	return number(fw, e ? e : find_m(fw, &k, KEY_NONE));
}

uint32_t masq_out_find(const struct fw *fw, uint8_t proto, uint32_t s,
		       uint16_t sport, uint32_t d, uint16_t dport)
{
	const struct key k = { d, s, dport, sport, proto };

	return number(fw, find_s(fw, &k));
}

bool masq_port_taken(const struct fw *fw, uint8_t proto, uint32_t maddr,
		     uint16_t mport)
{
	const struct key k = { 0, maddr_key(maddr, masq_era(fw)->flags), 0,
			       mport, proto };
	uint32_t link = fw->st->masq.m_bucket[bucket(&k, KEY_NONE)], n = 0;
	const struct masq_entry *e;

	for (; n < MASQ_MAX && (e = at_link(fw, link)); n++) {
		link = e->next_m;
		if (maddr_key(e->maddr, e->flags) == k.n && e->mport == mport &&
		    e->proto == proto)
			return true;
	}
	return false;
}

/* Writes one word of the state. */
static void put(struct fw *fw, const uint32_t *word, uint32_t value)
{
	*(uint32_t *)fw_edit(fw, word, sizeof(*word)) = value;
}

/* The counter of s-buckets' entries of this kind, or NULL. */
static const uint32_t *s_counter(const struct fw *fw, enum key_kind kind)
{
	const struct masq_table *t = &fw->st->masq;

	if (kind == KEY_WHOLE)
		return NULL;
	return kind == KEY_DPORT ? &t->by_dport : &t->by_none;
}

void masq_send_for(const struct fw *fw, const struct masq_want *w,
		   uint16_t mport)
{
	const struct masq_table *t = &fw->st->masq;
	const struct key m = { w->daddr, maddr_key(w->maddr, w->flags),
			       w->dport, mport, w->proto };
	const struct key s = { w->daddr, w->saddr, w->dport, w->sport,
			       w->proto };

	/* the kinds of keys that an entry has before its first reply */
	__builtin_prefetch(&t->m_bucket[bucket(&m, KEY_NONE)], 1);
	__builtin_prefetch(&t->s_bucket[bucket(&s, KEY_DPORT)], 1);
}

/* The first entry of a bucket, nearly always the only one. */
static void send_for_entry(const struct fw *fw, uint32_t link)
{
	const uint8_t *e = (const uint8_t *)at_link(fw, link);

	for (size_t i = 0; e && i < sizeof(struct masq_entry); i += LINE)
		__builtin_prefetch(e + i, 1);
}

void masq_expect(const struct fw *fw, uint8_t proto, uint32_t src,
		 uint16_t sport, uint32_t dst, uint16_t dport)
{
	const struct masq_table *t = &fw->st->masq;
	const struct key m = { src, maddr_key(dst, masq_era(fw)->flags), sport,
			       dport, proto };
	const struct key s = { dst, src, dport, sport, proto };

	send_for_entry(fw, t->m_bucket[bucket(&m, KEY_WHOLE)]);
	send_for_entry(
		fw,
		t->s_bucket[bucket(&s, t->by_dport ? KEY_DPORT : KEY_WHOLE)]);
}

static void buckets_add(struct fw *fw, uint32_t entry)
{
	struct masq_entry *e = masq_edit(fw, entry);
	struct key m = m_key(e), s = s_key(e);
	const uint32_t *head = &fw->st->masq.m_bucket[bucket(&m, m_kind(e))];
	const uint32_t *count = s_counter(fw, s_kind(e));

	e->next_m = *head;
	put(fw, head, entry + 1);
	head = &fw->st->masq.s_bucket[bucket(&s, s_kind(e))];
	e->next_s = *head;
	put(fw, head, entry + 1);
	if (count)
		put(fw, count, *count + 1);
}

/* Takes an entry out of a list linked by .next_m. */
static void m_unlink(struct fw *fw, const uint32_t *at, uint32_t entry)
{
	for (uint32_t n = 0; n < MASQ_MAX; n++) {
		const struct masq_entry *e = at_link(fw, *at);

		if (!e)
			return;
		if (*at == entry + 1) {
			put(fw, at, e->next_m);
			return;
		}
		at = &e->next_m;
	}
}

static void s_unlink(struct fw *fw, const uint32_t *at, uint32_t entry)
{
	for (uint32_t n = 0; n < MASQ_MAX; n++) {
		const struct masq_entry *e = at_link(fw, *at);

		if (!e)
			return;
		if (*at == entry + 1) {
			put(fw, at, e->next_s);
			return;
		}
		at = &e->next_s;
	}
}

static void buckets_remove(struct fw *fw, uint32_t entry)
{
	const struct masq_entry *e = masq_at(fw, entry);
	const uint32_t *count = s_counter(fw, s_kind(e));
	struct key m = m_key(e), s = s_key(e);

	m_unlink(fw, &fw->st->masq.m_bucket[bucket(&m, m_kind(e))], entry);
	s_unlink(fw, &fw->st->masq.s_bucket[bucket(&s, s_kind(e))], entry);
	if (count)
		put(fw, count, *count - 1);
}

static void row_add(struct fw *fw, uint32_t entry)
{
	struct masq_entry *e = masq_edit(fw, entry);
	const uint32_t *head = &fw->st->masq.row[e->m_row];
	const struct masq_entry *old = at_link(fw, *head);

	e->row_prev = 0;
	e->row_next = *head;
	if (old)
		put(fw, &old->row_prev, entry + 1);
	put(fw, head, entry + 1);
}

static void row_remove(struct fw *fw, uint32_t entry)
{
	const struct masq_entry *e = masq_at(fw, entry);
	const struct masq_entry *prev = at_link(fw, e->row_prev);
	const struct masq_entry *next = at_link(fw, e->row_next);

	put(fw, prev ? &prev->row_next : &fw->st->masq.row[e->m_row],
	    e->row_next);
	if (next)
		put(fw, &next->row_prev, e->row_prev);
}

void masq_hash(struct fw *fw, uint32_t entry)
{
	struct masq_entry *e = masq_edit(fw, entry);
	struct key m = m_key(e), s = s_key(e);

	if (fw->fast && !fw->fast_absorbing)
		fast_shadow(fw, entry);
	e->m_row = masq_era(fw)->one_list ? 0
					  : old_row(&m, m_kind(e) == KEY_WHOLE);
	e->s_row = old_row(&s, s_kind(e) == KEY_WHOLE);
	e->flags |= MASQ_HASHED;
	e->hashed = fw->st->masq.hashed + 1;
	put(fw, &fw->st->masq.hashed, e->hashed);
	row_add(fw, entry);
	buckets_add(fw, entry);
	if (!fw->fast || fw->fast_absorbing)
		return;
	fast_hold(fw);
	fast_count(fw, entry, true);
	fast_let(fw);
}

void masq_unhash(struct fw *fw, uint32_t entry)
{
	struct masq_entry *e = masq_edit(fw, entry);

	if (!(e->flags & MASQ_HASHED))
		return;
	if (fw->fast) {
		fast_forget(fw, entry);
		fast_hold(fw); /* until it is hashed anew, or gone */
		fast_count(fw, entry, false);
	}
	row_remove(fw, entry);
	if (e->odd)
		m_unlink(fw, &fw->st->masq.odd, entry);
	else
		buckets_remove(fw, entry);
	e->odd = 0;
	e->flags &= (uint16_t)~MASQ_HASHED;
}

void masq_dport_in_place(struct fw *fw, uint32_t entry, uint16_t dport)
{
	struct masq_entry *e = masq_edit(fw, entry);

	if (fw->fast) {
		fast_void(fw);
		fast_hold(fw);
		fast_count(fw, entry, false);
	}
	if (e->flags & MASQ_HASHED && !e->odd) {
		buckets_remove(fw, entry);
		e->odd = 1;
		e->next_m = fw->st->masq.odd;
		put(fw, &fw->st->masq.odd, entry + 1);
	}
	e->dport = dport;
	if (fw->fast) {
		fast_count(fw, entry, true);
		fast_let(fw);
	}
}
