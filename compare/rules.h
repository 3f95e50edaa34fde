/* A host's rules as decision diagrams: packets to outcomes. */
#ifndef COMPARE_RULES_H
#define COMPARE_RULES_H

#include <stdint.h>

#include "compare/headers.h"
#include "compare/outcome.h"

struct fw;

enum way { WAY_INPUT, WAY_FORWARD, WAY_OUTPUT, WAYS };

/* Tells @h what interfaces the host's rules know. */
void rules_tell(struct headers *h, struct fw *fw);

/*
 * What the host's input, forward and output rules do, each a diagram whose
 * values are numbers in @o. Source: Linux 2.2, 2.0 and 1.3.56, net/ipv4/ip_fw.c
 * (ip_fw_check, ip_fw_chk). 0, or -ENOMEM.
 */
int rules_diagrams(struct headers *h, struct outcomes *o, struct fw *fw,
		   uint32_t way[WAYS]);

/* What rules.c asks of each kind of rules. */
struct rules_kind {
	void (*tell)(struct headers *h, struct fw *fw);
	int (*diagrams)(struct headers *h, struct outcomes *o, struct fw *fw,
			uint32_t way[WAYS]);
};
extern const struct rules_kind rules22, rules20;

#endif
