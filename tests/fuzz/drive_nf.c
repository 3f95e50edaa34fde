/* Old rules that bytes make up. */
#include "tests/fuzz/drive_nf.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "netfilter/compile.h"
#include "netfilter/iptables.h"
#include "netfilter/nft.h"

enum { CHAINS = 6, RULES = 48, ROWS = 4 };

/* What is left of the bytes; then zeros. */
struct bytes {
	const uint8_t *p;
	size_t n;
};

struct rules {
	struct nf_input in;
	struct fw_chain_row chain[CHAINS];
	struct fw_rule_row rule[RULES];
	struct fw20_rule_row list[FW20_LISTS][RULES];
	struct fwd_portfw_row portfw[ROWS];
	struct fwd_autofw_row autofw[ROWS];
	struct fwd_mfw_row mfw[ROWS];
	struct fwd_helper_row helper[ROWS];
};

static const struct nf_iface ifaces[] = {
	{ { "lo" }, 0x7F000001, 0xFF000000 },
	{ { "eth0" }, 0xC0000201, 0xFFFFFF00 },
	{ { "ppp0" }, 0x0A000001, 0xFFFFFFFF },
};

static uint8_t take(struct bytes *b)
{
	if (!b->n)
		return 0;
	b->n--;
	return *b->p++;
}

/* One of few values mostly, so that rules meet. */
static uint32_t take_addr(struct bytes *b, uint32_t *mask)
{
	static const uint32_t addrs[] = { 0, 0xC0000201, 0x0A000001, 0xC0A80100,
					  0x0A000000 };
	static const uint32_t masks[] = { 0,          UINT32_MAX, 0xFFFFFF00,
					  0xFF000000, 0xFF0000FF, 0xFFFF0000 };
	uint32_t addr = addrs[take(b) % 5];

	*mask = masks[take(b) % 6];
	return take(b) % 16 ? addr & *mask : addr;
}

static uint16_t take_port(struct bytes *b)
{
	static const uint16_t ports[] = { 0,    1,     80,    255,   256,
					  1024, 61000, 65095, 65535, 5 };
	uint8_t c = take(b);

	return c < 200 ? ports[c % 10] : (uint16_t)(c << 8 | take(b));
}

static void take_ports(struct bytes *b, uint16_t range[2])
{
	uint16_t x = take_port(b), y = take_port(b);

	if (take(b) % 2) {
		range[0] = 0;
		range[1] = FW_PORT_MAX;
		return;
	}
	range[0] = x < y ? x : y;
	range[1] = x < y ? y : x;
}

static struct fw_ifname take_via(struct bytes *b)
{
	static const char *const names[] = {
		"", "eth0", "ppp0", "lo", "eth", "p", "eth7", "a-long-name-of-1"
	};
	const char *name = names[take(b) % 8];
	struct fw_ifname via = { "" };

	memcpy(via.s, name, strlen(name));
	return via;
}

static uint16_t take_proto(struct bytes *b)
{
	static const uint16_t protos[] = { 0,           IPPROTO_TCP,
					   IPPROTO_UDP, IPPROTO_ICMP,
					   47,          300 };

	return protos[take(b) % 6];
}

/* As the kernel takes it: ports only with a protocol that has them. */
static void take_rule(struct bytes *b, struct fw_rule *r)
{
	r->src = take_addr(b, &r->smask);
	r->dst = take_addr(b, &r->dmask);
	r->proto = take_proto(b);
	r->flags = take(b) & FW_F_MASK;
	r->inv = take(b);
	r->via = take_via(b);
	if (!r->via.s[0])
		r->flags |= FW_F_WILDIF;
	r->sport[1] = r->dport[1] = FW_PORT_MAX;
	if (!(r->inv & FW_INV_PROTO) &&
	    (r->proto == IPPROTO_TCP || r->proto == IPPROTO_UDP ||
	     r->proto == IPPROTO_ICMP)) {
		take_ports(b, r->sport);
		take_ports(b, r->dport);
	}
	r->mark = take(b) % 4 ? 0 : take(b);
	r->redir_port = take_port(b);
	r->outsize = take_port(b);
	r->tos_and = take(b) % 2 ? 0xFF : 0x01;
	r->tos_xor = r->tos_and == 0xFF ? 0 : take(b) & 0x1E;
}

static void label_set(char to[FW_LABEL_MAX + 1], const char *label)
{
	snprintf(to, FW_LABEL_MAX + 1, "%s", label);
}

static void take_chains(struct bytes *b, struct rules *r)
{
	static const char *const targets[] = { "",       "ACCEPT", "DENY",
					       "REJECT", "MASQ",   "REDIRECT",
					       "RETURN", "one",    "t#o",
					       "three",  "ACCEPT", "DENY" };
	static const char *const labels[CHAINS] = { "input",  "forward",
						    "output", "one",
						    "t#o",    "three" };
	static const char *const policies[] = { "ACCEPT", "DENY", "REJECT",
						"MASQ" };

	for (int i = 0; i < CHAINS; i++) {
		label_set(r->chain[i].label, labels[i]);
		label_set(r->chain[i].policy,
			  i < 3 ? policies[take(b) % (i == 1 ? 4 : 3)] : "-");
	}
	r->in.chains = CHAINS;
	for (int c = 0; c < CHAINS; c++)
		for (int n = take(b) % 8; n > 0; n--) {
			struct fw_rule_row *row = &r->rule[r->in.rules++];
			const char *target = targets[take(b) % 12];

			label_set(row->chain, labels[c]);
			label_set(row->rule.target, target);
			take_rule(b, &row->rule);
		}
}

static void take_rule20(struct bytes *b, enum fw_era era, struct fw20_rule *r)
{
	unsigned src, dst;

	r->src = take_addr(b, &r->smask);
	r->dst = take_addr(b, &r->dmask);
	r->flags = (uint16_t)(take(b) << 8 | take(b));
	r->flags &= era == ERA_1_3 ? FW20_MASK_1_3 : FW20_MASK;
	if (take(b) % 4 == 0)
		r->via_addr = ifaces[take(b) % 3].addr;
	if (era != ERA_1_3)
		r->via = take_via(b);
	src = take(b) % 5;
	dst = take(b) % 5;
	r->n_src = (uint16_t)src;
	r->n_dst = (uint16_t)dst;
	if (src < 2)
		r->flags &= (uint16_t)~FW20_SRANGE;
	if (dst < 2)
		r->flags &= (uint16_t)~FW20_DRANGE;
	for (unsigned i = 0; i < src + dst + 1; i++)
		r->port[i] = take_port(b);
	r->tos_and = take(b) % 2 ? 0xFF : 0x01;
	r->tos_xor = r->tos_and == 0xFF ? 0 : take(b) & 0x1E;
}

static void take_lists(struct bytes *b, struct rules *r)
{
	for (int l = 0; l < FW20_LISTS; l++) {
		r->in.policy20[l] = take(b) << 8 | take(b);
		r->in.rules20[l] = take(b) % 8;
		for (uint32_t i = 0; i < r->in.rules20[l]; i++)
			take_rule20(b, r->in.era, &r->list[l][i].rule);
	}
}

static void take_forwards(struct bytes *b, struct rules *r)
{
	static const char *const names[] = { "FTP", "IRC", "ftp", "raudio" };

	r->in.portfws = take(b) % 3;
	r->in.mfws = take(b) % 2;
	r->in.autofws = take(b) % 2;
	r->in.helpers = take(b) % 3;
	for (uint32_t i = 0; i < r->in.portfws; i++)
		r->portfw[i] = (struct fwd_portfw_row){
			.proto = take(b) % 2 ? IPPROTO_TCP : IPPROTO_UDP,
			.laddr = ifaces[take(b) % 3].addr,
			.raddr = 0xC0A80102,
			.lport = (uint16_t)(take_port(b) | 1),
			.rport = (uint16_t)(take_port(b) | 1),
		};
	r->mfw[0] = (struct fwd_mfw_row){ .mark = take(b) | 1U,
					  .raddr = 0xC0A80103,
					  .rport = take_port(b) };
	r->autofw[0] = (struct fwd_autofw_row){
		.type = (uint16_t)(1 + take(b) % 3),
		.proto = take(b) % 2 ? IPPROTO_TCP : IPPROTO_UDP,
		.low = 6970,
		.high = 7170,
		.visible = 99,
		.hidden = 98,
		.where = 0xC0A80104,
	};
	for (uint32_t i = 0; i < r->in.helpers; i++)
		r->helper[i] = (struct fwd_helper_row){
			.name = names[take(b) % 4],
			.type = 0x01000000 | IPPROTO_TCP << 16 | take_port(b),
		};
}

static void take_all(struct bytes *b, struct rules *r)
{
	memset(r, 0, sizeof(*r));
	r->in.era = (enum fw_era)(take(b) % ERA_COUNT);
	r->in.chain = r->chain;
	r->in.rule = r->rule;
	for (int l = 0; l < FW20_LISTS; l++)
		r->in.rule20[l] = r->list[l];
	r->in.portfw = r->portfw;
	r->in.autofw = r->autofw;
	r->in.mfw = r->mfw;
	r->in.helper = r->helper;
	r->in.iface = ifaces;
	r->in.ifaces = sizeof(ifaces) / sizeof(ifaces[0]);
	take_forwards(b, r);
	if (r->in.era == ERA_2_2)
		take_chains(b, r);
	else
		take_lists(b, r);
}

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void check_match(const struct nf_match *m)
{
	uint32_t ports = NF_ASK_SPORT | NF_ASK_DPORT;
	bool stands = !(m->not &NF_NOT_PROTO);

	if (m->ask & ports)
		must(stands &&
		     (m->proto == IPPROTO_TCP || m->proto == IPPROTO_UDP));
	if (m->ask & NF_ASK_TCP_FLAGS)
		must(stands && m->proto == IPPROTO_TCP);
	if (m->ask & NF_ASK_ICMP)
		must(stands && m->proto == IPPROTO_ICMP);
	must(!(m->src & ~m->smask) && !(m->dst & ~m->dmask));
}

/* Where each target may stand. */
static void check_target(const struct nf_set *set, const struct nf_chain *c,
			 const struct nf_rule *r, bool nft)
{
	if (r->target == NF_JUMP || r->target == NF_GOTO) {
		must(r->u.chain < set->chains);
		must(set->chain[r->u.chain].table == c->table);
		must(&set->chain[r->u.chain] != c);
	}
	if (r->target == NF_TOS)
		must(c->table == NF_T_MANGLE);
	if (r->target == NF_REJECT)
		must(nft || c->table == NF_T_FILTER);
	if (r->target >= NF_MASQUERADE && r->target <= NF_REDIRECT)
		must(c->table == NF_T_NAT);
	if (r->target == NF_HELPER)
		must(c->table == NF_T_RAW);
}

static void check_names(const struct nf_set *set, uint32_t i)
{
	must(strlen(set->chain[i].name) <= NF_CHAIN_NAME);
	for (uint32_t k = 0; k < i; k++) {
		must(strcmp(set->chain[i].name, set->chain[k].name) != 0);
		must(set->chain[i].hook == NF_H_NONE ||
		     set->chain[i].hook != set->chain[k].hook ||
		     set->chain[i].table != set->chain[k].table);
	}
}

static void check_set(const struct nf_set *set, bool nft)
{
	uint32_t rules = 0;

	for (uint32_t i = 0; i < set->chains; i++) {
		const struct nf_chain *c = &set->chain[i];

		check_names(set, i);
		rules += c->rules;
		must(c->first <= set->rules && c->rules <= set->rules);
		for (uint32_t k = 0; k < c->rules; k++) {
			check_match(&set->rule[c->first + k].match);
			check_target(set, c, &set->rule[c->first + k], nft);
		}
	}
	must(rules == set->rules);
}

static void ignore(void *ctx, const struct nf_finding *found)
{
	struct text line = { 0 };

	(void)ctx;
	nf_finding_text(found, &line);
	text_fini(&line);
}

static void compile(const struct rules *r, bool nft, struct text *out)
{
	const struct nf_listener listener = { NULL, ignore };
	struct nf_config config = nf_config_default;
	struct text why = { 0 };
	struct nf_set set;
	int err;

	config.late_output = config.early_reject = nft;
	nf_set_init(&set);
	err = nf_compile(&r->in, &config, &set, &why, &listener);
	must(err == 0 || err == -EOPNOTSUPP);
	must(err == 0 || why.len);
	check_set(&set, nft);
	if (nft)
		nf_nft_put(&set, "fuzz", true, NULL, out);
	else
		nf_iptables_put(&set, NULL, out);
	text_fini(&why);
	nf_set_fini(&set);
}

void drive_nf(const uint8_t *data, size_t size, struct text *iptables,
	      struct text *nft)
{
	struct bytes b = { data, size };
	struct rules *r = malloc(sizeof(*r));
	struct text a = { 0 }, c = { 0 };

	must(r != NULL);
	take_all(&b, r);
	compile(r, false, iptables ? iptables : &a);
	compile(r, true, nft ? nft : &c);
	text_fini(&a);
	text_fini(&c);
	free(r);
}
