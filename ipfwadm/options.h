/*
 * ipfwadm's command line: words in, a command or an exit status and its text
 * out. Nothing is touched, nothing printed.
 */
#ifndef IPFWADM_OPTIONS_H
#define IPFWADM_OPTIONS_H

#include <stdint.h>

#include "core/names.h"
#include "core/rule20.h"
#include "core/text.h"

/* The firewall categories have their list's number. */
enum ipfwadm_category {
	IPFWADM_FORWARD = FW20_FORWARD,
	IPFWADM_INPUT = FW20_INPUT,
	IPFWADM_OUTPUT = FW20_OUTPUT,
	IPFWADM_ACCT = FW20_ACCT,
	IPFWADM_MASQ,
	IPFWADM_NO_CATEGORY,
};

enum ipfwadm_command {
	IPFWADM_NO_COMMAND,
	IPFWADM_APPEND,
	IPFWADM_INSERT,
	IPFWADM_DELETE,
	IPFWADM_LIST,
	IPFWADM_ZERO,
	IPFWADM_LIST_ZERO,
	IPFWADM_FLUSH,
	IPFWADM_POLICY,
	IPFWADM_TIMEOUTS,
	IPFWADM_CHECK,
	IPFWADM_HELP,
	IPFWADM_COMMANDS
};

/* How to print. */
enum ipfwadm_show {
	IPFWADM_EXTENDED = 1,
	IPFWADM_NUMERIC = 2,
	IPFWADM_EXPAND = 4,
	IPFWADM_VERBOSE = 8,
};

enum { IPFWADM_ADDRS = 256 }; /* addresses of one host name */

/* The addresses a -S or -D stands for, without doubles, and their mask. */
struct ipfwadm_side {
	uint32_t addr[IPFWADM_ADDRS]; /* host order, masked */
	int addrs;
	uint32_t mask;
};

struct ipfwadm_cmd {
	enum ipfwadm_category category;
	enum ipfwadm_command command;
	struct fw20_rule rule; /* all but the addresses and their masks */
	struct ipfwadm_side src, dst;
	int32_t policy;       /* IPFWADM_POLICY: flag bits for the kernel */
	int32_t timeout_s[3]; /* IPFWADM_TIMEOUTS: TCP, TCP after FIN, UDP */
	uint8_t show;         /* enum ipfwadm_show */
};

/*
 * Parses a command line. Returns 0 and *@cmd, or the exit status with the text
 * for standard error in @why. @names answers for hosts and services; the words
 * are borrowed only for the call.
 */
int ipfwadm_parse(int argc, char *const *argv, const struct resolver *names,
		  struct ipfwadm_cmd *cmd, struct text *why);

#endif
