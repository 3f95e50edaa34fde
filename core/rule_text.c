/* A rule of 2.2 or 2.0 in the words of the tool that makes it. */
#include "core/rule_text.h"

#include <inttypes.h>
#include <stdbool.h>

#include "core/addr.h"

static const char *bang(const struct fw_rule *r, uint16_t inv)
{
	return r->inv & inv ? "! " : "";
}

/* Ports where they are not just any. A range without numbers is right for every
 * protocol, and the only one for those without ports. */
static void put_ports(const uint16_t port[2], const char *inverted,
		      struct text *out)
{
	if (port[0] > 0 || port[1] < FW_PORT_MAX)
		text_printf(out, " %s%u:%u", inverted, port[0], port[1]);
	else if (*inverted)
		text_printf(out, " %s:", inverted);
}

/* One side: address and mask always. */
static void put_side(const struct fw_rule *r, const char *option, uint32_t addr,
		     uint32_t mask, uint16_t addr_inv, const uint16_t port[2],
		     uint16_t port_inv, struct text *out)
{
	char dotted[2][ADDR_TEXT];

	text_printf(out, "%s %s%s/%s", option, bang(r, addr_inv),
		    addr_format(addr, dotted[0]), addr_format(mask, dotted[1]));
	put_ports(port, bang(r, port_inv), out);
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

void rule_text(const struct fw_rule *r, struct text *out)
{
	put_side(r, "-s", r->src, r->smask, FW_INV_SRC, r->sport, FW_INV_SPORT,
		 out);
	text_putc(out, ' ');
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
}

/* The ports of one side from @at on; a range is the first two. */
static void put_ports20(const uint16_t *port, uint16_t n, bool range,
			struct text *out)
{
	for (uint16_t i = 0; i < n; i++)
		text_printf(out, "%s%u", i == 1 && range ? ":" : " ", port[i]);
}

static void put_side20(const char *option, uint32_t addr, uint32_t mask,
		       struct text *out)
{
	char dotted[2][ADDR_TEXT];

	text_printf(out, " %s %s/%s", option, addr_format(addr, dotted[0]),
		    addr_format(mask, dotted[1]));
}

/* What a flag is worth on the command line, in ipfwadm's letters. */
static const struct {
	uint16_t flag;
	const char *word;
} words20[] = {
	{ FW20_BIDIR, " -b" }, { FW20_TCPACK, " -k" }, { FW20_TCPSYN, " -y" },
	{ FW20_PRN, " -o" },   { FW20_MASQ, " -m" },   { FW20_REDIR, " -r" },
};

void rule20_text(const struct fw20_rule *r, struct text *out)
{
	static const char *const kinds[] = { "all", "tcp", "udp", "icmp" };
	char dotted[ADDR_TEXT];

	text_printf(out, "%s -P %s",
		    r->flags & FW20_ACCEPT    ? "accept"
		    : r->flags & FW20_ICMPRPL ? "reject"
					      : "deny",
		    kinds[r->flags & FW20_KIND]);
	put_side20("-S", r->src, r->smask, out);
	put_ports20(r->port, r->n_src, r->flags & FW20_SRANGE, out);
	put_side20("-D", r->dst, r->dmask, out);
	if (r->n_src + r->n_dst <= FW20_PORTS)
		put_ports20(r->port + r->n_src, r->n_dst,
			    r->flags & FW20_DRANGE, out);
	if (r->via_addr)
		text_printf(out, " -V %s", addr_format(r->via_addr, dotted));
	if (r->via.s[0])
		text_printf(out, " -W %.*s", FW_IFNAME, r->via.s);
	for (size_t i = 0; i < sizeof(words20) / sizeof(words20[0]); i++)
		if (r->flags & words20[i].flag)
			text_puts(out, words20[i].word);
	if (r->tos_and != 0xFF || r->tos_xor != 0)
		text_printf(out, " -t %02X %02X", r->tos_and, r->tos_xor);
}
