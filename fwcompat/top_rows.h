/* The masquerade entries as `fwcompat top` shows them: sorted, a line each. */
#ifndef FWCOMPAT_TOP_ROWS_H
#define FWCOMPAT_TOP_ROWS_H

#include <stddef.h>

#include "core/live_counts.h"
#include "core/masq_row.h"
#include "core/text.h"

enum top_sort { TOP_EXPIRY, TOP_TRAFFIC, TOP_HOST, TOP_SORTS };

struct top_rows {
	struct masq_row *row; /* owned */
	size_t n, room;
	int bad; /* no memory: rows are missing */
	int32_t free_ports[MASQ_PROTOS];
};

/* "expiry", "traffic", "host"; or TOP_SORTS: none of them. */
enum top_sort top_sort_parse(const char *word);

/* For compat_masq_each(): @rows is a struct top_rows. */
void top_rows_add(void *rows, const struct masq_row *row);
void top_rows_clear(struct top_rows *rows);
void top_rows_fini(struct top_rows *rows);

/* Soonest expiry, most bytes, or lowest inside address first. */
void top_rows_sort(struct top_rows *rows, enum top_sort by);

/* A line on who carries live packets, and how many. */
void top_live_print(const struct live_counts *live, struct text *out);

/* A summary, column heads, and a line an entry. */
void top_rows_print(const struct top_rows *rows, enum top_sort by,
		    struct text *out);

#endif
