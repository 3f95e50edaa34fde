/* ipfwadm's lists as chains, and back. */
#include "ipfwadm/wrapper_chains.h"

#include <assert.h>
#include <netinet/in.h>
#include <string.h>

#include "ipfwadm/print.h"

const struct wrapper_chain wrapper_chains[] = {
	{ "acctin", FW20_ACCT, FW20_ACCTIN, { "input", NULL } },
	{ "acctout", FW20_ACCT, FW20_ACCTOUT, { "output", NULL } },
	{ "acctboth", FW20_ACCT, 0, { "input", "output" } },
	{ "inp", FW20_INPUT, 0, { "input", NULL } },
	{ "fwd", FW20_FORWARD, 0, { "forward", NULL } },
	{ "out", FW20_OUTPUT, 0, { "output", NULL } },
};
static_assert(sizeof(wrapper_chains) / sizeof(wrapper_chains[0]) ==
		      WRAPPER_CHAINS,
	      "a chain lacks its number");

const char *wrapper_builtin(enum fw20_list list)
{
	for (int i = 0; i < WRAPPER_CHAINS; i++)
		if (wrapper_chains[i].list == list)
			return wrapper_chains[i].callers[0];
	return NULL;
}

/* The chain of ours that keeps @list, if @label is one. */
static const struct wrapper_chain *chain_of(const char *label,
					    enum fw20_list list)
{
	for (int i = 0; i < WRAPPER_CHAINS; i++)
		if (wrapper_chains[i].list == list &&
		    strcmp(wrapper_chains[i].label, label) == 0)
			return &wrapper_chains[i];
	return NULL;
}

static bool get_protocol(const struct fw_rule *r, struct fw20_rule *to)
{
	static const struct {
		unsigned int proto;
		uint16_t kind;
	} kinds[] = { { 0, FW20_ALL },
		      { IPPROTO_TCP, FW20_TCP },
		      { IPPROTO_UDP, FW20_UDP },
		      { IPPROTO_ICMP, FW20_ICMP } };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (kinds[i].proto == r->proto) {
			to->flags |= kinds[i].kind;
			return true;
		}
	}
	return false;
}

static bool get_target(const struct fw_rule *r, struct fw20_rule *to)
{
	static const struct {
		const char *target;
		uint16_t flags;
	} targets[] = {
		{ "", 0 },
		{ "ACCEPT", FW20_ACCEPT },
		{ "DENY", 0 },
		{ "REJECT", FW20_ICMPRPL },
		{ "MASQ", FW20_ACCEPT | FW20_MASQ },
		{ "REDIRECT", FW20_ACCEPT | FW20_REDIR },
	};

	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		if (strcmp(targets[i].target, r->target) == 0) {
			to->flags |= targets[i].flags;
			return true;
		}
	}
	return false;
}

/* The ports of one side, behind those that are there. */
static uint16_t get_ports(const uint16_t port[2], uint16_t range,
			  struct fw20_rule *to, uint16_t at)
{
	if (port[0] == 0 && port[1] == FW_PORT_MAX)
		return 0;
	to->port[at] = port[0];
	if (port[0] == port[1])
		return 1;
	to->flags |= range;
	to->port[at + 1] = port[1];
	return 2;
}

/* The same rule in ipfwadm's terms. False: there is none. */
static bool rule_from_chain(const struct wrapper_chain *chain,
			    const struct fw_rule *r, struct fw20_rule *to)
{
	*to = (struct fw20_rule){
		.src = r->src,
		.smask = r->smask,
		.dst = r->dst,
		.dmask = r->dmask,
		.via = r->via,
		.flags = chain->direction,
		.tos_and = r->tos_and,
		.tos_xor = r->tos_xor,
	};
	if (r->inv & ~FW_INV_SYN || r->flags & (FW_F_FRAG | FW_F_NETLINK) ||
	    (r->flags & FW_F_WILDIF && r->via.s[0] != '\0') ||
	    !get_protocol(r, to) || !get_target(r, to))
		return false;
	if (r->flags & FW_F_LOG)
		to->flags |= FW20_PRN;
	if (r->flags & FW_F_SYN)
		to->flags |= r->inv & FW_INV_SYN ? FW20_TCPACK : FW20_TCPSYN;
	to->n_src = get_ports(r->sport, FW20_SRANGE, to, 0);
	if (r->proto != IPPROTO_ICMP)
		to->n_dst = get_ports(r->dport, FW20_DRANGE, to, to->n_src);
	to->port[to->n_src + to->n_dst] = r->redir_port;
	return true;
}

/* The policy's word, as ipfwadm calls it. */
static const char *policy_of(const struct listing *l, const char *chain)
{
	static const char *const words[][2] = {
		{ "ACCEPT", "accept" },
		{ "REJECT", "reject" },
		{ "MASQ", "accept/masquerade" },
	};

	for (size_t i = 0; i < l->n_chains; i++)
		for (size_t w = 0; w < sizeof(words) / sizeof(words[0]); w++)
			if (strcmp(l->chains[i].label, chain) == 0 &&
			    strcmp(l->chains[i].policy, words[w][0]) == 0)
				return words[w][1];
	return "deny";
}

int wrapper_list(const struct listing *l, enum ipfwadm_category category,
		 uint8_t show, const struct resolver *names, struct text *out)
{
	enum fw20_list list = (enum fw20_list)category;
	bool acct = list == FW20_ACCT, first = true;
	const struct wrapper_chain *chain;
	struct fw20_rule_row row;
	int left_out = 0;

	if (acct)
		text_puts(out, "IP accounting rules\n");
	else
		text_printf(out, "IP firewall %s rules, default policy: %s\n",
			    wrapper_builtin(list),
			    policy_of(l, wrapper_builtin(list)));
	for (size_t i = 0; i < l->n_rules; i++) {
		const struct fw_rule_row *from = &l->rules[i];

		chain = chain_of(from->chain, list);
		if (!chain)
			continue;
		if (!rule_from_chain(chain, &from->rule, &row.rule)) {
			left_out++;
			continue;
		}
		row.packets = (uint32_t)from->count.packets;
		row.bytes = (uint32_t)from->count.bytes;
		if (first)
			ipfwadm_print_rule_header(acct, show, out);
		first = false;
		ipfwadm_print_rule(&row, acct, show, names, out);
	}
	return left_out;
}
