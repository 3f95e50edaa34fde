/* The packet filters' log lines, as text. */
#include "engine/log_line.h"

#include <inttypes.h>
#include <netinet/in.h>
#include <string.h>

#include "engine/look20.h"
#include "engine/pkt.h"

enum { IP_HEADER = 20 };

static void put_addr(struct text *t, uint32_t addr)
{
	text_printf(t, "%u.%u.%u.%u", addr >> 24, addr >> 16 & 0xFF,
		    addr >> 8 & 0xFF, addr & 0xFF);
}

static void put_end(struct text *t, uint32_t addr, uint16_t port)
{
	put_addr(t, addr);
	text_printf(t, ":%u", port);
}

/* Quirk: words of IP options are loaded in host order, i386's. */
static void put_options(struct text *t, const struct pkt *p,
			const struct pkt_info *info)
{
	for (uint32_t off = IP_HEADER; p && off + 4 <= info->ihl; off += 4) {
		const uint8_t *o = pkt_at(p, off, 4);

		if (o)
			text_printf(t, " O=0x%02X%02X%02X%02X", o[3], o[2],
				    o[1], o[0]);
	}
}

/* From the length on, as 2.0 and 2.2 say it. */
static void put_header(struct text *t, const struct pkt *p,
		       const struct pkt_info *info)
{
	text_printf(t, " L=%u S=0x%02X I=%u F=0x%04X T=%u", info->tot_len,
		    info->tos, info->id, info->frag, info->ttl);
	put_options(t, p, info);
}

void log_line_packet(struct text *t, const struct fw_ifname *via,
		     const struct pkt *p, const struct pkt_info *info,
		     uint32_t num)
{
	text_printf(t, "%.*s PROTO=%u ", FW_IFNAME, via->s, info->proto);
	put_end(t, info->src, num ? info->sport : 0);
	text_putc(t, ' ');
	put_end(t, info->dst, num ? info->dport : 0);
	put_header(t, p, info);
	text_printf(t, "%s (#%" PRIu32 ")", info->syn ? " SYN" : "", num);
}

static void line_2_2(struct text *t, const struct log_tag *tag,
		     const struct fw_ifname *via, const struct pkt *p,
		     const struct pkt_info *info)
{
	text_printf(t, "Packet log: %s %s ", tag->chain,
		    *tag->target ? tag->target : "-");
	if (!strcmp(tag->target, "REDIRECT"))
		text_printf(t, "%u ", tag->port);
	log_line_packet(t, via, p, info, tag->num);
}

static bool has_ports(const struct pkt_info *ip)
{
	return ip->proto == IPPROTO_TCP || ip->proto == IPPROTO_UDP;
}

/* An end of a packet, with its port where the protocol has one. */
static void put_end20(struct text *t, const struct look20 *l, uint32_t addr,
		      uint16_t port)
{
	if (has_ports(l->ip))
		put_end(t, addr, port);
	else
		put_addr(t, addr);
}

static void put_proto_2_0(struct text *t, const struct look20 *l)
{
	if (has_ports(l->ip))
		text_puts(t, l->ip->proto == IPPROTO_TCP ? "TCP" : "UDP");
	else if (l->ip->proto == IPPROTO_ICMP)
		text_printf(t, "ICMP/%u", l->sport);
	else
		text_printf(t, "PROTO=%u", l->ip->proto);
}

void log_line_2_0(struct text *t, const struct log_tag *tag,
		  const struct look20 *l)
{
	text_printf(t, "IP %s %s%s%.*s ", tag->chain, tag->target,
		    *tag->target ? " " : "", FW_IFNAME,
		    l->via->s[0] ? l->via->s : "-");
	put_proto_2_0(t, l);
	text_putc(t, ' ');
	put_end20(t, l, l->ip->src, l->sport);
	text_putc(t, ' ');
	put_end20(t, l, l->ip->dst, l->dport);
	put_header(t, l->p, l->ip);
}

static void put_proto_1_3(struct text *t, uint8_t proto)
{
	if (proto == IPPROTO_TCP)
		text_puts(t, "TCP ");
	else if (proto == IPPROTO_UDP)
		text_puts(t, "UDP ICMP "); /* quirk: a case that falls
					      through */
	else if (proto == IPPROTO_ICMP)
		text_puts(t, "ICMP ");
	else
		text_printf(t, "p=%u ", proto);
}

void log_line_1_3(struct text *t, const struct log_tag *tag,
		  const struct look20 *l)
{
	text_printf(t, "%s%s", tag->target, *tag->target ? " " : "");
	put_proto_1_3(t, l->ip->proto);
	put_end20(t, l, l->ip->src, l->sport);
	text_putc(t, ' ');
	put_end20(t, l, l->ip->dst, l->dport);
}

void log_line(struct text *t, const struct log_tag *tag,
	      const struct fw_ifname *via, const struct pkt *p,
	      const struct pkt_info *info)
{
	struct look20 l;

	if (tag->era == ERA_2_2) {
		line_2_2(t, tag, via, p, info);
		return;
	}
	look20_packet(&l, p, info);
	l.via = via;
	if (tag->era == ERA_2_0) {
		look20_settle_2_0(&l);
		log_line_2_0(t, tag, &l);
	} else {
		look20_settle_1_3(&l);
		log_line_1_3(t, tag, &l);
	}
}
