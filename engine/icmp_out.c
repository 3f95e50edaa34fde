/* ICMP errors that the host itself makes: when, how many, and their bytes. */
#include "engine/icmp_out.h"

#include <netinet/in.h>
#include <string.h>

#include "core/bytes.h"
#include "core/cksum.h"
#include "engine/masq_icmp.h"
#include "engine/path_era.h"
#include "engine/pkt.h"
#include "engine/rate.h"
#include "engine/route.h"
#include "engine/state.h"
#include "engine/transmit.h"

enum {
	QUOTE_MAX = 548, /* bytes: 576 in all */
	HEADERS = 28,
	TOS_MASK = 0x1E,
	PREC_INTERNETCONTROL = 0xC0,
	ICMP_TTL = 255,
};

/*
 * Whether ICMP messages of a type are no errors, so that errors about them are
 * fine. Quirk: 9 and 10, and the undefined types, count as errors. Linux 2.2,
 * net/ipv4/icmp.c, icmp_pointers.
 */
static const bool no_error[] = {
	[0] = true,  [8] = true,  [13] = true, [14] = true,
	[15] = true, [16] = true, [17] = true, [18] = true,
};

static bool may_tell(const struct pkt *p, const struct pkt_info *info)
{
	const uint8_t *type = pkt_at(p, info->ihl, 1);

	if (!p->to_host || info->frag & IP_OFFSET)
		return false;
	return info->proto != IPPROTO_ICMP || !type ||
	       (*type < sizeof(no_error) && no_error[*type]);
}

/* Types whose number a second is limited; "fragmentation needed" is not. */
static bool is_limited(const struct icmp_what *what)
{
	return what->type == ICMP_TIME_EXCEEDED ||
	       (what->type == ICMP_DEST_UNREACH &&
		what->code != ICMP_FRAG_NEEDED);
}

static bool allowed_2_2(struct fw *fw, uint32_t dst,
			const struct icmp_what *what)
{
	return !is_limited(what) || rate_icmp(fw, dst);
}

static bool allowed_2_0(struct fw *fw, uint32_t dst,
			const struct icmp_what *what)
{
	return rate_icmp_2_0(fw, dst, what->type == ICMP_DEST_UNREACH);
}

static bool allowed_1_3(struct fw *fw, uint32_t dst,
			const struct icmp_what *what)
{
	(void)fw;
	(void)dst;
	(void)what;
	return true;
}

/* What the kernels did differently. */
static const struct icmp_era {
	/* Whether the rate of errors to @dst allows one more. */
	bool (*allowed)(struct fw *fw, uint32_t dst,
			const struct icmp_what *what);
	/* Bytes that are quoted of what follows the IP header; the old ones
	 * kept to RFC 792, 2.2 quotes as much as RFC 1812 allows. */
	uint32_t quoted;
} icmp_eras[ERA_COUNT] = {
	[ERA_2_2] = { allowed_2_2, QUOTE_MAX },
	[ERA_2_0] = { allowed_2_0, 8 },
	[ERA_1_3] = { allowed_1_3, 8 },
};

static const struct icmp_era *icmp_era(const struct fw *fw)
{
	return &icmp_eras[fw->st->g.era % ERA_COUNT];
}

/* How many bytes of @p an error quotes. */
static uint32_t quote_len(const struct fw *fw, const struct pkt *p)
{
	uint32_t most = (p->data[0] & 15) * 4U + icmp_era(fw)->quoted;

	if (most > QUOTE_MAX)
		most = QUOTE_MAX;
	return p->len < most ? p->len : most;
}

static uint16_t next_id(struct fw *fw)
{
	uint16_t *id =
		fw_edit(fw, &fw->st->host.ip_id, sizeof(fw->st->host.ip_id));

	return (*id)++;
}

/* The error's bytes at @b; returns how many. @src, @dst: the error's own. */
static uint32_t build(struct fw *fw, uint8_t *b, uint32_t src, uint32_t dst,
		      const struct pkt *p, const struct icmp_what *what)
{
	uint32_t quote = quote_len(fw, p);
	struct pkt ip = { .data = b };

	memset(b, 0, HEADERS);
	b[0] = 0x45;
	b[1] = (p->data[1] & TOS_MASK) | PREC_INTERNETCONTROL;
	put_be16(b + 2, (uint16_t)(HEADERS + quote));
	put_be16(b + 4, next_id(fw));
	b[8] = ICMP_TTL;
	b[9] = IPPROTO_ICMP;
	put_be32(b + 12, src);
	put_be32(b + 16, dst);
	pkt_ip_sum(&ip, 20);
	b[20] = what->type;
	b[21] = what->code;
	put_be32(b + 24, what->rest);
	memcpy(b + HEADERS, p->data, quote);
	if (what->type == ICMP_DEST_UNREACH && p->demasqueraded)
		masq_icmp_restore(fw, b + HEADERS, quote);
	put_be16(b + 22, cksum_fold(cksum_add(0, b + 20, 8 + quote)));
	return HEADERS + quote;
}

bool icmp_error(struct fw *fw, const struct pkt *p, const struct pkt_info *info,
		const struct icmp_what *what)
{
	uint8_t bytes[HEADERS + QUOTE_MAX];
	struct pkt error = { .data = bytes, .cap = sizeof(bytes) };
	struct route back;

	if (!may_tell(p, info))
		return false;
	back = route_out(fw, info->src);
	if (back.kind != ROUTE_OUT && back.kind != ROUTE_LOCAL)
		return false;
	if (back.kind != ROUTE_LOCAL &&
	    !icmp_era(fw)->allowed(fw, info->src, what))
		return false;
	error.to_host = true;
	error.len = build(fw, bytes, what->local ? info->dst : back.source,
			  info->src, p, what);
	if (!path_era(fw)->passes(fw, back.ifindex, &error))
		return false;
	report(fw, &(const struct fw_out){ .kind = FW_OUT_ICMP,
					   .ifindex = back.ifindex,
					   .pkt = &error,
					   .icmp_type = what->type,
					   .icmp_code = what->code,
					   .icmp_dst = info->src });
	return true;
}
