/* Chains and rules as the lines that ipchains-restore reads. */
#include "ipchains/save.h"

#include <inttypes.h>
#include <string.h>

#include "core/addr.h"

void save_chain(const struct fw_chain_row *row, struct text *out)
{
	text_printf(out, ":%s %s\n", row->label, row->policy);
}

static const char *bang(const struct fw_rule *r, uint16_t inv)
{
	return r->inv & inv ? "! " : "";
}

/* One side: address and mask always, ports where they are not just any. */
static void put_side(const struct fw_rule *r, const char *option, uint32_t addr,
		     uint32_t mask, uint16_t addr_inv, const uint16_t port[2],
		     uint16_t port_inv, struct text *out)
{
	char dotted[2][ADDR_TEXT];

	text_printf(out, " %s %s%s/%s", option, bang(r, addr_inv),
		    addr_format(addr, dotted[0]), addr_format(mask, dotted[1]));
	if (port[0] > 0 || port[1] < FW_PORT_MAX || r->inv & port_inv)
		text_printf(out, " %s%u:%u", bang(r, port_inv), port[0],
			    port[1]);
}

/* "+" alone is every interface, and worth a word only inverted. */
static void put_via(const struct fw_rule *r, struct text *out)
{
	if (r->via.s[0] == '\0' && !(r->inv & FW_INV_VIA))
		return;
	text_printf(out, " -i %s%.*s%s", bang(r, FW_INV_VIA), FW_IFNAME,
		    r->via.s, r->flags & FW_F_WILDIF ? "+" : "");
}

static void put_target(const struct fw_rule *r, struct text *out)
{
	if (r->target[0] == '\0')
		return;
	text_printf(out, " -j %s", r->target);
	if (r->redir_port != 0)
		text_printf(out, " %u", r->redir_port);
}

static void put_flags(const struct fw_rule *r, struct text *out)
{
	if (r->flags & FW_F_LOG)
		text_puts(out, " -l");
	if (r->flags & FW_F_SYN)
		text_printf(out, " %s-y", bang(r, FW_INV_SYN));
	if (r->flags & FW_F_FRAG)
		text_printf(out, " %s-f", bang(r, FW_INV_FRAG));
	if (r->flags & FW_F_NETLINK) {
		text_puts(out, " -o");
		if (r->outsize != FW_PORT_MAX)
			text_printf(out, " %u", r->outsize);
	}
}

void save_rule(const struct fw_rule_row *row, struct text *out)
{
	const struct fw_rule *r = &row->rule;

	text_printf(out, "-A %s", row->chain);
	put_side(r, "-s", r->src, r->smask, FW_INV_SRC, r->sport, FW_INV_SPORT,
		 out);
	put_side(r, "-d", r->dst, r->dmask, FW_INV_DST, r->dport, FW_INV_DPORT,
		 out);
	put_via(r, out);
	if (r->proto != 0)
		text_printf(out, " -p %s%u", bang(r, FW_INV_PROTO), r->proto);
	put_target(r, out);
	put_flags(r, out);
	if (r->tos_and != 0xFF || r->tos_xor != 0)
		text_printf(out, " -t %02X %02X", r->tos_and, r->tos_xor);
	if (r->flags & FW_F_MARKABS)
		text_printf(out, " -m %" PRIu32, r->mark);
	else if (r->mark != 0)
		text_printf(out, " -m +%" PRIu32, r->mark);
	text_putc(out, '\n');
}
