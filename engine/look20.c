/*
 * A packet as the fixed lists looked at it. Source: Linux 2.0 and 1.3.56,
 * net/ipv4/ip_fw.c (ip_fw_chk).
 */
#include "engine/look20.h"

#include <netinet/in.h>

#include "core/bytes.h"
#include "engine/pkt.h"

enum {
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
