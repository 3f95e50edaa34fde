/*
 * Listings, read back from the text of the old /proc files. All of a file is
 * read before any of it is shown, as the original did. Forms: Linux 2.0,
 * net/ipv4/ip_fw.c (ip_chain_procinfo) and ip_masq.c.
 */
#include "ipfwadm/listing.h"

#include <stdlib.h>
#include <string.h>

#include "core/fields.h"
#include "ipfwadm/print.h"

/* Elements of one size in memory that grows. */
struct rows {
	void *row;
	size_t count, cap;
};

/* Room for one more row of @size bytes, zeroed; NULL: no memory. */
static void *rows_add(struct rows *r, size_t size)
{
	void *row;

	if (r->count == r->cap) {
		size_t cap = r->cap ? 2 * r->cap : 64;

		row = reallocarray(r->row, cap, size);
		if (!row)
			return NULL;
		r->row = row;
		r->cap = cap;
	}
	row = (char *)r->row + r->count++ * size;
	return memset(row, 0, size);
}

static bool scan_u16(struct fields *f, uint16_t *value)
{
	uint32_t v;
	bool ok = fields_dec(f, &v);

	*value = (uint16_t)v;
	return ok;
}

static bool scan_hex16(struct fields *f, uint16_t *value)
{
	uint32_t v;
	bool ok = fields_hex(f, &v);

	*value = (uint16_t)v;
	return ok;
}

/* "ADDR/MASK->ADDR/MASK NAME ADDR FLAGS SPORTS DPORTS PACKETS BYTES" */
static bool scan_rule_head(struct fields *f, struct fw20_rule_row *row)
{
	struct fw20_rule *r = &row->rule;
	char via[FW_IFNAME + 1];
	bool ok = fields_hex(f, &r->src) && fields_char(f, '/') &&
		  fields_hex(f, &r->smask) && fields_char(f, '-') &&
		  fields_char(f, '>') && fields_hex(f, &r->dst) &&
		  fields_char(f, '/') && fields_hex(f, &r->dmask) &&
		  fields_word(f, via, sizeof(via)) &&
		  fields_hex(f, &r->via_addr) && scan_hex16(f, &r->flags) &&
		  scan_u16(f, &r->n_src) && scan_u16(f, &r->n_dst) &&
		  fields_dec(f, &row->packets) && fields_dec(f, &row->bytes);

	if (ok && strcmp(via, "-") != 0)
		memcpy(r->via.s, via, strlen(via));
	return ok && r->n_src + r->n_dst <= FW20_PORTS;
}

/* "A" and "X" with a byte each */
static bool scan_tos(struct fields *f, struct fw20_rule *r)
{
	uint32_t tos_and, tos_xor;

	if (fields_end(f) || !fields_char(f, 'A') || !fields_hex(f, &tos_and) ||
	    fields_end(f) || !fields_char(f, 'X') || !fields_hex(f, &tos_xor))
		return false;
	r->tos_and = (uint8_t)tos_and;
	r->tos_xor = (uint8_t)tos_xor;
	return true;
}

static bool scan_rule(struct fields *f, struct fw20_rule_row *row)
{
	if (!scan_rule_head(f, row))
		return false;
	for (int i = 0; i < FW20_PORTS; i++)
		if (!scan_u16(f, &row->rule.port[i]))
			return false;
	return scan_tos(f, &row->rule);
}

/* "NAME ADDR:PORT ADDR:PORT MPORT INITSEQ DELTA PDELTA EXPIRES" */
static bool scan_masq(struct fields *f, struct ipfwadm_masq *m)
{
	char proto[8];
	uint32_t delta, previous;

	if (!fields_word(f, proto, sizeof(proto)))
		return false;
	m->udp = strcmp(proto, "UDP") == 0;
	/* Quirk: an ICMP entry anywhere spoils the listing. */
	if (!m->udp && strcmp(proto, "TCP") != 0)
		return false;
	if (!fields_hex(f, &m->src) || !fields_char(f, ':') ||
	    !scan_hex16(f, &m->sport) || !fields_hex(f, &m->dst) ||
	    !fields_char(f, ':') || !scan_hex16(f, &m->dport) ||
	    !scan_hex16(f, &m->mport) || !fields_hex(f, &m->init_seq) ||
	    !fields_dec(f, &delta) || !fields_dec(f, &previous) ||
	    !fields_dec(f, &m->expires))
		return false;
	m->delta = (int16_t)(uint16_t)delta;
	m->previous_delta = (int16_t)(uint16_t)previous;
	return true;
}

/* All rows up to the end of the text. */
static enum ipfwadm_listed scan_rules(struct fields *f, struct rows *rows)
{
	while (!fields_end(f)) {
		struct fw20_rule_row *row = rows_add(rows, sizeof(*row));

		if (!row)
			return IPFWADM_NO_MEMORY;
		if (!scan_rule(f, row))
			return IPFWADM_BAD_DATA;
	}
	return IPFWADM_LISTED;
}

static enum ipfwadm_listed scan_entries(struct fields *f, struct rows *rows)
{
	while (!fields_end(f)) {
		struct ipfwadm_masq *m = rows_add(rows, sizeof(*m));

		if (!m)
			return IPFWADM_NO_MEMORY;
		if (!scan_masq(f, m))
			return IPFWADM_BAD_DATA;
	}
	return IPFWADM_LISTED;
}

/* Goes behind the first line; its length without the newline. */
static size_t skip_line(struct fields *f)
{
	size_t n = strcspn(f->p, "\n");

	f->p += n + (f->p[n] == '\n');
	return n;
}

static const char *policy_word(uint32_t policy)
{
	switch (policy) {
	case FW20_ACCEPT:
		return "accept";
	case FW20_ACCEPT | FW20_MASQ:
		return "accept/masquerade";
	case FW20_ICMPRPL:
		return "reject";
	default:
		return "deny";
	}
}

/* The first line of a firewall list, "TITLE, default N". */
static bool list_policy(struct fields *f, struct text *out)
{
	struct fields head = *f;
	size_t line = skip_line(f), title = strcspn(head.p, ",\n");
	const char *from = head.p;
	char word[8];
	uint32_t policy;

	if (title >= line)
		return false;
	head.p += title + 1;
	if (!fields_word(&head, word, sizeof(word)) ||
	    strcmp(word, "default") != 0 || !fields_dec(&head, &policy))
		return false;
	text_add(out, from, title);
	text_printf(out, ", default policy: %s\n", policy_word(policy));
	return true;
}

/* The first line of the accounting rules, as it is. */
static bool list_title(struct fields *f, struct text *out)
{
	const char *from = f->p;

	text_add(out, from, skip_line(f));
	text_putc(out, '\n');
	return true;
}

enum ipfwadm_listed
ipfwadm_list_rules(const char *file, enum ipfwadm_category category,
		   uint8_t show, const struct resolver *names, struct text *out)
{
	struct fields f = { file };
	struct rows rows = { 0 };
	const struct fw20_rule_row *row;
	enum ipfwadm_listed result;
	bool acct = category == IPFWADM_ACCT;

	if (*file == '\0' ||
	    !(acct ? list_title(&f, out) : list_policy(&f, out)))
		return IPFWADM_BAD_HEADER;
	result = scan_rules(&f, &rows);
	row = rows.row;
	if (result == IPFWADM_LISTED && rows.count > 0) {
		ipfwadm_print_rule_header(acct, show, out);
		for (size_t i = 0; i < rows.count; i++)
			ipfwadm_print_rule(&row[i], acct, show, names, out);
	}
	free(rows.row);
	return result;
}

enum ipfwadm_listed ipfwadm_list_masq(const char *file, uint8_t show,
				      const struct resolver *names,
				      struct text *out)
{
	struct fields f = { file };
	struct rows rows = { 0 };
	const struct ipfwadm_masq *m;
	enum ipfwadm_listed result;

	if (*file == '\0')
		return IPFWADM_BAD_HEADER;
	skip_line(&f);
	text_puts(out, "IP masquerading entries\n");
	result = scan_entries(&f, &rows);
	m = rows.row;
	if (result == IPFWADM_LISTED && rows.count > 0) {
		ipfwadm_print_masq_header(show, out);
		for (size_t i = 0; i < rows.count; i++)
			ipfwadm_print_masq(&m[i], show, names, out);
	}
	free(rows.row);
	return result;
}
