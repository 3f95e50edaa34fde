/*
 * ipfwadm's command line while it is being parsed: what options.c has collected
 * for checks.c to judge and operands.c to look up.
 */
#ifndef IPFWADM_PARSE_H
#define IPFWADM_PARSE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/names.h"
#include "core/optscan.h"
#include "core/text.h"
#include "ipfwadm/options.h"

/* What the options add up to; conditions of the checks. */
enum fact {
	LEFTOVER = 1 << 0, /* words that belong to no option */
	HAS_COMMAND = 1 << 1,
	HAS_CATEGORY = 1 << 2,
	FIREWALL = 1 << 3, /* -F, -I, -O */
	ON_FORWARD = 1 << 4,
	ON_INPUT = 1 << 5,
	ON_MASQ = 1 << 6,
	EDIT = 1 << 7,    /* -a, -i, -d */
	LISTING = 1 << 8, /* -l, -f, -z, -p: options of a rule are refused */
	CHECK = 1 << 9,
	SET_POLICY = 1 << 10,
	TIMEOUTS = 1 << 11,
	SHOW = 1 << 12, /* -l, -l -z */
	POLICY_WORD = 1 << 13,
	ACCEPTING = 1 << 14,
	ALL_PROTO = 1 << 15,
	ICMP_PROTO = 1 << 16,
	PORTS = 1 << 17,
	DST_PORTS = 1 << 18,
	ONE_ONE = 1 << 19, /* one source and one destination port */
	ONE_SRC = 1 << 20,
	OPT_BIDIR = 1 << 21,
	OPT_LOG = 1 << 22,
	OPT_REDIR = 1 << 23,
	OPT_TOS = 1 << 24,
	OPT_MASQ = 1 << 25,
	OPT_PROTO = 1 << 26,
	OPT_VIA_ADDR = 1 << 27,
	OPT_VIA = 1 << 28,
	OPT_SRC = 1 << 29,
	OPT_DST = 1 << 30,
};

/* A -S or -D as it was typed. */
struct side_words {
	const char *addr;
	char *const *port;
	int words; /* behind the address */
	int ports; /* a range is two */
	bool range;
};

struct ipfwadm_parse {
	const char *prog;
	struct optscan scan;
	const struct resolver *names;
	struct ipfwadm_cmd *cmd;
	struct text *why;
	uint64_t seen; /* a bit an option that may come once */
	uint32_t facts;
	struct side_words src, dst;
	const char *redirect; /* NULL: port 0 */
};

/* The original's complaint, "PROG: ..." and the hint; returns the exit
 * status, 2. */
int ipfwadm_fail(struct ipfwadm_parse *p, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Adds the facts that follow from category, command and ports (checks.c). */
void ipfwadm_derive_facts(struct ipfwadm_parse *p);

/* What options may stand together. 0 or the exit status (checks.c). */
int ipfwadm_check_options(struct ipfwadm_parse *p);
int ipfwadm_check_source(struct ipfwadm_parse *p);
int ipfwadm_check_destination(struct ipfwadm_parse *p);

/* "ADDR" or "ADDR/MASK" of a side (operands.c). */
int ipfwadm_parse_address(struct ipfwadm_parse *p, const char *word,
			  struct ipfwadm_side *side);

/* The address of -V. */
int ipfwadm_parse_via_addr(struct ipfwadm_parse *p, const char *word,
			   uint32_t *addr);

/* A port of the rule's protocol, or an ICMP type. */
int ipfwadm_parse_port(struct ipfwadm_parse *p, const char *word,
		       uint16_t *port);

/* A side's ports, the range first wherever it stood. */
int ipfwadm_parse_ports(struct ipfwadm_parse *p, const struct side_words *side,
			uint16_t *port);

#endif
