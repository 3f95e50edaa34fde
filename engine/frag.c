/*
 * Reassembly. A packet in the making is a list of pieces by offset, which do
 * not overlap: of two that did, the one that begins later was cut in front.
 */
#include "engine/frag.h"

#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "engine/icmp_out.h"
#include "engine/pkt.h"
#include "engine/state.h"

enum {
	ROWS = 64,
	PIECE_COST = 256, /* what a kernel buffer takes besides its bytes */
	HEADER_MAX = 60,
	LEVEL_ERR = 3,
};

struct piece {
	struct piece *next;
	/* In the packet's payload. Quirk: a piece that lay wholly in an earlier
	 * one ends before it begins. */
	int32_t from, to;
	uint32_t skip; /* bytes cut off in front */
	uint32_t len;
	uint8_t bytes[];
};

struct whole {
	struct whole *next;          /* in the row */
	struct whole *newer, *older; /* by the last piece's arrival */
	uint32_t src, dst;
	uint16_t id;
	uint8_t proto;
	bool delivery; /* enum frag_place of the first piece that came */
	bool to_host;
	uint32_t ihl;  /* of the first piece; 0: it has not come yet */
	int32_t total; /* bytes of payload; 0: the last piece has not come */
	uint32_t cost;
	ticks_t due;
	struct piece *pieces;
	uint8_t header[HEADER_MAX];
};

struct frags {
	struct whole *row[ROWS];
	struct whole *newest, *oldest;
	uint32_t cost;
	uint8_t out[PKT_MAX + 1];
};

static uint32_t row_of(const struct pkt_info *info)
{
	uint32_t h = info->src ^ info->dst * 0x9E3779B1 ^ info->proto ^
		     (uint32_t)info->id << 7;

	return (h ^ h >> 13) % ROWS;
}

/* Takes @w out of the list by age. */
static void age_unlink(struct frags *f, struct whole *w)
{
	*(w->newer ? &w->newer->older : &f->newest) = w->older;
	*(w->older ? &w->older->newer : &f->oldest) = w->newer;
}

static void age_push(struct frags *f, struct whole *w)
{
	w->newer = NULL;
	w->older = f->newest;
	*(w->older ? &w->older->newer : &f->oldest) = w;
	f->newest = w;
}

static void row_unlink(struct frags *f, const struct whole *w)
{
	for (uint32_t i = 0; i < ROWS; i++)
		for (struct whole **at = &f->row[i]; *at; at = &(*at)->next)
			if (*at == w) {
				*at = w->next;
				return;
			}
}

static void pieces_free(struct piece *p)
{
	struct piece *next;

	for (; p; p = next) {
		next = p->next;
		free(p);
	}
}

/* Forgets @w, which is in the list by age no more. */
static void whole_free(struct frags *f, struct whole *w)
{
	row_unlink(f, w);
	f->cost -= w->cost;
	pieces_free(w->pieces);
	free(w);
}

static void oldest_free(struct frags *f)
{
	struct whole *w = f->oldest;

	f->oldest = w->newer;
	*(w->newer ? &w->newer->older : &f->newest) = NULL;
	whole_free(f, w);
}

static struct whole *whole_find(const struct frags *f,
				const struct pkt_info *info)
{
	struct whole *w = f->row[row_of(info)];

	while (w && (w->id != info->id || w->src != info->src ||
		     w->dst != info->dst || w->proto != info->proto))
		w = w->next;
	return w;
}

static struct whole *whole_new(struct frags *f, const struct pkt_info *info)
{
	struct whole *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->id = info->id;
	w->src = info->src;
	w->dst = info->dst;
	w->proto = info->proto;
	w->cost = PIECE_COST;
	f->cost += w->cost;
	w->next = f->row[row_of(info)];
	f->row[row_of(info)] = w;
	age_push(f, w);
	return w;
}

/* Cuts pieces behind @p that it covers; those it covers wholly are gone. */
static void cut_followers(struct piece *p)
{
	while (p->next && p->next->from < p->to) {
		struct piece *n = p->next;
		int32_t cut = p->to - n->from;

		n->from += cut;
		n->skip += (uint32_t)cut;
		if (n->from < n->to)
			return;
		p->next = n->next;
		free(n);
	}
}

/* Puts @p at its place; of two that begin at one offset the newer one wins. */
static void piece_insert(struct whole *w, struct piece *p)
{
	struct piece **at = &w->pieces;
	int32_t cut = 0;

	for (; *at && (*at)->from < p->from; at = &(*at)->next)
		cut = (*at)->to - p->from;
	if (cut > 0) {
		p->from += cut;
		p->skip = (uint32_t)cut;
	}
	p->next = *at;
	*at = p;
	cut_followers(p);
}

static int piece_add(struct frags *f, struct whole *w, const struct pkt *p,
		     const struct pkt_info *info)
{
	uint32_t len = info->tot_len - info->ihl;
	struct piece *piece = malloc(sizeof(*piece) + len);

	if (!piece)
		return -1;
	*piece = (struct piece){ .len = len };
	piece->from = (info->frag & IP_OFFSET) * 8;
	piece->to = piece->from + (int32_t)len;
	memcpy(piece->bytes, p->data + info->ihl, len);
	w->cost += len + PIECE_COST;
	f->cost += len + PIECE_COST;
	if (!piece->from) {
		w->ihl = info->ihl;
		memcpy(w->header, p->data, info->ihl);
	}
	if (!(info->frag & IP_MF))
		w->total = piece->to;
	piece_insert(w, piece);
	return 0;
}

static bool is_complete(const struct whole *w)
{
	int32_t to = 0;

	if (!w->total)
		return false;
	for (const struct piece *p = w->pieces; p; p = p->next) {
		if (p->from > to)
			return false;
		to = p->to;
	}
	return true;
}

/* Copies the pieces behind the header; -1: they don't fit together. */
static int glue(const struct whole *w, uint8_t *out)
{
	int32_t sum = 0;

	memcpy(out, w->header, w->ihl);
	memset(out + w->ihl, 0, (uint32_t)w->total);
	for (const struct piece *p = w->pieces; p; p = p->next) {
		int32_t n = p->to - p->from;

		if (n < 0 || sum + n > w->total || p->to > w->total)
			return -1;
		memcpy(out + w->ihl + p->from, p->bytes + p->skip, (uint32_t)n);
		sum += n;
	}
	return 0;
}

/* Makes the packet of @w's pieces. False: it cannot be made. */
static bool whole_make(struct fw *fw, const struct whole *w, struct pkt *p)
{
	struct frags *f = fw->frags;

	if (w->total > (int32_t)(PKT_MAX - w->ihl))
		return false;
	if (glue(w, f->out)) {
		fw_log(fw, LEVEL_ERR,
		       "Invalid fragment list: Fragment over size.");
		return false;
	}
	p->data = f->out;
	p->cap = PKT_MAX;
	p->len = w->ihl + (uint32_t)w->total;
	p->mark = 0;
	put_be16(p->data + 2, (uint16_t)p->len);
	put_be16(p->data + 6, 0);
	return true;
}

/* Makes room when too much waits. */
static void trim(struct frags *f)
{
	if (f->cost <= FRAG_HIGH)
		return;
	while (f->cost > FRAG_LOW && f->oldest)
		oldest_free(f);
}

static struct whole *whole_get(struct fw *fw, const struct pkt_info *info)
{
	struct whole *w;

	if (!fw->frags)
		fw->frags = calloc(1, sizeof(*fw->frags));
	if (!fw->frags)
		return NULL;
	trim(fw->frags);
	w = whole_find(fw->frags, info);
	return w ? w : whole_new(fw->frags, info);
}

bool frag_add(struct fw *fw, enum frag_place place, struct pkt *p,
	      struct pkt_info *info)
{
	struct whole *w;
	bool made;

	if ((info->frag & IP_OFFSET) * 8U + info->tot_len > PKT_MAX)
		return false;
	w = whole_get(fw, info);
	if (!w || piece_add(fw->frags, w, p, info))
		return false;
	w->delivery = place == FRAG_DELIVERY;
	w->to_host = p->to_host;
	w->due = fw->st->g.now + FRAG_TIME;
	age_unlink(fw->frags, w);
	if (!is_complete(w)) {
		age_push(fw->frags, w);
		return false;
	}
	made = whole_make(fw, w, p);
	if (made && place == FRAG_ARRIVAL)
		pkt_ip_sum(p, w->ihl);
	whole_free(fw->frags, w);
	if (made)
		pkt_look(p, info);
	return made;
}

/* Tells the sender that its packet did not become whole. */
static void tell_timeout(struct fw *fw, const struct whole *w)
{
	const struct piece *first = w->pieces;
	struct pkt_info info;
	struct pkt p = { .data = fw->frags->out, .to_host = w->to_host };

	if (!w->delivery || !w->ihl || !first || first->from)
		return;
	memcpy(p.data, w->header, w->ihl);
	memcpy(p.data + w->ihl, first->bytes, first->len);
	p.len = p.cap = w->ihl + first->len;
	pkt_look(&p, &info);
	icmp_error(fw, &p, &info,
		   &(struct icmp_what){ .type = 11, .code = 1, .local = true });
}

bool frag_due(const struct fw *fw, ticks_t now, ticks_t *due)
{
	const struct frags *f = fw->frags;

	if (!f || !f->oldest || !ticks_due(f->oldest->due, now))
		return false;
	*due = f->oldest->due;
	return true;
}

void frag_run(struct fw *fw)
{
	ticks_t due;

	while (frag_due(fw, fw->st->g.now, &due)) {
		tell_timeout(fw, fw->frags->oldest);
		oldest_free(fw->frags);
	}
}

void frag_free(struct fw *fw)
{
	struct whole *newer;

	for (struct whole *w = fw->frags ? fw->frags->oldest : NULL; w;
	     w = newer) {
		newer = w->newer;
		pieces_free(w->pieces);
		free(w);
	}
	free(fw->frags);
	fw->frags = NULL;
}
