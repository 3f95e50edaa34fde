/* Sorting and printing for `fwcompat top`. */
#include "fwcompat/top_rows.h"

#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/addr.h"
#include "core/ticks.h"

enum { END_TEXT = 24 };

static const char *const sorts[] = {
	[TOP_EXPIRY] = "expiry",
	[TOP_TRAFFIC] = "traffic",
	[TOP_HOST] = "host",
};
_Static_assert(sizeof(sorts) / sizeof(sorts[0]) == TOP_SORTS,
	       "an order lacks its name");

enum top_sort top_sort_parse(const char *word)
{
	int i = 0;

	while (i < TOP_SORTS && strcmp(sorts[i], word) != 0)
		i++;
	return (enum top_sort)i;
}

void top_rows_add(void *rows, const struct masq_row *row)
{
	struct top_rows *r = rows;
	size_t room = r->room ? r->room * 2 : 256;

	if (r->n == r->room) {
		struct masq_row *more;

		more = realloc(r->row, room * sizeof(*more));
		if (!more) {
			r->bad = 1;
			return;
		}
		r->row = more;
		r->room = room;
	}
	r->row[r->n++] = *row;
}

void top_rows_clear(struct top_rows *rows)
{
	rows->n = 0;
	rows->bad = 0;
}

void top_rows_fini(struct top_rows *rows)
{
	free(rows->row);
	*rows = (struct top_rows){ 0 };
}

static int order(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int by_host(const void *a, const void *b)
{
	const struct masq_row *x = a, *y = b;
	int d = order(x->saddr, y->saddr);

	if (!d)
		d = order(x->sport, y->sport);
	if (!d)
		d = order(x->proto, y->proto);
	return d ? d : order(x->mport, y->mport);
}

static int by_expiry(const void *a, const void *b)
{
	const struct masq_row *x = a, *y = b;
	int d = order(x->left, y->left);

	return d ? d : by_host(a, b);
}

static int by_traffic(const void *a, const void *b)
{
	const struct masq_row *x = a, *y = b;
	int d = order(y->bytes, x->bytes);

	return d ? d : by_host(a, b);
}

void top_rows_sort(struct top_rows *rows, enum top_sort by)
{
	static int (*const compare[])(const void *, const void *) = {
		[TOP_EXPIRY] = by_expiry,
		[TOP_TRAFFIC] = by_traffic,
		[TOP_HOST] = by_host,
	};

	if (rows->n)
		qsort(rows->row, rows->n, sizeof(*rows->row), compare[by]);
}

static const char *end_text(uint32_t addr, uint16_t port, char buf[END_TEXT])
{
	char quad[ADDR_TEXT];

	snprintf(buf, END_TEXT, "%s:%u", addr_format(addr, quad), port);
	return buf;
}

/* What stands in the outside column of an entry whose peer is not known. */
static const char *outside_text(const struct masq_row *r, char buf[END_TEXT])
{
	char quad[ADDR_TEXT];

	if (r->proto == IPPROTO_ICMP) /* the "port" is the request's type */
		return addr_format(r->daddr, buf);
	if (r->flags & MASQ_NO_DADDR && !r->daddr)
		return "anybody";
	if (r->flags & MASQ_NO_DPORT && !r->dport) {
		snprintf(buf, END_TEXT, "%s:any", addr_format(r->daddr, quad));
		return buf;
	}
	return end_text(r->daddr, r->dport, buf);
}

static const char *proto_text(uint8_t proto)
{
	return proto == IPPROTO_TCP   ? "tcp"
	       : proto == IPPROTO_UDP ? "udp"
				      : "icmp";
}

/* Bytes in at most six characters. */
static void put_bytes(struct text *out, uint64_t bytes)
{
	static const char unit[] = "BKMGTPE";
	uint64_t v = bytes, rest = 0;
	size_t i = 0;

	for (; v >= 10000 && i < sizeof(unit) - 2; i++) {
		rest = v % 1024;
		v /= 1024;
	}
	if (i && v < 100)
		text_printf(out, " %3" PRIu64 ".%u%c", v,
			    (unsigned int)(rest * 10 / 1024), unit[i]);
	else
		text_printf(out, " %5" PRIu64 "%c", v, unit[i]);
}

static void put_row(const struct masq_row *r, struct text *out)
{
	char in[END_TEXT], far[END_TEXT];
	uint32_t left_s = r->left / HZ;

	text_printf(out, "%-4s %-21s %-21s %5u %-11s ", proto_text(r->proto),
		    end_text(r->saddr, r->sport, in), outside_text(r, far),
		    r->mport, masq_state_name(r->state));
	/* A timer that ran out and fires no more: see the helpers' quirks. */
	if (r->left >= UINT32_C(1) << 31)
		text_puts(out, "  never");
	else
		text_printf(out, "%4u:%02u", left_s / 60, left_s % 60);
	text_printf(out, " %7" PRIu64, r->packets);
	put_bytes(out, r->bytes);
	text_putc(out, '\n');
}

void top_live_print(const struct live_counts *live, struct text *out)
{
	uint32_t share = 0;

	if (live->rate)
		share = (uint32_t)(live->carried_rate * 100ULL / live->rate);
	text_printf(out, "live: %u packets/s", live->rate);
	if (live->fast)
		text_printf(out, ", %u %% of them fast", share);
	text_printf(out, "; %u/s lost, %" PRIu64 " dropped so far\n",
		    live->lost_rate, live->dropped);
}

void top_rows_print(const struct top_rows *rows, enum top_sort by,
		    struct text *out)
{
	text_printf(
		out, "%zu entries by %s, free ports: udp %d, tcp %d, icmp %d\n",
		rows->n, sorts[by], rows->free_ports[MASQ_P_UDP],
		rows->free_ports[MASQ_P_TCP], rows->free_ports[MASQ_P_ICMP]);
	text_printf(out, "%-4s %-21s %-21s %5s %-11s %7s %7s %6s\n", "prot",
		    "inside", "outside", "port", "state", "left", "packets",
		    "bytes");
	for (size_t i = 0; i < rows->n; i++)
		put_row(&rows->row[i], out);
}
