/* Address, port and ICMP words, understood once the protocol is known. */
#include <netinet/in.h>
#include <string.h>

#include "core/addr.h"
#include "core/number.h"
#include "ipchains/icmp_names.h"
#include "ipchains/parse.h"

/* All addresses of a name, unmasked; 0: unknown. A network's is used as if it
 * were a full one (loopback = 127.0.0.0). */
static int look_up(const struct resolver *names, const char *name,
		   uint32_t addr[IPCHAINS_ADDRS])
{
	if (addr_parse_quad(name, addr) == 0 || names->network(name, addr) == 0)
		return 1;
	return names->host(name, addr, IPCHAINS_ADDRS);
}

/* Adds @addr under the mask, if it is not there already. */
static void add_addr(struct ipchains_addrs *a, uint32_t addr)
{
	addr &= a->mask;
	for (int i = 0; i < a->n; i++)
		if (a->addr[i] == addr)
			return;
	a->addr[a->n++] = addr;
}

bool ipchains_parse_addrs(struct parse *p, const char *word,
			  struct ipchains_addrs *a)
{
	const char *slash = strrchr(word, '/');
	int n = (int)(slash ? slash - word : (ptrdiff_t)strlen(word));
	uint32_t found[IPCHAINS_ADDRS] = { 0 };
	char name[1024];
	int count = 1;

	a->mask = 0xFFFFFFFF;
	a->n = 0;
	if (slash && mask_parse(slash + 1, &a->mask) != 0)
		return ipchains_fail(p, "invalid mask `%s' specified",
				     slash + 1);
	if (a->mask != 0) {
		if (n >= (int)sizeof(name)) {
			count = 0;
		} else {
			memcpy(name, word, (size_t)n);
			name[n] = '\0';
			count = look_up(p->env->names, name, found);
		}
		if (count <= 0)
			return ipchains_fail(p, "host/network `%.*s' not found",
					     n, word);
	}
	for (int i = 0; i < count; i++)
		add_addr(a, found[i]);
	return true;
}

static const char *port_proto(uint16_t proto)
{
	return proto == IPPROTO_TCP ? "tcp" : "udp";
}

bool ipchains_parse_port(struct parse *p, const char *word, uint16_t *port)
{
	uint16_t proto = p->cmd->rule.proto;
	int32_t decimal;

	if (proto != IPPROTO_ICMP && proto != IPPROTO_TCP &&
	    proto != IPPROTO_UDP)
		return ipchains_fail(
			p, "can only specify ports for icmp, tcp or udp");
	if (number_parse(word, 10, 0, FW_PORT_MAX, &decimal) == 0) {
		*port = (uint16_t)decimal;
		return true;
	}
	if (proto == IPPROTO_ICMP)
		return ipchains_fail(p, "invalid ICMP type `%s' specified",
				     word);
	if (p->env->names->service(word, port_proto(proto), port) == 0)
		return true;
	return ipchains_fail(p, "invalid port/service `%s' specified", word);
}

bool ipchains_parse_ports(struct parse *p, const char *word, uint16_t port[2])
{
	const char *colon = word ? strchr(word, ':') : NULL;
	struct text low = { 0 };
	bool ok;

	port[0] = 0;
	port[1] = FW_PORT_MAX;
	if (!word)
		return true;
	if (!colon) {
		ok = ipchains_parse_port(p, word, &port[0]);
		port[1] = port[0];
		return ok;
	}
	text_add(&low, word, (size_t)(colon - word));
	ok = (low.len == 0 || ipchains_parse_port(p, low.s, &port[0])) &&
	     (colon[1] == '\0' || ipchains_parse_port(p, colon + 1, &port[1]));
	text_fini(&low);
	return ok;
}

/* Type and code by one name. */
static bool take_icmp_name(struct parse *p, const struct icmp_name *name)
{
	struct ipchains_cmd *cmd = p->cmd;

	if (cmd_has(cmd, OPT_DPORT))
		return ipchains_fail(p,
				     "Can't use ICMP name and destination port "
				     "together");
	cmd->options |= 1u << OPT_DPORT;
	cmd->rule.sport[0] = cmd->rule.sport[1] = name->type;
	cmd->rule.dport[0] = name->code[0];
	cmd->rule.dport[1] = name->code[1];
	if (cmd_is(cmd, CMD_CHECK)) {
		if (name->several)
			return ipchains_fail(p,
					     "Must specify exact ICMP type for "
					     "testing");
		cmd->rule.dport[1] = name->code[0];
	}
	if (cmd->rule.inv & (FW_INV_SPORT | FW_INV_DPORT))
		return ipchains_fail(p, "Can't invert named ICMP types");
	return true;
}

bool ipchains_parse_icmp(struct parse *p)
{
	const struct icmp_name *name, *clash[2];

	if (p->sport) {
		name = icmp_name_find(p->sport, clash);
		if (name)
			return take_icmp_name(p, name);
		if (clash[0])
			return ipchains_fail(
				p, "Ambiguous ICMP `%s' : `%s' or `%s'?",
				p->sport, clash[0]->name, clash[1]->name);
	}
	return ipchains_parse_ports(p, p->sport, p->cmd->rule.sport) &&
	       ipchains_parse_ports(p, p->dport, p->cmd->rule.dport);
}
