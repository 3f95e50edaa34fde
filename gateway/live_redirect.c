/* Whom redirected packets were addressed to, by the ends of the conversation.
 */
#include "gateway/live_redirect.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/cksum.h"

enum {
	ROWS = 4096,
	PLACES = 4,          /* of a row; the oldest one is taken */
	LIFE = 15 * 60 * HZ, /* after the last packet: 2.2's for TCP */
	SRC_AT = 12,
	DST_AT = 16,
};

/* One end is the sender, the other the host's program. */
struct ends {
	uint32_t far, near;
	uint16_t far_port, near_port;
	uint32_t proto;
};

struct redirect {
	struct ends ends;
	uint32_t addr; /* whom it was addressed to */
	uint16_t port;
	bool used;
	ticks_t last;
};

struct live_redirects {
	uint32_t n;
	struct redirect place[ROWS][PLACES];
};

struct live_redirects *live_redirect_new(void)
{
	return calloc(1, sizeof(struct live_redirects));
}

void live_redirect_free(struct live_redirects *r)
{
	free(r);
}

static struct redirect *row_of(struct live_redirects *r, const struct ends *e)
{
	uint32_t h = (e->far ^ e->far_port ^ (uint32_t)e->near_port << 16) *
			     0x9E3779B1 ^
		     e->near * 0x85EBCA6B ^ e->proto;

	return r->place[(h ^ h >> 15) % ROWS];
}

static bool same(const struct ends *a, const struct ends *b)
{
	return a->far == b->far && a->near == b->near &&
	       a->far_port == b->far_port && a->near_port == b->near_port &&
	       a->proto == b->proto;
}

static struct redirect *find(struct live_redirects *r, const struct ends *e)
{
	struct redirect *row = row_of(r, e);

	for (int i = 0; i < PLACES; i++)
		if (row[i].used && same(&row[i].ends, e))
			return &row[i];
	return NULL;
}

/* Whether @a is to be given up rather than @b. */
static bool older(const struct redirect *a, const struct redirect *b)
{
	if (!a->used || !b->used)
		return !a->used;
	return !ticks_due(b->last, a->last);
}

/* The place of those ends, else the one that was idle for longest. */
static struct redirect *take(struct live_redirects *r, const struct ends *e)
{
	struct redirect *row = row_of(r, e), *best = find(r, e);

	if (!best) {
		best = row;
		for (int i = 1; i < PLACES; i++)
			if (older(&row[i], best))
				best = &row[i];
	}
	r->n += !best->used;
	*best = (struct redirect){ .ends = *e, .used = true };
	return best;
}

/* Where the transport header is, if it is all there; 0: not. */
static uint32_t transport_at(const uint8_t *data, uint32_t len)
{
	uint32_t at = len >= 20 ? (data[0] & 15) * 4U : 0, need;

	if (at < 20 || get_be16(data + 6) & 0x1FFF)
		return 0;
	if (data[9] == IPPROTO_TCP)
		need = 20;
	else if (data[9] == IPPROTO_UDP)
		need = 8;
	else
		return 0;
	return at + need <= len ? at : 0;
}

/* The checksum at @sum after words that added up to @old add up to @new_sum
 * (RFC 1624, 3). */
static void fix(uint8_t *sum, uint32_t old, uint32_t new_sum)
{
	uint64_t change = (uint64_t)0xFFFF * 8 - old + new_sum;

	put_be16(sum, cksum_fold((uint16_t)~get_be16(sum) + change));
}

static uint32_t words(uint32_t addr)
{
	return (addr >> 16) + (addr & 0xFFFF);
}

/* Writes address and port, and what sums there are of them. */
static void rewrite(uint8_t *data, uint32_t t, uint32_t addr_at,
		    uint32_t port_at, uint32_t addr, uint16_t port)
{
	uint32_t old_addr = words(get_be32(data + addr_at));
	uint32_t old = old_addr + get_be16(data + port_at);
	uint8_t *sum = data + t + (data[9] == IPPROTO_TCP ? 16 : 6);

	put_be32(data + addr_at, addr);
	put_be16(data + port_at, port);
	fix(data + 10, old_addr, words(addr));
	if (data[9] == IPPROTO_UDP && !get_be16(sum))
		return;
	fix(sum, old, words(addr) + port);
	if (data[9] == IPPROTO_UDP && !get_be16(sum))
		put_be16(sum, 0xFFFF); /* 0 means: no checksum */
}

bool live_redirect_in(struct live_redirects *r, uint8_t *data, uint32_t len,
		      uint32_t addr, uint16_t port, ticks_t now)
{
	uint32_t t = transport_at(data, len);
	struct redirect *to;
	struct ends e;

	if (!t)
		return false;
	e = (struct ends){ get_be32(data + SRC_AT), addr, get_be16(data + t),
			   port, data[9] };
	to = take(r, &e);
	to->addr = get_be32(data + DST_AT);
	to->port = get_be16(data + t + 2);
	to->last = now;
	rewrite(data, t, DST_AT, t + 2, addr, port);
	return true;
}

bool live_redirect_out(struct live_redirects *r, uint8_t *data, uint32_t len,
		       ticks_t now)
{
	uint32_t t = r->n ? transport_at(data, len) : 0;
	struct redirect *to;
	struct ends e;

	if (!t)
		return false;
	e = (struct ends){ get_be32(data + DST_AT), get_be32(data + SRC_AT),
			   get_be16(data + t + 2), get_be16(data + t),
			   data[9] };
	to = find(r, &e);
	if (!to)
		return false;
	if (ticks_due(to->last + LIFE, now)) {
		to->used = false;
		r->n--;
		return false;
	}
	to->last = now;
	rewrite(data, t, SRC_AT, t, to->addr, to->port);
	return true;
}
