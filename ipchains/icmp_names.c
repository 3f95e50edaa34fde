/* ICMP types and codes by name (RFC 792, 1122, 1256, 1812), as ipchains 1.3.9
 * called them. */
#include "ipchains/icmp_names.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "core/rule.h"

#define ANY_CODE                                                               \
	{                                                                      \
		0, FW_PORT_MAX                                                 \
	}

/* The order shows in the help, in listings and in what is ambiguous. */
static const struct icmp_name names[] = {
	{ "echo-reply", 0, ANY_CODE, false },
	{ "pong", 0, ANY_CODE, false },
	{ "destination-unreachable", 3, ANY_CODE, true },
	{ "network-unreachable", 3, { 0, 0 }, false },
	{ "host-unreachable", 3, { 1, 1 }, false },
	{ "protocol-unreachable", 3, { 2, 2 }, false },
	{ "port-unreachable", 3, { 3, 3 }, false },
	{ "fragmentation-needed", 3, { 4, 4 }, false },
	{ "source-route-failed", 3, { 5, 5 }, false },
	{ "network-unknown", 3, { 6, 6 }, false },
	{ "host-unknown", 3, { 7, 7 }, false },
	{ "network-prohibited", 3, { 9, 9 }, false },
	{ "host-prohibited", 3, { 10, 10 }, false },
	{ "TOS-network-unreachable", 3, { 11, 11 }, false },
	{ "TOS-host-unreachable", 3, { 12, 12 }, false },
	{ "communication-prohibited", 3, { 13, 13 }, false },
	{ "host-precedence-violation", 3, { 14, 14 }, false },
	{ "precedence-cutoff", 3, { 15, 15 }, false },
	{ "source-quench", 4, ANY_CODE, false },
	{ "redirect", 5, ANY_CODE, true },
	{ "network-redirect", 5, { 0, 0 }, false },
	{ "host-redirect", 5, { 1, 1 }, false },
	{ "TOS-network-redirect", 5, { 2, 2 }, false },
	{ "TOS-host-redirect", 5, { 3, 3 }, false },
	{ "echo-request", 8, ANY_CODE, false },
	{ "ping", 8, ANY_CODE, false },
	{ "router-advertisement", 9, ANY_CODE, false },
	{ "router-solicitation", 10, ANY_CODE, false },
	{ "time-exceeded", 11, ANY_CODE, true },
	{ "ttl-exceeded", 11, ANY_CODE, true },
	{ "ttl-zero-during-transit", 11, { 0, 0 }, false },
	{ "ttl-zero-during-reassembly", 11, { 1, 1 }, false },
	{ "parameter-problem", 12, ANY_CODE, true },
	{ "ip-header-bad", 12, { 0, 0 }, false },
	{ "required-option-missing", 12, { 1, 1 }, false },
	{ "timestamp-request", 13, ANY_CODE, false },
	{ "timestamp-reply", 14, ANY_CODE, false },
	{ "address-mask-request", 17, ANY_CODE, false },
	{ "address-mask-reply", 18, ANY_CODE, false },
};

enum { NAMES = sizeof(names) / sizeof(names[0]) };

const struct icmp_name *icmp_name_find(const char *word,
				       const struct icmp_name *clash[2])
{
	size_t len = strlen(word);
	const struct icmp_name *first = NULL;

	clash[0] = clash[1] = NULL;
	for (size_t i = 0; i < NAMES; i++) {
		if (strncasecmp(names[i].name, word, len) != 0)
			continue;
		if (first) {
			clash[0] = first;
			clash[1] = &names[i];
			return NULL;
		}
		first = &names[i];
	}
	return first;
}

const char *icmp_name_of(const uint16_t type[2], const uint16_t code[2])
{
	for (size_t i = 0; i < NAMES; i++)
		if (type[0] == names[i].type && type[1] == names[i].type &&
		    code[0] == names[i].code[0] && code[1] == names[i].code[1])
			return names[i].name;
	return NULL;
}

void icmp_names_list(struct text *out)
{
	for (size_t i = 0; i < NAMES; i++) {
		const struct icmp_name *n = &names[i], *before = n - 1;
		bool same = i > 0 && n->type == before->type;

		if (same && n->code[0] == before->code[0] &&
		    n->code[1] == before->code[1])
			text_printf(out, " (%s)", n->name);
		else
			text_printf(out, "%s%s%s", i > 0 ? "\n" : "",
				    same ? "   " : "", n->name);
	}
	text_putc(out, '\n');
}
