/* Netfilter rules as the bytes of the kernel's legacy tables. */
#include "netfilter/encode.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/xt_CT.h>
#include <linux/netfilter/xt_DSCP.h>
#include <linux/netfilter/xt_NFLOG.h>
#include <linux/netfilter/xt_addrtype.h>
#include <linux/netfilter/xt_connmark.h>
#include <linux/netfilter/xt_conntrack.h>
#include <linux/netfilter/xt_mark.h>
#include <linux/netfilter/xt_tcpudp.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv4/ipt_REJECT.h>
#include <stdlib.h>
#include <string.h>

/* The kernel's numbers of verdicts, which the names of ours hide. */
#undef NF_ACCEPT
#undef NF_DROP

enum { USUAL = 208 }; /* bytes that one of many rules takes, or less */

/* Bits of the kernel's words by those of ours. */
struct bit_row {
	uint32_t ours, kernels;
};

static uint32_t translate(const struct bit_row *rows, size_t n, uint32_t bits)
{
	uint32_t all = 0;

	for (size_t i = 0; bits && i < n; i++)
		if (bits & rows[i].ours)
			all |= rows[i].kernels;
	return all;
}

#define TRANSLATE(rows, bits)                                                  \
	translate(rows, sizeof(rows) / sizeof((rows)[0]), bits)

static void copy_ports(uint16_t to[2], const uint16_t from[2], bool asked)
{
	to[0] = asked ? from[0] : 0;
	to[1] = asked ? from[1] : UINT16_MAX;
}

static void fill_tcp(void *data, const struct nf_match *m)
{
	static const struct bit_row inverse[] = {
		{ NF_NOT_SPORT, XT_TCP_INV_SRCPT },
		{ NF_NOT_DPORT, XT_TCP_INV_DSTPT },
		{ NF_NOT_TCP_FLAGS, XT_TCP_INV_FLAGS },
	};
	struct xt_tcp *tcp = data;

	copy_ports(tcp->spts, m->sport, m->ask & NF_ASK_SPORT);
	copy_ports(tcp->dpts, m->dport, m->ask & NF_ASK_DPORT);
	if (m->ask & NF_ASK_TCP_FLAGS) {
		tcp->flg_mask = m->tcp_mask;
		tcp->flg_cmp = m->tcp_value;
	}
	tcp->invflags = (uint8_t)TRANSLATE(inverse, m->not );
}

static void fill_udp(void *data, const struct nf_match *m)
{
	static const struct bit_row inverse[] = {
		{ NF_NOT_SPORT, XT_UDP_INV_SRCPT },
		{ NF_NOT_DPORT, XT_UDP_INV_DSTPT },
	};
	struct xt_udp *udp = data;

	copy_ports(udp->spts, m->sport, m->ask & NF_ASK_SPORT);
	copy_ports(udp->dpts, m->dport, m->ask & NF_ASK_DPORT);
	udp->invflags = (uint8_t)TRANSLATE(inverse, m->not );
}

static void fill_icmp(void *data, const struct nf_match *m)
{
	struct ipt_icmp *icmp = data;

	icmp->type = m->icmp_type;
	memcpy(icmp->code, m->icmp_code, sizeof(icmp->code));
	icmp->invflags = m->not &NF_NOT_ICMP ? IPT_ICMP_INV : 0;
}

static void fill_mark(void *data, const struct nf_match *m)
{
	struct xt_mark_mtinfo1 *mark = data;

	mark->mark = m->mark.value;
	mark->mask = m->mark.mask;
	mark->invert = m->not &NF_NOT_MARK ? 1 : 0;
}

static void fill_connmark(void *data, const struct nf_match *m)
{
	struct xt_connmark_mtinfo1 *mark = data;

	mark->mark = m->ct_mark.value;
	mark->mask = m->ct_mark.mask;
	mark->invert = m->not &NF_NOT_CT_MARK ? 1 : 0;
}

static const struct bit_row ct_states[] = {
	{ NF_CT_INVALID, XT_CONNTRACK_STATE_INVALID },
	{ NF_CT_NEW, XT_CONNTRACK_STATE_BIT(IP_CT_NEW) },
	{ NF_CT_ESTABLISHED, XT_CONNTRACK_STATE_BIT(IP_CT_ESTABLISHED) },
	{ NF_CT_RELATED, XT_CONNTRACK_STATE_BIT(IP_CT_RELATED) },
	{ NF_CT_UNTRACKED, XT_CONNTRACK_STATE_UNTRACKED },
	{ NF_CT_SNAT, XT_CONNTRACK_STATE_SNAT },
	{ NF_CT_DNAT, XT_CONNTRACK_STATE_DNAT },
};

/* Status bits are those of Linux, nf_conntrack_common.h, enum ip_conntrack_
 * status. */
static const struct bit_row ct_asks[] = {
	{ NF_ASK_CT_STATE, XT_CONNTRACK_STATE },
	{ NF_ASK_CT_STATUS, XT_CONNTRACK_STATUS },
	{ NF_ASK_CT_DIR, XT_CONNTRACK_DIRECTION },
	{ NF_ASK_CT_ORIGDST, XT_CONNTRACK_ORIGDST },
	{ NF_ASK_CT_ORIGDPORT, XT_CONNTRACK_ORIGDST_PORT },
};

static const struct bit_row ct_inverse[] = {
	{ NF_NOT_CT_STATE, XT_CONNTRACK_STATE },
	{ NF_NOT_CT_STATUS, XT_CONNTRACK_STATUS },
	{ NF_NOT_CT_ORIGDST, XT_CONNTRACK_ORIGDST },
	{ NF_NOT_CT_ORIGDPORT, XT_CONNTRACK_ORIGDST_PORT },
};

static void fill_conntrack(void *data, const struct nf_match *m)
{
	struct xt_conntrack_mtinfo3 *ct = data;

	ct->match_flags = (uint16_t)TRANSLATE(ct_asks, m->ask);
	ct->invert_flags = (uint16_t)TRANSLATE(ct_inverse, m->not );
	if (m->ask & NF_ASK_CT_DIR && m->ct_reply)
		ct->invert_flags |= XT_CONNTRACK_DIRECTION;
	ct->state_mask = (uint16_t)TRANSLATE(ct_states, m->ct_state);
	ct->status_mask = m->ct_status;
	if (m->ask & NF_ASK_CT_ORIGDST) {
		ct->origdst_addr.ip = htonl(m->origdst);
		ct->origdst_mask.ip = htonl(m->origdst_mask);
	}
	if (m->ask & NF_ASK_CT_ORIGDPORT) {
		ct->origdst_port = m->origdport[0];
		ct->origdst_port_high = m->origdport[1];
	}
}

static void fill_addrtype(void *data, const struct nf_match *m)
{
	struct xt_addrtype_info_v1 *type = data;

	type->dest = XT_ADDRTYPE_LOCAL;
	type->flags =
		m->not &NF_NOT_ADDRTYPE_LOCAL ? XT_ADDRTYPE_INVERT_DEST : 0;
}

/* The matches that the kernel has, and what of a rule asks for each. */
static const struct match_row {
	uint32_t ask;
	uint16_t proto; /* only where the rule is of it; 0: of any */
	const char *name;
	uint8_t revision;
	uint16_t size;
	void (*fill)(void *data, const struct nf_match *m);
} matches[] = {
	{ NF_ASK_SPORT | NF_ASK_DPORT | NF_ASK_TCP_FLAGS, IPPROTO_TCP, "tcp", 0,
	  sizeof(struct xt_tcp), fill_tcp },
	{ NF_ASK_SPORT | NF_ASK_DPORT, IPPROTO_UDP, "udp", 0,
	  sizeof(struct xt_udp), fill_udp },
	{ NF_ASK_ICMP, IPPROTO_ICMP, "icmp", 0, sizeof(struct ipt_icmp),
	  fill_icmp },
	{ NF_ASK_MARK, 0, "mark", 1, sizeof(struct xt_mark_mtinfo1),
	  fill_mark },
	{ NF_ASK_CT_MARK, 0, "connmark", 1, sizeof(struct xt_connmark_mtinfo1),
	  fill_connmark },
	{ NF_ASK_CT_STATE | NF_ASK_CT_STATUS | NF_ASK_CT_DIR |
		  NF_ASK_CT_ORIGDST | NF_ASK_CT_ORIGDPORT,
	  0, "conntrack", 3, sizeof(struct xt_conntrack_mtinfo3),
	  fill_conntrack },
	{ NF_ASK_ADDRTYPE_LOCAL, 0, "addrtype", 1,
	  sizeof(struct xt_addrtype_info_v1), fill_addrtype },
};

static void fill_nothing(void *data, const struct nf_rule *r)
{
	(void)data;
	(void)r;
}

static void fill_set_mark(void *data, const struct nf_rule *r)
{
	struct xt_mark_tginfo2 *mark = data;

	mark->mark = r->u.mark.value;
	mark->mask = r->u.mark.mask;
}

static void fill_connmark_set(void *data, const struct nf_rule *r)
{
	struct xt_connmark_tginfo2 *mark = data;

	mark->ctmark = r->u.mark.value;
	mark->ctmask = r->u.mark.mask;
	mark->mode = XT_CONNMARK_SET;
}

static void fill_connmark_save(void *data, const struct nf_rule *r)
{
	struct xt_connmark_tginfo2 *mark = data;

	mark->ctmask = mark->nfmask = r->u.mark.mask;
	mark->mode = XT_CONNMARK_SAVE;
}

static void fill_connmark_restore(void *data, const struct nf_rule *r)
{
	struct xt_connmark_tginfo2 *mark = data;

	mark->ctmask = mark->nfmask = r->u.mark.mask;
	mark->mode = XT_CONNMARK_RESTORE;
}

static void fill_tos(void *data, const struct nf_rule *r)
{
	struct xt_tos_target_info *tos = data;

	tos->tos_mask = (uint8_t)~r->u.tos.and;
	tos->tos_value = r->u.tos.xor ;
}

static void fill_nflog(void *data, const struct nf_rule *r)
{
	struct xt_nflog_info *log = data;

	log->group = r->u.log.group;
	log->threshold = 1;
	log->len = r->u.log.size;
	log->flags = r->u.log.size ? XT_NFLOG_F_COPY_LEN : 0;
	memcpy(log->prefix, r->u.log.prefix,
	       strnlen(r->u.log.prefix, sizeof(log->prefix) - 1));
}

static void fill_reject(void *data, const struct nf_rule *r)
{
	static const enum ipt_reject_with with[] = {
		[NF_REJECT_NET_UNREACH] = IPT_ICMP_NET_UNREACHABLE,
		[NF_REJECT_HOST_UNREACH] = IPT_ICMP_HOST_UNREACHABLE,
		[NF_REJECT_PROTO_UNREACH] = IPT_ICMP_PROT_UNREACHABLE,
		[NF_REJECT_PORT_UNREACH] = IPT_ICMP_PORT_UNREACHABLE,
		[NF_REJECT_ADMIN_PROHIB] = IPT_ICMP_ADMIN_PROHIBITED,
		[NF_REJECT_TCP_RESET] = IPT_TCP_RESET,
	};
	struct ipt_reject_info *reject = data;

	reject->with = with[r->u.reject];
}

/* Ports of the range [0, 0] are the kernel's choice. */
static void fill_ports(void *data, const struct nf_rule *r)
{
	struct nf_nat_ipv4_multi_range_compat *nat = data;

	nat->rangesize = 1;
	if (!r->u.nat.ports[1])
		return;
	nat->range[0].flags = NF_NAT_RANGE_PROTO_SPECIFIED;
	nat->range[0].min.all = htons(r->u.nat.ports[0]);
	nat->range[0].max.all = htons(r->u.nat.ports[1]);
}

static void fill_snat(void *data, const struct nf_rule *r)
{
	struct nf_nat_ipv4_multi_range_compat *nat = data;

	fill_ports(data, r);
	nat->range[0].flags |= NF_NAT_RANGE_MAP_IPS;
	nat->range[0].min_ip = nat->range[0].max_ip = htonl(r->u.nat.addr);
}

static void fill_dnat(void *data, const struct nf_rule *r)
{
	struct nf_nat_range2 *nat = data;

	nat->flags = NF_NAT_RANGE_MAP_IPS;
	nat->min_addr.ip = nat->max_addr.ip = htonl(r->u.nat.addr);
	if (!r->u.nat.ports[1])
		return;
	nat->flags |= NF_NAT_RANGE_PROTO_SPECIFIED;
	nat->min_proto.all = htons(r->u.nat.ports[0]);
	nat->max_proto.all = htons(r->u.nat.ports[1]);
}

static void fill_notrack(void *data, const struct nf_rule *r)
{
	struct xt_ct_target_info_v1 *ct = data;

	(void)r;
	ct->flags = XT_CT_NOTRACK;
}

static void fill_helper(void *data, const struct nf_rule *r)
{
	struct xt_ct_target_info_v1 *ct = data;

	memcpy(ct->helper, r->u.helper,
	       strnlen(r->u.helper, sizeof(ct->helper) - 1));
}

enum {
	VERDICT = sizeof(struct xt_standard_target) -
		  sizeof(struct xt_entry_target),
	NAT = sizeof(struct nf_nat_ipv4_multi_range_compat),
	CT = sizeof(struct xt_ct_target_info_v1),
};

/* The targets that the kernel has. A verdict's bytes are libip4tc's. */
static const struct target_row {
	const char *name; /* NULL: that of the chain */
	uint8_t revision;
	uint16_t size;
	void (*fill)(void *data, const struct nf_rule *r);
} targets[NF_TARGETS] = {
	[NF_CONTINUE] = { "", 0, VERDICT, fill_nothing },
	[NF_ACCEPT] = { "ACCEPT", 0, VERDICT, fill_nothing },
	[NF_DROP] = { "DROP", 0, VERDICT, fill_nothing },
	[NF_RETURN] = { "RETURN", 0, VERDICT, fill_nothing },
	[NF_JUMP] = { NULL, 0, VERDICT, fill_nothing },
	[NF_GOTO] = { NULL, 0, VERDICT, fill_nothing },
	[NF_MARK] = { "MARK", 2, sizeof(struct xt_mark_tginfo2),
		      fill_set_mark },
	[NF_CONNMARK_SET] = { "CONNMARK", 2, sizeof(struct xt_connmark_tginfo2),
			      fill_connmark_set },
	[NF_CONNMARK_SAVE] = { "CONNMARK", 2,
			       sizeof(struct xt_connmark_tginfo2),
			       fill_connmark_save },
	[NF_CONNMARK_RESTORE] = { "CONNMARK", 2,
				  sizeof(struct xt_connmark_tginfo2),
				  fill_connmark_restore },
	[NF_TOS] = { "TOS", 1, sizeof(struct xt_tos_target_info), fill_tos },
	[NF_NFLOG] = { "NFLOG", 0, sizeof(struct xt_nflog_info), fill_nflog },
	[NF_REJECT] = { "REJECT", 0, sizeof(struct ipt_reject_info),
			fill_reject },
	[NF_MASQUERADE] = { "MASQUERADE", 0, NAT, fill_ports },
	[NF_SNAT] = { "SNAT", 0, NAT, fill_snat },
	[NF_DNAT] = { "DNAT", 2, sizeof(struct nf_nat_range2), fill_dnat },
	[NF_REDIRECT] = { "REDIRECT", 0, NAT, fill_ports },
	[NF_NOTRACK] = { "CT", 2, CT, fill_notrack },
	[NF_HELPER] = { "CT", 2, CT, fill_helper },
};

static void fill_iface(char name[IFNAMSIZ], unsigned char mask[IFNAMSIZ],
		       const struct fw_ifname *via, bool prefix)
{
	size_t n;

	if (!via->s[0])
		return;
	n = strnlen(via->s, IFNAMSIZ - 1);
	memcpy(name, via->s, n);
	memset(mask, 0xFF, n + !prefix);
}

static void fill_ip(struct ipt_ip *ip, const struct nf_rule *r)
{
	static const struct bit_row inverse[] = {
		{ NF_NOT_SRC, IPT_INV_SRCIP },
		{ NF_NOT_DST, IPT_INV_DSTIP },
		{ NF_NOT_IN, IPT_INV_VIA_IN },
		{ NF_NOT_OUT, IPT_INV_VIA_OUT },
		{ NF_NOT_PROTO, IPT_INV_PROTO },
		{ NF_NOT_FRAG, IPT_INV_FRAG },
	};
	const struct nf_match *m = &r->match;

	ip->src.s_addr = htonl(m->src & m->smask);
	ip->smsk.s_addr = htonl(m->smask);
	ip->dst.s_addr = htonl(m->dst & m->dmask);
	ip->dmsk.s_addr = htonl(m->dmask);
	fill_iface(ip->iniface, ip->iniface_mask, &m->in, m->in_prefix);
	fill_iface(ip->outiface, ip->outiface_mask, &m->out, m->out_prefix);
	ip->proto = m->proto;
	ip->flags = (uint8_t)((m->frag ? IPT_F_FRAG : 0) |
			      (r->target == NF_GOTO ? IPT_F_GOTO : 0));
	ip->invflags = (uint8_t)TRANSLATE(inverse, m->not );
}

/* @n zeroed bytes more; there is room for them. */
static void *more(struct nf_code *code, size_t n)
{
	void *at = code->bytes + code->len;

	memset(at, 0, n);
	code->len += n;
	return at;
}

/* Names are at most 28 letters: those of the table, and chains'. */
static void put_name(char to[XT_EXTENSION_MAXNAMELEN], const char *name)
{
	memcpy(to, name, strnlen(name, XT_EXTENSION_MAXNAMELEN - 1));
}

static void put_match(struct nf_code *code, const struct match_row *row,
		      const struct nf_match *m)
{
	size_t size = XT_ALIGN(sizeof(struct xt_entry_match)) +
		      XT_ALIGN((size_t)row->size);
	struct xt_entry_match *match = more(code, size);

	match->u.user.match_size = (uint16_t)size;
	match->u.user.revision = row->revision;
	put_name(match->u.user.name, row->name);
	row->fill(match->data, m);
}

static void put_target(struct nf_code *code, const struct nf_rule *rule,
		       const char *chain)
{
	const struct target_row *row = &targets[rule->target];
	size_t size = XT_ALIGN(sizeof(struct xt_entry_target)) +
		      XT_ALIGN((size_t)row->size);
	struct xt_entry_target *target = more(code, size);

	target->u.user.target_size = (uint16_t)size;
	target->u.user.revision = row->revision;
	put_name(target->u.user.name, row->name ? row->name : chain);
	row->fill(target->data, rule);
}

void nf_code_fini(struct nf_code *code)
{
	free(code->bytes);
	*code = (struct nf_code){ 0 };
}

static int grow(struct nf_code *code, size_t room)
{
	uint8_t *bytes = realloc(code->bytes, room);

	if (!bytes)
		return -ENOMEM;
	code->bytes = bytes;
	code->room = room;
	return 0;
}

int nf_code_expect(struct nf_code *code, size_t rules)
{
	return grow(code, code->len + rules * USUAL + NF_ENTRY_MAX);
}

static int make_room(struct nf_code *code)
{
	if (code->room - code->len >= NF_ENTRY_MAX)
		return 0;
	return grow(code, code->room * 2 + NF_ENTRY_MAX);
}

int nf_encode(struct nf_code *code, const struct nf_rule *rule,
	      const char *chain)
{
	const struct nf_match *m = &rule->match;
	struct ipt_entry *e;
	size_t start = code->len;
	int r = make_room(code);

	if (r)
		return r;
	e = more(code, XT_ALIGN(sizeof(*e)));
	fill_ip(&e->ip, rule);
	for (size_t i = 0; m->ask && i < sizeof(matches) / sizeof(matches[0]);
	     i++)
		if (m->ask & matches[i].ask &&
		    (!matches[i].proto || matches[i].proto == m->proto))
			put_match(code, &matches[i], m);
	e->target_offset = (uint16_t)(code->len - start);
	put_target(code, rule, chain);
	e->next_offset = (uint16_t)(code->len - start);
	return 0;
}

const struct ipt_entry *nf_code_entry(const struct nf_code *code, size_t at)
{
	return (const void *)(code->bytes + at);
}

static const struct xt_entry_match *match_at(const struct ipt_entry *e,
					     size_t at)
{
	return (const void *)((const uint8_t *)e + at);
}

static const struct xt_entry_target *target_of(const struct ipt_entry *e)
{
	return (const void *)((const uint8_t *)e + e->target_offset);
}

const char *nf_entry_target(const struct ipt_entry *entry)
{
	return target_of(entry)->u.user.name;
}

/* What stands behind a name's end is not the kernel's to tell. */
static bool matches_alike(const struct ipt_entry *a, const struct ipt_entry *b)
{
	for (size_t at = sizeof(*a); at < a->target_offset;) {
		const struct xt_entry_match *m = match_at(a, at),
					    *n = match_at(b, at);
		size_t size = m->u.user.match_size;

		if (size != n->u.user.match_size || size < sizeof(*m) ||
		    m->u.user.revision != n->u.user.revision ||
		    strncmp(m->u.user.name, n->u.user.name,
			    sizeof(m->u.user.name)) ||
		    memcmp(m->data, n->data, size - sizeof(*m)))
			return false;
		at += size;
	}
	return true;
}

bool nf_entry_is_verdict(const struct ipt_entry *entry)
{
	const struct xt_entry_target *t = target_of(entry);

	/* What REJECT says takes as many bytes as a verdict. */
	return t->u.user.target_size == sizeof(struct xt_standard_target) &&
	       !t->u.user.revision && strcmp(t->u.user.name, "REJECT") != 0;
}

bool nf_entry_alike(const struct ipt_entry *has, const char *target,
		    const struct ipt_entry *want)
{
	const struct xt_entry_target *t = target_of(has), *u = target_of(want);
	size_t size = u->u.user.target_size;

	if (has->target_offset != want->target_offset ||
	    has->next_offset != want->next_offset ||
	    memcmp(&has->ip, &want->ip, sizeof(has->ip)) ||
	    t->u.user.target_size != size ||
	    strncmp(target, u->u.user.name, sizeof(u->u.user.name)) ||
	    !matches_alike(has, want))
		return false;
	if (nf_entry_is_verdict(want))
		return true;
	return t->u.user.revision == u->u.user.revision &&
	       !memcmp(t->data, u->data, size - sizeof(*t));
}
