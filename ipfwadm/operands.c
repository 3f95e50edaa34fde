/* Addresses, masks and ports of ipfwadm's command line. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/addr.h"
#include "core/number.h"
#include "ipfwadm/parse.h"

/* The host's addresses into @side; -ENOENT: there is no such host. */
static int look_up(const struct resolver *names, const char *word,
		   struct ipfwadm_side *side)
{
	side->addrs = 1;
	if (addr_parse_quad(word, &side->addr[0]) == 0 ||
	    names->network(word, &side->addr[0]) == 0)
		return 0;
	side->addrs = names->host(word, side->addr, IPFWADM_ADDRS);
	return side->addrs > 0 ? 0 : -ENOENT;
}

/* Masks the addresses; of those that are then equal the first stays. */
static void mask_side(struct ipfwadm_side *side)
{
	int kept = 0;

	for (int i = 0; i < side->addrs; i++) {
		uint32_t addr = side->addr[i] & side->mask;
		int j = 0;

		while (j < kept && side->addr[j] != addr)
			j++;
		side->addr[j] = addr;
		if (j == kept)
			kept++;
	}
	side->addrs = kept;
}

int ipfwadm_parse_address(struct ipfwadm_parse *p, const char *word,
			  struct ipfwadm_side *side)
{
	const char *slash = strrchr(word, '/');
	char *host =
		strndup(word, slash ? (size_t)(slash - word) : strlen(word));
	int status = 0;

	side->mask = 0xFFFFFFFF;
	if (!host)
		return ipfwadm_fail(p, "out of memory");
	if (slash && mask_parse(slash + 1, &side->mask))
		status = ipfwadm_fail(p, "invalid mask \"%s\" specified",
				      slash + 1);
	else if (side->mask == 0)
		side->addrs = 1; /* the address is not even looked at */
	else if (look_up(p->names, host, side))
		status = ipfwadm_fail(p, "host/network \"%s\" not found", host);
	free(host);
	mask_side(side);
	return status;
}

int ipfwadm_parse_via_addr(struct ipfwadm_parse *p, const char *word,
			   uint32_t *addr)
{
	uint32_t found[2];
	int n;

	if (addr_parse_quad(word, addr) == 0)
		return 0;
	n = p->names->host(word, found, 2);
	if (n < 1)
		return ipfwadm_fail(p, "host \"%s\" not found", word);
	if (n > 1)
		return ipfwadm_fail(
			p, "hostname \"%s\" does not specify a unique address",
			word);
	*addr = found[0];
	return 0;
}

int ipfwadm_parse_port(struct ipfwadm_parse *p, const char *word,
		       uint16_t *port)
{
	static const char *const proto[] = {
		[FW20_TCP] = "tcp", [FW20_UDP] = "udp", [FW20_ICMP] = NULL
	};
	int kind = p->cmd->rule.flags & FW20_KIND;
	int32_t number;

	if (number_parse(word, 10, 0, 65535, &number) == 0) {
		*port = (uint16_t)number;
		return 0;
	}
	if (proto[kind] && p->names->service(word, proto[kind], port) == 0)
		return 0;
	return ipfwadm_fail(p,
			    kind == FW20_ICMP
				    ? "invalid ICMP type \"%s\" specified"
				    : "invalid port/service \"%s\" specified",
			    word);
}

static int parse_range(struct ipfwadm_parse *p, const char *word,
		       uint16_t port[2])
{
	const char *colon = strchr(word, ':');
	char *lower = strndup(word, (size_t)(colon - word));
	int status;

	if (!lower)
		return ipfwadm_fail(p, "out of memory");
	status = ipfwadm_parse_port(p, lower, &port[0]);
	free(lower);
	if (status == 0)
		status = ipfwadm_parse_port(p, colon + 1, &port[1]);
	if (status == 0 && port[0] > port[1])
		status = ipfwadm_fail(p, "invalid range of ports (%d > %d)",
				      port[0], port[1]);
	return status;
}

int ipfwadm_parse_ports(struct ipfwadm_parse *p, const struct side_words *side,
			uint16_t *port)
{
	uint16_t *next = port + (side->range ? 2 : 0);
	int status = 0;

	for (int i = 0; i < side->words && status == 0; i++)
		if (strchr(side->port[i], ':'))
			status = parse_range(p, side->port[i], port);
		else
			status = ipfwadm_parse_port(p, side->port[i], next++);
	return status;
}
