/*
 * /proc/net/ip_fwchains and ip_fwnames: the rules and the chains of 2.2.
 * Source: Linux 2.2, net/ipv4/ip_fw.c.
 */
#include <stdint.h>

#include "core/digits.h"
#include "core/rule.h"
#include "proc-emu/proc.h"
#include "proc-emu/render.h"

/* Longer than any line: counters of 10 digits, a name of 16. */
enum { LINE_ROOM = 320 };

/* At most FW_IFNAME characters; "-" for none. */
static char *put_via(char *to, const struct fw_ifname *via)
{
	if (!via->s[0])
		return digits_str(to, "-");
	for (int i = 0; i < FW_IFNAME && via->s[i]; i++)
		*to++ = via->s[i];
	return to;
}

/* Right-justified in 9. */
static char *put_label(char *to, const char *label)
{
	size_t n = strlen(label);

	while (n < 9) {
		*to++ = ' ';
		n++;
	}
	return digits_str(to, label);
}

static char *put_hex_short(char *to, uint32_t v)
{
	unsigned n = 1;

	while (n < 8 && v >> (4 * n))
		n++;
	return digits_hex(to, v, n);
}

static char *put_address(char *to, uint32_t addr, uint32_t mask)
{
	to = digits_hex(to, addr, 8);
	*to++ = '/';
	return digits_hex(to, mask, 8);
}

/* A counter's two halves, each left-justified in 9 and with a blank behind. */
static char *put_counter(char *to, uint64_t count)
{
	to = digits_left(to, count >> 32, 9);
	*to++ = ' ';
	to = digits_left(to, (uint32_t)count, 9);
	*to++ = ' ';
	return to;
}

static char *put_ports(char *to, const uint16_t port[2])
{
	to = digits_dec(to, port[0]);
	*to++ = '-';
	to = digits_dec(to, port[1]);
	*to++ = ' ';
	return to;
}

static char *put_tos(char *to, const struct fw_rule *r)
{
	*to++ = 'A';
	to = digits_hex(to, r->tos_and, 2);
	to = digits_str(to, " X");
	to = digits_hex(to, r->tos_xor, 2);
	*to++ = ' ';
	return to;
}

static void add_rule(void *ctx, const struct fw_rule_row *row)
{
	const struct fw_rule *r = &row->rule;
	struct text *out = ctx;
	char *const from = text_room(out, LINE_ROOM);
	char *to = from;

	if (!from)
		return;
	to = put_label(to, row->chain);
	*to++ = ' ';
	to = put_address(to, r->src, r->smask);
	to = digits_str(to, "->");
	to = put_address(to, r->dst, r->dmask);
	*to++ = ' ';
	to = put_via(to, &r->via);
	*to++ = ' ';
	to = put_hex_short(to, r->flags);
	*to++ = ' ';
	to = put_hex_short(to, r->inv);
	*to++ = ' ';
	to = digits_dec(to, r->proto);
	*to++ = ' ';
	to = put_counter(to, row->count.packets);
	to = put_counter(to, row->count.bytes);
	to = put_ports(to, r->sport);
	to = put_ports(to, r->dport);
	to = put_tos(to, r);
	to = digits_hex(to, r->redir_port, 8);
	*to++ = ' ';
	to = digits_dec(to, r->mark);
	*to++ = ' ';
	to = digits_dec(to, r->outsize);
	*to++ = ' ';
	to = put_label(to, r->target[0] ? r->target : "-");
	*to++ = '\n';
	*to = '\0';
	out->len += (size_t)(to - from);
}

int proc_fwchains(const struct proc_source *src, const char *path, bool zero,
		  struct text *out)
{
	(void)path;
	if (src->rules)
		src->rules(src->ctx, zero, add_rule, out);
	return 0;
}

static char *put_halves(char *to, uint64_t count)
{
	*to++ = ' ';
	to = digits_dec(to, count >> 32);
	*to++ = ' ';
	return digits_dec(to, (uint32_t)count);
}

static void add_chain(void *ctx, const struct fw_chain_row *row)
{
	struct text *out = ctx;
	char *const from = text_room(out, LINE_ROOM);
	char *to = from;

	if (!from)
		return;
	to = digits_str(to, row->label);
	*to++ = ' ';
	to = digits_str(to, row->policy);
	*to++ = ' ';
	to = digits_dec(to, row->refs);
	to = put_halves(to, row->count.packets);
	to = put_halves(to, row->count.bytes);
	*to++ = '\n';
	*to = '\0';
	out->len += (size_t)(to - from);
}

int proc_fwnames(const struct proc_source *src, const char *path, bool zero,
		 struct text *out)
{
	(void)path;
	(void)zero;
	if (src->chains)
		src->chains(src->ctx, add_chain, out);
	return 0;
}
