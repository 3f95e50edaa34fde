/*
 * /proc/net/ip_forward, ip_input, ip_output, ip_acct of 2.0 and ip_block,
 * ip_forward, ip_acct of 1.3: the fixed lists. Source: Linux 2.0 and 1.3.56,
 * net/ipv4/ip_fw.c, ip_chain_procinfo().
 */
#include <stdint.h>
#include <string.h>

#include "core/digits.h"
#include "core/rule20.h"
#include "proc-emu/proc.h"
#include "proc-emu/render.h"

/* Longer than any line: 10 ports of 5 digits, a name of 16. */
enum { LINE_ROOM = 256 };

static const struct list_file {
	const char *path;
	enum fw20_list list;
	const char *title;
} list_files[] = {
	{ "net/ip_acct", FW20_ACCT, "IP accounting rules" },
	{ "net/ip_block", FW20_INPUT, "IP firewall block rules" },
	{ "net/ip_forward", FW20_FORWARD, "IP firewall forward rules" },
	{ "net/ip_input", FW20_INPUT, "IP firewall input rules" },
	{ "net/ip_output", FW20_OUTPUT, "IP firewall output rules" },
};

static const struct list_file *list_file(const char *path)
{
	const struct list_file *f = list_files;

	while (strcmp(f->path, path) != 0)
		f++;
	return f;
}

static char *put_blank(char *to)
{
	*to++ = ' ';
	return to;
}

/* Hexadecimal without leading zeros. */
static char *put_flags(char *to, uint16_t v)
{
	unsigned int n = 1;

	while (n < 4 && v >> (4 * n))
		n++;
	return put_blank(digits_hex(to, v, n));
}

/* "ADDR/MASK->ADDR/MASK " */
static char *put_addresses(char *to, const struct fw20_rule *r)
{
	to = digits_hex(to, r->src, 8);
	*to++ = '/';
	to = digits_hex(to, r->smask, 8);
	to = digits_str(to, "->");
	to = digits_hex(to, r->dst, 8);
	*to++ = '/';
	to = digits_hex(to, r->dmask, 8);
	return put_blank(to);
}

static char *put_via(char *to, const struct fw_ifname *via)
{
	if (!via->s[0])
		*to++ = '-';
	for (int i = 0; i < FW_IFNAME && via->s[i]; i++)
		*to++ = via->s[i];
	return put_blank(to);
}

/* From the interface address to the last port; counters in @width columns. */
static char *put_middle(char *to, const struct fw20_rule_row *row,
			unsigned int width)
{
	const struct fw20_rule *r = &row->rule;

	to = put_blank(digits_hex(to, r->via_addr, 8));
	to = put_flags(to, r->flags);
	to = put_blank(digits_dec(to, r->n_src));
	to = put_blank(digits_dec(to, r->n_dst));
	to = put_blank(digits_left(to, row->packets, width));
	to = put_blank(digits_left(to, row->bytes, width));
	for (int i = 0; i < FW20_PORTS; i++)
		to = put_blank(digits_dec(to, r->port[i]));
	return to;
}

static void end_line(struct text *out, const char *from, char *to)
{
	*to++ = '\n';
	*to = '\0';
	out->len += (size_t)(to - from);
}

static void add_rule_2_0(void *ctx, const struct fw20_rule_row *row)
{
	struct text *out = ctx;
	char *const from = text_room(out, LINE_ROOM);
	char *to;

	if (!from)
		return;
	to = put_via(put_addresses(from, &row->rule), &row->rule.via);
	to = put_middle(to, row, 10);
	*to++ = 'A';
	to = put_blank(digits_hex(to, row->rule.tos_and, 2));
	*to++ = 'X';
	end_line(out, from, digits_hex(to, row->rule.tos_xor, 2));
}

static void add_rule_1_3(void *ctx, const struct fw20_rule_row *row)
{
	struct text *out = ctx;
	char *const from = text_room(out, LINE_ROOM);
	char *to;

	if (!from)
		return;
	to = put_middle(put_addresses(from, &row->rule), row, 9);
	*to++ = 'M';
	to = digits_hex(to, row->rule.tos_and, 2);
	end_line(out, from, digits_hex(to, row->rule.tos_xor, 2));
}

int proc_rules20(const struct proc_source *src, const char *path, bool zero,
		 struct text *out)
{
	const struct list_file *f = list_file(path);
	bool old = src->era(src->ctx) == ERA_1_3;

	text_puts(out, f->title);
	if (f->list != FW20_ACCT)
		text_printf(out, ", default %d",
			    src->policy20 ? src->policy20(src->ctx, f->list)
					  : FW20_ACCEPT);
	text_putc(out, '\n');
	if (src->rules20)
		src->rules20(src->ctx, f->list, zero,
			     old ? add_rule_1_3 : add_rule_2_0, out);
	return 0;
}
