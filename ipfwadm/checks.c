/*
 * Which options may stand together: one table of conditions, in the order in
 * which the original complained.
 */
#include <stddef.h>

#include "ipfwadm/parse.h"

/* Facts that follow from category, command and ports. */
void ipfwadm_derive_facts(struct ipfwadm_parse *p)
{
	static const uint32_t category[] = {
		[IPFWADM_FORWARD] = HAS_CATEGORY | FIREWALL | ON_FORWARD,
		[IPFWADM_INPUT] = HAS_CATEGORY | FIREWALL | ON_INPUT,
		[IPFWADM_OUTPUT] = HAS_CATEGORY | FIREWALL,
		[IPFWADM_ACCT] = HAS_CATEGORY,
		[IPFWADM_MASQ] = HAS_CATEGORY | ON_MASQ,
		[IPFWADM_NO_CATEGORY] = 0,
	};
	static const uint32_t command[IPFWADM_COMMANDS] = {
		[IPFWADM_APPEND] = HAS_COMMAND | EDIT,
		[IPFWADM_INSERT] = HAS_COMMAND | EDIT,
		[IPFWADM_DELETE] = HAS_COMMAND | EDIT,
		[IPFWADM_LIST] = HAS_COMMAND | LISTING | SHOW,
		[IPFWADM_ZERO] = HAS_COMMAND | LISTING,
		[IPFWADM_LIST_ZERO] = HAS_COMMAND | LISTING | SHOW,
		[IPFWADM_FLUSH] = HAS_COMMAND | LISTING,
		[IPFWADM_POLICY] = HAS_COMMAND | LISTING | SET_POLICY,
		[IPFWADM_TIMEOUTS] = HAS_COMMAND | TIMEOUTS,
		[IPFWADM_CHECK] = HAS_COMMAND | CHECK,
	};
	static const uint32_t kind[] = {
		[FW20_ALL] = ALL_PROTO, [FW20_ICMP] = ICMP_PROTO
	};
	uint32_t facts = category[p->cmd->category] | command[p->cmd->command] |
			 kind[p->cmd->rule.flags & FW20_KIND];

	if (p->dst.ports)
		facts |= DST_PORTS;
	if (p->src.ports || p->dst.ports)
		facts |= PORTS;
	if (p->src.ports == 1)
		facts |= ONE_SRC | (p->dst.ports == 1 ? ONE_ONE : 0);
	p->facts |= facts;
}

/* Wrong if all facts of @all hold and none of @none does. */
struct check {
	uint32_t all, none;
	const char *message;
};

static const struct check checks[] = {
	{ LEFTOVER, 0, "unknown arguments found on commandline" },
	{ 0, HAS_COMMAND, "no command specified" },
	{ 0, HAS_CATEGORY, "missing -A, -F, -I, -O, or -M flag" },
	{ CHECK, FIREWALL,
	  "specify either -F, -I, or -O for checking a packet" },
	{ SET_POLICY, FIREWALL,
	  "specify either -F, -I, or -O for changing the policy" },
	{ EDIT | FIREWALL, POLICY_WORD,
	  "policy required for firewall entries" },
	{ POLICY_WORD, FIREWALL,
	  "no policy allowed with non-firewall entries" },
	{ ON_MASQ, TIMEOUTS | SHOW,
	  "-M only allowed in combination with -s or -l command" },
	{ TIMEOUTS, ON_MASQ, "setting masquerading timeouts requires -M flag" },
	{ OPT_BIDIR, EDIT,
	  "bidirectional flag (-b) only allowed with insert/append/delete" },
	{ OPT_LOG, EDIT,
	  "kernel print flag (-o) only allowed with insert/append/delete" },
	{ OPT_REDIR, EDIT,
	  "port redirection (-r) only allowed with insert/append/delete" },
	{ OPT_TOS, EDIT,
	  "tos values (-t) only allowed with insert/append/delete" },
	{ OPT_PROTO | LISTING, 0,
	  "no protocol (-P) allowed with this command" },
	{ CHECK, OPT_PROTO, "protocol (-P) required for this command" },
	{ CHECK | ALL_PROTO, 0,
	  "specific protocol required for check command" },
	{ OPT_VIA_ADDR | LISTING, 0,
	  "no interface address (-V) allowed with this command" },
	{ CHECK, OPT_VIA_ADDR,
	  "interface address (-V) required for this command" },
	{ OPT_VIA | LISTING, 0,
	  "no interface name (-W) allowed with this command" },
	{ CHECK, OPT_VIA, "interface name (-W) required for this command" },
	{ ICMP_PROTO | DST_PORTS, 0,
	  "ICMP types only allowed with -S, not with -D" },
	{ ALL_PROTO | PORTS, 0, "no ports allowed without specific protocol" },
	{ CHECK, ICMP_PROTO | ONE_ONE,
	  "one port required with source/destination address" },
	{ CHECK | ICMP_PROTO, ONE_SRC,
	  "ICMP type required after source address" },
	{ OPT_REDIR, ON_INPUT,
	  "redirecting only allowed in combination with -I" },
	{ OPT_REDIR | ICMP_PROTO, 0,
	  "redirecting not allowed with protocol ICMP" },
	{ OPT_MASQ, ON_FORWARD,
	  "masquerading only allowed in combination with -F" },
	{ OPT_MASQ | ICMP_PROTO, 0,
	  "masquerading not allowed with protocol ICMP" },
	{ OPT_MASQ, ACCEPTING, "masquerading only allowed with policy accept" },
};

static const struct check src_checks[] = {
	{ OPT_SRC | LISTING, 0,
	  "no source address (-S) allowed with this command" },
	{ CHECK, OPT_SRC, "source address (-S) required for this command" },
};

static const struct check dst_checks[] = {
	{ OPT_DST | LISTING, 0,
	  "no destination address (-D) allowed with this command" },
	{ CHECK, OPT_DST,
	  "destination address (-D) required for this command" },
};

static int run_checks(struct ipfwadm_parse *p, const struct check *c, size_t n)
{
	for (; n > 0; c++, n--)
		if ((p->facts & c->all) == c->all && !(p->facts & c->none))
			return ipfwadm_fail(p, "%s", c->message);
	return 0;
}

int ipfwadm_check_options(struct ipfwadm_parse *p)
{
	return run_checks(p, checks, sizeof(checks) / sizeof(checks[0]));
}

int ipfwadm_check_source(struct ipfwadm_parse *p)
{
	return run_checks(p, src_checks,
			  sizeof(src_checks) / sizeof(src_checks[0]));
}

int ipfwadm_check_destination(struct ipfwadm_parse *p)
{
	return run_checks(p, dst_checks,
			  sizeof(dst_checks) / sizeof(dst_checks[0]));
}
