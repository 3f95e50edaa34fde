/*
 * ipfw's command line: words in, a command, or an exit status and what is to be
 * printed, out. Nothing is touched.
 */
#ifndef IPFW_OPTIONS_H
#define IPFW_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/names.h"
#include "core/rule20.h"
#include "core/text.h"

enum ipfw_operation {
	IPFW_LIST,
	IPFW_POLICY,
	IPFW_FLUSH,
	IPFW_CHECK,
	IPFW_ADD,
	IPFW_DELETE,
	IPFW_ZERO,
	IPFW_OPERATIONS
};

/* What the words on the command line can mean; masquerading rules stand in the
 * forwarding chain. */
enum ipfw_chain {
	IPFW_BLOCKING,
	IPFW_FORWARDING,
	IPFW_ACCOUNTING,
	IPFW_MASQUERADING,
	IPFW_CHAINS
};

struct ipfw_cmd {
	enum ipfw_operation operation;
	enum ipfw_chain chain;
	bool show_only;        /* -d */
	bool numeric;          /* -n */
	int32_t policy;        /* IPFW_POLICY: flag bits for the kernel */
	struct fw20_rule rule; /* IPFW_ADD, IPFW_DELETE */
};

/* What the tool prints. */
struct ipfw_output {
	struct text out, err;
};

/*
 * Parses a command line. Returns 0 and *@cmd, or the exit status. Words are
 * echoed, and complaints made, in @output.
 */
int ipfw_parse(int argc, char *const *argv, const struct resolver *names,
	       struct ipfw_cmd *cmd, struct ipfw_output *output);

#endif
