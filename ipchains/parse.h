/* A command line being parsed: what the steps in options.c, commands.c,
 * address.c and checks.c share. */
#ifndef IPCHAINS_PARSE_H
#define IPCHAINS_PARSE_H

#include "core/optscan.h"
#include "ipchains/options.h"

struct parse {
	struct optscan scan;
	const struct ipchains_env *env;
	struct ipchains_cmd *cmd;
	struct ipchains_end *end;
	struct text *out;
	bool invert; /* a "!" waits for the next option */
	bool no_warnings;
	/* Words that can be understood only when all options are known. */
	const char *src, *dst, *sport, *dport, *redir;
};

/* Ends the parse with status 2 and this text; always returns false. */
bool ipchains_fail(struct parse *p, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* The next word, if it may be one that an option picks up itself; else NULL. */
const char *ipchains_operand(struct parse *p);

/* Commands by their letters, with the words behind them. */
bool ipchains_is_command(int letter);
bool ipchains_take_command(struct parse *p, int letter, const char *arg);

/* The letter that messages give an option. */
char ipchains_option_letter(enum ipchains_option o);

/* The address words behind -s, -d. */
bool ipchains_parse_addrs(struct parse *p, const char *word,
			  struct ipchains_addrs *a);
/* A port word of the rule's protocol, A:B or one; NULL is any. */
bool ipchains_parse_ports(struct parse *p, const char *word, uint16_t port[2]);
/* One port of the rule's protocol. */
bool ipchains_parse_port(struct parse *p, const char *word, uint16_t *port);
/* Both port words where the protocol is ICMP: type and code. */
bool ipchains_parse_icmp(struct parse *p);

/* All that is checked once every option is known, in the original's order. */
bool ipchains_parse_check(struct parse *p);

#endif
