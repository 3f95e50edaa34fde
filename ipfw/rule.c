/* Rules and packets on ipfw's command line. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "ipfw/parse.h"

static const char *const kinds[] = { "all", "tcp", "udp", "icmp" };

static bool is_word(const char *word, const char *text)
{
	return word && strcmp(word, text) == 0;
}

/* "usage: ipfirewall OPERATION CHAIN ...", as the original spelt it. */
static int chain_usage(struct ipfw_parse *p)
{
	static const char *const operations[IPFW_OPERATIONS] = {
		[IPFW_CHECK] = "check",
		[IPFW_ADD] = "add",
		[IPFW_DELETE] = "delete",
	};
	static const char *const chains[] = {
		[IPFW_BLOCKING] = "blocking",
		[IPFW_FORWARDING] = "forwarding",
		[IPFW_ACCOUNTING] = "accounting",
		[IPFW_MASQUERADING] = "maquerading",
	};

	text_printf(&p->o->err, "usage: ipfirewall %s %s ...\n",
		    operations[p->cmd->operation], chains[p->cmd->chain]);
	return 1;
}

static int parse_protocol(struct ipfw_parse *p)
{
	const char *word = *p->word;
	bool check = p->cmd->operation == IPFW_CHECK;

	if (!word) {
		ipfw_fail(p, "missing protocol name%s", check ? "" : ".");
		return check ? chain_usage(p) : 1;
	}
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (is_word(word, kinds[i])) {
			p->cmd->rule.flags |= (uint16_t)i;
			p->word++;
			return 0;
		}
	text_printf(&p->o->err, "illegal protocol name \"%s\"\n", word);
	return chain_usage(p);
}

static int parse_action(struct ipfw_parse *p)
{
	static const struct {
		const char *word;
		uint16_t flag;
	} actions[] = {
		{ "accept", FW20_ACCEPT },
		{ "deny", 0 },
		{ "reject", FW20_ICMPRPL },
	};
	const char *word = *p->word;

	if (!word)
		return ipfw_fail(p, "missing \"accept\" or \"deny\" keyword");
	for (int i = 0; i < 3; i++)
		if (is_word(word, actions[i].word)) {
			p->cmd->rule.flags |= actions[i].flag;
			p->word++;
			return 0;
		}
	return ipfw_fail(p,
			 p->cmd->operation == IPFW_ADD
				 ? "expected \"accept\", \"deny\" or "
				   "\"reject\", got \"%s\""
				 : "expected \"accept\" or \"deny\", got "
				   "\"%s\"",
			 word);
}

/* "iface ADDR", if it is there. */
static int parse_iface(struct ipfw_parse *p)
{
	struct in_addr in;

	if (!is_word(*p->word, "iface"))
		return 0;
	p->word++;
	if (!*p->word)
		return ipfw_fail(p, "missing interface address.");
	in.s_addr = inet_addr(*p->word);
	if (in.s_addr == INADDR_NONE) {
		text_puts(&p->o->err, "Invalid interface address.\n");
		return 1;
	}
	p->cmd->rule.via_addr = ntohl(in.s_addr);
	p->word++;
	return 0;
}

static int parse_keyword(struct ipfw_parse *p, const char *keyword)
{
	if (!*p->word)
		return ipfw_fail(p, "missing \"%s\" keyword", keyword);
	if (!is_word(*p->word, keyword))
		return ipfw_fail(p, "expected \"%s\"%s, got \"%s\"", keyword,
				 p->cmd->operation == IPFW_CHECK ? " keyword"
								 : "",
				 *p->word);
	p->word++;
	return 0;
}

static bool has_ports(const struct ipfw_parse *p)
{
	int kind = p->cmd->rule.flags & FW20_KIND;

	return kind == FW20_TCP || kind == FW20_UDP;
}

/* A number of digits alone, or a service. */
static int parse_port(struct ipfw_parse *p, const char *text, uint16_t *port)
{
	const char *proto = kinds[p->cmd->rule.flags & FW20_KIND];
	long number;

	if (text[0] && text[strspn(text, "0123456789")] == '\0') {
		number = strtol(text, NULL, 10);
		if (number > INT32_MAX)
			number = INT32_MAX; /* a long had 32 bits */
		if (number < 1 || number > 65535)
			return ipfw_fail(p, "port number out of range (%ld)",
					 number);
		*port = (uint16_t)number;
		return 0;
	}
	if (p->names->service(text, proto, port) == 0)
		return 0;
	return ipfw_fail(p, "unknown %s service \"%s\"", proto, text);
}

static int parse_range(struct ipfw_parse *p, const char *word, uint16_t port[2])
{
	const char *colon = strchr(word, ':');
	char *lower = strndup(word, (size_t)(colon - word));
	int status;

	if (!lower)
		return ipfw_fail(p, "out of memory");
	status = parse_port(p, lower, &port[0]);
	free(lower);
	return status ? status : parse_port(p, colon + 1, &port[1]);
}

static bool is_port(const char *word)
{
	return word && !is_word(word, "from") && !is_word(word, "to");
}

/* A side's ports, @most at most, into @port; a range comes first. */
static int parse_ports(struct ipfw_parse *p, int most, uint16_t *port,
		       uint16_t *count, uint16_t range)
{
	int n = 0, status = 0;

	for (; is_port(*p->word) && status == 0; p->word++) {
		const char *word = *p->word;

		if (n >= most)
			return ipfw_fail(p,
					 "too many port numbers (max %d, got "
					 "at least %d, next parm=\"%s\")",
					 most, most + 1, word);
		if (!strchr(word, ':')) {
			status = parse_port(p, word, &port[n++]);
			continue;
		}
		if (n > 0)
			return ipfw_fail(p,
					 "port ranges are only allowed for the "
					 "first port value pair (%s)",
					 word);
		if (most < 2)
			return ipfw_fail(p, "port range not allowed here (%s)",
					 word);
		status = parse_range(p, word, port);
		p->cmd->rule.flags |= range;
		n = 2;
	}
	*count = (uint16_t)n;
	return status;
}

/* Words that are left: they, and only they, go to standard output. */
static int parse_end(struct ipfw_parse *p)
{
	if (!*p->word)
		return 0;
	text_puts(&p->o->err, "ipfw: extra parameters at end of command (");
	for (; *p->word; p->word++)
		text_printf(&p->o->out, "%s ", *p->word);
	text_puts(&p->o->err, ")\n");
	return 1;
}

static int parse_source(struct ipfw_parse *p)
{
	struct fw20_rule *r = &p->cmd->rule;
	int status = parse_keyword(p, "from");

	if (status == 0)
		status = ipfw_parse_host(p, &r->src, &r->smask);
	if (status == 0 && has_ports(p))
		status = parse_ports(p, FW20_PORTS, r->port, &r->n_src,
				     FW20_SRANGE);
	return status;
}

static int parse_destination(struct ipfw_parse *p)
{
	struct fw20_rule *r = &p->cmd->rule;
	int status = parse_keyword(p, "to");

	if (status == 0)
		status = ipfw_parse_host(p, &r->dst, &r->dmask);
	if (status == 0 && has_ports(p))
		status =
			parse_ports(p, FW20_PORTS - r->n_src,
				    r->port + r->n_src, &r->n_dst, FW20_DRANGE);
	return status;
}

int ipfw_parse_rule(struct ipfw_parse *p)
{
	static const uint16_t implied[] = {
		[IPFW_BLOCKING] = 0,
		[IPFW_FORWARDING] = 0,
		[IPFW_ACCOUNTING] = FW20_ACCEPT,
		[IPFW_MASQUERADING] = FW20_ACCEPT | FW20_MASQ,
	};
	uint16_t flags = implied[p->cmd->chain];
	int status = flags ? 0 : parse_action(p);

	p->cmd->rule.flags |= flags;
	if (status == 0)
		status = parse_protocol(p);
	if (status == 0)
		status = parse_iface(p);
	if (status == 0)
		status = parse_source(p);
	if (status == 0)
		status = parse_destination(p);
	if (status == 0)
		status = parse_end(p);
	return status;
}

/* The address and, where there are ports, the one port of a side. */
static int parse_packet_side(struct ipfw_parse *p, const char *keyword,
			     uint32_t *addr, uint32_t *mask, uint16_t *port)
{
	int status = parse_keyword(p, keyword);

	if (status == 0)
		status = ipfw_parse_host(p, addr, mask);
	if (status || !has_ports(p))
		return status;
	if (!is_port(*p->word))
		return ipfw_fail(p, "missing port number");
	if (strchr(*p->word, ':'))
		return ipfw_fail(p, "port range not allowed here (%s)",
				 *p->word);
	return parse_port(p, *p->word++, port);
}

int ipfw_parse_packet(struct ipfw_parse *p)
{
	struct fw20_rule *r = &p->cmd->rule;
	int status = parse_protocol(p);

	/* Quirk: it goes on. */
	if (status == 0 && !has_ports(p))
		ipfw_fail(p, "can only check TCP or UDP packets");
	if (status == 0)
		status = parse_packet_side(p, "from", &r->src, &r->smask,
					   &r->port[0]);
	if (status == 0)
		status = parse_packet_side(p, "to", &r->dst, &r->dmask,
					   &r->port[1]);
	if (status == 0)
		status = parse_end(p);
	return status;
}
