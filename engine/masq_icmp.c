/* Masquerading of ICMP: identifiers take the place of ports. */
#include "engine/masq_icmp.h"

#include <netinet/in.h>

#include "core/bytes.h"
#include "core/cksum.h"
#include "engine/masq.h"
#include "engine/masq_era.h"
#include "engine/pkt.h"
#include "engine/state.h"

enum {
	ECHO_REPLY = 0,
	DEST_UNREACH = 3,
	SOURCE_QUENCH = 4,
	ECHO = 8,
	TIME_EXCEEDED = 11,
	TIMESTAMP = 13,
	TIMESTAMP_REPLY,
	INFO,
	INFO_REPLY,
	ADDRESS,
	ADDRESS_REPLY,
	NO_REQUEST = 255,
	HEADER = 8, /* type, code, checksum; identifier or MTU */
	LEVEL_ERR = 3,
};

/* The packet that an error quotes, as far as it is there. */
struct quote {
	uint8_t *ip, *t; /* its IP header and what follows it */
	uint32_t src, dst;
	uint8_t proto;
	uint8_t ihl;
};

static bool is_request(uint8_t type)
{
	return type == ECHO || type == TIMESTAMP || type == INFO ||
	       type == ADDRESS;
}

/* The request that a reply answers; NO_REQUEST: it is no reply. */
static uint8_t request_of(uint8_t reply)
{
	switch (reply) {
	case ECHO_REPLY:
		return ECHO;
	case TIMESTAMP_REPLY:
		return TIMESTAMP;
	case INFO_REPLY:
		return INFO;
	case ADDRESS_REPLY:
		return ADDRESS;
	default:
		return NO_REQUEST;
	}
}

bool masq_icmp_is_error(uint8_t type)
{
	return type == DEST_UNREACH || type == SOURCE_QUENCH ||
	       type == TIME_EXCEEDED;
}

/* What stands for the outside port: code and type of the request, or the other
 * way round. */
static uint16_t request_key(const struct fw *fw, uint8_t code, uint8_t type)
{
	if (masq_era(fw)->type_first)
		return (uint16_t)(type << 8 | code);
	return (uint16_t)(code << 8 | type);
}

static void sum_anew(struct pkt *p, const struct pkt_info *info)
{
	uint8_t *icmp = p->data + info->ihl;

	put_be16(icmp + 2, 0);
	put_be16(icmp + 2,
		 cksum_fold(cksum_add(0, icmp, info->tot_len - info->ihl)));
	pkt_ip_sum(p, info->ihl);
}

/* Both checksums follow; the old ones are not looked at. */
static void set_src(struct pkt *p, struct pkt_info *info, uint32_t src)
{
	put_be32(p->data + 12, src);
	info->src = src;
	sum_anew(p, info);
}

static void set_dst(struct pkt *p, struct pkt_info *info, uint32_t dst)
{
	put_be32(p->data + 16, dst);
	info->dst = dst;
	sum_anew(p, info);
}

static enum masq_result request_out(struct fw *fw, uint32_t maddr,
				    struct pkt *p, struct pkt_info *info)
{
	uint8_t *icmp = p->data + info->ihl;
	struct masq_want want = {
		.proto = IPPROTO_ICMP,
		.maddr = maddr,
		.saddr = info->src,
		.sport = get_be16(icmp + 4),
		.daddr = info->dst,
		.dport = request_key(fw, icmp[1], icmp[0]),
	};
	uint32_t entry = masq_out_get(fw, IPPROTO_ICMP, want.saddr, want.sport,
				      want.daddr, want.dport);

	if (entry != FW_NIL)
		masq_follow_address(fw, entry, maddr, MASQ_USER_ICMP);
	else
		entry = masq_new(fw, &want);
	if (entry == FW_NIL)
		return MASQ_DROP;
	put_be16(icmp + 4, masq_at(fw, entry)->mport);
	set_src(p, info, masq_at(fw, entry)->maddr);
	masq_set_state(fw, entry, MASQ_ICMP);
	masq_count(fw, entry, info->tot_len);
	masq_put(fw, entry);
	return MASQ_DONE;
}

/* The quoted packet; false: it is cut too short. */
static bool look_at_quote(const struct pkt *p, const struct pkt_info *info,
			  struct quote *q)
{
	uint32_t at = info->ihl + HEADER;

	q->ip = pkt_at(p, at, 20);
	if (!q->ip)
		return false;
	q->ihl = (uint8_t)((q->ip[0] & 15) * 4);
	if (!pkt_at(p, at, q->ihl))
		return false;
	q->proto = q->ip[9];
	q->src = get_be32(q->ip + 12);
	q->dst = get_be32(q->ip + 16);
	q->t = pkt_at(p, at + q->ihl, 8);
	return q->t || (q->proto != IPPROTO_TCP && q->proto != IPPROTO_UDP &&
			q->proto != IPPROTO_ICMP);
}

/* What becomes of an error whose quoted packet is. 2.0 read on behind it, and
 * found nothing there that it knew. */
static enum masq_result cut_short(const struct fw *fw)
{
	return masq_era(fw)->checks_shape ? MASQ_DROP : MASQ_PASS;
}

static bool has_ports(const struct quote *q)
{
	return q->proto == IPPROTO_TCP || q->proto == IPPROTO_UDP;
}

static bool sum_ok(const struct pkt *p, const struct pkt_info *info)
{
	return !cksum_fold(
		cksum_add(0, p->data + info->ihl, info->tot_len - info->ihl));
}

static void quote_sum(struct quote *q)
{
	put_be16(q->ip + 10, 0);
	put_be16(q->ip + 10, cksum_fold(cksum_add(0, q->ip, q->ihl)));
}

/* The entry of the packet from outside that an inside host complains about. */
static uint32_t find_out(const struct fw *fw, const struct quote *q)
{
	if (q->proto == IPPROTO_ICMP)
		return masq_out_find(
			fw, q->proto, q->dst, get_be16(q->t + 4), q->src,
			request_key(fw, q->t[1], request_of(q->t[0])));
	return masq_out_find(fw, q->proto, q->dst, get_be16(q->t + 2), q->src,
			     get_be16(q->t));
}

enum masq_result masq_icmp_out_error(struct fw *fw, struct pkt *p,
				     struct pkt_info *info)
{
	const struct masq_entry *e;
	struct quote q;
	uint32_t entry;

	if (!look_at_quote(p, info, &q))
		return cut_short(fw);
	if (!has_ports(&q) && q.proto != IPPROTO_ICMP)
		return MASQ_PASS;
	if (has_ports(&q) && masq_era(fw)->checks_out && !sum_ok(p, info))
		return MASQ_DROP;
	entry = find_out(fw, &q);
	if (entry == FW_NIL)
		return MASQ_PASS;
	e = masq_at(fw, entry);
	put_be32(q.ip + 16, e->maddr);
	put_be16(q.t + (has_ports(&q) ? 2 : 4), e->mport);
	quote_sum(&q);
	set_src(p, info, e->maddr);
	return MASQ_DONE;
}

enum masq_result masq_icmp_out(struct fw *fw, uint32_t maddr, struct pkt *p,
			       struct pkt_info *info)
{
	uint8_t type = p->data[info->ihl];

	if (is_request(type))
		return request_out(fw, maddr, p, info);
	if (masq_icmp_is_error(type))
		return masq_icmp_out_error(fw, p, info);
	return MASQ_PASS;
}

static enum masq_result reply_in(struct fw *fw, struct pkt *p,
				 struct pkt_info *info)
{
	uint8_t *icmp = p->data + info->ihl;
	uint32_t entry =
		masq_in_get(fw, IPPROTO_ICMP, info->src,
			    request_key(fw, icmp[1], request_of(icmp[0])),
			    info->dst, get_be16(icmp + 4));

	if (entry == FW_NIL)
		return MASQ_PASS;
	masq_edit_hot(fw, entry)->flags &= (uint16_t)~MASQ_NO_REPLY;
	put_be16(icmp + 4, masq_at(fw, entry)->sport);
	set_dst(p, info, masq_at(fw, entry)->saddr);
	masq_set_state(fw, entry, MASQ_ICMP);
	masq_count(fw, entry, info->tot_len);
	masq_put(fw, entry);
	return MASQ_DONE;
}

/* The entry of our packet that somebody outside complains about. */
static uint32_t find_in(const struct fw *fw, const struct quote *q)
{
	if (q->proto == IPPROTO_ICMP)
		return masq_in_find(fw, q->proto, q->dst,
				    request_key(fw, q->t[1], q->t[0]), q->src,
				    get_be16(q->t + 4));
	return masq_in_find(fw, q->proto, q->dst, get_be16(q->t + 2), q->src,
			    get_be16(q->t));
}

/* Whether a quoted TCP or UDP packet may be ours, and the error is sound. */
static enum masq_result check_error_in(struct fw *fw, const struct pkt *p,
				       const struct pkt_info *info,
				       const struct quote *q)
{
	uint32_t s = info->src;

	if (q->proto == IPPROTO_ICMP)
		return MASQ_DONE;
	if (!has_ports(q) || !masq_port_in_range(fw, get_be16(q->t)))
		return MASQ_PASS;
	if (sum_ok(p, info))
		return MASQ_DONE;
	fw_log(fw, LEVEL_ERR,
	       "%sreverse ICMP: failed checksum from %u.%u.%u.%u!",
	       masq_era(fw)->tells_wrong ? "MASQ: " : "IP_MASQ:", s >> 24,
	       s >> 16 & 255, s >> 8 & 255, s & 255);
	return MASQ_DROP;
}

static enum masq_result error_in(struct fw *fw, struct pkt *p,
				 struct pkt_info *info)
{
	const struct masq_entry *e;
	enum masq_result check;
	struct quote q;
	uint32_t entry;

	if (!look_at_quote(p, info, &q))
		return cut_short(fw);
	check = check_error_in(fw, p, info, &q);
	if (check != MASQ_DONE)
		return check;
	entry = find_in(fw, &q);
	if (entry == FW_NIL)
		return MASQ_PASS;
	e = masq_at(fw, entry);
	put_be32(q.ip + 12, e->saddr);
	put_be16(q.t + (has_ports(&q) ? 0 : 4), e->sport);
	quote_sum(&q);
	set_dst(p, info, e->saddr);
	return MASQ_DONE;
}

enum masq_result masq_icmp_in(struct fw *fw, struct pkt *p,
			      struct pkt_info *info)
{
	uint8_t type = p->data[info->ihl];

	if (request_of(type) != NO_REQUEST)
		return reply_in(fw, p, info);
	if (masq_icmp_is_error(type))
		return error_in(fw, p, info);
	return MASQ_PASS;
}

void masq_icmp_restore(const struct fw *fw, uint8_t *quote, uint32_t len)
{
	struct pkt p = { .data = quote, .len = len, .cap = len };
	struct pkt_info info;
	uint32_t entry;
	uint8_t *t;

	pkt_look(&p, &info);
	t = pkt_at(&p, info.ihl, 4);
	if (!t || (info.proto != IPPROTO_TCP && info.proto != IPPROTO_UDP))
		return;
	entry = masq_out_find(fw, info.proto, info.dst, get_be16(t + 2),
			      info.src, get_be16(t));
	if (entry != FW_NIL) {
		put_be32(quote + 16, masq_at(fw, entry)->maddr);
		put_be16(t + 2, masq_at(fw, entry)->mport);
	} else {
		entry = masq_in_find(fw, info.proto, info.dst, get_be16(t + 2),
				     info.src, get_be16(t));
		if (entry == FW_NIL)
			return;
		put_be32(quote + 12, masq_at(fw, entry)->saddr);
		put_be16(t, masq_at(fw, entry)->sport);
	}
	pkt_ip_sum(&p, info.ihl);
}
