/* Does what an ipfwadm command says: one function a command. */
#include "ipfwadm/run.h"

#include <errno.h>
#include <string.h>

#include "core/ticks.h"
#include "ipfwadm/listing.h"
#include "ipfwadm/print.h"
#include "libcompat/compat.h"

enum {
	STATUS_FAILED = 255, /* what exit(-1) was */
	CHECK_LEN = 60,      /* bytes of the packet that is checked */
};

struct run {
	struct compat *c;
	const struct ipfwadm_cmd *cmd;
	const char *prog;
	const struct resolver *names; /* NULL: numeric */
	struct ipfwadm_result *r;
};

static enum fw20_list run_list(const struct run *u)
{
	return (enum fw20_list)u->cmd->category;
}

/* Keeps what a call to the kernel did, or says why it failed. */
static void take_result(struct run *u, int error)
{
	const char *why;

	if (error == 0) {
		u->r->changed = true;
		return;
	}
	/* Quirk: this one name is not the one the tool was called by. */
	text_printf(&u->r->err, "ipfwadm: setsockopt failed: %s\n",
		    strerror(-error));
	why = compat_why(u->c);
	if (why[0])
		text_printf(&u->r->err, "ipfwadm: %s\n", why);
	u->r->status = STATUS_FAILED;
}

/* Calls @one with the rule of each pair of addresses. */
static void each_pair(struct run *u,
		      void (*one)(struct run *u, const struct fw20_rule *rule))
{
	const struct ipfwadm_side *src = &u->cmd->src, *dst = &u->cmd->dst;
	struct fw20_rule rule = u->cmd->rule;

	rule.smask = src->mask;
	rule.dmask = dst->mask;
	for (int i = 0; i < src->addrs; i++)
		for (int j = 0; j < dst->addrs; j++) {
			rule.src = src->addr[i];
			rule.dst = dst->addr[j];
			one(u, &rule);
		}
}

static void change_one(struct run *u, const struct fw20_rule *rule)
{
	static int (*const calls[IPFWADM_COMMANDS])(
		struct compat *, enum fw20_list, const struct fw20_rule *) = {
		[IPFWADM_APPEND] = compat20_append,
		[IPFWADM_INSERT] = compat20_insert,
		[IPFWADM_DELETE] = compat20_delete,
	};

	if (u->cmd->show & IPFWADM_VERBOSE)
		ipfwadm_print_change(rule, u->cmd->category == IPFWADM_ACCT,
				     &u->r->out);
	take_result(u, calls[u->cmd->command](u->c, run_list(u), rule));
}

static void run_change(struct run *u)
{
	each_pair(u, change_one);
}

/*
 * The packet of a check: its length is in the wrong byte order, and the ICMP
 * type that was given is not in it.
 */
static struct fw_probe make_probe(const struct fw20_rule *rule)
{
	static const uint8_t protocol[] = { 0, 6, 17, 1 };
	int kind = rule->flags & FW20_KIND;
	struct fw_probe probe = {
		.src = rule->src,
		.dst = rule->dst,
		.tot_len = CHECK_LEN << 8,
		.proto = protocol[kind],
		.ihl = 5,
		.tcp_flags = rule->flags & FW20_TCPSYN ? 0x02 : 0,
		.via = rule->via,
	};

	if (kind != FW20_ICMP) {
		probe.sport = rule->port[0];
		probe.dport = rule->port[1];
	}
	return probe;
}

static void check_one(struct run *u, const struct fw20_rule *rule)
{
	struct fw_probe probe = make_probe(rule);
	int error;

	if (u->cmd->show & IPFWADM_VERBOSE)
		ipfwadm_print_check(rule, &u->r->out);
	error = compat20_check(u->c, run_list(u), &probe, rule->via_addr);
	switch (-error) {
	case 0:
		text_puts(&u->r->out, "packet accepted\n");
		break;
	case ETIMEDOUT:
		text_puts(&u->r->out, "packet denied\n");
		break;
	case ECONNREFUSED:
		text_puts(&u->r->out, "packet rejected\n");
		break;
	case ECONNRESET:
		text_puts(&u->r->out, "packet masqueraded\n");
		/* Quirk: of these verdicts this one alone counts as failure. */
		u->r->status = STATUS_FAILED;
		break;
	default:
		take_result(u, error);
	}
}

static void run_check(struct run *u)
{
	each_pair(u, check_one);
	u->r->changed = false;
}

static void run_flush(struct run *u)
{
	take_result(u, compat20_flush(u->c, run_list(u)));
}

static void run_zero(struct run *u)
{
	take_result(u, compat20_zero(u->c, run_list(u)));
}

static void run_policy(struct run *u)
{
	take_result(u, compat20_policy(u->c, run_list(u), u->cmd->policy));
}

/* Quirk: 32-bit arithmetic, so large values wrap. */
static void run_timeouts(struct run *u)
{
	int32_t ticks[3];

	for (int i = 0; i < 3; i++)
		ticks[i] = (int32_t)((uint32_t)u->cmd->timeout_s[i] * HZ);
	take_result(u, compat_masq_timeouts(u->c, ticks));
}

const char *ipfwadm_file(enum ipfwadm_category category)
{
	static const char *const path[] = {
		[IPFWADM_FORWARD] = "net/ip_forward",
		[IPFWADM_INPUT] = "net/ip_input",
		[IPFWADM_OUTPUT] = "net/ip_output",
		[IPFWADM_ACCT] = "net/ip_acct",
		[IPFWADM_MASQ] = "net/ip_masquerade",
	};

	return path[category];
}

/* Says how a listing ended, if it did not well. */
static void take_listed(struct run *u, enum ipfwadm_listed listed)
{
	struct ipfwadm_result *r = u->r;

	switch (listed) {
	case IPFWADM_LISTED:
		break;
	case IPFWADM_BAD_HEADER:
		text_printf(&r->err, "%s: unexpected input from /proc/%s\n",
			    u->prog, ipfwadm_file(u->cmd->category));
		r->status = 2;
		break;
	case IPFWADM_BAD_DATA:
		text_printf(&r->err,
			    "%s: unexpected input data\n"
			    "Try `%s -h' for more information.\n",
			    u->prog, u->prog);
		r->status = 1;
		break;
	case IPFWADM_NO_MEMORY:
		text_printf(&r->err, "%s: out of memory\n", u->prog);
		r->status = 1;
		break;
	}
}

static void run_listing(struct run *u)
{
	const struct ipfwadm_cmd *cmd = u->cmd;
	const char *path = ipfwadm_file(cmd->category), *file;
	bool zero = cmd->command == IPFWADM_LIST_ZERO;
	struct text text = { 0 };

	if (compat_proc_read(u->c, path, zero, &text) || text.bad) {
		text_printf(&u->r->err, "%s: cannot open file /proc/%s\n",
			    u->prog, path);
		u->r->status = 1;
		text_fini(&text);
		return;
	}
	file = text.s ? text.s : "";
	take_listed(u,
		    cmd->category == IPFWADM_MASQ
			    ? ipfwadm_list_masq(file, cmd->show, u->names,
						&u->r->out)
			    : ipfwadm_list_rules(file, cmd->category, cmd->show,
						 u->names, &u->r->out));
	u->r->changed = zero;
	text_fini(&text);
}

void ipfwadm_run(struct compat *c, const struct ipfwadm_cmd *cmd,
		 const char *prog, const struct resolver *names,
		 struct ipfwadm_result *result)
{
	static void (*const commands[IPFWADM_COMMANDS])(struct run *) = {
		[IPFWADM_APPEND] = run_change,
		[IPFWADM_INSERT] = run_change,
		[IPFWADM_DELETE] = run_change,
		[IPFWADM_LIST] = run_listing,
		[IPFWADM_ZERO] = run_zero,
		[IPFWADM_LIST_ZERO] = run_listing,
		[IPFWADM_FLUSH] = run_flush,
		[IPFWADM_POLICY] = run_policy,
		[IPFWADM_TIMEOUTS] = run_timeouts,
		[IPFWADM_CHECK] = run_check,
	};
	struct run u = {
		.c = c,
		.cmd = cmd,
		.prog = prog,
		.names = cmd->show & IPFWADM_NUMERIC ? NULL : names,
		.r = result,
	};

	*result = (struct ipfwadm_result){ 0 };
	commands[cmd->command](&u);
}
