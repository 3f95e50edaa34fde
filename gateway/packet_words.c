/* An IPv4 packet in words. */
#include "gateway/packet_words.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>

#include "core/addr.h"
#include "core/bytes.h"
#include "core/cksum.h"
#include "core/number.h"
#include "engine/pkt.h"

enum {
	IP_BYTES = 20,
	TCP_BYTES = 20,
	UDP_BYTES = 8,
	ICMP_BYTES = 8,
	TTL = 64,
	TCP_ACK = 0x10,
	TCP_WINDOW = 5840,
};

/* A packet while its words are read. */
struct draft {
	uint32_t src, dst;
	int32_t sport, dport; /* -1: not said */
	int32_t proto, ttl, tos, id, type, code, frag, length;
	uint8_t flags;
	bool flags_said, df, more;
	const char *data;
};

/* Bits of the TCP header's byte 13, from the lowest. */
static const char *const flag_names[] = { "fin", "syn", "rst",
					  "psh", "ack", "urg" };
enum { FLAGS = sizeof(flag_names) / sizeof(flag_names[0]) };

static const struct proto_name {
	const char *name;
	int32_t proto;
	uint32_t bytes; /* of its header */
} protos[] = {
	{ "icmp", IPPROTO_ICMP, ICMP_BYTES },
	{ "tcp", IPPROTO_TCP, TCP_BYTES },
	{ "udp", IPPROTO_UDP, UDP_BYTES },
};
enum { PROTOS = sizeof(protos) / sizeof(protos[0]) };

static const struct proto_name *proto_known(int32_t proto)
{
	for (int i = 0; i < PROTOS; i++)
		if (protos[i].proto == proto)
			return &protos[i];
	return NULL;
}

static bool has_ports(int32_t proto)
{
	return proto == IPPROTO_TCP || proto == IPPROTO_UDP;
}

static bool take_proto(const char *word, int32_t *proto)
{
	for (int i = 0; i < PROTOS; i++)
		if (!strcmp(word, protos[i].name)) {
			*proto = protos[i].proto;
			return true;
		}
	return number_parse(word, 10, 0, 255, proto) == 0;
}

/* ADDRESS[:PORT] */
static bool take_end(const char *word, uint32_t *addr, int32_t *port)
{
	const char *colon = strchr(word, ':');
	char quad[ADDR_TEXT];
	size_t n = colon ? (size_t)(colon - word) : strlen(word);

	*port = -1;
	if (n >= sizeof(quad))
		return false;
	memcpy(quad, word, n);
	quad[n] = '\0';
	return addr_parse_quad(quad, addr) == 0 &&
	       (!colon || number_parse(colon + 1, 10, 0, 65535, port) == 0);
}

static bool take_flag(struct draft *d, const char *word)
{
	for (int i = 0; i < FLAGS; i++)
		if (!strcmp(word, flag_names[i])) {
			d->flags |= (uint8_t)(1u << i);
			d->flags_said = true;
			return true;
		}
	return false;
}

static bool take_plain(struct draft *d, const char *word)
{
	if (take_flag(d, word))
		return true;
	if (!strcmp(word, "noflags"))
		return d->flags_said = true;
	if (!strcmp(word, "df"))
		return d->df = true;
	if (!strcmp(word, "more"))
		return d->more = true;
	return false;
}

/* A name and a number behind it. */
static bool take_number(struct draft *d, const char *name, const char *value)
{
	const struct {
		const char *name;
		int32_t most, *to;
	} fields[] = {
		{ "type", 255, &d->type },       { "code", 255, &d->code },
		{ "ttl", 255, &d->ttl },         { "tos", 255, &d->tos },
		{ "id", 65535, &d->id },         { "frag", 65528, &d->frag },
		{ "length", 65515, &d->length },
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (!strcmp(name, fields[i].name))
			return number_parse(value, 0, 0, fields[i].most,
					    fields[i].to) == 0;
	return false;
}

static int wrong(struct text *why, const char *word, const char *what)
{
	text_printf(why, "%s: %s", word, what);
	return -EINVAL;
}

static int take_rest(struct draft *d, char *const *word, int n,
		     struct text *why)
{
	for (int i = 0; i < n; i++) {
		if (take_plain(d, word[i]))
			continue;
		if (i + 1 < n && !strcmp(word[i], "data")) {
			d->data = word[++i];
			continue;
		}
		if (i + 1 == n || !take_number(d, word[i], word[i + 1]))
			return wrong(why, word[i],
				     "no word of a packet, or a number behind "
				     "it is missing or too large");
		i++;
	}
	return 0;
}

static int take_words(struct draft *d, char *const *word, int n,
		      struct text *why)
{
	int r;

	if (n < 3) {
		text_puts(why, "a packet has a protocol, a source and a "
			       "destination");
		return -EINVAL;
	}
	if (!take_proto(word[0], &d->proto))
		return wrong(why, word[0],
			     "no protocol: tcp, udp, icmp or 0 to 255");
	if (!take_end(word[1], &d->src, &d->sport))
		return wrong(why, word[1], "no ADDRESS or ADDRESS:PORT");
	if (!take_end(word[2], &d->dst, &d->dport))
		return wrong(why, word[2], "no ADDRESS or ADDRESS:PORT");
	r = take_rest(d, word + 3, n - 3, why);
	if (r)
		return r;
	if (!has_ports(d->proto) || d->frag)
		return d->sport < 0 && d->dport < 0
			       ? 0
			       : wrong(why, word[0], "its ends have no ports");
	return d->sport >= 0 && d->dport >= 0
		       ? 0
		       : wrong(why, word[0], "its ends have ports");
}

/* The protocol's header, whose length it returns; none in later pieces. */
static uint32_t put_inner(const struct draft *d, uint8_t *b)
{
	const struct proto_name *known = proto_known(d->proto);

	if (d->frag || !known)
		return 0;
	memset(b, 0, known->bytes);
	if (d->proto == IPPROTO_ICMP) {
		b[0] = (uint8_t)d->type;
		b[1] = (uint8_t)d->code;
		put_be16(b + 4, (uint16_t)d->id);
		return known->bytes;
	}
	put_be16(b, (uint16_t)d->sport);
	put_be16(b + 2, (uint16_t)d->dport);
	if (d->proto == IPPROTO_TCP) {
		b[12] = TCP_BYTES / 4 << 4;
		b[13] = d->flags_said ? d->flags : TCP_ACK;
		put_be16(b + 14, TCP_WINDOW);
	}
	return known->bytes;
}

static uint32_t data_length(const struct draft *d)
{
	uint32_t said = d->data ? (uint32_t)strlen(d->data) : 0;

	return d->length > (int32_t)said ? (uint32_t)d->length : said;
}

static void put_sums(const struct draft *d, uint8_t *b, uint32_t len)
{
	static const uint8_t at[256] = {
		[IPPROTO_ICMP] = 2, [IPPROTO_TCP] = 16, [IPPROTO_UDP] = 6
	};
	uint64_t sum = 0;

	if (d->frag || !at[d->proto])
		return;
	if (d->proto == IPPROTO_UDP)
		put_be16(b + 4, (uint16_t)len);
	if (d->proto != IPPROTO_ICMP)
		sum = cksum_pseudo(d->src, d->dst, (uint8_t)d->proto, len);
	put_be16(b + at[d->proto], cksum_fold(cksum_add(sum, b, len)));
}

static void put_ip(const struct draft *d, struct pkt *p)
{
	uint32_t frag = (uint32_t)d->frag / 8;
	uint8_t *b = p->data;

	memset(b, 0, IP_BYTES);
	b[0] = 0x45;
	b[1] = (uint8_t)d->tos;
	put_be16(b + 2, (uint16_t)p->len);
	put_be16(b + 4, (uint16_t)d->id);
	put_be16(b + 6, (uint16_t)(frag | (d->df ? IP_DF : 0) |
				   (d->more ? IP_MF : 0)));
	b[8] = (uint8_t)d->ttl;
	b[9] = (uint8_t)d->proto;
	put_be32(b + 12, d->src);
	put_be32(b + 16, d->dst);
	pkt_ip_sum(p, IP_BYTES);
}

int packet_from_words(struct pkt *p, char *const *word, int n, struct text *why)
{
	struct draft d = { .ttl = TTL, .type = 8, .id = 1 };
	int r = take_words(&d, word, n, why);
	uint32_t inner, data = data_length(&d);
	uint8_t *b = p->data + IP_BYTES;

	if (r)
		return r;
	if (d.frag % 8)
		return wrong(why, "frag", "no multiple of 8");
	if (IP_BYTES + TCP_BYTES + data > p->cap ||
	    IP_BYTES + TCP_BYTES + data > PKT_MAX)
		return wrong(why, "length", "longer than a packet can be");
	inner = put_inner(&d, b);
	memset(b + inner, 0, data);
	if (d.data)
		memcpy(b + inner, d.data, strlen(d.data));
	p->len = IP_BYTES + inner + data;
	put_sums(&d, b, inner + data);
	put_ip(&d, p);
	return 0;
}

static void put_end(struct text *out, uint32_t addr, bool with_port,
		    uint16_t port)
{
	char quad[ADDR_TEXT];

	text_printf(out, " %s", addr_format(addr, quad));
	if (with_port)
		text_printf(out, ":%u", port);
}

static void put_flags(struct text *out, uint8_t flags)
{
	for (int i = 0; i < FLAGS; i++)
		if (flags >> i & 1)
			text_printf(out, " %s", flag_names[i]);
	if (!(flags & ((1u << FLAGS) - 1)))
		text_puts(out, " noflags");
}

/* What the protocol's own header says. */
static void put_inner_words(const struct pkt *p, const struct pkt_info *info,
			    struct text *out)
{
	const uint8_t *b = pkt_at(p, info->ihl, ICMP_BYTES);
	const uint8_t *flags = pkt_at(p, info->ihl + 13u, 1);

	if (info->no_ports || !b)
		return;
	if (info->proto == IPPROTO_ICMP)
		text_printf(out, " type %u code %u", b[0], b[1]);
	if (info->proto == IPPROTO_TCP && flags)
		put_flags(out, *flags);
}

static void put_ip_words(const struct pkt_info *info, struct text *out)
{
	uint32_t frag = 8u * (info->frag & IP_OFFSET);

	if (info->ttl != TTL)
		text_printf(out, " ttl %u", info->ttl);
	if (info->tos)
		text_printf(out, " tos 0x%02x", info->tos);
	if (info->frag & IP_DF)
		text_puts(out, " df");
	if (frag)
		text_printf(out, " frag %u", frag);
	if (info->frag & IP_MF)
		text_puts(out, " more");
}

void packet_to_words(const struct pkt *p, struct text *out)
{
	struct pkt_info info;
	const struct proto_name *known;
	bool ports;

	pkt_look(p, &info);
	known = proto_known(info.proto);
	ports = has_ports(info.proto) && !info.no_ports;
	if (known)
		text_puts(out, known->name);
	else
		text_printf(out, "%u", info.proto);
	put_end(out, info.src, ports, info.sport);
	put_end(out, info.dst, ports, info.dport);
	put_inner_words(p, &info, out);
	put_ip_words(&info, out);
}
