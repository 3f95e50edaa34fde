/* Lines of ipfwadm's output. Everywhere @names NULL means numeric. */
#ifndef IPFWADM_PRINT_H
#define IPFWADM_PRINT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/names.h"
#include "core/rule20.h"
#include "core/text.h"

/* A line of /proc/net/ip_masquerade as the tool reads it. Host order. */
struct ipfwadm_masq {
	uint32_t src, dst;
	uint16_t sport, dport, mport;
	bool udp; /* else TCP */
	uint32_t init_seq;
	int16_t delta, previous_delta;
	uint32_t expires; /* ticks left */
};

/* A listing of rules; @acct: of the accounting list. @show: enum ipfwadm_show.
 */
void ipfwadm_print_rule_header(bool acct, uint8_t show, struct text *out);
void ipfwadm_print_rule(const struct fw20_rule_row *row, bool acct,
			uint8_t show, const struct resolver *names,
			struct text *out);

/* A listing of masquerade entries. */
void ipfwadm_print_masq_header(uint8_t show, struct text *out);
void ipfwadm_print_masq(const struct ipfwadm_masq *m, uint8_t show,
			const struct resolver *names, struct text *out);

/* What -v says before a rule is changed, and before a packet is checked. */
void ipfwadm_print_change(const struct fw20_rule *r, bool acct,
			  struct text *out);
void ipfwadm_print_check(const struct fw20_rule *r, struct text *out);

/* What -h says. */
void ipfwadm_print_help(const char *prog, struct text *out);

#endif
