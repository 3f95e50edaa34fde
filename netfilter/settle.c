/* What becomes of connections when rules change. */
#include "netfilter/settle.h"

#include <errno.h>
#include <ifaddrs.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "engine/chains.h"
#include "engine/lists.h"
#include "engine/masq_fwd.h"
#include "engine/pkt.h"
#include "engine/state.h"
#include "netfilter/ct.h"
#include "netfilter/masq.h"
#include "netfilter/route.h"

enum { TCP_SYN = 0x02, TCP_ACK = 0x10, HEADER_WORDS = 5, LENGTH = 60 };

struct settle {
	struct fw *fw;
	struct ifaddrs *all;
	struct nf_route *route; /* NULL: not needed yet */
};

static uint32_t addr_of(const struct ifaddrs *a)
{
	struct sockaddr_in in;

	if (!a->ifa_addr || a->ifa_addr->sa_family != AF_INET)
		return 0;
	memcpy(&in, a->ifa_addr, sizeof(in));
	return ntohl(in.sin_addr.s_addr);
}

/* The interface that has the address, or NULL. */
static const struct ifaddrs *find_address(const struct settle *s, uint32_t addr)
{
	for (const struct ifaddrs *a = s->all; a; a = a->ifa_next)
		if (addr && addr_of(a) == addr)
			return a;
	return NULL;
}

/* The first address of an interface, for 2.0's rules that name one. */
static uint32_t first_address(const struct settle *s, const char *name)
{
	for (const struct ifaddrs *a = s->all; a; a = a->ifa_next)
		if (addr_of(a) && !strcmp(a->ifa_name, name))
			return addr_of(a);
	return 0;
}

static struct fw_probe probe_of(const struct nf_ct_tuple *t, const char *via,
				uint8_t tcp_flags)
{
	struct fw_probe p = {
		.src = t->src,
		.dst = t->dst,
		.sport = t->sport,
		.dport = t->dport,
		.tot_len = LENGTH,
		.proto = t->proto,
		.ihl = HEADER_WORDS,
		.tcp_flags = tcp_flags,
	};

	if (t->proto == IPPROTO_ICMP) {
		p.sport = t->icmp_type;
		p.dport = t->icmp_code;
	}
	memcpy(p.via.s, via, strnlen(via, sizeof(p.via.s)));
	return p;
}

static bool probe_masquerades(const struct settle *s, const char *via,
			      const struct fw_probe *p)
{
	int r;

	if (s->fw->st->g.era == ERA_2_2)
		r = chain_check(s->fw, "forward", p);
	else
		r = list_check(s->fw, FW20_FORWARD, p, first_address(s, via));
	return r == -ECONNRESET;
}

/* Whether the rules would masquerade any packet of a connection that leaves by
 * @via: its first, or one of the others. */
static bool masquerades(const struct settle *s, const struct nf_ct_tuple *t,
			const char *via)
{
	struct fw_probe first = probe_of(t, via, TCP_SYN);
	struct fw_probe other = probe_of(t, via, TCP_ACK);

	return probe_masquerades(s, via, &first) ||
	       (t->proto == IPPROTO_TCP && probe_masquerades(s, via, &other));
}

/* Masqueraded by an address that is there no more: MASQUERADE sees to it. */
static bool is_masqueraded_in_vain(const struct settle *s,
				   const struct nf_ct_entry *e)
{
	const struct ifaddrs *via = find_address(s, e->dir[NF_CT_REPLY].dst);

	return via && !masquerades(s, &e->dir[NF_CT_ORIG], via->ifa_name);
}

/* Whether the rules masquerade at all by some interface; to ask for the route
 * of each connection takes longer. */
static bool may_masquerade(const struct settle *s, const struct nf_ct_tuple *t)
{
	for (const struct ifaddrs *a = s->all; a; a = a->ifa_next)
		if (addr_of(a) && masquerades(s, t, a->ifa_name))
			return true;
	return false;
}

static bool is_passed_unmasqueraded(struct settle *s,
				    const struct nf_ct_tuple *t)
{
	char via[IF_NAMESIZE];

	if (find_address(s, t->src) || !may_masquerade(s, t))
		return false;
	if (!s->route && nf_route_open(&s->route))
		return false;
	return nf_route_by(s->route, t->dst, via) == 0 &&
	       masquerades(s, t, via);
}

static bool is_forwarded_port(const struct settle *s,
			      const struct nf_ct_tuple *t)
{
	const struct pkt p = { .to_host = true };
	const struct pkt_info info = {
		.src = t->src,
		.dst = t->dst,
		.sport = t->sport,
		.dport = t->dport,
		.proto = t->proto,
		.tot_len = LENGTH,
		.ihl = HEADER_WORDS * 4,
		.syn = t->proto == IPPROTO_TCP,
	};

	return s->fw->st->fwd.active && fwd_in_rule(s->fw, &p, &info);
}

static bool is_stale(void *ctx, const struct nf_ct_entry *e, bool ours)
{
	const struct nf_ct_tuple *orig = &e->dir[NF_CT_ORIG];
	uint32_t nat = e->status & (IPS_SRC_NAT | IPS_DST_NAT);
	struct settle *s = ctx;

	if (ours)
		return nat == IPS_SRC_NAT && is_masqueraded_in_vain(s, e);
	if (nat || orig->src >> 24 == IN_LOOPBACKNET)
		return false;
	return find_address(s, orig->dst) ? is_forwarded_port(s, orig)
					  : is_passed_unmasqueraded(s, orig);
}

int nf_settle(struct nf_masq *masq, struct fw *fw)
{
	struct settle s = { .fw = fw };
	int r;

	if (fw->st->g.era == ERA_1_3)
		return 0;
	if (getifaddrs(&s.all))
		return -errno;
	r = nf_masq_drop(masq, is_stale, &s);
	freeifaddrs(s.all);
	nf_route_close(s.route);
	return r;
}
