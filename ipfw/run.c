/* Does what an ipfw command says. */
#include "ipfw/run.h"

#include <errno.h>
#include <string.h>

#include "ipfw/listing.h"
#include "libcompat/compat.h"

/* Names of the calls, as complaints have them. */
static const char *const call_names[IPFW_OPERATIONS][IPFW_CHAINS] = {
	[IPFW_POLICY] = { [IPFW_BLOCKING] = "IP_FW_POLICY_BLK",
			  [IPFW_FORWARDING] = "IP_FW_POLICY_FWD" },
	[IPFW_FLUSH] = { [IPFW_BLOCKING] = "IP_FW_FLUSH_BLK",
			 [IPFW_FORWARDING] = "IP_FW_FLUSH_FWD",
			 [IPFW_ACCOUNTING] = "IP_ACCT_FLUSH" },
	[IPFW_CHECK] = { [IPFW_BLOCKING] = "IP_FW_CHK_BLK",
			 [IPFW_FORWARDING] = "IP_FW_CHK_FWD" },
	[IPFW_ADD] = { [IPFW_BLOCKING] = "IP_FW_ADD_BLK",
		       [IPFW_FORWARDING] = "IP_FW_ADD_FWD",
		       [IPFW_ACCOUNTING] = "IP_ACCT_ADD",
		       [IPFW_MASQUERADING] = "IP_FW_ADD_FWD" },
	[IPFW_DELETE] = { [IPFW_BLOCKING] = "IP_FW_DEL_BLK",
			  [IPFW_FORWARDING] = "IP_FW_DEL_FWD",
			  [IPFW_ACCOUNTING] = "IP_ACCT_DEL",
			  [IPFW_MASQUERADING] = "IP_FW_DEL_FWD" },
	[IPFW_ZERO] = { [IPFW_ACCOUNTING] = "IP_ACCT_ZERO" },
};

static const enum fw20_list lists[] = {
	[IPFW_BLOCKING] = FW20_INPUT,
	[IPFW_FORWARDING] = FW20_FORWARD,
	[IPFW_ACCOUNTING] = FW20_ACCT,
	[IPFW_MASQUERADING] = FW20_FORWARD,
};

static int call(struct compat *c, const struct ipfw_cmd *cmd)
{
	enum fw20_list list = lists[cmd->chain];

	switch (cmd->operation) {
	case IPFW_ADD:
		return compat20_append(c, list, &cmd->rule);
	case IPFW_DELETE:
		return compat20_delete(c, list, &cmd->rule);
	case IPFW_FLUSH:
		return compat20_flush(c, list);
	case IPFW_POLICY:
		return compat20_policy(c, list, cmd->policy);
	case IPFW_ZERO:
		return compat20_zero(c, list);
	default:
		/* Quirk: the packet of a check is 40 bytes, the kernel wants
		 * 44. */
		return -EINVAL;
	}
}

const char *ipfw_file(enum ipfw_chain chain)
{
	static const char *const path[] = {
		[IPFW_BLOCKING] = "net/ip_block",
		[IPFW_FORWARDING] = "net/ip_forward",
		[IPFW_ACCOUNTING] = "net/ip_acct",
	};

	return path[chain];
}

static int run_list(struct compat *c, const struct ipfw_cmd *cmd,
		    const struct resolver *names, struct ipfw_output *o)
{
	const char *file = ipfw_file(cmd->chain);
	struct text text = { 0 };
	int error = compat_proc_read(c, file, false, &text);

	if (error == 0)
		error = ipfw_list(text.s ? text.s : "",
				  cmd->chain == IPFW_ACCOUNTING, cmd->numeric,
				  names, &o->out);
	if (error)
		text_printf(&o->err, "/proc/%s: %s\n", file, strerror(-error));
	text_fini(&text);
	return error ? 1 : 0;
}

int ipfw_run(struct compat *c, const struct ipfw_cmd *cmd,
	     const struct resolver *names, struct ipfw_output *o, bool *changed)
{
	const char *name = call_names[cmd->operation][cmd->chain];
	int error;

	*changed = false;
	if (cmd->operation == IPFW_LIST)
		return run_list(c, cmd, names, o);
	if (cmd->show_only) {
		text_printf(&o->out, "setsockopt(%s)\n", name);
		return 0;
	}
	error = call(c, cmd);
	*changed = error == 0;
	if (error == 0)
		return 0;
	text_printf(&o->err, "ipfw: setsockopt(%s): %s\n", name,
		    strerror(-error));
	if (compat_why(c)[0])
		text_printf(&o->err, "ipfw: %s\n", compat_why(c));
	return 1;
}
