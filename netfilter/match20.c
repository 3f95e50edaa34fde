/*
 * What a rule of the fixed lists asks of a packet. Source of what it means:
 * Linux 2.0 and 1.3.56, net/ipv4/ip_fw.c, ip_fw_chk().
 */
#include "netfilter/match20.h"

#include <netinet/in.h>
#include <string.h>

enum {
	TCP_SYN = 0x02,
	TCP_RST = 0x04,
	TCP_ACK = 0x10,
	ICMP_ANY = 255, /* as xtables means it */
};

/* Matches that are being made of a rule. */
struct making {
	const struct fw20_rule *r;
	enum fw_era era;
	const struct nf_sight *sight;
	bool out;
	struct nf_alts *a;
	bool reverse; /* source and destination have changed places */
	int why;      /* enum nf_why + 1 */
};

/* A rule's list of ports: the first two may be a range. */
struct list {
	const uint16_t *port;
	unsigned n;
	bool range;
};

static unsigned list_len(const struct list *l)
{
	if (l->n == 0)
		return 1; /* all ports */
	return l->range && l->n >= 2 ? l->n - 1 : l->n;
}

static struct nf_ports list_at(const struct list *l, unsigned i)
{
	if (l->n == 0)
		return (struct nf_ports){ 0, FW_PORT_MAX, false };
	if (l->range && l->n >= 2) {
		if (i == 0)
			return (struct nf_ports){ l->port[0], l->port[1],
						  false };
		i++;
	}
	return (struct nf_ports){ l->port[i], l->port[i], false };
}

static struct list sources(const struct fw20_rule *r)
{
	return (struct list){ r->port, r->n_src, r->flags & FW20_SRANGE };
}

static struct list destinations(const struct fw20_rule *r)
{
	return (struct list){ r->port + r->n_src, r->n_dst,
			      r->flags & FW20_DRANGE };
}

static struct nf_addr rule_src(const struct fw20_rule *r)
{
	return (struct nf_addr){ r->src, r->smask, false };
}

static struct nf_addr rule_dst(const struct fw20_rule *r)
{
	return (struct nf_addr){ r->dst, r->dmask, false };
}

/* The rest of a match but its addresses is known. */
static void add(struct making *k, struct nf_match m)
{
	struct nf_addr src = rule_src(k->r), dst = rule_dst(k->r);

	if (nf_ask_dst(&m, k->reverse ? &src : &dst))
		nf_alts_add(k->a, k->sight, &m, k->reverse ? &dst : &src);
}

static void add_ports(struct making *k, struct nf_match m)
{
	struct list s = k->reverse ? destinations(k->r) : sources(k->r);
	struct list d = k->reverse ? sources(k->r) : destinations(k->r);

	for (unsigned i = 0; i < list_len(&s); i++)
		for (unsigned j = 0; j < list_len(&d); j++) {
			struct nf_ports sport = list_at(&s, i);
			struct nf_ports dport = list_at(&d, j);
			struct nf_match one = m;

			if (nf_ask_sport(&one, k->sight, k->a, &sport) &&
			    nf_ask_dport(&one, &dport))
				add(k, one);
		}
	if (k->a->ports_cut)
		k->why = NF_WHY_SPORT_CUT + 1;
}

/* The types are where source ports are; codes are not looked at. */
static void add_types(struct making *k, struct nf_match m,
		      const struct nf_ports *types)
{
	if (types->low == 0 && types->high >= ICMP_ANY) {
		add(k, m);
		return;
	}
	if (types->high >= ICMP_ANY && types->low <= ICMP_ANY) {
		k->why = NF_WHY_ICMP_TYPES + 1;
		return;
	}
	m.ask |= NF_ASK_ICMP;
	m.icmp_code[1] = UINT8_MAX;
	for (unsigned t = types->low; t <= types->high && t < ICMP_ANY; t++) {
		m.icmp_type = (uint8_t)t;
		add(k, m);
	}
}

static void add_icmp(struct making *k, struct nf_match m)
{
	struct list s = sources(k->r);

	for (unsigned i = 0; i < list_len(&s); i++) {
		struct nf_ports types = list_at(&s, i);

		add_types(k, m, &types);
	}
}

/* Quirk: a RST counts as an ACK. False: no packet is both. */
static bool ask_flags(const struct making *k, struct nf_match *m, bool syn,
		      bool ack)
{
	uint8_t ack_bits = k->era == ERA_1_3 ? TCP_ACK : TCP_ACK | TCP_RST;

	if (syn && ack)
		return false;
	if (!syn && !ack)
		return true;
	m->ask |= NF_ASK_TCP_FLAGS;
	m->tcp_mask = (uint8_t)(syn ? TCP_SYN | ack_bits : ack_bits);
	m->tcp_value = syn ? TCP_SYN : 0;
	if (ack)
		m->not |= NF_NOT_TCP_FLAGS;
	return true;
}

/* 2.0. Quirk: what is not TCP passes the tests of TCP flags. */
static void add_kind_2_0(struct making *k, struct nf_match m)
{
	bool syn = k->r->flags & FW20_TCPSYN, ack = k->r->flags & FW20_TCPACK;
	struct nf_match tcp = m;

	switch (k->r->flags & FW20_KIND) {
	case FW20_TCP:
		m.proto = IPPROTO_TCP;
		if (ask_flags(k, &m, syn, ack))
			add_ports(k, m);
		return;
	case FW20_UDP:
		m.proto = IPPROTO_UDP;
		add_ports(k, m);
		return;
	case FW20_ICMP:
		m.proto = IPPROTO_ICMP;
		add_icmp(k, m);
		return;
	default:
		break;
	}
	if (syn || ack) {
		m.proto = tcp.proto = IPPROTO_TCP;
		m.not |= NF_NOT_PROTO;
		if (ask_flags(k, &tcp, syn, ack))
			add(k, tcp);
	}
	add(k, m);
}

static bool may_be_both_ways(const struct fw20_rule *r)
{
	uint32_t both = r->smask & r->dmask;

	return ((r->src ^ r->dst) & both) == 0;
}

/*
 * 1.3. Quirks: a rule of no kind looks at no flags; one of any other is passed
 * by nothing but TCP if it asks for SYN; ACK is asked for against its
 * direction only.
 */
static void add_kind_1_3(struct making *k, struct nf_match m)
{
	bool syn = k->r->flags & FW20_TCPSYN;
	bool ack = k->r->flags & FW20_TCPACK && k->reverse;
	uint16_t kind = k->r->flags & FW20_KIND;

	if (kind == FW20_ALL) {
		add(k, m);
		return;
	}
	if (ack && may_be_both_ways(k->r)) {
		k->why = NF_WHY_NOT_SYN + 1;
		return;
	}
	m.proto = kind == FW20_TCP   ? IPPROTO_TCP
		  : kind == FW20_UDP ? IPPROTO_UDP
				     : IPPROTO_ICMP;
	if (kind != FW20_TCP && (syn || ack))
		return;
	if (!ask_flags(k, &m, syn, ack))
		return;
	if (kind == FW20_ICMP)
		add_icmp(k, m);
	else
		add_ports(k, m);
}

static void add_kind(struct making *k, const struct nf_match *m)
{
	k->reverse = false;
	for (;;) {
		if (k->era == ERA_1_3)
			add_kind_1_3(k, *m);
		else
			add_kind_2_0(k, *m);
		if (k->reverse || !(k->r->flags & FW20_BIDIR))
			return;
		k->reverse = true;
	}
}

/* The interfaces that have the rule's interface address. */
static void add_by_address(struct making *k, const struct nf_match *m)
{
	static const struct fw_ifname any;

	for (uint32_t i = 0; i < k->sight->ifaces; i++) {
		const struct nf_iface *iface = &k->sight->iface[i];
		struct nf_match one = *m;

		if (iface->addr != k->r->via_addr ||
		    (memcmp(&k->r->via, &any, sizeof(any)) &&
		     memcmp(&k->r->via, &iface->name, sizeof(any))))
			continue;
		if (nf_ask_via(&one, k->out, &iface->name, false, false))
			add_kind(k, &one);
	}
}

int nf_match20(const struct fw20_rule *rule, enum fw_era era,
	       const struct nf_sight *sight, bool out, struct nf_alts *a)
{
	struct making k = {
		.r = rule, .era = era, .sight = sight, .out = out, .a = a
	};
	struct nf_match m = { 0 };

	nf_alts_init(a);
	if (rule->n_src + rule->n_dst > FW20_PORTS)
		return 0;
	if (rule->via_addr)
		add_by_address(&k, &m);
	else if (nf_ask_via(&m, out, &rule->via, !rule->via.s[0], false))
		add_kind(&k, &m);
	if (a->too_many)
		k.why = NF_WHY_TOO_MANY + 1;
	return k.why;
}
