/* The old /proc files taken apart, and shown. */
#include "ipchains/listing.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/fields.h"

void listing_fini(struct listing *l)
{
	free(l->chains);
	free(l->rules);
	*l = (struct listing){ 0 };
}

/* Room for one more row behind @n of them; NULL: no memory. */
static void *more_rows(void *rows, size_t n, size_t size)
{
	if (n & (n - 1))
		return rows;
	return reallocarray(rows, n ? 2 * n : 1, size);
}

/* A counter as the files show it: high half, low half. */
static bool get_counter(struct fields *f, uint64_t *count)
{
	uint32_t high, low;

	if (!fields_dec(f, &high) || !fields_dec(f, &low))
		return false;
	*count = (uint64_t)high << 32 | low;
	return true;
}

static bool get_chain(struct fields *f, struct fw_chain_row *row)
{
	return fields_word(f, row->label, sizeof(row->label)) &&
	       fields_word(f, row->policy, sizeof(row->policy)) &&
	       fields_dec(f, &row->refs) &&
	       get_counter(f, &row->count.packets) &&
	       get_counter(f, &row->count.bytes);
}

int listing_parse_chains(struct listing *l, const char *file)
{
	struct fields f = { file };
	struct fw_chain_row *chains;

	while (!fields_end(&f)) {
		chains = more_rows(l->chains, l->n_chains, sizeof(*chains));
		if (!chains)
			return -ENOMEM;
		l->chains = chains;
		if (!get_chain(&f, &chains[l->n_chains]))
			return -EBADMSG;
		l->n_chains++;
	}
	return 0;
}

static bool get_hex(struct fields *f, uint16_t *value)
{
	uint32_t v;

	if (!fields_hex(f, &v))
		return false;
	*value = (uint16_t)v;
	return true;
}

static bool get_dec(struct fields *f, uint16_t *value)
{
	uint32_t v;

	if (!fields_dec(f, &v))
		return false;
	*value = (uint16_t)v;
	return true;
}

static bool get_addresses(struct fields *f, struct fw_rule *r)
{
	return fields_hex(f, &r->src) && fields_char(f, '/') &&
	       fields_hex(f, &r->smask) && fields_char(f, '-') &&
	       fields_char(f, '>') && fields_hex(f, &r->dst) &&
	       fields_char(f, '/') && fields_hex(f, &r->dmask);
}

static bool get_via(struct fields *f, struct fw_ifname *via)
{
	char name[FW_IFNAME + 1];

	if (!fields_word(f, name, sizeof(name)))
		return false;
	memset(via->s, 0, sizeof(via->s));
	if (strcmp(name, "-") != 0)
		memcpy(via->s, name, strlen(name));
	return true;
}

static bool get_ports(struct fields *f, uint16_t port[2])
{
	return get_dec(f, &port[0]) && fields_char(f, '-') &&
	       get_dec(f, &port[1]);
}

/* "AXX", "XXX": a letter and two hexadecimal digits. */
static bool get_tos(struct fields *f, char letter, uint8_t *tos)
{
	uint32_t v;

	if (fields_end(f) || !fields_char(f, letter) || !fields_hex(f, &v))
		return false;
	*tos = (uint8_t)v;
	return true;
}

static bool get_target(struct fields *f, char target[FW_LABEL_MAX + 1])
{
	if (!fields_word(f, target, FW_LABEL_MAX + 1))
		return false;
	if (strcmp(target, "-") == 0)
		target[0] = '\0';
	return true;
}

static bool get_rule(struct fields *f, struct fw_rule_row *row)
{
	struct fw_rule *r = &row->rule;

	return fields_word(f, row->chain, sizeof(row->chain)) &&
	       !fields_end(f) && get_addresses(f, r) && get_via(f, &r->via) &&
	       get_hex(f, &r->flags) && get_hex(f, &r->inv) &&
	       get_dec(f, &r->proto) && get_counter(f, &row->count.packets) &&
	       get_counter(f, &row->count.bytes) && get_ports(f, r->sport) &&
	       get_ports(f, r->dport) && get_tos(f, 'A', &r->tos_and) &&
	       get_tos(f, 'X', &r->tos_xor) && get_hex(f, &r->redir_port) &&
	       fields_dec(f, &r->mark) && get_dec(f, &r->outsize) &&
	       get_target(f, r->target);
}

int listing_parse_rules(struct listing *l, const char *file)
{
	struct fields f = { file };
	struct fw_rule_row *rules;

	while (!fields_end(&f)) {
		rules = more_rows(l->rules, l->n_rules, sizeof(*rules));
		if (!rules)
			return -ENOMEM;
		l->rules = rules;
		if (!get_rule(&f, &rules[l->n_rules]))
			return -EBADMSG;
		l->n_rules++;
	}
	return 0;
}

static void print_one_chain(const struct listing *l,
			    const struct fw_chain_row *chain,
			    const struct print_style *s, struct text *out)
{
	int number = 0;

	ipchains_print_chain(s, chain, out);
	for (size_t i = 0; i < l->n_rules; i++) {
		if (strcmp(l->rules[i].chain, chain->label) != 0)
			continue;
		if (number++ == 0)
			ipchains_print_rule_header(s, out);
		ipchains_print_rule(s, &l->rules[i], number, out);
	}
}

int listing_print(const struct listing *l, const char *chain,
		  const struct print_style *s, struct text *out)
{
	int r = chain ? -ENOENT : 0;

	for (size_t i = 0; i < l->n_chains; i++) {
		if (chain && strcmp(l->chains[i].label, chain) != 0)
			continue;
		print_one_chain(l, &l->chains[i], s, out);
		r = 0;
	}
	return r;
}

static bool get_delta(struct fields *f, int32_t *delta)
{
	uint32_t v;

	if (!fields_dec(f, &v))
		return false;
	*delta = (int32_t)v;
	return true;
}

static bool get_masq(struct fields *f, struct print_masq *m)
{
	return fields_word(f, m->proto, sizeof(m->proto)) &&
	       fields_hex(f, &m->src) && fields_char(f, ':') &&
	       fields_hex(f, &m->sport) && fields_hex(f, &m->dst) &&
	       fields_char(f, ':') && fields_hex(f, &m->dport) &&
	       fields_hex(f, &m->mport) && fields_hex(f, &m->init_seq) &&
	       get_delta(f, &m->delta) && get_delta(f, &m->previous_delta) &&
	       fields_dec(f, &m->expires);
}

/* The original, as ipfwadm, read all entries before it showed one. */
static bool all_masq(struct fields f)
{
	struct print_masq m;

	while (!fields_end(&f))
		if (!get_masq(&f, &m))
			return false;
	return true;
}

int listing_print_masq(const char *file, const struct print_style *s,
		       struct text *out)
{
	const char *newline = strchr(file, '\n');
	struct fields f = { newline ? newline + 1 : file + strlen(file) };
	struct print_masq m;

	if (*file == '\0')
		return -ENODATA;
	text_puts(out, "IP masquerading entries\n");
	if (!all_masq(f))
		return -EBADMSG;
	if (!fields_end(&f))
		ipchains_print_masq_header(s, out);
	while (get_masq(&f, &m))
		ipchains_print_masq(s, &m, out);
	return 0;
}
