/*
 * /proc/net/ip_masq/{app,portfw,autofw,mfw} and their 2.0 names: helpers and
 * forwarding modules. Short tables, so plain printf formats.
 */
#include <inttypes.h>
#include <netinet/in.h>
#include <string.h>

#include "core/fwd_rows.h"
#include "proc-emu/proc.h"
#include "proc-emu/render.h"

enum { APP_LINE = 40, FWD_TEXT = 63 };

static void add_app(void *ctx, const struct fwd_helper_row *row)
{
	struct text *out = ctx;
	char name[8];

	*proc_masq_name(name, (uint8_t)(row->type >> 16)) = '\0';
	text_printf(out, "%-3s  %-7u %-7d  %-17s\n", name, row->type & 0xFFFF,
		    (int)row->attached, row->name);
}

/*
 * The original counted 40 bytes a row, though a row of "IP_n" has more; by so
 * many bytes the text's beginning is lost. Golden: masqadm/app-marks.
 */
int proc_masq_app(const struct proc_source *src, const char *path, bool zero,
		  struct text *out)
{
	size_t from = out->len, len, over;

	(void)path;
	(void)zero;
	text_printf(out, "%-39s\n", "prot port    n_attach name");
	if (src->helpers)
		src->helpers(src->ctx, add_app, out);
	if (out->bad)
		return 0;
	len = out->len - from;
	over = len;
	for (const char *s = out->s + from; (s = strchr(s, '\n')); s++)
		over -= APP_LINE;
	memmove(out->s + from, out->s + from + over, len - over + 1);
	out->len -= over;
	return 0;
}

static void add_portfw(void *ctx, const struct fwd_portfw_row *row)
{
	struct text *out = ctx;
	size_t from = out->len;

	text_printf(out,
		    "%s  %08" PRIX32 " %5u > %08" PRIX32 " %5u %5" PRId32
		    " %5" PRId32,
		    row->proto == IPPROTO_TCP ? "TCP" : "UDP", row->laddr,
		    row->lport, row->raddr, row->rport, row->counter,
		    row->pref);
	text_pad(out, from, FWD_TEXT);
	text_putc(out, '\n');
}

int proc_portfw(const struct proc_source *src, const char *path, bool zero,
		struct text *out)
{
	(void)path;
	(void)zero;
	text_printf(out, "%-63s\n",
		    "Prot LAddr    LPort > RAddr    RPort PrCnt  Pref");
	if (src->portfw)
		src->portfw(src->ctx, add_portfw, out);
	return 0;
}

struct portfw20 {
	uint8_t proto;
	struct text *out;
};

static void put_dotted(struct text *out, uint32_t addr)
{
	text_printf(out, "%u.%u.%u.%u", addr >> 24, addr >> 16 & 255,
		    addr >> 8 & 255, addr & 255);
}

static void add_portfw20(void *ctx, const struct fwd_portfw_row *row)
{
	const struct portfw20 *file = ctx;
	struct text *out = file->out;
	size_t from = out->len;

	if (row->proto != file->proto)
		return;
	text_puts(out, row->proto == IPPROTO_TCP ? "TCP " : "UDP ");
	put_dotted(out, row->laddr);
	text_printf(out, "/%u > ", row->lport);
	put_dotted(out, row->raddr);
	text_printf(out, "/%u", row->rport);
	text_pad(out, from, FWD_TEXT);
	text_putc(out, '\n');
}

/* The 2.0 patch's file: TCP first. */
int proc_portfw20(const struct proc_source *src, const char *path, bool zero,
		  struct text *out)
{
	static const uint8_t protos[] = { IPPROTO_TCP, IPPROTO_UDP };

	(void)path;
	(void)zero;
	text_printf(out, "%-63s\n", "Prot Local Addr/Port > Remote Addr/Port");
	for (size_t i = 0; src->portfw && i < sizeof(protos); i++) {
		struct portfw20 file = { protos[i], out };

		src->portfw(src->ctx, add_portfw20, &file);
	}
	return 0;
}

static void add_autofw(void *ctx, const struct fwd_autofw_row *row)
{
	text_printf(ctx,
		    "%4X %4X %04X-%04X/%04X %04X %08" PRIX32 " %08" PRIX32
		    " %04X %04X %6" PRIu32 " %4X\n",
		    row->type, row->proto, row->low, row->high, row->visible,
		    row->hidden, row->where, row->last, row->ctl_proto,
		    row->ctl_port, row->timer, row->flags);
}

int proc_autofw(const struct proc_source *src, const char *path, bool zero,
		struct text *out)
{
	(void)path;
	(void)zero;
	text_puts(out, "Type Prot Low  High Vis  Hid  Where    Last     "
		       "CPto CPrt Timer Flags\n");
	if (src->autofw)
		src->autofw(src->ctx, add_autofw, out);
	return 0;
}

static void add_mfw(void *ctx, const struct fwd_mfw_row *row)
{
	struct text *out = ctx;
	size_t from = out->len;

	text_printf(out,
		    "0x%" PRIx32 " > %08" PRIX32 " %5u %5" PRId32 " %5" PRId32,
		    row->mark, row->raddr, row->rport, row->counter, row->pref);
	text_pad(out, from, FWD_TEXT);
	text_putc(out, '\n');
}

int proc_mfw(const struct proc_source *src, const char *path, bool zero,
	     struct text *out)
{
	(void)path;
	(void)zero;
	text_printf(out, "%-63s\n", "FwMark > RAddr    RPort PrCnt  Pref");
	if (src->mfw)
		src->mfw(src->ctx, add_mfw, out);
	return 0;
}
