/*
 * /proc/net/ip_masquerade and ip_masq/{tcp,udp,icmp}: masqueraded
 * conversations. Source: Linux 2.2, net/ipv4/ip_masq.c and ip_masq_user.c.
 */
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

#include "core/digits.h"
#include "core/masq_row.h"
#include "proc-emu/proc.h"
#include "proc-emu/render.h"

enum {
	LINE_TEXT = 127, /* readers seek by 128, so lines are that long */
	LINE_ROOM = 256, /* a row with a huge expiry is longer */
};

char *proc_masq_name(char *to, uint8_t proto)
{
	switch (proto) {
	case IPPROTO_UDP:
		return digits_str(to, "UDP");
	case IPPROTO_TCP:
		return digits_str(to, "TCP");
	case IPPROTO_ICMP:
		return digits_str(to, "ICMP");
	default:
		return digits_dec(digits_str(to, "IP_"), proto);
	}
}

static char *put_end(char *to, uint32_t addr, uint16_t port)
{
	to = digits_hex(to, addr, 8);
	*to++ = ':';
	to = digits_hex(to, port, 4);
	*to++ = ' ';
	return to;
}

/* Ends the line that begins at @from, as the last of @out. */
static void end_line(struct text *out, char *from, char *to)
{
	to = digits_pad(from, to, LINE_TEXT);
	*to++ = '\n';
	*to = '\0';
	out->len += (size_t)(to - from);
}

/* @title, then the free masquerade ports of UDP, TCP and ICMP. */
static void add_header(const struct proc_source *src, const char *title,
		       struct text *out)
{
	int32_t free_ports[MASQ_PROTOS] = { 0 };
	char *const from = text_room(out, LINE_ROOM);
	char *to = from;

	if (!from)
		return;
	if (src->masq_free)
		src->masq_free(src->ctx, free_ports);
	to = digits_str(to, title);
	to = digits_str(to, " (free=");
	for (int i = 0; i < MASQ_PROTOS; i++) {
		to = digits_right(to, free_ports[i], 0);
		*to++ = i < MASQ_PROTOS - 1 ? ',' : ')';
	}
	end_line(out, from, to);
}

/* From the protocol's name to the deltas, which have @width columns each, and a
 * blank. */
static char *put_entry(char *to, const struct masq_row *m, unsigned width)
{
	to = proc_masq_name(to, m->proto);
	*to++ = ' ';
	to = put_end(to, m->saddr, m->sport);
	to = put_end(to, m->daddr, m->dport);
	to = digits_hex(to, m->mport, 4);
	*to++ = ' ';
	to = digits_hex(to, m->out_seq.init_seq, 8);
	*to++ = ' ';
	to = digits_right(to, m->out_seq.delta, width);
	*to++ = ' ';
	to = digits_right(to, m->out_seq.previous_delta, width);
	*to++ = ' ';
	return to;
}

static void add_entry(void *ctx, const struct masq_row *m)
{
	struct text *out = ctx;
	char *const from = text_room(out, LINE_ROOM);
	char *to;

	if (!from)
		return;
	to = put_entry(from, m, 6);
	to = digits_right(to, m->left, 7);
	end_line(out, from, to);
}

/* Lines as long as they are: Linux 1.3.56, net/ipv4/ip_fw.c. */
static void add_entry_1_3(void *ctx, const struct masq_row *m)
{
	struct text *out = ctx;
	char *const from = text_room(out, LINE_ROOM);
	char *to;

	if (!from)
		return;
	to = put_entry(from, m, 5);
	to = digits_dec(to, m->left);
	*to++ = '\n';
	*to = '\0';
	out->len += (size_t)(to - from);
}

int proc_masquerade_1_3(const struct proc_source *src, const char *path,
			bool zero, struct text *out)
{
	(void)path;
	(void)zero;
	text_puts(out, "Prc FromIP   FPrt ToIP     TPrt Masq Init-seq Delta "
		       "PDelta Expires\n");
	if (src->masq)
		src->masq(src->ctx, add_entry_1_3, out);
	return 0;
}

int proc_masquerade(const struct proc_source *src, const char *path, bool zero,
		    struct text *out)
{
	(void)path;
	(void)zero;
	add_header(src,
		   "Prc FromIP   FPrt ToIP     TPrt Masq Init-seq  Delta "
		   "PDelta Expires",
		   out);
	if (src->masq)
		src->masq(src->ctx, add_entry, out);
	return 0;
}

struct proto_file {
	uint8_t proto;
	struct text *out;
};

static char *put_hex_right3(char *to, uint16_t v)
{
	if (v >> 12)
		return digits_hex(to, v, 4);
	*to = *(to + 1) = ' ';
	return digits_hex(v >> 8   ? to
			  : v >> 4 ? to + 1
				   : to + 2,
			  v,
			  v >> 8   ? 3
			  : v >> 4 ? 2
				   : 1);
}

static void add_proto_entry(void *ctx, const struct masq_row *m)
{
	const struct proto_file *file = ctx;
	char *from, *to;

	if (m->proto != file->proto)
		return;
	from = to = text_room(file->out, LINE_ROOM);
	if (!from)
		return;
	to = digits_pad(from, proc_masq_name(to, m->proto), 4);
	*to++ = ' ';
	to = put_end(to, m->saddr, m->sport);
	to = put_end(to, m->daddr, m->dport);
	to = put_end(to, m->maddr, m->mport);
	to = digits_pad(to, digits_str(to, masq_state_name(m->state)), 12);
	*to++ = ' ';
	to = put_hex_right3(to, m->flags);
	*to++ = ' ';
	to = digits_right(to, m->refs, 4);
	*to++ = ' ';
	to = digits_right(to, m->control, 3);
	*to++ = ' ';
	to = digits_right(to, m->left / HZ, 7);
	*to++ = ' ';
	to = digits_right(to, m->row, 4);
	*to++ = ' ';
	to = digits_right(to, m->col, 4);
	end_line(file->out, from, to);
}

int proc_masq_proto(const struct proc_source *src, const char *path, bool zero,
		    struct text *out)
{
	struct proto_file file = { .out = out };
	const char *name = strrchr(path, '/') + 1;

	(void)zero;
	file.proto = name[0] == 't'   ? IPPROTO_TCP
		     : name[0] == 'u' ? IPPROTO_UDP
				      : IPPROTO_ICMP;
	add_header(src,
		   "Prot SrcIP    SPrt DstIP    DPrt MAddr    MPrt State       "
		   " Flgs Ref Ctl Expires HRow HCol",
		   out);
	if (src->masq)
		src->masq(src->ctx, add_proto_entry, &file);
	return 0;
}
