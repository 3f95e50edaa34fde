/*
 * Lines of ipchains's output. Headers and rows do not line up, and the columns
 * of "!" differ from place to place: that is the original's form, see
 * tests/golden/ipchains/t-verbose-a.t.
 */
#include "ipchains/print.h"

#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "core/addr.h"
#include "ipchains/icmp_names.h"

enum { NAME_MAX_LEN = 1025 }; /* a host's name, its mask and a NUL */

void ipchains_print_chain(const struct print_style *s,
			  const struct fw_chain_row *row, struct text *out)
{
	text_printf(out, "Chain %s (", row->label);
	if (row->policy[0] == '-' && row->policy[1] == '\0')
		text_printf(out, "%" PRIu32 " references", row->refs);
	else if (s->verbose)
		text_printf(out,
			    "policy %s: %" PRIu64 " packets, %" PRIu64 " bytes",
			    row->policy, row->count.packets, row->count.bytes);
	else
		text_printf(out, "policy %s", row->policy);
	text_puts(out, "):\n");
}

void ipchains_print_rule_header(const struct print_style *s, struct text *out)
{
	if (s->lines)
		text_puts(out, "num  ");
	if (s->verbose)
		text_puts(out,
			  s->exact ? "    pkts      bytes " : " pkts bytes ");
	text_puts(out, "target     prot opt    ");
	if (s->verbose)
		text_printf(out, "tosa tosx  %-10s %-10s %-7s ", "ifname",
			    "mark", "outsize");
	text_printf(out, " %-20s  %-20s  ports\n", "source", "destination");
}

/* A counter in five columns: thousands, millions, milliards, rounded. */
static void put_rounded(uint64_t n, struct text *out)
{
	static const char units[] = "KMG";
	uint64_t step = 1000, rounded = 0;
	int unit;

	if (n <= 99999) {
		text_printf(out, "%5" PRIu64 " ", n);
		return;
	}
	for (unit = 0; unit < 3; unit++, step *= 1000) {
		/* Milliards are rounded from rounded millions. */
		rounded = unit < 2 ? (n + step / 2) / step
				   : (rounded + 500) / 1000;
		if (rounded <= 9999 || unit == 2)
			break;
	}
	text_printf(out, "%4" PRIu64 "%c ", rounded, units[unit]);
}

static void put_counters(const struct print_style *s,
			 const struct fw_counter *count, struct text *out)
{
	if (s->exact) {
		text_printf(out, "%8" PRIu64 " %10" PRIu64 " ", count->packets,
			    count->bytes);
		return;
	}
	put_rounded(count->packets, out);
	put_rounded(count->bytes, out);
}

static char bang(const struct fw_rule *r, uint16_t inv)
{
	return r->inv & inv ? '!' : ' ';
}

static const char *target_of(const struct fw_rule *r)
{
	return r->target[0] ? r->target : "-";
}

static const char *proto_of(const struct fw_rule *r,
			    const struct resolver *names, char *buf, size_t n)
{
	if (r->proto == 0)
		return "all";
	if (names->protocol_name(r->proto, buf, n) != 0)
		snprintf(buf, n, "%u", r->proto);
	return buf;
}

static void put_flags(const struct fw_rule *r, struct text *out)
{
	const char six[] = {
		r->inv & FW_INV_SYN ? '!' : '-',
		r->flags & FW_F_SYN ? 'y' : '-',
		r->inv & FW_INV_FRAG ? '!' : '-',
		r->flags & FW_F_FRAG ? 'f' : '-',
		r->flags & FW_F_LOG ? 'l' : '-',
		r->flags & FW_F_NETLINK ? 'o' : '-',
	};

	text_add(out, six, sizeof(six));
}

enum { VIA_TEXT = FW_IFNAME + 2 };

/* An interface's name; a prefix bears a "+". */
static const char *via_of(const struct fw_rule *r, const char *any,
			  char buf[VIA_TEXT])
{
	if (r->via.s[0] == '\0')
		return any;
	snprintf(buf, VIA_TEXT, "%.*s%s", FW_IFNAME, r->via.s,
		 r->flags & FW_F_WILDIF ? "+" : "");
	return buf;
}

static bool has_mark(const struct fw_rule *r)
{
	return r->flags & FW_F_MARKABS || r->mark != 0;
}

static bool has_size(const struct fw_rule *r)
{
	return r->flags & FW_F_NETLINK && r->outsize != FW_PORT_MAX;
}

/* Ports. */

/* getservbyport()'s protocol, or NULL: ICMP has numbers only. */
static const char *service_proto(uint16_t proto)
{
	if (proto == IPPROTO_TCP)
		return "tcp";
	return proto == IPPROTO_UDP ? "udp" : NULL;
}

static void put_port(const struct print_style *s, uint16_t proto, uint16_t port,
		     struct text *out)
{
	const char *service = service_proto(proto);
	char name[NAME_MAX_LEN];

	if (!s->numeric && service &&
	    s->names->service_name(port, service, name, sizeof(name)) == 0)
		text_puts(out, name);
	else
		text_dec(out, port);
}

static void put_port_range(const struct print_style *s, uint16_t proto,
			   const uint16_t port[2], struct text *out)
{
	if (port[0] == 0 && port[1] == FW_PORT_MAX) {
		text_puts(out, s->numeric ? "*" : "any");
		return;
	}
	put_port(s, proto, port[0], out);
	if (port[0] == port[1])
		return;
	text_putc(out, ':');
	put_port(s, proto, port[1], out);
}

/* The end of a line: ports, ICMP name, redirect port. @arrow goes before the
 * last. */
static void put_ports(const struct print_style *s, const struct fw_rule *r,
		      const char *arrow, struct text *out)
{
	const char *icmp = NULL;

	if (r->proto != IPPROTO_TCP && r->proto != IPPROTO_UDP &&
	    r->proto != IPPROTO_ICMP) {
		text_puts(out, "  n/a\n");
		return;
	}
	if (r->proto == IPPROTO_ICMP && !s->numeric &&
	    !(r->inv & (FW_INV_SPORT | FW_INV_DPORT)))
		icmp = icmp_name_of(r->sport, r->dport);
	if (icmp) {
		text_printf(out, "  %s", icmp);
	} else {
		text_printf(out, " %c", bang(r, FW_INV_SPORT));
		put_port_range(s, r->proto, r->sport, out);
		text_printf(out, " ->  %c", bang(r, FW_INV_DPORT));
		put_port_range(s, r->proto, r->dport, out);
	}
	if (strcmp(r->target, "REDIRECT") == 0) {
		text_puts(out, arrow);
		if (r->redir_port == 0)
			text_puts(out, s->numeric ? " *" : " any");
		else
			put_port(s, r->proto, r->redir_port, out);
	}
	text_putc(out, '\n');
}

/* The columns that only -v shows, from TOS to size. */
static void put_details(const struct print_style *s, const struct fw_rule *r,
			struct text *out)
{
	char via[VIA_TEXT];

	text_printf(out, "0x%02X 0x%02X %c%-10.16s ", r->tos_and, r->tos_xor,
		    bang(r, FW_INV_VIA),
		    via_of(r, s->numeric ? "*" : "any", via));
	if (has_mark(r))
		text_printf(out, "0x%-10" PRIx32 " ", r->mark);
	else
		text_printf(out, "%11s", "");
	if (has_size(r))
		text_printf(out, "%-7u ", r->outsize);
	else
		text_printf(out, "%8s", "");
}

void ipchains_print_rule(const struct print_style *s,
			 const struct fw_rule_row *row, int number,
			 struct text *out)
{
	const struct resolver *names = s->numeric ? NULL : s->names;
	const struct fw_rule *r = &row->rule;
	char name[NAME_MAX_LEN];

	if (s->lines)
		text_printf(out, "%-4d ", number);
	if (s->verbose)
		put_counters(s, &row->count, out);
	text_printf(out, "%-9s %c%-5s", target_of(r), bang(r, FW_INV_PROTO),
		    proto_of(r, s->names, name, sizeof(name)));
	put_flags(r, out);
	text_putc(out, ' ');
	if (s->verbose)
		put_details(s, r, out);
	addr_mask_format(r->src, r->smask, names, name, sizeof(name));
	text_printf(out, "%c%-20s %s", bang(r, FW_INV_SRC), name,
		    r->inv & FW_INV_DST ? "!" : "");
	addr_mask_format(r->dst, r->dmask, names, name, sizeof(name));
	text_printf(out, "%-20s", name);
	put_ports(s, r, " => ", out);
}

void ipchains_print_change(const struct fw_rule *r,
			   const struct resolver *names, struct text *out)
{
	const struct print_style numeric = { .numeric = true, .names = names };
	char name[NAME_MAX_LEN], via[VIA_TEXT];

	text_printf(out, "%s %c%s opt    ", target_of(r), bang(r, FW_INV_PROTO),
		    proto_of(r, names, name, sizeof(name)));
	put_flags(r, out);
	text_printf(out, " tos 0x%02X 0x%02X %cvia %s ", r->tos_and, r->tos_xor,
		    bang(r, FW_INV_VIA), via_of(r, "*", via));
	if (has_mark(r))
		text_printf(out, "mark 0x%" PRIx32 " ", r->mark);
	if (has_size(r))
		text_printf(out, "outsize %u ", r->outsize);
	addr_mask_format(r->src, r->smask, NULL, name, sizeof(name));
	text_printf(out, "  %c%s -> %s", bang(r, FW_INV_SRC), name,
		    r->inv & FW_INV_DST ? "!" : "");
	addr_mask_format(r->dst, r->dmask, NULL, name, sizeof(name));
	text_printf(out, "%s  ", name);
	put_ports(&numeric, r, "", out);
}

/* Masquerade entries. */

void ipchains_print_masq_header(const struct print_style *s, struct text *out)
{
	text_printf(out, "prot %-8s ", "expire");
	if (s->verbose)
		text_printf(out, "%10s delta prevd ", "initseq");
	text_printf(out, "%-20s %-20s ports\n", "source", "destination");
}

static uint16_t proto_number(const char *proto)
{
	if (strcmp(proto, "TCP") == 0)
		return IPPROTO_TCP;
	return strcmp(proto, "UDP") == 0 ? IPPROTO_UDP : 0;
}

static void put_masq_addr(const struct print_style *s, uint32_t addr,
			  struct text *out)
{
	char name[NAME_MAX_LEN];

	addr_mask_format(addr, 0xFFFFFFFF, s->numeric ? NULL : s->names, name,
			 sizeof(name));
	text_left(out, name, 20);
	text_putc(out, ' ');
}

void ipchains_print_masq(const struct print_style *s,
			 const struct print_masq *m, struct text *out)
{
	uint32_t seconds = m->expires / 100;
	uint16_t proto = proto_number(m->proto);

	text_printf(out, "%-5s%02" PRIu32 ":%02" PRIu32 ".%02" PRIu32 " ",
		    m->proto, seconds / 60, seconds % 60, m->expires % 100);
	if (s->verbose)
		text_printf(out, "%10" PRIu32 " %5" PRId32 " %5" PRId32 " ",
			    m->init_seq, m->delta, m->previous_delta);
	put_masq_addr(s, m->src, out);
	put_masq_addr(s, m->dst, out);
	put_port(s, proto, (uint16_t)m->sport, out);
	text_puts(out, " (");
	text_dec(out, m->mport);
	text_puts(out, ") -> ");
	put_port(s, proto, (uint16_t)m->dport, out);
	text_putc(out, '\n');
}
