/*
 * Lines of ipfwadm's output. Column widths are the format: scripts cut by them.
 */
#include "ipfwadm/print.h"

#include <inttypes.h>
#include <netinet/in.h>
#include <string.h>

#include "core/addr.h"
#include "core/ticks.h"
#include "ipfwadm/options.h"

enum { NAME_TEXT = 320 }; /* a host name and a mask */

static const char *const kind_names[] = { "all", "tcp", "udp", "icmp" };

static const char *kind_name(const struct fw20_rule *r)
{
	return kind_names[r->flags & FW20_KIND];
}

/* Quirk: a redirect or masquerade flag shows whatever the policy is. */
static const char *type_name(const struct fw20_rule *r)
{
	if (r->flags & FW20_REDIR)
		return "acc/r";
	if (r->flags & FW20_MASQ)
		return "acc/m";
	if (r->flags & FW20_ACCEPT)
		return "acc";
	return r->flags & FW20_ICMPRPL ? "rej" : "deny";
}

static const char *direction_name(const struct fw20_rule *r)
{
	if (r->flags & FW20_ACCTIN)
		return "in";
	return r->flags & FW20_ACCTOUT ? "out" : "i/o";
}

static void print_options(const struct fw20_rule *r, struct text *out)
{
	text_putc(out, r->flags & FW20_BIDIR ? 'b' : '-');
	text_putc(out, r->flags & FW20_TCPACK ? 'k' : '-');
	text_putc(out, r->flags & FW20_TCPSYN ? 'y' : '-');
	text_putc(out, r->flags & FW20_PRN ? 'o' : '-');
}

/*
 * A counter in 5 columns: in thousands above 99999, in millions where those
 * pass 9999. Quirk: the rounding is done in 32 bits, so the largest show as 0.
 */
static void print_short_count(uint32_t n, struct text *out)
{
	uint32_t thousands = (n + 500) / 1000;

	if (n <= 99999)
		text_printf(out, "%5" PRIu32 " ", n);
	else if (thousands <= 9999)
		text_printf(out, "%4" PRIu32 "K ", thousands);
	else
		text_printf(out, "%4" PRIu32 "M ", (n + 500000) / 1000000);
}

static void print_counts(const struct fw20_rule_row *row, uint8_t show,
			 struct text *out)
{
	if (show & IPFWADM_EXPAND) {
		text_printf(out, "%8" PRIu32 " %10" PRIu32 " ", row->packets,
			    row->bytes);
	} else {
		print_short_count(row->packets, out);
		print_short_count(row->bytes, out);
	}
}

/* An address with its mask, left in 20 columns. */
static void print_address(uint32_t addr, uint32_t mask,
			  const struct resolver *names, struct text *out)
{
	char buf[NAME_TEXT];

	addr_mask_format(addr, mask, names, buf, sizeof(buf));
	text_left(out, buf, 20);
}

static void print_port(const struct fw20_rule *r, uint16_t port,
		       const struct resolver *names, struct text *out)
{
	int kind = r->flags & FW20_KIND;
	char name[NAME_TEXT];

	if (names && (kind == FW20_TCP || kind == FW20_UDP) &&
	    names->service_name(port, kind_names[kind], name, sizeof(name)) ==
		    0)
		text_puts(out, name);
	else
		text_printf(out, "%u", port);
}

static void print_port_list(const struct fw20_rule *r, const uint16_t *port,
			    int n, bool range, const struct resolver *names,
			    struct text *out)
{
	if (n == 0)
		text_puts(out, names ? "any" : "*");
	for (int i = 0; i < n; i++) {
		if (i > 0)
			text_putc(out, i == 1 && range ? ':' : ',');
		print_port(r, port[i], names, out);
	}
}

static void print_ports(const struct fw20_rule *r, const struct resolver *names,
			struct text *out)
{
	int kind = r->flags & FW20_KIND, used = r->n_src + r->n_dst;

	if (kind == FW20_ALL) {
		text_puts(out, "n/a");
		return;
	}
	print_port_list(r, r->port, r->n_src, r->flags & FW20_SRANGE, names,
			out);
	if (kind == FW20_ICMP)
		return;
	text_puts(out, " -> ");
	print_port_list(r, r->port + r->n_src, r->n_dst, r->flags & FW20_DRANGE,
			names, out);
	if (!(r->flags & FW20_REDIR))
		return;
	text_puts(out, " => ");
	print_port_list(r, r->port + used,
			used < FW20_PORTS && r->port[used] != 0, false, names,
			out);
}

void ipfwadm_print_rule_header(bool acct, uint8_t show, struct text *out)
{
	bool extended = show & IPFWADM_EXTENDED;

	if (acct || extended)
		text_puts(out, show & IPFWADM_EXPAND ? "    pkts      bytes "
						     : " pkts bytes ");
	text_puts(out, acct ? "dir prot " : "type  prot ");
	if (extended) {
		text_puts(out, "opt  ");
		if (!acct)
			text_puts(out, "tosa tosx ");
		text_puts(out, "ifname  ifaddress       ");
	}
	text_puts(out, "source               destination          ports\n");
}

/* The columns that -e adds. */
static void print_extension(const struct fw20_rule *r, bool acct,
			    const struct resolver *names, struct text *out)
{
	char addr[ADDR_TEXT];

	print_options(r, out);
	text_putc(out, ' ');
	if (!acct)
		text_printf(out, "0x%02X 0x%02X ", r->tos_and, r->tos_xor);
	if (r->via.s[0])
		text_printf(out, "%-7.*s ", FW_IFNAME, r->via.s);
	else
		text_printf(out, "%-7s ", names ? "any" : "*");
	text_printf(out, "%-15s ",
		    names && r->via_addr == 0 ? "any"
					      : addr_format(r->via_addr, addr));
}

void ipfwadm_print_rule(const struct fw20_rule_row *row, bool acct,
			uint8_t show, const struct resolver *names,
			struct text *out)
{
	const struct fw20_rule *r = &row->rule;

	if (acct || (show & IPFWADM_EXTENDED))
		print_counts(row, show, out);
	if (acct)
		text_printf(out, "%-3s ", direction_name(r));
	else
		text_printf(out, "%-5s ", type_name(r));
	text_printf(out, "%-5s", kind_name(r));
	if (show & IPFWADM_EXTENDED)
		print_extension(r, acct, names, out);
	print_address(r->src, r->smask, names, out);
	text_putc(out, ' ');
	print_address(r->dst, r->dmask, names, out);
	text_putc(out, ' ');
	print_ports(r, names, out);
	text_putc(out, '\n');
}

void ipfwadm_print_masq_header(uint8_t show, struct text *out)
{
	text_puts(out, "prot expire   ");
	if (show & IPFWADM_EXTENDED)
		text_puts(out, "   initseq delta prevd ");
	text_puts(out, "source               destination          ports\n");
}

static void print_service(uint16_t port, const char *proto,
			  const struct resolver *names, struct text *out)
{
	char name[NAME_TEXT];

	if (names && names->service_name(port, proto, name, sizeof(name)) == 0)
		text_puts(out, name);
	else
		text_dec(out, port);
}

void ipfwadm_print_masq(const struct ipfwadm_masq *m, uint8_t show,
			const struct resolver *names, struct text *out)
{
	const char *proto = kind_names[m->udp ? FW20_UDP : FW20_TCP];

	text_printf(out, "%-5s%02" PRIu32 ":%02" PRIu32 ".%02" PRIu32 " ",
		    proto, m->expires / (60 * HZ), m->expires / HZ % 60,
		    m->expires % HZ);
	if (show & IPFWADM_EXTENDED)
		text_printf(out, "%10" PRIu32 " %5d %5d ", m->init_seq,
			    m->delta, m->previous_delta);
	print_address(m->src, 0xFFFFFFFF, names, out);
	text_putc(out, ' ');
	print_address(m->dst, 0xFFFFFFFF, names, out);
	text_putc(out, ' ');
	print_service(m->sport, proto, names, out);
	text_puts(out, " (");
	text_dec(out, m->mport);
	text_puts(out, ") -> ");
	print_service(m->dport, proto, names, out);
	text_putc(out, '\n');
}

/* "via NAME ADDR   SRC -> DST   PORTS" */
static void print_way(const struct fw20_rule *r, struct text *out)
{
	char addr[ADDR_TEXT], src[NAME_TEXT], dst[NAME_TEXT];

	addr_mask_format(r->src, r->smask, NULL, src, sizeof(src));
	addr_mask_format(r->dst, r->dmask, NULL, dst, sizeof(dst));
	text_printf(out, "via %.*s %s   %s -> %s   ", FW_IFNAME,
		    r->via.s[0] ? r->via.s : "*",
		    addr_format(r->via_addr, addr), src, dst);
	print_ports(r, NULL, out);
	text_putc(out, '\n');
}

void ipfwadm_print_change(const struct fw20_rule *r, bool acct,
			  struct text *out)
{
	text_printf(out, "%s %s opt ", acct ? direction_name(r) : type_name(r),
		    kind_name(r));
	print_options(r, out);
	text_printf(out, " tos 0x%02X 0x%02X ", r->tos_and, r->tos_xor);
	print_way(r, out);
}

void ipfwadm_print_check(const struct fw20_rule *r, struct text *out)
{
	text_printf(out, "%s ", kind_name(r));
	print_way(r, out);
}

/* Quirks kept: "masuerading", and no word of masquerade under -p. */
static const char help[] =
	"\n"
	"Commands:\n"
	"  -i [policy]\tinsert rule (no policy for accounting rules)\n"
	"  -a [policy]\tappend rule (no policy for accounting rules)\n"
	"  -d [policy]\tdelete rule (no policy for accounting rules)\n"
	"  -l\t\tlist all rules of this category\n"
	"  -z\t\treset packet/byte counters of all rules of this category\n"
	"  -f\t\tremove all rules of this category\n"
	"  -p policy\tchange default policy (accept/deny/reject)\n"
	"  -s tcp tcpfin udp\n"
	"\t\tset masuerading timeout values\n"
	"  -c\t\tcheck acceptance of IP packet\n"
	"\n"
	"Options:\n"
	"  -P\t\tprotocol (either tcp, udp, icmp, or all)\n"
	"  -S address[/mask] [port ...]\n"
	"\t\tsource specification\n"
	"  -D address[/mask] [port ...]\n"
	"\t\tdestination specification\n"
	"  -V address\tnetwork interface address\n"
	"  -W name\tnetwork interface name\n"
	"  -b\t\tbidirectional match\n"
	"  -e\t\textended output mode\n"
	"  -k\t\tmatch TCP packets only when ACK set\n"
	"  -m\t\tmasquerade packets as coming from local host\n"
	"  -n\t\tnumeric output of addresses and ports\n"
	"  -o\t\tturn on kernel logging for matching packets\n"
	"  -r [port]\tredirect packets to local port (transparent proxying)\n"
	"  -t and xor\tand/xor masks for TOS field\n"
	"  -v\t\tverbose mode\n"
	"  -x\t\texpand numbers (display exact values)\n"
	"  -y\t\tmatch TCP packets only when SYN set and ACK cleared\n";

void ipfwadm_print_help(const char *prog, struct text *out)
{
	static const char *const ways[] = {
		"-A [direction] command [options] (accounting)",
		"-F command [options] (forwarding firewall)",
		"-I command [options] (input firewall)",
		"-O command [options] (output firewall)",
		"-M [-s | -l] [options] (masquerading entries)",
		"-h (print this help information))",
	};

	text_puts(out, "ipfwadm 2.3.0, 1996/07/30\n\n");
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		text_printf(out, "%s %s %s\n", i == 0 ? "Usage:" : "      ",
			    prog, ways[i]);
	text_puts(out, help);
}
