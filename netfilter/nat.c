/*
 * Masquerading, REDIRECT, forwarded ports and helpers: the tables nat and raw.
 * There rules meet the first packet of a conversation only.
 */
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "netfilter/work.h"

enum {
	AUTOFW_RANGE = 1, /* types of autofw; Linux 2.2, ip_masq_autofw.h */
	AUTOFW_PORT = 2,
	HELPER_PROTO_SHIFT = 16, /* in fwd_helper_row.type */
	HELPER_SERVER_INSIDE = 0x02000000,
};

/* A forward: what it is asked for, and where that goes. */
struct forward {
	uint8_t proto;
	uint32_t laddr; /* 0: any of the host's */
	uint16_t lport[2];
	uint32_t raddr;
	uint16_t rport[2]; /* [0, 0]: the packet's */
	uint32_t mark;     /* mfw's; 0: none */
};

/* 2.2's ip_masq_ftp and ip_masq_irc, by the beginning of the listed name. */
static const char *helper_of(const struct fwd_helper_row *h)
{
	static const char *const known[][2] = { { "ftp", "ftp" },
						{ "irc", "irc" } };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!strncasecmp(h->name, known[i][0], strlen(known[i][0])))
			return known[i][1];
	return NULL;
}

/* Of the client's side, by a port. */
static bool is_by_port(const struct fwd_helper_row *h)
{
	uint32_t proto = h->type >> HELPER_PROTO_SHIFT & 0xFF;

	return !(h->type & HELPER_SERVER_INSIDE) &&
	       (proto == IPPROTO_TCP || proto == IPPROTO_UDP);
}

bool nf_has_helpers(const struct nf_work *w)
{
	for (uint32_t i = 0; i < w->in->helpers; i++)
		if (is_by_port(&w->in->helper[i]) &&
		    helper_of(&w->in->helper[i]))
			return true;
	return false;
}

static void helper_add(struct nf_work *w, const struct fwd_helper_row *h)
{
	struct nf_rule r =
		nf_rule_of(&(const struct nf_do){ .target = NF_HELPER });
	const char *name = helper_of(h);
	uint16_t port = (uint16_t)h->type;

	if (!name || !is_by_port(h)) {
		nf_find(w, NF_WHY_HELPER, NULL, 0, h->name);
		return;
	}
	r.match.proto = h->type >> HELPER_PROTO_SHIFT & 0xFF;
	r.match.ask = NF_ASK_DPORT;
	r.match.dport[0] = r.match.dport[1] = port;
	snprintf(r.u.helper, sizeof(r.u.helper), "%s", name);
	nf_add(w, &r);
}

static void add_helpers(struct nf_work *w)
{
	if (!w->in->helpers)
		return;
	nf_fill(w, nf_chain(w, NF_T_RAW, NF_H_PREROUTING, "helpers"));
	for (uint32_t i = 0; i < w->in->helpers; i++)
		helper_add(w, &w->in->helper[i]);
}

static struct forward portfw_of(const struct fwd_portfw_row *p)
{
	return (struct forward){ .proto = p->proto,
				 .laddr = p->laddr,
				 .lport = { p->lport, p->lport },
				 .raddr = p->raddr,
				 .rport = { p->rport, p->rport } };
}

/* A fixed host's; whether it is one. */
static bool autofw_of(const struct fwd_autofw_row *a, struct forward *f)
{
	bool range = a->type == AUTOFW_RANGE;

	if (!a->where || a->ctl_port || (!range && a->type != AUTOFW_PORT))
		return false;
	*f = (struct forward){
		.proto = (uint8_t)a->proto,
		.lport = { range ? a->low : a->visible,
			   range ? a->high : a->visible },
		.raddr = a->where,
		.rport = { range ? 0 : a->hidden, range ? 0 : a->hidden },
	};
	return true;
}

static struct forward mfw_of(const struct fwd_mfw_row *m, uint8_t proto)
{
	return (struct forward){ .proto = proto,
				 .lport = { 0, FW_PORT_MAX },
				 .raddr = m->raddr,
				 .rport = { m->rport, m->rport },
				 .mark = m->mark };
}

/* Each forward that can be, in the order in which they are tried. */
static void forwards_each(struct nf_work *w,
			  void (*row)(struct nf_work *w,
				      const struct forward *f, void *ctx),
			  void *ctx)
{
	const struct nf_input *in = w->in;
	struct forward f;

	for (uint32_t i = 0; i < in->portfws; i++) {
		f = portfw_of(&in->portfw[i]);
		row(w, &f, ctx);
	}
	for (uint32_t i = 0; i < in->autofws; i++)
		if (autofw_of(&in->autofw[i], &f))
			row(w, &f, ctx);
	for (uint32_t i = 0; i < in->mfws; i++) {
		f = mfw_of(&in->mfw[i], IPPROTO_TCP);
		row(w, &f, ctx);
		f = mfw_of(&in->mfw[i], IPPROTO_UDP);
		row(w, &f, ctx);
	}
}

bool nf_has_forwards(const struct nf_work *w)
{
	return w->in->portfws || w->in->autofws || w->in->mfws;
}

/* What there is no such thing as: hosts in turn, ranges by a control port. */
static void forwards_look(struct nf_work *w)
{
	const struct nf_input *in = w->in;
	struct forward f;

	for (uint32_t i = 0; i < in->portfws; i++)
		for (uint32_t j = 0; j < i; j++)
			if (in->portfw[i].proto == in->portfw[j].proto &&
			    in->portfw[i].laddr == in->portfw[j].laddr &&
			    in->portfw[i].lport == in->portfw[j].lport)
				nf_find(w, NF_WHY_TURNS, NULL, 0, "portfw");
	for (uint32_t i = 0; i < in->mfws; i++) {
		for (uint32_t j = 0; j < i; j++)
			if (in->mfw[i].mark == in->mfw[j].mark)
				nf_find(w, NF_WHY_TURNS, NULL, 0, "mfw");
		if (in->mfw[i].mark & w->config->mark_mask)
			nf_find(w, NF_WHY_MARK_BITS, NULL, 0, "mfw");
	}
	for (uint32_t i = 0; i < in->autofws; i++)
		if (!autofw_of(&in->autofw[i], &f))
			nf_find(w, NF_WHY_AUTOFW, NULL, 0, NULL);
}

/* What @r would translate is listed as ours. */
static void add_listing(struct nf_work *w, const struct nf_rule *r)
{
	struct nf_rule note =
		nf_rule_of(&(const struct nf_do){ .target = NF_CONNMARK_SET });

	note.match = r->match;
	note.u.mark = nf_masq_mark(w->config);
	nf_add(w, &note);
}

/* 2.2 looked for them in what was for the host. */
static void forward_add(struct nf_work *w, const struct forward *f, void *ctx)
{
	struct nf_rule r =
		nf_rule_of(&(const struct nf_do){ .target = NF_DNAT });

	(void)ctx;
	r.match.proto = f->proto;
	r.match.ask = NF_ASK_ADDRTYPE_LOCAL;
	if (f->mark) {
		r.match.ask |= NF_ASK_MARK;
		r.match.mark.value = f->mark;
		r.match.mark.mask = ~w->config->mark_mask;
	} else {
		r.match.ask |= NF_ASK_DPORT;
		memcpy(r.match.dport, f->lport, sizeof(f->lport));
	}
	if (f->mark && f->proto == IPPROTO_TCP) {
		r.match.ask |= NF_ASK_TCP_FLAGS;
		r.match.tcp_mask = 0x12; /* SYN, ACK */
		r.match.tcp_value = 0x02;
	}
	r.match.dst = f->laddr;
	r.match.dmask = f->laddr ? UINT32_MAX : 0;
	add_listing(w, &r);
	r.u.nat.addr = f->raddr;
	memcpy(r.u.nat.ports, f->rport, sizeof(f->rport));
	nf_add(w, &r);
}

static void comer_add(struct nf_work *w, const struct forward *f, void *ctx)
{
	const struct nf_do *does = ctx;
	struct nf_rule r = nf_rule_of(does);

	r.match.proto = f->proto;
	r.match.dst = f->raddr;
	r.match.dmask = UINT32_MAX;
	memcpy(r.match.dport, f->rport[0] ? f->rport : f->lport,
	       sizeof(f->rport));
	if (r.match.dport[0] != 0 || r.match.dport[1] != FW_PORT_MAX)
		r.match.ask |= NF_ASK_DPORT;
	nf_add(w, &r);
}

void nf_nat_comers(struct nf_work *w, uint32_t chain, const struct nf_do *does)
{
	struct nf_rule r = nf_rule_of(does);
	struct nf_do copy = *does;

	nf_fill(w, chain);
	if (nf_has_helpers(w)) {
		r.match.ask = NF_ASK_CT_STATUS;
		r.match.ct_status = NF_CT_EXPECTED;
		nf_add(w, &r);
	}
	forwards_each(w, comer_add, &copy);
}

/* To the host itself; of TCP and UDP to the rule's port. */
static void redirect_add(struct nf_work *w, unsigned code, uint16_t port)
{
	static const uint8_t protos[] = { IPPROTO_TCP, IPPROTO_UDP, 0 };
	struct nf_rule r =
		nf_rule_of(&(const struct nf_do){ .target = NF_REDIRECT });

	r.match.ask = NF_ASK_MARK;
	r.match.mark = nf_code(w, code);
	for (size_t i = port ? 0 : 2; i < sizeof(protos); i++) {
		r.match.proto = protos[i];
		r.u.nat.ports[0] = r.u.nat.ports[1] = protos[i] ? port : 0;
		nf_add(w, &r);
	}
}

/* What goes to another destination than the packet says. */
static void add_dnat(struct nf_work *w)
{
	if (!nf_has_forwards(w) && !w->ports)
		return;
	nf_fill(w, nf_chain(w, NF_T_NAT, NF_H_PREROUTING, "to"));
	if (w->needs[FW20_INPUT].end[NF_END_REJECT])
		nf_add_code(w, NF_CODE_REJECT,
			    &(const struct nf_do){ .target = NF_RETURN });
	forwards_each(w, forward_add, NULL);
	for (uint32_t i = 0; i < w->ports; i++)
		redirect_add(w, NF_CODE_PORT + i, w->port[i]);
}

static void add_masquerade(struct nf_work *w)
{
	static const uint8_t protos[] = { IPPROTO_TCP, IPPROTO_UDP,
					  IPPROTO_ICMP };
	struct nf_rule r =
		nf_rule_of(&(const struct nf_do){ .target = NF_MASQUERADE });
	size_t n = w->in->era == ERA_1_3 ? 2 : 3;

	nf_fill(w, nf_chain(w, NF_T_NAT, NF_H_POSTROUTING, "from"));
	r.match.ask = NF_ASK_MARK;
	r.match.mark = nf_code(w, NF_CODE_MASQ);
	add_listing(w, &r);
	memcpy(r.u.nat.ports, w->masq_port, sizeof(r.u.nat.ports));
	for (size_t i = 0; i < n; i++) {
		r.match.proto = protos[i];
		nf_add(w, &r);
	}
}

void nf_nat(struct nf_work *w, bool masq)
{
	forwards_look(w);
	add_helpers(w);
	add_dnat(w);
	if (masq)
		add_masquerade(w);
}
