/*
 * Limits on ICMP errors and redirects. 2.2 kept them in its routing cache,
 * whose entries came and went; here they lie in a table of their own, where a
 * new one takes the place of the one that was quiet for longest.
 */
#include "engine/rate.h"

#include "engine/state.h"

enum rate_kind {
	RATE_NONE,
	RATE_ICMP,
	RATE_NO_ROUTE,
	RATE_REDIRECT,
	RATE_UNREACHABLE_2_0,
	RATE_OTHER_2_0,
};

enum {
	PROBES = 8,
	TOKEN = HZ,
	REDIRECT_LOAD = HZ / 50,
	REDIRECT_COUNT = 9,
	REDIRECT_SILENCE = REDIRECT_LOAD << 10,
};

static uint32_t first_probe(uint32_t kind, uint32_t src, uint32_t dst)
{
	uint32_t h = (src * 0x9E3779B1 ^ dst) * 0x85EBCA6B + kind;

	return h >> 16;
}

static struct rate_dest *dest_edit(struct fw *fw, uint32_t i)
{
	return fw_edit(fw, &fw->st->rate.dest[i], sizeof(struct rate_dest));
}

/* Whether @a is the better one to be forgotten, @now. */
static bool staler(const struct rate_dest *a, const struct rate_dest *b,
		   ticks_t now)
{
	if (!a->kind != !b->kind)
		return !a->kind;
	return now - a->last > now - b->last;
}

static struct rate_dest *dest_get(struct fw *fw, enum rate_kind kind,
				  uint32_t src, uint32_t dst)
{
	const struct rate_dest *all = fw->st->rate.dest;
	uint32_t at = first_probe(kind, src, dst), worst = at % RATE_DESTS;
	struct rate_dest *d;

	for (uint32_t n = 0; n < PROBES; n++) {
		uint32_t i = (at + n) % RATE_DESTS;

		if (all[i].kind == kind && all[i].src == src &&
		    all[i].dst == dst)
			return dest_edit(fw, i);
		if (staler(&all[i], &all[worst], fw->st->g.now))
			worst = i;
	}
	d = dest_edit(fw, worst);
	*d = (struct rate_dest){ .src = src, .dst = dst, .kind = kind };
	return d;
}

/* A bucket of @burst tokens, filled by time. */
static bool take_token(struct rate_dest *d, ticks_t now, uint32_t burst)
{
	ticks_t gone = now - d->last;

	d->last = now;
	d->tokens = gone > burst * TOKEN ? burst * TOKEN : d->tokens + gone;
	if (d->tokens > burst * TOKEN)
		d->tokens = burst * TOKEN;
	if (d->tokens < TOKEN)
		return false;
	d->tokens -= TOKEN;
	return true;
}

bool rate_icmp(struct fw *fw, uint32_t dst)
{
	return take_token(dest_get(fw, RATE_ICMP, 0, dst), fw->st->g.now, 6);
}

bool rate_icmp_2_0(struct fw *fw, uint32_t dst, bool unreachable)
{
	enum rate_kind kind =
		unreachable ? RATE_UNREACHABLE_2_0 : RATE_OTHER_2_0;
	uint32_t most = unreachable ? 80 : 30;
	ticks_t window = unreachable ? 4 * HZ : 3 * HZ;
	struct rate_dest *d = dest_get(fw, kind, 0, dst);
	ticks_t now = fw->st->g.now;

	if (now - d->last > window) {
		d->last = now;
		d->count = 0;
	}
	if (d->count >= most)
		return false;
	d->count++;
	return true;
}

bool rate_no_route(struct fw *fw, uint32_t src, uint32_t dst)
{
	return take_token(dest_get(fw, RATE_NO_ROUTE, src, dst), fw->st->g.now,
			  5);
}

bool rate_redirect(struct fw *fw, uint32_t src, uint32_t dst)
{
	struct rate_dest *d = dest_get(fw, RATE_REDIRECT, src, dst);
	ticks_t now = fw->st->g.now;

	if (now - d->last > REDIRECT_SILENCE)
		d->count = 0;
	if (d->count >= REDIRECT_COUNT) {
		d->last = now;
		return false;
	}
	if (now - d->last <= (ticks_t)REDIRECT_LOAD << d->count)
		return false;
	d->last = now;
	d->count++;
	return true;
}
