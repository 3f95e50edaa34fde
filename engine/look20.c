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

static bool is_later_fragment(const struct pkt_info *ip)
{
	return ip->frag & IP_OFFSET;
}

static bool has_ports(const struct pkt_info *ip)
{
	return ip->proto == IPPROTO_TCP || ip->proto == IPPROTO_UDP;
}

/* Whether the packet ends before @n bytes behind its IP header. */
static bool is_shorter(const struct pkt_info *ip, int n)
{
	return ip->tot_len < ip->ihl + n;
}

/* It could overwrite the TCP flags that were examined. */
static bool overwrites_flags(const struct pkt_info *ip)
{
	return ip->proto == IPPROTO_TCP && (ip->frag & IP_OFFSET) == 1;
}

enum fw_verdict look20_judge_2_0(const struct pkt_info *ip, bool acct)
{
	if (overwrites_flags(ip))
		return FW_V_DENY;
	if (is_later_fragment(ip) && !acct &&
	    (has_ports(ip) || ip->proto == IPPROTO_ICMP))
		return FW_V_ACCEPT;
	if ((ip->proto == IPPROTO_TCP && is_shorter(ip, TCP_FLAGS_END)) ||
	    (ip->proto == IPPROTO_UDP && is_shorter(ip, PORTS_END)))
		return FW_V_DENY;
	return FW_V_NONE;
}

enum fw_verdict look20_judge_1_3(const struct pkt_info *ip, bool acct)
{
	if (overwrites_flags(ip))
		return FW_V_DENY;
	if (is_later_fragment(ip) && !acct && has_ports(ip))
		return FW_V_ACCEPT;
	if (is_shorter(ip,
		       ip->proto == IPPROTO_TCP ? TCP_FLAGS_END : PORTS_END))
		return FW_V_DENY;
	return FW_V_NONE;
}

void look20_packet(struct look20 *l, const struct pkt *p,
		   const struct pkt_info *ip)
{
	const uint8_t *b = pkt_at(p, ip->ihl, 4);

	*l = (struct look20){
		.ip = ip, .p = p, .sport = NO_PORT, .dport = NO_PORT
	};
	if (has_ports(ip) && b) {
		l->sport = get_be16(b);
		l->dport = get_be16(b + 2);
	} else if (ip->proto == IPPROTO_ICMP) {
		b = pkt_at(p, ip->ihl, 1);
		l->sport = b ? b[0] : NO_TYPE;
	}
	b = pkt_at(p, ip->ihl + 13u, 1);
	if (ip->proto == IPPROTO_TCP && b)
		l->tcp_flags = b[0];
}

void look20_probe(struct look20 *l, const struct fw_probe *probe,
		  struct pkt_info *ip)
{
	*ip = (struct pkt_info){
		.src = probe->src,
		.dst = probe->dst,
		.tot_len = probe->tot_len,
		.frag = probe->frag,
		.proto = probe->proto,
		.ihl = (uint8_t)(probe->ihl * 4),
	};
	*l = (struct look20){
		.ip = ip,
		.sport = probe->sport,
		.dport = probe->dport,
		.tcp_flags = probe->tcp_flags,
	};
}

/* Later fragments have these instead of ports or a type. */
static void forget_ports(struct look20 *l, uint16_t port, uint16_t type)
{
	l->sport = l->ip->proto == IPPROTO_ICMP ? type : port;
	l->dport = port;
}

void look20_settle_2_0(struct look20 *l)
{
	if (is_later_fragment(l->ip)) {
		forget_ports(l, NO_PORT, NO_TYPE);
	} else if (l->ip->proto == IPPROTO_TCP) {
		/* Quirk: a RST counts as an ACK. */
		l->no_ack = !(l->tcp_flags & (TCP_ACK | TCP_RST));
		l->not_syn = !(l->tcp_flags & TCP_SYN) || !l->no_ack;
	}
}

void look20_settle_1_3(struct look20 *l)
{
	bool later = is_later_fragment(l->ip);
	bool flags = l->ip->proto == IPPROTO_TCP && !later;

	if (later)
		forget_ports(l, 0, 0);
	l->no_ack = !flags || !(l->tcp_flags & TCP_ACK);
	l->not_syn = !flags || !(l->tcp_flags & TCP_SYN) || !l->no_ack;
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
	if (has_ports(l->ip))
		snprintf(buf, n, l->ip->proto == IPPROTO_TCP ? "TCP" : "UDP");
	else if (l->ip->proto == IPPROTO_ICMP)
		snprintf(buf, n, "ICMP/%u", l->sport);
	else
		snprintf(buf, n, "PROTO=%u", l->ip->proto);
}

/* A word for every 4 bytes of IP options, as a little-endian host reads them.
 */
static void add_options(struct text *t, const struct look20 *l)
{
	for (uint32_t at = 20; l->p && at < l->ip->ihl; at += 4) {
		const uint8_t *o = pkt_at(l->p, at, 4);

		if (o)
			text_printf(t, " O=0x%02X%02X%02X%02X", o[3], o[2],
				    o[1], o[0]);
	}
}

void look20_log_2_0(struct fw *fw, const char *list, const struct look20 *l,
		    const struct fw20_rule *r)
{
	char rule[16] = "", proto[16], src[QUAD_PORT], dst[QUAD_PORT];
	struct text options = { 0 };
	bool acct = strncmp(list, "acct", 4) == 0, ports = has_ports(l->ip);

	if (!acct)
		rule_name(r, rule, sizeof(rule));
	proto_name(l, proto, sizeof(proto));
	add_options(&options, l);
	fw_log(fw, KERN_INFO,
	       "IP %s %s%s%.*s %s %s %s L=%u S=0x%02X I=%u F=0x%04X T=%u%s",
	       list, rule, acct ? "" : " ", FW_IFNAME,
	       l->via->s[0] ? l->via->s : "-", proto,
	       end_name(l->ip->src, l->sport, ports, src),
	       end_name(l->ip->dst, l->dport, ports, dst), l->ip->tot_len,
	       l->ip->tos, l->ip->id, l->ip->frag, l->ip->ttl,
	       options.s ? options.s : "");
	text_fini(&options);
}

void look20_log_1_3(struct fw *fw, const char *list, const struct look20 *l,
		    const struct fw20_rule *r)
{
	const char *rule = "Deny ", *kind = "ICMP ";
	char src[QUAD_PORT], dst[QUAD_PORT], other[16];
	bool ports = has_ports(l->ip);

	if (r->flags & FW20_ACCEPT)
		rule = "Accept ";
	else if (r->flags & FW20_ICMPRPL)
		rule = "Reject ";
	if (strncmp(list, "acct", 4) == 0)
		rule = "";
	if (l->ip->proto == IPPROTO_TCP) {
		kind = "TCP ";
	} else if (l->ip->proto == IPPROTO_UDP) {
		kind = "UDP ICMP "; /* quirk: a case that falls through */
	} else if (l->ip->proto != IPPROTO_ICMP) {
		snprintf(other, sizeof(other), "p=%u ", l->ip->proto);
		kind = other;
	}
	fw_log(fw, KERN_INFO, "%s%s%s %s", rule, kind,
	       end_name(l->ip->src, l->sport, ports, src),
	       end_name(l->ip->dst, l->dport, ports, dst));
}
