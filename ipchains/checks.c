/* What is checked of a command line once all of it was read: order and words
 * are the original's. */
#include <netinet/in.h>
#include <string.h>

#include "ipchains/parse.h"

/* clang-format off */
/* o: allowed, +: required, else illegal. Columns as enum ipchains_option. */
static const char legal[CMD_COUNT][OPT_COUNT + 1] = {
	/*                      nsdpjybvlxtifm12o3 */
	[CMD_INSERT]       =   ".oooooooo.ooooooo.",
	[CMD_DELETE]       =   ".oooooooo.ooooooo.",
	[CMD_DELETE_NUM]   =   ".......o..........",
	[CMD_REPLACE]      =   ".ooooo.oo.ooooooo.",
	[CMD_APPEND]       =   ".oooooooo.ooooooo.",
	[CMD_LIST]         =   "o......o.o.......o",
	[CMD_FLUSH]        =   ".......o..........",
	[CMD_ZERO]         =   ".......o..........",
	[CMD_NEW_CHAIN]    =   ".......o..........",
	[CMD_DELETE_CHAIN] =   ".......o..........",
	[CMD_POLICY]       =   ".......o..........",
	[CMD_MASQ]         =   "..................",
	[CMD_SET]          =   ".......o..........",
	[CMD_CHECK]        =   ".+++.ooo...+o.oo..",
};
/* clang-format on */

static bool chain_is(const struct ipchains_cmd *cmd, const char *name)
{
	return cmd->chain && strcmp(cmd->chain, name) == 0;
}

static bool target_is(const struct ipchains_cmd *cmd, const char *name)
{
	return strcmp(cmd->rule.target, name) == 0;
}

static bool check_line(struct parse *p)
{
	if (optscan_peek(&p->scan, 0))
		return ipchains_fail(p,
				     "unknown arguments found on commandline");
	if (!p->cmd->commands)
		return ipchains_fail(p, "no command specified");
	if (p->invert)
		return ipchains_fail(p, "nothing appropriate following !");
	return true;
}

/* Words that waited for the protocol. A port option without an address is never
 * looked at, unless for ICMP, and counts as port 0. */
static bool check_words(struct parse *p)
{
	struct ipchains_cmd *cmd = p->cmd;
	bool icmp = cmd->rule.proto == IPPROTO_ICMP;

	if (cmd_is(cmd, CMD_INSERT) || cmd_is(cmd, CMD_DELETE) ||
	    cmd_is(cmd, CMD_REPLACE) || cmd_is(cmd, CMD_APPEND)) {
		p->src = p->src ? p->src : "0.0.0.0/0";
		p->dst = p->dst ? p->dst : "0.0.0.0/0";
	}
	if (p->src &&
	    !(ipchains_parse_addrs(p, p->src, &cmd->src) &&
	      (icmp || ipchains_parse_ports(p, p->sport, cmd->rule.sport))))
		return false;
	if (p->dst &&
	    !(ipchains_parse_addrs(p, p->dst, &cmd->dst) &&
	      (icmp || ipchains_parse_ports(p, p->dport, cmd->rule.dport))))
		return false;
	return !icmp || ipchains_parse_icmp(p);
}

static bool check_addresses(struct parse *p)
{
	const struct ipchains_cmd *cmd = p->cmd;

	if (cmd->src.n <= 1 && cmd->dst.n <= 1)
		return true;
	if (cmd->rule.inv & (FW_INV_SRC | FW_INV_DST))
		return ipchains_fail(p, "! not allowed with multiple source or "
					"destination IP addresses");
	if (cmd_has(cmd, OPT_BIDIR))
		return ipchains_fail(p,
				     "-b not allowed with multiple source or "
				     "destination IP addresses");
	return true;
}

static bool check_protocol(struct parse *p)
{
	const struct ipchains_cmd *cmd = p->cmd;
	const struct fw_rule *rule = &cmd->rule;
	bool any = rule->proto == 0 || rule->inv & FW_INV_PROTO;
	bool ports = cmd_has(cmd, OPT_SPORT) || cmd_has(cmd, OPT_DPORT);
	bool frag = rule->flags & FW_F_FRAG && !(rule->inv & FW_INV_FRAG);

	if (any && ports)
		return ipchains_fail(
			p, "no ports allowed without specific protocol");
	if (cmd_has(cmd, OPT_SYN) && (any || rule->proto != IPPROTO_TCP))
		return ipchains_fail(p, "-y only allowed with TCP protocol");
	if (frag && ports)
		return ipchains_fail(p, "no ports allowed with -f");
	if (frag && cmd_has(cmd, OPT_SYN))
		return ipchains_fail(p, "-y not allowed with -f");
	return true;
}

/* A packet to test has one port on each side, and nothing inverted. */
static bool check_probe(struct parse *p)
{
	const struct ipchains_cmd *cmd = p->cmd;
	const struct fw_rule *rule = &cmd->rule;
	bool has_ports = rule->proto == IPPROTO_TCP ||
			 rule->proto == IPPROTO_UDP ||
			 rule->proto == IPPROTO_ICMP;

	if (!cmd_is(cmd, CMD_CHECK))
		return true;
	if (has_ports && !(rule->flags & FW_F_FRAG) &&
	    !(cmd_has(cmd, OPT_SPORT) && cmd_has(cmd, OPT_DPORT) &&
	      rule->sport[0] == rule->sport[1] &&
	      rule->dport[0] == rule->dport[1]))
		return ipchains_fail(p, "one port required with "
					"source/destination address for -C");
	if (rule->inv)
		return ipchains_fail(p, "! not allowed with -C");
	return true;
}

static bool check_target(struct parse *p)
{
	const struct ipchains_cmd *cmd = p->cmd;
	const struct fw_rule *rule = &cmd->rule;

	if (target_is(cmd, "REDIRECT") &&
	    (rule->inv & FW_INV_PROTO ||
	     (rule->proto != IPPROTO_TCP && rule->proto != IPPROTO_UDP)))
		return ipchains_fail(p, "redirecting only allowed with TCP or "
					"UDP");
	if (target_is(cmd, "MASQ") &&
	    (chain_is(cmd, "input") || chain_is(cmd, "output")))
		return ipchains_fail(p,
				     "masquerading not allowed for input and "
				     "output chains");
	if (target_is(cmd, "REDIRECT") &&
	    (chain_is(cmd, "output") || chain_is(cmd, "forward")))
		return ipchains_fail(p, "redirect not allowed for output and "
					"forward chains");
	if (cmd_is(cmd, CMD_REPLACE) && (cmd->src.n != 1 || cmd->dst.n != 1))
		return ipchains_fail(p, "Replacement rule does not specify a "
					"unique address");
	return true;
}

static void warn_forwarding(struct parse *p)
{
	const struct ipchains_cmd *cmd = p->cmd;

	if (p->no_warnings || !chain_is(cmd, "forward") ||
	    !(cmd_is(cmd, CMD_APPEND) || cmd_is(cmd, CMD_INSERT)) ||
	    !p->env->warn_forwarding(p->env->ctx))
		return;
	text_puts(p->out,
		  "Warning: you must enable IP forwarding for packets to be "
		  "forwarded at all:\n"
		  " Use `echo 1 > /proc/sys/net/ipv4/ip_forward'\n");
}

/* What the given commands together say of an option: legal for one of them is
 * enough. */
static bool check_option(struct parse *p, enum ipchains_option o)
{
	bool given = cmd_has(p->cmd, o), allowed = false;

	for (unsigned int c = 0; c < CMD_COUNT; c++) {
		if (!cmd_is(p->cmd, c))
			continue;
		if (legal[c][o] == '+' && !given)
			return ipchains_fail(
				p,
				"You need to supply the `-%c' option "
				"for this command\n",
				ipchains_option_letter(o));
		allowed = allowed || legal[c][o] != '.';
	}
	if (given && !allowed)
		return ipchains_fail(p,
				     "Illegal option `-%c' with this command\n",
				     ipchains_option_letter(o));
	return true;
}

static bool check_options(struct parse *p)
{
	for (unsigned int o = 0; o < OPT_COUNT; o++)
		if (!check_option(p, o))
			return false;
	return true;
}

/* The message says 8 is too long; it is not. */
static bool check_label(struct parse *p)
{
	const char *chain = p->cmd->chain;

	if (chain && strlen(chain) > FW_LABEL_MAX)
		return ipchains_fail(
			p, "chain name `%s' too long (must be under %d chars)",
			chain, FW_LABEL_MAX);
	return true;
}

/* Of the five bits of a TOS (RFC 1349) only these three are counted. */
static bool several_tos_bits(unsigned int tos)
{
	tos &= 0x0E;
	return tos & (tos - 1);
}

static bool check_tos(struct parse *p)
{
	static const struct {
		unsigned int tos;
		const char *name;
	} services[] = {
		{ 0x10, "Minimize Delay" },
		{ 0x08, "Minimize Throughput" },
		{ 0x04, "Maximize Reliability" },
		{ 0x02, "Minimize Cost" },
		{ 0x00, "Normal Service" },
	};
	unsigned int and = p->cmd->rule.tos_and, xor = p->cmd->rule.tos_xor;

	if (!(and&1) || xor&1)
		return ipchains_fail(p, "TOS manipulation cannot alter bit 0 "
					"(RFC1349)\n");
	if (several_tos_bits(~and&xor))
		return ipchains_fail(p,
				     "TOS manipulation cannot set multiple TOS "
				     "bits (RFC1349)\n");
	if (p->no_warnings)
		return true;
	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++)
		if (several_tos_bits((services[i].tos & and) ^ xor))
			text_printf(p->out,
				    "Warning: TOS manipulation may set "
				    "multiple TOS bits for %s TOS (0x%02X)\n",
				    services[i].name, services[i].tos);
	return true;
}

bool ipchains_parse_check(struct parse *p)
{
	if (!check_line(p) || !check_words(p) || !check_addresses(p) ||
	    !check_protocol(p) || !check_probe(p) || !check_target(p))
		return false;
	warn_forwarding(p);
	if (!check_options(p) || !check_label(p))
		return false;
	if (target_is(p->cmd, "REDIRECT") &&
	    !ipchains_parse_port(p, p->redir ? p->redir : "0",
				 &p->cmd->rule.redir_port))
		return false;
	if (!check_tos(p))
		return false;
	if (cmd_is(p->cmd, CMD_MASQ) && !cmd_is(p->cmd, CMD_LIST) &&
	    !cmd_is(p->cmd, CMD_SET))
		return ipchains_fail(p,
				     "-M/--masquerading requires -L/--list or "
				     "-S/--set");
	return true;
}
