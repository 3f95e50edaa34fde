/*
 * ipfw's listing, read back from the text of /proc/net/ip_block, ip_forward or
 * ip_acct. Form: Linux 1.3.56, net/ipv4/ip_fw.c, ip_chain_procinfo().
 */
#include "ipfw/listing.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/addr.h"
#include "core/fields.h"
#include "core/rule20.h"

struct row {
	struct fw20_rule rule;
	uint32_t packets, bytes;
	uint16_t sorted[FW20_PORTS]; /* the ports, the largest first */
	size_t place;                /* in the file */
};

struct rows {
	struct row *row;
	size_t count, cap;
};

static bool read_u16(struct fields *f, uint16_t *value)
{
	uint32_t v = 0;
	bool ok = fields_dec(f, &v);

	*value = (uint16_t)v;
	return ok;
}

/* "ADDR/MASK->ADDR/MASK ADDR FLAGS SPORTS DPORTS PACKETS BYTES PORT..." */
static bool read_row(struct fields *f, struct row *row)
{
	struct fw20_rule *r = &row->rule;
	uint32_t flags = 0;
	bool ok = fields_hex(f, &r->src) && fields_char(f, '/') &&
		  fields_hex(f, &r->smask) && fields_char(f, '-') &&
		  fields_char(f, '>') && fields_hex(f, &r->dst) &&
		  fields_char(f, '/') && fields_hex(f, &r->dmask) &&
		  fields_hex(f, &r->via_addr) && fields_hex(f, &flags) &&
		  read_u16(f, &r->n_src) && read_u16(f, &r->n_dst) &&
		  fields_dec(f, &row->packets) && fields_dec(f, &row->bytes);

	r->flags = (uint16_t)flags;
	for (int i = 0; ok && i < FW20_PORTS; i++)
		ok = read_u16(f, &r->port[i]);
	return ok && r->n_src + r->n_dst <= FW20_PORTS;
}

static int larger_first(const void *a, const void *b)
{
	return *(const uint16_t *)b - *(const uint16_t *)a;
}

static void sort_ports(struct row *row)
{
	size_t n = row->rule.n_src + row->rule.n_dst;

	memcpy(row->sorted, row->rule.port, n * sizeof(row->sorted[0]));
	qsort(row->sorted, n, sizeof(row->sorted[0]), larger_first);
}

static void skip_line(struct fields *f)
{
	f->p += strcspn(f->p, "\n");
	if (*f->p)
		f->p++;
}

/* All rows up to the end, or to one that is none. */
static int read_rows(const char *file, struct rows *rows)
{
	struct fields f = { file };

	skip_line(&f);
	while (!fields_end(&f)) {
		struct row row = { .place = rows->count };

		if (!read_row(&f, &row))
			break;
		skip_line(&f);
		sort_ports(&row);
		if (rows->count == rows->cap) {
			size_t cap = rows->cap ? 2 * rows->cap : 64;
			struct row *more =
				reallocarray(rows->row, cap, sizeof(*more));

			if (!more)
				return -ENOMEM;
			rows->row = more;
			rows->cap = cap;
		}
		rows->row[rows->count++] = row;
	}
	return 0;
}

static uint32_t smaller_address(const struct fw20_rule *r)
{
	return r->src < r->dst ? r->src : r->dst;
}

/*
 * Quirk: rows are shown in an order of their own: by kind, then by the smaller
 * address, both downwards (the difference taken as a signed number), then by
 * ports.
 */
static int compare_rows(const struct row *a, const struct row *b)
{
	int kind_a = a->rule.flags & FW20_KIND;
	int kind_b = b->rule.flags & FW20_KIND;
	int32_t d = (int32_t)(smaller_address(&b->rule) -
			      smaller_address(&a->rule));

	if (kind_a != kind_b)
		return kind_b - kind_a;
	if (d)
		return d;
	for (int i = 0; kind_a != FW20_ALL && i < FW20_PORTS; i++)
		if (a->sorted[i] != b->sorted[i])
			return a->sorted[i] - b->sorted[i];
	return 0;
}

static int row_order(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int order = compare_rows(x, y);

	return order ? order : (x->place > y->place) - (x->place < y->place);
}

enum { COLUMN = 19, NAME_TEXT = 256 };

/* Cut at the column's width. */
static void put_address(struct text *out, uint32_t addr, uint32_t mask,
			const struct resolver *names)
{
	char text[NAME_TEXT + 8], name[NAME_TEXT], quad[ADDR_TEXT];
	int bits = 0;

	while (bits < 32 && mask << bits >> 31)
		bits++;
	if (mask == 0)
		snprintf(text, sizeof(text), "anywhere");
	else if (names && names->host_name(addr, name, sizeof(name)) == 0)
		snprintf(text, sizeof(text), "%s", name);
	else if (names && names->network_name(addr, name, sizeof(name)) == 0)
		snprintf(text, sizeof(text), "=%s", name);
	else
		snprintf(text, sizeof(text), "%s/%d", addr_format(addr, quad),
			 bits);
	text_printf(out, "%-*.*s ", COLUMN, COLUMN, text);
}

/* Quirk: services have names with -n too; ICMP types are taken for TCP's. */
static void put_port(struct text *out, int kind, uint16_t port,
		     const struct resolver *names)
{
	char name[NAME_TEXT];

	if (names->service_name(port, kind == FW20_UDP ? "udp" : "tcp", name,
				sizeof(name)) == 0)
		text_puts(out, name);
	else
		text_printf(out, "%u", port);
}

/*
 * The @n ports from place @from on. Quirk: behind a range of destination ports
 * two places too many are shown.
 */
static void put_ports(struct text *out, const struct fw20_rule *r, int from,
		      int n, uint16_t range, const struct resolver *names)
{
	int i = 0, kind = r->flags & FW20_KIND;

	if (n == 0)
		text_puts(out, "any");
	if (n >= 2 && (r->flags & range)) {
		text_printf(out, "%u-%u", r->port[from], r->port[from + 1]);
		i = 2;
		if (range == FW20_DRANGE)
			n += 2;
	}
	for (; i < n; i++) {
		if (i > 0)
			text_putc(out, ',');
		put_port(out, kind,
			 from + i < FW20_PORTS ? r->port[from + i] : 0, names);
	}
}

/* Bytes: above 102400 in K of 1024, above 102400 of them in M, rounded up. */
static void put_bytes(struct text *out, uint32_t bytes)
{
	static const char units[] = " KM";
	int unit = 0;

	for (; bytes > 102400 && unit < 2; unit++)
		bytes = (bytes + 1023) / 1024;
	text_printf(out, "%6" PRIu32 "%c\t", bytes, units[unit]);
}

static void put_row(struct text *out, const struct row *row, bool accounting,
		    bool numeric, const struct resolver *names)
{
	static const char *const kinds[] = { "all", "tcp", "udp", "icmp" };
	const struct fw20_rule *r = &row->rule;
	int kind = r->flags & FW20_KIND;

	if (accounting) {
		text_printf(out, "%7" PRIu32 "\t", row->packets);
		put_bytes(out, row->bytes);
	} else if (r->flags & FW20_MASQ) {
		text_puts(out, "(masquerade"); /* quirk: nothing behind it */
	} else {
		text_puts(out, r->flags & FW20_ACCEPT ? "accept\t" : "deny\t");
	}
	text_printf(out, "%-6s", kinds[kind]);
	put_address(out, r->src, r->smask, numeric ? NULL : names);
	put_address(out, r->dst, r->dmask, numeric ? NULL : names);
	if (kind != FW20_ALL) {
		put_ports(out, r, 0, r->n_src, FW20_SRANGE, names);
		text_puts(out, " -> ");
		put_ports(out, r, r->n_src, r->n_dst, FW20_DRANGE, names);
	}
	text_putc(out, '\n');
}

int ipfw_list(const char *file, bool accounting, bool numeric,
	      const struct resolver *names, struct text *out)
{
	struct rows rows = { 0 };
	int error = read_rows(file, &rows);

	if (error == 0) {
		if (rows.count > 1)
			qsort(rows.row, rows.count, sizeof(rows.row[0]),
			      row_order);
		text_printf(out, "%sProto %*s %*s    Ports\n",
			    accounting ? "Packets\t Bytes\t" : "Type\t", COLUMN,
			    "From        ", COLUMN, "To         ");
		for (size_t i = 0; i < rows.count; i++)
			put_row(out, &rows.row[i], accounting, numeric, names);
	}
	free(rows.row);
	return error;
}
