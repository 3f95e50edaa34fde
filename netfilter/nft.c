/* Rules in nft's words. Source: nft(8), nftables 1.0. */
#include "netfilter/nft.h"

#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "core/addr.h"

enum { LATE = 150 }; /* priority behind source NAT */

/* Where and as what the kernel enters a table's chain. */
static const struct base {
	enum nf_table table;
	enum nf_hook hook;
	const char *type, *at, *priority;
} bases[] = {
	/* Behind conntrack, whose entry gets the helper. */
	{ NF_T_RAW, NF_H_PREROUTING, "filter", "prerouting", "-190" },
	{ NF_T_RAW, NF_H_OUTPUT, "filter", "output", "-190" },
	{ NF_T_MANGLE, NF_H_PREROUTING, "filter", "prerouting", "-150" },
	{ NF_T_MANGLE, NF_H_INPUT, "filter", "input", "-150" },
	{ NF_T_MANGLE, NF_H_FORWARD, "filter", "forward", "-150" },
	{ NF_T_MANGLE, NF_H_OUTPUT, "route", "output", "-150" },
	{ NF_T_MANGLE, NF_H_POSTROUTING, "filter", "postrouting", "-150" },
	{ NF_T_NAT, NF_H_PREROUTING, "nat", "prerouting", "-100" },
	{ NF_T_NAT, NF_H_INPUT, "nat", "input", "100" },
	{ NF_T_NAT, NF_H_OUTPUT, "nat", "output", "-100" },
	{ NF_T_NAT, NF_H_POSTROUTING, "nat", "postrouting", "100" },
	{ NF_T_FILTER, NF_H_INPUT, "filter", "input", "0" },
	{ NF_T_FILTER, NF_H_FORWARD, "filter", "forward", "0" },
	{ NF_T_FILTER, NF_H_OUTPUT, "filter", "output", "0" },
};

static const char *const table_names[NF_TABLES] = {
	[NF_T_RAW] = "raw",
	[NF_T_MANGLE] = "mangle",
	[NF_T_NAT] = "nat",
	[NF_T_FILTER] = "filter",
};

static const char *op(const struct nf_match *m, uint32_t bit)
{
	return m->not &bit ? "!= " : "";
}

static const char *op_equal(const struct nf_match *m, uint32_t bit)
{
	return m->not &bit ? "!=" : "==";
}

/* In quotes; what nft has no escape for becomes a question mark. */
static void put_quoted(struct text *out, const char *s, size_t n)
{
	text_putc(out, '"');
	for (size_t i = 0; i < n && s[i]; i++)
		text_putc(out,
			  s[i] < ' ' || strchr("\"\\*", s[i]) ? '?' : s[i]);
}

static void put_string(struct text *out, const char *s)
{
	put_quoted(out, s, strlen(s));
	text_putc(out, '"');
}

static void put_iface(struct text *out, const char *what, const char * not,
		      const struct fw_ifname *name, bool prefix)
{
	if (!name->s[0])
		return;
	text_printf(out, "%s %s", what, not );
	put_quoted(out, name->s, FW_IFNAME);
	text_puts(out, prefix ? "*\" " : "\" ");
}

static void put_addr(struct text *out, const char *what,
		     const struct nf_match *m, uint32_t bit, uint32_t addr,
		     uint32_t mask)
{
	char a[ADDR_TEXT], b[ADDR_TEXT];
	int n = mask_length(mask);

	if (n < 0)
		text_printf(out, "%s & %s %s %s ", what, addr_format(mask, b),
			    op_equal(m, bit), addr_format(addr, a));
	else if (n == 32)
		text_printf(out, "%s %s%s ", what, op(m, bit),
			    addr_format(addr, a));
	else
		text_printf(out, "%s %s%s/%d ", what, op(m, bit),
			    addr_format(addr, a), n);
}

static void put_range(struct text *out, const char *what, const char * not,
		      const uint16_t range[2])
{
	text_printf(out, "%s %s%u", what, not, range[0]);
	if (range[1] != range[0])
		text_printf(out, "-%u", range[1]);
	text_putc(out, ' ');
}

/* Names of set bits, with @between between. */
static void put_bits(struct text *out, uint32_t bits, const char *const *names,
		     size_t n, const char *between)
{
	const char *before = "";

	for (size_t i = 0; i < n; i++)
		if (bits & 1U << i) {
			text_printf(out, "%s%s", before, names[i]);
			before = between;
		}
}

static void put_tcp_flags(struct text *out, const struct nf_match *m)
{
	static const char *const flags[] = { "fin", "syn", "rst",
					     "psh", "ack", "urg" };

	if (!(m->ask & NF_ASK_TCP_FLAGS))
		return;
	text_puts(out, "tcp flags & (");
	put_bits(out, m->tcp_mask, flags, 6, "|");
	text_printf(out, ") %s ", op_equal(m, NF_NOT_TCP_FLAGS));
	if (m->tcp_value)
		put_bits(out, m->tcp_value, flags, 6, "|");
	else
		text_puts(out, "0x0");
	text_putc(out, ' ');
}

static void put_proto(struct text *out, const struct nf_match *m)
{
	static const char *const names[] = { [IPPROTO_ICMP] = "icmp",
					     [IPPROTO_TCP] = "tcp",
					     [IPPROTO_UDP] = "udp" };
	const char *not = op(m, NF_NOT_PROTO);

	if (m->proto < sizeof(names) / sizeof(names[0]) && names[m->proto])
		text_printf(out, "ip protocol %s%s ", not, names[m->proto]);
	else
		text_printf(out, "ip protocol %s%u ", not, m->proto);
}

/* Questions about the packet's inside say the protocol, too. */
static void put_protocol(struct text *out, const struct nf_match *m)
{
	const uint32_t of_protocol =
		NF_ASK_SPORT | NF_ASK_DPORT | NF_ASK_TCP_FLAGS | NF_ASK_ICMP;
	const char *l4 = m->proto == IPPROTO_TCP ? "tcp" : "udp";
	char what[16];

	if (m->proto && !(m->ask & of_protocol))
		put_proto(out, m);
	if (m->frag)
		text_printf(out, "ip frag-off & 0x1fff %s 0 ",
			    m->not &NF_NOT_FRAG ? "==" : "!=");
	if (m->ask & NF_ASK_SPORT) {
		snprintf(what, sizeof(what), "%s sport", l4);
		put_range(out, what, op(m, NF_NOT_SPORT), m->sport);
	}
	if (m->ask & NF_ASK_DPORT) {
		snprintf(what, sizeof(what), "%s dport", l4);
		put_range(out, what, op(m, NF_NOT_DPORT), m->dport);
	}
	put_tcp_flags(out, m);
	if (m->ask & NF_ASK_ICMP) {
		text_printf(out, "icmp type %s%u ", op(m, NF_NOT_ICMP),
			    m->icmp_type);
		if (m->icmp_code[0] == m->icmp_code[1])
			text_printf(out, "icmp code %u ", m->icmp_code[0]);
	}
}

static void put_conntrack(struct text *out, const struct nf_match *m)
{
	static const char *const states[] = { "invalid", "new", "established",
					      "related", "untracked" };
	static const char *const nat[] = { "snat", "dnat" };
	static const char *const status[] = { "expected", "seen-reply",
					      "assured", "confirmed" };
	uint16_t translated = m->ct_state / NF_CT_SNAT;

	if (m->ask & NF_ASK_CT_STATE && translated) {
		text_puts(out, "ct status ");
		put_bits(out, translated, nat, 2, ",");
		text_putc(out, ' ');
	} else if (m->ask & NF_ASK_CT_STATE) {
		text_printf(out, "ct state %s", op(m, NF_NOT_CT_STATE));
		put_bits(out, m->ct_state, states, 5, ",");
		text_putc(out, ' ');
	}
	if (m->ask & NF_ASK_CT_STATUS) {
		text_printf(out, "ct status %s", op(m, NF_NOT_CT_STATUS));
		put_bits(out, m->ct_status, status, 4, ",");
		text_putc(out, ' ');
	}
	if (m->ask & NF_ASK_CT_DIR)
		text_printf(out, "ct direction %s ",
			    m->ct_reply ? "reply" : "original");
	if (m->ask & NF_ASK_CT_ORIGDST)
		put_addr(out, "ct original ip daddr", m, NF_NOT_CT_ORIGDST,
			 m->origdst, m->origdst_mask);
	if (m->ask & NF_ASK_CT_ORIGDPORT)
		put_range(out, "ct original proto-dst",
			  op(m, NF_NOT_CT_ORIGDPORT), m->origdport);
}

static void put_masked(struct text *out, const char *what, const char *op_is,
		       const struct nf_masked *mark)
{
	text_puts(out, what);
	if (mark->mask != UINT32_MAX)
		text_printf(out, " & 0x%08" PRIx32, mark->mask);
	text_printf(out, " %s 0x%08" PRIx32 " ", op_is, mark->value);
}

static void put_match(struct text *out, const struct nf_match *m)
{
	put_iface(out, "iifname", op(m, NF_NOT_IN), &m->in, m->in_prefix);
	put_iface(out, "oifname", op(m, NF_NOT_OUT), &m->out, m->out_prefix);
	if (m->smask)
		put_addr(out, "ip saddr", m, NF_NOT_SRC, m->src, m->smask);
	if (m->dmask)
		put_addr(out, "ip daddr", m, NF_NOT_DST, m->dst, m->dmask);
	put_protocol(out, m);
	if (m->ask & NF_ASK_MARK)
		put_masked(out, "meta mark", op_equal(m, NF_NOT_MARK),
			   &m->mark);
	if (m->ask & NF_ASK_CT_MARK)
		put_masked(out, "ct mark", op_equal(m, NF_NOT_CT_MARK),
			   &m->ct_mark);
	put_conntrack(out, m);
	if (m->ask & NF_ASK_ADDRTYPE_LOCAL)
		text_printf(out, "fib daddr type %slocal ",
			    op(m, NF_NOT_ADDRTYPE_LOCAL));
}

static void put_chain_target(const struct nf_set *set, const struct nf_rule *r,
			     struct text *out)
{
	text_printf(out, "%s %s", r->target == NF_GOTO ? "goto" : "jump",
		    set->chain[r->u.chain].name);
}

static void put_mark(const struct nf_set *set, const struct nf_rule *r,
		     struct text *out)
{
	const char *what = r->target == NF_MARK ? "meta mark" : "ct mark";

	(void)set;
	text_printf(out, "%s set %s & 0x%08" PRIx32 " | 0x%08" PRIx32, what,
		    what, ~r->u.mark.mask, r->u.mark.value);
}

/*
 * Runs of bits that become the same for all packets, each one write. Bits that
 * are turned round are beyond nft, and so is copying between marks in part.
 */
static void put_tos(const struct nf_set *set, const struct nf_rule *r,
		    struct text *out)
{
	uint8_t fixed = (uint8_t)~r->u.tos.and, value = r->u.tos.xor ;
	const char *before = "";

	(void)set;
	if (value & ~fixed) {
		text_puts(out, "comment \"TOS bits cannot be inverted\"");
		return;
	}
	for (unsigned bit = 0, n; bit < 8; bit += n + 1) {
		for (n = 0; bit + n < 8 && fixed & 0x80 >> (bit + n); n++)
			;
		if (!n)
			continue;
		text_printf(out, "%s@nh,%u,%u set 0x%x", before, 8 + bit, n,
			    (uint8_t)(value << bit) >> (8 - n));
		before = " ";
	}
}

static void put_log(const struct nf_set *set, const struct nf_rule *r,
		    struct text *out)
{
	(void)set;
	text_puts(out, "log prefix ");
	put_string(out, r->u.log.prefix);
	text_printf(out, " group %u", r->u.log.group);
	if (r->u.log.size)
		text_printf(out, " snaplen %u", r->u.log.size);
	text_puts(out, " queue-threshold 1"); /* at once */
}

static void put_reject(const struct nf_set *set, const struct nf_rule *r,
		       struct text *out)
{
	static const char *const with[] = {
		[NF_REJECT_NET_UNREACH] = "icmp type net-unreachable",
		[NF_REJECT_HOST_UNREACH] = "icmp type host-unreachable",
		[NF_REJECT_PROTO_UNREACH] = "icmp type prot-unreachable",
		[NF_REJECT_PORT_UNREACH] = "icmp type port-unreachable",
		[NF_REJECT_ADMIN_PROHIB] = "icmp type admin-prohibited",
		[NF_REJECT_TCP_RESET] = "tcp reset",
	};

	(void)set;
	text_printf(out, "reject with %s", with[r->u.reject]);
}

static void put_nat(const struct nf_set *set, const struct nf_rule *r,
		    struct text *out)
{
	static const char *const words[NF_TARGETS] = {
		[NF_MASQUERADE] = "masquerade",
		[NF_REDIRECT] = "redirect",
		[NF_SNAT] = "snat",
		[NF_DNAT] = "dnat",
	};
	bool has_addr = r->target == NF_SNAT || r->target == NF_DNAT;
	bool has_ports = r->u.nat.ports[0] || r->u.nat.ports[1];
	char buf[ADDR_TEXT];

	(void)set;
	text_puts(out, words[r->target]);
	if (has_addr || has_ports)
		text_puts(out, " to ");
	if (has_addr)
		text_puts(out, addr_format(r->u.nat.addr, buf));
	if (has_ports)
		text_printf(out, ":%u", r->u.nat.ports[0]);
	if (r->u.nat.ports[1] != r->u.nat.ports[0])
		text_printf(out, "-%u", r->u.nat.ports[1]);
}

static void put_helper(const struct nf_set *set, const struct nf_rule *r,
		       struct text *out)
{
	(void)set;
	text_printf(out, "ct helper set \"%s-%s\"", r->u.helper,
		    r->match.proto == IPPROTO_TCP ? "tcp" : "udp");
}

static const struct target_row {
	const char *fixed; /* the whole text */
	void (*put)(const struct nf_set *set, const struct nf_rule *r,
		    struct text *out);
} targets[NF_TARGETS] = {
	[NF_CONTINUE] = { "", NULL },
	[NF_ACCEPT] = { "accept", NULL },
	[NF_DROP] = { "drop", NULL },
	[NF_RETURN] = { "return", NULL },
	[NF_JUMP] = { NULL, put_chain_target },
	[NF_GOTO] = { NULL, put_chain_target },
	[NF_MARK] = { NULL, put_mark },
	[NF_CONNMARK_SET] = { NULL, put_mark },
	[NF_CONNMARK_SAVE] = { "ct mark set meta mark", NULL },
	[NF_CONNMARK_RESTORE] = { "meta mark set ct mark", NULL },
	[NF_TOS] = { NULL, put_tos },
	[NF_NFLOG] = { NULL, put_log },
	[NF_REJECT] = { NULL, put_reject },
	[NF_MASQUERADE] = { NULL, put_nat },
	[NF_SNAT] = { NULL, put_nat },
	[NF_DNAT] = { NULL, put_nat },
	[NF_REDIRECT] = { NULL, put_nat },
	[NF_NOTRACK] = { "notrack", NULL },
	[NF_HELPER] = { NULL, put_helper },
};

static void put_rule(const struct nf_set *set, const struct nf_rule *r,
		     struct text *out)
{
	const struct target_row *target = &targets[r->target];
	size_t from;

	text_puts(out, "\t\t");
	from = out->len;
	put_match(out, &r->match);
	if (r->from.counts || (r->target == NF_CONTINUE && out->len == from))
		text_puts(out, "counter ");
	if (target->put)
		target->put(set, r, out);
	else
		text_puts(out, target->fixed);
	if (!out->bad && out->len > from && out->s[out->len - 1] == ' ')
		out->s[--out->len] = '\0';
	text_putc(out, '\n');
}

static void put_chain(const struct nf_set *set, const struct nf_chain *c,
		      const struct nf_notes *notes, struct text *out)
{
	const struct nf_rule *before = NULL;

	if (notes && nf_chain_note(c))
		text_printf(out, "\t# %s\n", nf_chain_note(c));
	text_printf(out, "\tchain %s {\n", c->name);
	for (uint32_t i = 0; i < c->rules; i++) {
		const struct nf_rule *r = &set->rule[c->first + i];

		nf_note_put(notes, before, r, "\t\t", out);
		put_rule(set, r, out);
		before = r;
	}
	text_puts(out, "\t}\n");
}

static void put_base(const struct nf_chain *c, bool late_output,
		     struct text *out)
{
	for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++) {
		const struct base *b = &bases[i];
		bool late = late_output && b->table == NF_T_MANGLE &&
			    b->hook == NF_H_POSTROUTING;

		if (b->table != c->table || b->hook != c->hook)
			continue;
		text_printf(out, "\tchain %s-%s {\n", table_names[b->table],
			    b->at);
		text_printf(out, "\t\ttype %s hook %s priority ", b->type,
			    b->at);
		if (late)
			text_printf(out, "%d", LATE);
		else
			text_puts(out, b->priority);
		text_printf(out, "; policy accept;\n\t\tjump %s\n\t}\n",
			    c->name);
	}
}

/* Each helper is an object that has a name. */
static void put_helpers(const struct nf_set *set, struct text *out)
{
	for (uint32_t i = 0; i < set->rules; i++) {
		const struct nf_rule *r = &set->rule[i];
		const char *proto =
			r->match.proto == IPPROTO_TCP ? "tcp" : "udp";
		bool known = false;

		if (r->target != NF_HELPER)
			continue;
		for (uint32_t k = 0; k < i; k++)
			known |= set->rule[k].target == NF_HELPER &&
				 set->rule[k].match.proto == r->match.proto &&
				 !strcmp(set->rule[k].u.helper, r->u.helper);
		if (!known)
			text_printf(out,
				    "\tct helper %s-%s { type \"%s\" protocol "
				    "%s; }\n",
				    r->u.helper, proto, r->u.helper, proto);
	}
}

void nf_nft_put(const struct nf_set *set, const char *name, bool late_output,
		const struct nf_notes *notes, struct text *out)
{
	text_printf(out, "table ip %s {\n", name);
	put_helpers(set, out);
	for (uint32_t i = 0; i < set->chains; i++)
		text_printf(out, "\tchain %s { }\n", set->chain[i].name);
	for (uint32_t i = 0; i < set->chains; i++)
		if (set->chain[i].hook != NF_H_NONE)
			put_base(&set->chain[i], late_output, out);
	for (uint32_t i = 0; i < set->chains; i++)
		put_chain(set, &set->chain[i], notes, out);
	text_puts(out, "}\n");
}
