/*
 * A packet as the fixed lists looked at it. Source: Linux 2.0 and 1.3.56,
 * net/ipv4/ip_fw.c (ip_fw_chk).
 */
#include "engine/look20.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "core/bytes.h"
#include "core/text.h"
#include "engine/pkt.h"
#include "engine/state.h"

enum {
	KERN_INFO = 6,
	TCP_SYN = 0x02,
	TCP_RST = 0x04,
	TCP_ACK = 0x10,
	TCP_FLAGS_END = 16, /* bytes of TCP header that hold the flags */
	PORTS_END = 8,      /* bytes of a UDP or ICMP header */
	NO_PORT = 65535,
	NO_TYPE = 255,
};

static bool is_later_fragment(const struct look20 *l)
{
	return l->frag & IP_OFFSET;
}

static bool has_ports(const struct look20 *l)
{
	return l->proto == IPPROTO_TCP || l->proto == IPPROTO_UDP;
}

void look20_packet(struct look20 *l, const struct pkt *p,
		   const struct pkt_info *info)
{
	const uint8_t *b;

	*l = (struct look20){
		.src = info->src,
		.dst = info->dst,
		.sport = NO_PORT,
		.dport = NO_PORT,
		.len = info->tot_len,
		.id = info->id,
		.frag = info->frag,
		.proto = info->proto,
		.ihl = info->ihl,
		.tos = info->tos,
		.ttl = info->ttl,
		.opt = pkt_at(p, 20, info->ihl - 20u),
		.opt_len = info->ihl - 20u,
	};
	if (has_ports(l)) {
		b = pkt_at(p, info->ihl, 4);
		l->sport = b ? get_be16(b) : NO_PORT;
		l->dport = b ? get_be16(b + 2) : NO_PORT;
	} else if (l->proto == IPPROTO_ICMP) {
		b = pkt_at(p, info->ihl, 1);
		l->sport = b ? b[0] : NO_TYPE;
	}
	b = pkt_at(p, info->ihl + 13u, 1);
	if (l->proto == IPPROTO_TCP && b)
		l->tcp_flags = b[0];
}

void look20_probe(struct look20 *l, const struct fw_probe *probe,
		  uint32_t via_addr)
{
	*l = (struct look20){
		.src = probe->src,
		.dst = probe->dst,
		.sport = probe->sport,
		.dport = probe->dport,
		.len = probe->tot_len,
		.frag = probe->frag,
		.proto = probe->proto,
		.ihl = (uint8_t)(probe->ihl * 4),
		.tcp_flags = probe->tcp_flags,
		.via = probe->via,
		.via_addr = via_addr,
	};
}

/* Later fragments have these instead of ports or a type. */
static void forget_ports(struct look20 *l, uint16_t port, uint16_t type)
{
	l->sport = l->proto == IPPROTO_ICMP ? type : port;
	l->dport = port;
}

/* Whether the packet ends before @n bytes behind its IP header. */
static bool is_shorter(const struct look20 *l, int n)
{
	return l->len < l->ihl + n;
}

enum fw_verdict look20_judge_2_0(struct look20 *l, bool acct)
{
	bool later = is_later_fragment(l), tcp = l->proto == IPPROTO_TCP;

	/* It could overwrite the flags that were examined. */
	if (tcp && (l->frag & IP_OFFSET) == 1)
		return FW_V_DENY;
	if (later && !acct && (has_ports(l) || l->proto == IPPROTO_ICMP))
		return FW_V_ACCEPT;
	if ((tcp && is_shorter(l, TCP_FLAGS_END)) ||
	    (l->proto == IPPROTO_UDP && is_shorter(l, PORTS_END)))
		return FW_V_DENY;
	if (later)
		forget_ports(l, NO_PORT, NO_TYPE);
	if (tcp && !later) {
		/* Quirk: a RST counts as an ACK. */
		l->no_ack = !(l->tcp_flags & (TCP_ACK | TCP_RST));
		l->not_syn = !(l->tcp_flags & TCP_SYN) || !l->no_ack;
	}
	return FW_V_NONE;
}

enum fw_verdict look20_judge_1_3(struct look20 *l, bool acct)
{
	bool later = is_later_fragment(l), tcp = l->proto == IPPROTO_TCP;

	if (tcp && (l->frag & IP_OFFSET) == 1)
		return FW_V_DENY;
	if (later && !acct && has_ports(l))
		return FW_V_ACCEPT;
	if (is_shorter(l, tcp ? TCP_FLAGS_END : PORTS_END))
		return FW_V_DENY;
	if (later)
		forget_ports(l, 0, 0);
	l->no_ack = !tcp || later || !(l->tcp_flags & TCP_ACK);
	l->not_syn = !tcp || later || !(l->tcp_flags & TCP_SYN) || !l->no_ack;
	return FW_V_NONE;
}

/* What a rule does, as the 2.0 log names it. */
static void rule_name(const struct fw20_rule *r, char *buf, size_t n)
{
	int used = r->n_src + r->n_dst;

	if (!(r->flags & FW20_ACCEPT))
		snprintf(buf, n, "%s",
			 r->flags & FW20_ICMPRPL ? "rej" : "deny");
	else if (r->flags & FW20_REDIR)
		snprintf(buf, n, "acc/r%d",
			 used < FW20_PORTS ? r->port[used] : 0);
	else
		snprintf(buf, n, "%s",
			 r->flags & FW20_MASQ ? "acc/masq" : "acc");
}

enum { QUAD_PORT = 24 };

/* "a.b.c.d", with ":port" for the protocols that have one. */
static const char *end_name(uint32_t addr, uint16_t port, bool with_port,
			    char buf[QUAD_PORT])
{
	int n = snprintf(buf, QUAD_PORT, "%u.%u.%u.%u", addr >> 24,
			 addr >> 16 & 0xFF, addr >> 8 & 0xFF, addr & 0xFF);

	if (with_port)
		snprintf(buf + n, (size_t)(QUAD_PORT - n), ":%u", port);
	return buf;
}

static void proto_name(const struct look20 *l, char *buf, size_t n)
{
	if (has_ports(l))
		snprintf(buf, n, l->proto == IPPROTO_TCP ? "TCP" : "UDP");
	else if (l->proto == IPPROTO_ICMP)
		snprintf(buf, n, "ICMP/%u", l->sport);
	else
		snprintf(buf, n, "PROTO=%u", l->proto);
}

/* A word for every 4 bytes of IP options, as a little-endian host reads them.
 */
static void add_options(struct text *t, const struct look20 *l)
{
	for (uint32_t i = 0; l->opt && i + 4 <= l->opt_len; i += 4) {
		const uint8_t *o = l->opt + i;

		text_printf(t, " O=0x%02X%02X%02X%02X", o[3], o[2], o[1], o[0]);
	}
}

void look20_log_2_0(struct fw *fw, const char *list, const struct look20 *l,
		    const struct fw20_rule *r)
{
	char rule[16] = "", proto[16], src[QUAD_PORT], dst[QUAD_PORT];
	struct text options = { 0 };
	bool acct = strncmp(list, "acct", 4) == 0, ports = has_ports(l);

	if (!acct)
		rule_name(r, rule, sizeof(rule));
	proto_name(l, proto, sizeof(proto));
	add_options(&options, l);
	fw_log(fw, KERN_INFO,
	       "IP %s %s%s%.*s %s %s %s L=%u S=0x%02X I=%u F=0x%04X T=%u%s",
	       list, rule, acct ? "" : " ", FW_IFNAME,
	       l->via.s[0] ? l->via.s : "-", proto,
	       end_name(l->src, l->sport, ports, src),
	       end_name(l->dst, l->dport, ports, dst), l->len, l->tos, l->id,
	       l->frag, l->ttl, options.s ? options.s : "");
	text_fini(&options);
}

void look20_log_1_3(struct fw *fw, const char *list, const struct look20 *l,
		    const struct fw20_rule *r)
{
	const char *rule = "Deny ", *kind = "ICMP ";
	char src[QUAD_PORT], dst[QUAD_PORT], other[16];
	bool ports = has_ports(l);

	if (r->flags & FW20_ACCEPT)
		rule = "Accept ";
	else if (r->flags & FW20_ICMPRPL)
		rule = "Reject ";
	if (strncmp(list, "acct", 4) == 0)
		rule = "";
	if (l->proto == IPPROTO_TCP) {
		kind = "TCP ";
	} else if (l->proto == IPPROTO_UDP) {
		kind = "UDP ICMP "; /* quirk: a case that falls through */
	} else if (l->proto != IPPROTO_ICMP) {
		snprintf(other, sizeof(other), "p=%u ", l->proto);
		kind = other;
	}
	fw_log(fw, KERN_INFO, "%s%s%s %s", rule, kind,
	       end_name(l->src, l->sport, ports, src),
	       end_name(l->dst, l->dport, ports, dst));
}
