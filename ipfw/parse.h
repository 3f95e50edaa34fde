/* ipfw's command line while it is being parsed. */
#ifndef IPFW_PARSE_H
#define IPFW_PARSE_H

#include "ipfw/options.h"

struct ipfw_parse {
	char *const *word; /* the next one; NULL ends them */
	const struct resolver *names;
	struct ipfw_cmd *cmd;
	struct ipfw_output *o;
};

/* A complaint, without the program's name. Returns the exit status, 1. */
int ipfw_fail(struct ipfw_parse *p, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* From the action or protocol on (rule.c). 0 or the exit status. */
int ipfw_parse_rule(struct ipfw_parse *p);
int ipfw_parse_packet(struct ipfw_parse *p);

/* An address with its mask, out of the next word (address.c). */
int ipfw_parse_host(struct ipfw_parse *p, uint32_t *addr, uint32_t *mask);

#endif
