/*
 * What a rule of 2.2's chains asks of a packet. Source of what it means: Linux
 * 2.2, net/ipv4/ip_fw.c, ip_rule_match(); of what netfilter can ask: Linux 6,
 * net/ipv4/netfilter/ip_tables.c, net/netfilter/xt_tcpudp.c.
 */
#include "netfilter/match22.h"

#include <netinet/in.h>

enum {
	TCP_SYN = 0x02,
	TCP_RST = 0x04,
	TCP_ACK = 0x10,
	PROTO_END = 256,
	ICMP_NUMBERS = 256, /* types, or codes */
	ICMP_ANY = 255,     /* as xtables means it */
};

/* A match that is being made of a rule. */
struct making {
	const struct fw_rule *r;
	const struct nf_sight *sight;
	struct nf_alts *a;
	struct nf_match m;
	int why; /* enum nf_why + 1 */
};

static bool is_inverted(const struct making *k, enum fw_rule_inv bit)
{
	return k->r->inv & bit;
}

static void add(struct making *k)
{
	nf_alts_add(k->a, k->sight, &k->m,
		    &(const struct nf_addr){ k->r->src, k->r->smask,
					     is_inverted(k, FW_INV_SRC) });
}

static struct nf_ports sports(const struct making *k)
{
	return (struct nf_ports){ k->r->sport[0], k->r->sport[1],
				  is_inverted(k, FW_INV_SPORT) };
}

static struct nf_ports dports(const struct making *k)
{
	return (struct nf_ports){ k->r->dport[0], k->r->dport[1],
				  is_inverted(k, FW_INV_DPORT) };
}

static bool is_whole(const struct nf_ports *p)
{
	return p->low == 0 && p->high == FW_PORT_MAX;
}

static bool holds(const struct nf_ports *p, unsigned value)
{
	return (value >= p->low && value <= p->high) != p->inverted;
}

/* How many of the numbers of an ICMP header pass, up to @end. */
static unsigned how_many(const struct nf_ports *p, unsigned end)
{
	unsigned n = 0;

	for (unsigned i = 0; i < end; i++)
		n += holds(p, i);
	return n;
}

/* Adds an ICMP type with all codes, or once for each code that passes. */
static void add_type(struct making *k, unsigned type,
		     const struct nf_ports *codes)
{
	bool all = how_many(codes, ICMP_NUMBERS) == ICMP_NUMBERS;

	k->m.ask |= NF_ASK_ICMP;
	k->m.icmp_type = (uint8_t)type;
	for (unsigned i = 0; i < (all ? 1 : ICMP_NUMBERS); i++) {
		if (!holds(codes, i))
			continue;
		k->m.icmp_code[0] = (uint8_t)i;
		k->m.icmp_code[1] = (uint8_t)(all ? UINT8_MAX : i);
		add(k);
	}
}

/* All types but one, of whatever code. */
static bool add_all_but(struct making *k, const struct nf_ports *types)
{
	unsigned type = 0;

	if (how_many(types, ICMP_NUMBERS) != ICMP_NUMBERS - 1)
		return false;
	while (holds(types, type))
		type++;
	if (type == ICMP_ANY)
		return false;
	k->m.ask |= NF_ASK_ICMP;
	k->m.not |= NF_NOT_ICMP;
	k->m.icmp_type = (uint8_t)type;
	k->m.icmp_code[1] = UINT8_MAX;
	add(k);
	return true;
}

/* ICMP: the type is where the source port is, the code where the other is. */
static void add_icmp(struct making *k)
{
	struct nf_ports types = sports(k), codes = dports(k);
	bool all_codes = how_many(&codes, ICMP_NUMBERS) == ICMP_NUMBERS;

	/* Quirk: what names all numbers is passed by later fragments, inverted
	 * or not. */
	if (is_whole(&types) && is_whole(&codes)) {
		if (!all_codes || types.inverted) {
			if (nf_ask_frag(&k->m, true))
				add(k);
			return;
		}
	} else if (k->m.frag && !(k->m.not &NF_NOT_FRAG)) {
		return;
	}
	if (all_codes && how_many(&types, ICMP_NUMBERS) == ICMP_NUMBERS) {
		if (is_whole(&types) || nf_ask_frag(&k->m, false))
			add(k);
		return;
	}
	if (all_codes && add_all_but(k, &types))
		return;
	if (how_many(&types, ICMP_NUMBERS) > NF_ALTS / 8 ||
	    holds(&types, ICMP_ANY)) {
		k->why = NF_WHY_ICMP_TYPES + 1;
		return;
	}
	for (unsigned i = 0; i < ICMP_ANY; i++)
		if (holds(&types, i))
			add_type(k, i, &codes);
}

static void add_ports(struct making *k)
{
	struct nf_ports s = sports(k), d = dports(k);

	if (nf_ask_dport(&k->m, &d) && nf_ask_sport(&k->m, k->sight, k->a, &s))
		add(k);
	if (k->a->ports_cut)
		k->why = NF_WHY_SPORT_CUT + 1;
}

static void add_protocol(struct making *k, uint16_t proto, bool inverted)
{
	k->m.proto = proto;
	if (inverted)
		k->m.not |= NF_NOT_PROTO;
	if (!inverted && proto == IPPROTO_ICMP)
		add_icmp(k);
	else if (!inverted && (proto == IPPROTO_TCP || proto == IPPROTO_UDP))
		add_ports(k);
	else
		add(k);
}

static void ask_syn(struct making *k, bool inverted)
{
	k->m.ask |= NF_ASK_TCP_FLAGS;
	k->m.tcp_mask = TCP_SYN | TCP_RST | TCP_ACK;
	k->m.tcp_value = TCP_SYN;
	if (inverted)
		k->m.not |= NF_NOT_TCP_FLAGS;
}

/* What is no TCP, and no later fragment, passes an inverted test of SYN. */
static void add_not_syn(struct making *k, uint16_t proto, bool inverted)
{
	struct nf_match before = k->m;

	if (proto == 0) {
		ask_syn(k, true);
		add_protocol(k, IPPROTO_TCP, false);
		k->m = before;
		if (nf_ask_frag(&k->m, false))
			add_protocol(k, IPPROTO_TCP, true);
	} else if (inverted && proto != IPPROTO_TCP) {
		k->why = NF_WHY_NOT_SYN + 1;
	} else if (proto == IPPROTO_TCP && !inverted) {
		ask_syn(k, true);
		add_protocol(k, proto, inverted);
	} else if (nf_ask_frag(&k->m, false)) {
		add_protocol(k, proto, inverted);
	}
}

/* Only TCP has it. */
static void add_syn(struct making *k, uint16_t proto, bool inverted)
{
	if (proto && (proto == IPPROTO_TCP) == inverted)
		return;
	ask_syn(k, false);
	add_protocol(k, IPPROTO_TCP, false);
}

int nf_match22(const struct fw_rule *rule, const struct nf_sight *sight,
	       bool out, struct nf_alts *a)
{
	struct making k = { .r = rule, .sight = sight, .a = a };
	bool inverted = rule->proto && is_inverted(&k, FW_INV_PROTO);
	uint16_t proto = rule->proto;
	struct nf_addr dst = { rule->dst, rule->dmask,
			       is_inverted(&k, FW_INV_DST) };

	nf_alts_init(a);
	if (proto >= PROTO_END) {
		if (!inverted)
			return 0;
		proto = 0;
		inverted = false;
	}
	if (!nf_ask_dst(&k.m, &dst) ||
	    !nf_ask_via(&k.m, out, &rule->via, rule->flags & FW_F_WILDIF,
			is_inverted(&k, FW_INV_VIA)) ||
	    (rule->flags & FW_F_FRAG &&
	     !nf_ask_frag(&k.m, !is_inverted(&k, FW_INV_FRAG))))
		return 0;
	if (!(rule->flags & FW_F_SYN))
		add_protocol(&k, proto, inverted);
	else if (k.m.frag && !(k.m.not &NF_NOT_FRAG))
		return 0; /* no fragment passes, even of an inverted test */
	else if (is_inverted(&k, FW_INV_SYN))
		add_not_syn(&k, proto, inverted);
	else
		add_syn(&k, proto, inverted);
	if (a->too_many)
		k.why = NF_WHY_TOO_MANY + 1;
	return k.why;
}
