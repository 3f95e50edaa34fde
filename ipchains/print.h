/* Lines of ipchains's output: pure functions from rows to text. */
#ifndef IPCHAINS_PRINT_H
#define IPCHAINS_PRINT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/names.h"
#include "core/rule.h"
#include "core/text.h"

struct print_style {
	bool numeric, verbose, exact, lines;
	const struct resolver *names;
};

/* A line of /proc/net/ip_masquerade. Host order. */
struct print_masq {
	char proto[8];
	uint32_t src, dst;
	uint32_t sport, dport, mport;
	uint32_t init_seq;
	int32_t delta, previous_delta;
	uint32_t expires; /* ticks */
};

void ipchains_print_chain(const struct print_style *s,
			  const struct fw_chain_row *row, struct text *out);
void ipchains_print_rule_header(const struct print_style *s, struct text *out);
/* @number counts from 1 in its chain. */
void ipchains_print_rule(const struct print_style *s,
			 const struct fw_rule_row *row, int number,
			 struct text *out);

/* The one line that -v shows before a rule is handed to the kernel. */
void ipchains_print_change(const struct fw_rule *rule,
			   const struct resolver *names, struct text *out);

void ipchains_print_masq_header(const struct print_style *s, struct text *out);
void ipchains_print_masq(const struct print_style *s,
			 const struct print_masq *m, struct text *out);

#endif
