/*
 * A command line of ipchains, understood: argv to struct ipchains_cmd, or to an
 * exit status and a text. Nothing is touched yet.
 */
#ifndef IPCHAINS_OPTIONS_H
#define IPCHAINS_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/names.h"
#include "core/rule.h"
#include "core/text.h"

/* In the original's order, which "Can't use -A with -D" shows. */
enum ipchains_command {
	CMD_INSERT,
	CMD_DELETE,
	CMD_DELETE_NUM,
	CMD_REPLACE,
	CMD_APPEND,
	CMD_LIST,
	CMD_FLUSH,
	CMD_ZERO,
	CMD_NEW_CHAIN,
	CMD_DELETE_CHAIN,
	CMD_POLICY,
	CMD_MASQ,
	CMD_SET,
	CMD_CHECK,
	CMD_COUNT
};

/* In the order in which their legality is checked. */
enum ipchains_option {
	OPT_NUMERIC,
	OPT_SRC,
	OPT_DST,
	OPT_PROTO,
	OPT_JUMP,
	OPT_SYN,
	OPT_BIDIR,
	OPT_VERBOSE,
	OPT_LOG,
	OPT_EXACT,
	OPT_TOS,
	OPT_VIA,
	OPT_FRAG,
	OPT_MARK,
	OPT_SPORT,
	OPT_DPORT,
	OPT_OUTPUT,
	OPT_LINES,
	OPT_COUNT
};

/* A host name may stand for several addresses; the rule is made for each. */
enum { IPCHAINS_ADDRS = 64 };

struct ipchains_addrs {
	int n; /* 0: none was given */
	uint32_t mask;
	uint32_t addr[IPCHAINS_ADDRS];
};

struct ipchains_cmd {
	uint32_t commands; /* set of enum ipchains_command */
	uint32_t options;  /* set of enum ipchains_option */
	const char *chain; /* NULL: none; borrowed, as all words here */
	const char *policy;
	int32_t rulenum;
	int32_t timeouts[3]; /* ticks: TCP, TCP after FIN, UDP */
	struct fw_rule rule; /* without its addresses and masks */
	struct ipchains_addrs src, dst;
};

static inline bool cmd_is(const struct ipchains_cmd *cmd,
			  enum ipchains_command c)
{
	return cmd->commands >> c & 1;
}

static inline bool cmd_has(const struct ipchains_cmd *cmd,
			   enum ipchains_option o)
{
	return cmd->options >> o & 1;
}

/* What the understanding of a command line depends on. */
struct ipchains_env {
	const char *prog; /* argv[0] */
	const struct resolver *names;
	/* Whether somebody should be told that the host does not forward. */
	bool (*warn_forwarding)(void *ctx);
	void *ctx;
};

/* The original's exit statuses. */
enum ipchains_status {
	END_OK,
	END_KERNEL, /* refused by the kernel */
	END_USAGE,  /* the command line; a hint follows the text */
	END_PROC,   /* an old /proc file is not what it should be */
};

/* How a command ended. */
struct ipchains_end {
	int status;      /* enum ipchains_status */
	const char *who; /* before the text; NULL: argv[0] */
	struct text why; /* may be empty */
};

/*
 * Fills @cmd. Returns true: carry it out; false: all is said in @end. @out:
 * what goes to standard output in either case (help, warnings).
 */
bool ipchains_parse(int argc, char *const *argv, const struct ipchains_env *env,
		    struct ipchains_cmd *cmd, struct text *out,
		    struct ipchains_end *end);

/* "WHO: WHY" and the hint where there is one: what goes to standard error. */
void ipchains_end_text(const struct ipchains_end *end, const char *prog,
		       struct text *err);

#endif
