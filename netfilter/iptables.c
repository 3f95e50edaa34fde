/*
 * Rules as iptables-save writes them. Source: iptables 1.8, iptables-save(8),
 * iptables-extensions(8).
 */
#include "netfilter/iptables.h"

#include <inttypes.h>
#include <netinet/in.h>
#include <string.h>

#include "core/addr.h"

static const char *const tables[NF_TABLES] = {
	[NF_T_RAW] = "raw",
	[NF_T_MANGLE] = "mangle",
	[NF_T_NAT] = "nat",
	[NF_T_FILTER] = "filter",
};

static const char *const hooks[NF_HOOKS] = {
	[NF_H_PREROUTING] = "PREROUTING",   [NF_H_INPUT] = "INPUT",
	[NF_H_FORWARD] = "FORWARD",         [NF_H_OUTPUT] = "OUTPUT",
	[NF_H_POSTROUTING] = "POSTROUTING",
};

static const char *not_of(const struct nf_match *m, uint32_t bit)
{
	return m->not &bit ? " !" : "";
}

/* A value as a word, quoted where the reader would divide it. */
static void put_word(struct text *out, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_-:./+=@%,";

	if (*word && !word[strspn(word, plain)]) {
		text_puts(out, word);
		return;
	}
	text_putc(out, '"');
	for (; *word; word++) {
		if (strchr("\\\"'", *word))
			text_putc(out, '\\');
		text_putc(out, *word == '\n' ? ' ' : *word);
	}
	text_putc(out, '"');
}

static void put_addr(struct text *out, uint32_t addr, uint32_t mask)
{
	char buf[ADDR_TEXT];
	int n = mask_length(mask);

	text_puts(out, addr_format(addr, buf));
	if (n >= 0)
		text_printf(out, "/%d", n);
	else
		text_printf(out, "/%s", addr_format(mask, buf));
}

static void put_iface(struct text *out, const char *option,
		      const struct fw_ifname *name, bool prefix,
		      const char * not )
{
	char word[FW_IFNAME + 2];
	size_t n = strnlen(name->s, FW_IFNAME);

	if (!n)
		return;
	memcpy(word, name->s, n);
	if (prefix)
		word[n++] = '+';
	word[n] = '\0';
	text_printf(out, "%s %s ", not, option);
	put_word(out, word);
}

static void put_header(struct text *out, const struct nf_match *m)
{
	if (m->smask) {
		text_printf(out, "%s -s ", not_of(m, NF_NOT_SRC));
		put_addr(out, m->src, m->smask);
	}
	if (m->dmask) {
		text_printf(out, "%s -d ", not_of(m, NF_NOT_DST));
		put_addr(out, m->dst, m->dmask);
	}
	put_iface(out, "-i", &m->in, m->in_prefix, not_of(m, NF_NOT_IN));
	put_iface(out, "-o", &m->out, m->out_prefix, not_of(m, NF_NOT_OUT));
	if (m->proto) {
		static const char *const names[] = { [IPPROTO_ICMP] = "icmp",
						     [IPPROTO_TCP] = "tcp",
						     [IPPROTO_UDP] = "udp" };
		const char *name = m->proto < sizeof(names) / sizeof(names[0])
					   ? names[m->proto]
					   : NULL;

		text_printf(out, "%s -p ", not_of(m, NF_NOT_PROTO));
		if (name)
			text_puts(out, name);
		else
			text_printf(out, "%u", m->proto);
	}
	if (m->frag)
		text_printf(out, "%s -f", not_of(m, NF_NOT_FRAG));
}

static void put_range(struct text *out, const uint16_t range[2], char dash)
{
	text_printf(out, "%u", range[0]);
	if (range[1] != range[0])
		text_printf(out, "%c%u", dash, range[1]);
}

static void put_ports(struct text *out, const struct nf_match *m)
{
	if (m->ask & NF_ASK_SPORT) {
		text_printf(out, "%s --sport ", not_of(m, NF_NOT_SPORT));
		put_range(out, m->sport, ':');
	}
	if (m->ask & NF_ASK_DPORT) {
		text_printf(out, "%s --dport ", not_of(m, NF_NOT_DPORT));
		put_range(out, m->dport, ':');
	}
}

/* Names of set bits, with commas between. */
static void put_bits(struct text *out, uint32_t bits, const char *const *names,
		     size_t n)
{
	const char *comma = "";

	if (!bits)
		text_puts(out, "NONE");
	for (size_t i = 0; i < n; i++)
		if (bits & 1U << i) {
			text_printf(out, "%s%s", comma, names[i]);
			comma = ",";
		}
}

static void put_tcp_flags(struct text *out, const struct nf_match *m)
{
	static const char *const flags[] = { "FIN", "SYN", "RST",
					     "PSH", "ACK", "URG" };

	if (!(m->ask & NF_ASK_TCP_FLAGS))
		return;
	text_printf(out, "%s --tcp-flags ", not_of(m, NF_NOT_TCP_FLAGS));
	put_bits(out, m->tcp_mask, flags, 6);
	text_putc(out, ' ');
	put_bits(out, m->tcp_value, flags, 6);
}

static void put_protocol_match(struct text *out, const struct nf_match *m)
{
	if (m->ask & (NF_ASK_SPORT | NF_ASK_DPORT | NF_ASK_TCP_FLAGS)) {
		text_printf(out, " -m %s",
			    m->proto == IPPROTO_TCP ? "tcp" : "udp");
		put_ports(out, m);
		put_tcp_flags(out, m);
	}
	if (!(m->ask & NF_ASK_ICMP))
		return;
	text_printf(out, " -m icmp%s --icmp-type %u", not_of(m, NF_NOT_ICMP),
		    m->icmp_type);
	if (m->icmp_code[0] == m->icmp_code[1])
		text_printf(out, "/%u", m->icmp_code[0]);
}

static void put_masked(struct text *out, const struct nf_masked *mark)
{
	text_printf(out, "0x%" PRIx32, mark->value);
	if (mark->mask != UINT32_MAX)
		text_printf(out, "/0x%" PRIx32, mark->mask);
}

static void put_conntrack(struct text *out, const struct nf_match *m)
{
	static const char *const states[] = { "INVALID",     "NEW",
					      "ESTABLISHED", "RELATED",
					      "UNTRACKED",   "SNAT",
					      "DNAT" };
	static const char *const status[] = { "EXPECTED", "SEEN_REPLY",
					      "ASSURED", "CONFIRMED" };

	text_puts(out, " -m conntrack");
	if (m->ask & NF_ASK_CT_STATE) {
		text_printf(out, "%s --ctstate ", not_of(m, NF_NOT_CT_STATE));
		put_bits(out, m->ct_state, states, 7);
	}
	if (m->ask & NF_ASK_CT_ORIGDST) {
		text_printf(out, "%s --ctorigdst ",
			    not_of(m, NF_NOT_CT_ORIGDST));
		put_addr(out, m->origdst, m->origdst_mask);
	}
	if (m->ask & NF_ASK_CT_ORIGDPORT) {
		text_printf(out, "%s --ctorigdstport ",
			    not_of(m, NF_NOT_CT_ORIGDPORT));
		put_range(out, m->origdport, ':');
	}
	if (m->ask & NF_ASK_CT_STATUS) {
		text_printf(out, "%s --ctstatus ", not_of(m, NF_NOT_CT_STATUS));
		put_bits(out, m->ct_status, status, 4);
	}
	if (m->ask & NF_ASK_CT_DIR)
		text_printf(out, " --ctdir %s",
			    m->ct_reply ? "REPLY" : "ORIGINAL");
}

static void put_match(struct text *out, const struct nf_match *m)
{
	put_header(out, m);
	put_protocol_match(out, m);
	if (m->ask & NF_ASK_MARK) {
		text_printf(out, " -m mark%s --mark ", not_of(m, NF_NOT_MARK));
		put_masked(out, &m->mark);
	}
	if (m->ask & (NF_ASK_CT_STATE | NF_ASK_CT_STATUS | NF_ASK_CT_DIR |
		      NF_ASK_CT_ORIGDST | NF_ASK_CT_ORIGDPORT))
		put_conntrack(out, m);
	if (m->ask & NF_ASK_CT_MARK) {
		text_printf(out, " -m connmark%s --mark ",
			    not_of(m, NF_NOT_CT_MARK));
		put_masked(out, &m->ct_mark);
	}
	if (m->ask & NF_ASK_ADDRTYPE_LOCAL)
		text_printf(out, " -m addrtype%s --dst-type LOCAL",
			    not_of(m, NF_NOT_ADDRTYPE_LOCAL));
}

static void put_chain_target(const struct nf_set *set, const struct nf_rule *r,
			     struct text *out)
{
	text_printf(out, " -%c %s", r->target == NF_GOTO ? 'g' : 'j',
		    set->chain[r->u.chain].name);
}

static void put_mark(const struct nf_set *set, const struct nf_rule *r,
		     struct text *out)
{
	(void)set;
	text_printf(out, " -j MARK --set-xmark 0x%" PRIx32 "/0x%" PRIx32,
		    r->u.mark.value, r->u.mark.mask);
}

static void put_connmark(const struct nf_set *set, const struct nf_rule *r,
			 struct text *out)
{
	const char *verb = r->target == NF_CONNMARK_SAVE ? "save" : "restore";

	(void)set;
	text_printf(out,
		    " -j CONNMARK --%s-mark --nfmask 0x%" PRIx32
		    " --ctmask 0x%" PRIx32,
		    verb, r->u.mark.mask, r->u.mark.mask);
}

static void put_connmark_set(const struct nf_set *set, const struct nf_rule *r,
			     struct text *out)
{
	(void)set;
	text_printf(out, " -j CONNMARK --set-xmark 0x%" PRIx32 "/0x%" PRIx32,
		    r->u.mark.value, r->u.mark.mask);
}

static void put_tos(const struct nf_set *set, const struct nf_rule *r,
		    struct text *out)
{
	(void)set;
	text_printf(out, " -j TOS --set-tos 0x%02x/0x%02x", r->u.tos.xor,
		    (uint8_t)~r->u.tos.and);
}

static void put_nflog(const struct nf_set *set, const struct nf_rule *r,
		      struct text *out)
{
	(void)set;
	text_puts(out, " -j NFLOG --nflog-prefix ");
	put_word(out, r->u.log.prefix);
	text_printf(out, " --nflog-group %u", r->u.log.group);
	if (r->u.log.size)
		text_printf(out, " --nflog-size %u", r->u.log.size);
	text_puts(out, " --nflog-threshold 1"); /* at once */
}

static void put_reject(const struct nf_set *set, const struct nf_rule *r,
		       struct text *out)
{
	static const char *const with[] = {
		[NF_REJECT_NET_UNREACH] = "icmp-net-unreachable",
		[NF_REJECT_HOST_UNREACH] = "icmp-host-unreachable",
		[NF_REJECT_PROTO_UNREACH] = "icmp-proto-unreachable",
		[NF_REJECT_PORT_UNREACH] = "icmp-port-unreachable",
		[NF_REJECT_ADMIN_PROHIB] = "icmp-admin-prohibited",
		[NF_REJECT_TCP_RESET] = "tcp-reset",
	};

	(void)set;
	text_printf(out, " -j REJECT --reject-with %s", with[r->u.reject]);
}

/* MASQUERADE and REDIRECT, which choose the address. */
static void put_to_ports(const struct nf_set *set, const struct nf_rule *r,
			 struct text *out)
{
	(void)set;
	text_printf(out, " -j %s",
		    r->target == NF_REDIRECT ? "REDIRECT" : "MASQUERADE");
	if (!r->u.nat.ports[0] && !r->u.nat.ports[1])
		return;
	text_puts(out, " --to-ports ");
	put_range(out, r->u.nat.ports, '-');
}

static void put_nat(const struct nf_set *set, const struct nf_rule *r,
		    struct text *out)
{
	char buf[ADDR_TEXT];

	(void)set;
	text_printf(out, " -j %s %s",
		    r->target == NF_SNAT ? "SNAT --to-source"
					 : "DNAT --to-destination",
		    addr_format(r->u.nat.addr, buf));
	if (!r->u.nat.ports[0] && !r->u.nat.ports[1])
		return;
	text_putc(out, ':');
	put_range(out, r->u.nat.ports, '-');
}

static void put_helper(const struct nf_set *set, const struct nf_rule *r,
		       struct text *out)
{
	(void)set;
	text_printf(out, " -j CT --helper %s", r->u.helper);
}

static const struct target_row {
	const char *fixed; /* the whole text */
	void (*put)(const struct nf_set *set, const struct nf_rule *r,
		    struct text *out);
} targets[NF_TARGETS] = {
	[NF_CONTINUE] = { "", NULL },
	[NF_ACCEPT] = { " -j ACCEPT", NULL },
	[NF_DROP] = { " -j DROP", NULL },
	[NF_RETURN] = { " -j RETURN", NULL },
	[NF_JUMP] = { NULL, put_chain_target },
	[NF_GOTO] = { NULL, put_chain_target },
	[NF_MARK] = { NULL, put_mark },
	[NF_CONNMARK_SET] = { NULL, put_connmark_set },
	[NF_CONNMARK_SAVE] = { NULL, put_connmark },
	[NF_CONNMARK_RESTORE] = { NULL, put_connmark },
	[NF_TOS] = { NULL, put_tos },
	[NF_NFLOG] = { NULL, put_nflog },
	[NF_REJECT] = { NULL, put_reject },
	[NF_MASQUERADE] = { NULL, put_to_ports },
	[NF_SNAT] = { NULL, put_nat },
	[NF_DNAT] = { NULL, put_nat },
	[NF_REDIRECT] = { NULL, put_to_ports },
	[NF_NOTRACK] = { " -j CT --notrack", NULL },
	[NF_HELPER] = { NULL, put_helper },
};

void nf_iptables_rule(const struct nf_set *set, const struct nf_chain *chain,
		      const struct nf_rule *rule, struct text *out)
{
	const struct target_row *target = &targets[rule->target];

	text_printf(out, "-A %s", chain->name);
	put_match(out, &rule->match);
	if (target->put)
		target->put(set, rule, out);
	else
		text_puts(out, target->fixed);
}

static void put_rules(const struct nf_set *set, const struct nf_chain *c,
		      const struct nf_notes *notes, struct text *out)
{
	const struct nf_rule *before = NULL;

	if (notes && nf_chain_note(c))
		text_printf(out, "# %s\n", nf_chain_note(c));
	for (uint32_t i = 0; i < c->rules; i++) {
		const struct nf_rule *r = &set->rule[c->first + i];

		nf_note_put(notes, before, r, "", out);
		nf_iptables_rule(set, c, r, out);
		text_putc(out, '\n');
		before = r;
	}
}

static void put_table(const struct nf_set *set, enum nf_table table,
		      const struct nf_notes *notes, struct text *out)
{
	for (uint32_t i = 0; i < set->chains; i++)
		if (set->chain[i].table == table)
			text_printf(out, ":%s - [0:0]\n", set->chain[i].name);
	for (uint32_t i = 0; i < set->chains; i++)
		if (set->chain[i].table == table &&
		    set->chain[i].hook != NF_H_NONE)
			text_printf(out, "-A %s -j %s\n",
				    hooks[set->chain[i].hook],
				    set->chain[i].name);
	for (uint32_t i = 0; i < set->chains; i++)
		if (set->chain[i].table == table)
			put_rules(set, &set->chain[i], notes, out);
}

static bool has_table(const struct nf_set *set, enum nf_table table)
{
	for (uint32_t i = 0; i < set->chains; i++)
		if (set->chain[i].table == table)
			return true;
	return false;
}

void nf_iptables_put(const struct nf_set *set, const struct nf_notes *notes,
		     struct text *out)
{
	for (int t = 0; t < NF_TABLES; t++) {
		if (!has_table(set, (enum nf_table)t))
			continue;
		text_printf(out, "*%s\n", tables[t]);
		put_table(set, (enum nf_table)t, notes, out);
		text_puts(out, "COMMIT\n");
	}
}
