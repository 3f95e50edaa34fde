/* A command of ipchains, carried out call by call. */
#include "ipchains/run.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "ipchains/kernel.h"

struct run {
	struct compat *c;
	const struct ipchains_cmd *cmd;
	const struct resolver *names;
	struct text *out;
	struct fw_rule rule; /* what is sent, and what -v leaves of it */
};

/*
 * Printing a rule appended "+" to the name of a wildcard interface in the very
 * bytes that were then sent. Behind the name lay the TOS masks and the target,
 * so that a name of 15 letters spilled. Golden: ipchains/t-interfaces-a.t.
 */
static void spill_wildcard(struct fw_rule *r)
{
	struct {
		char via[FW_IFNAME];
		uint8_t tos[2];
		char target[FW_LABEL_MAX + 1];
	} bytes = { .tos = { r->tos_and, r->tos_xor } };
	char line[sizeof(bytes) + 2] = { 0 };
	size_t n;

	if (!(r->flags & FW_F_WILDIF) || r->via.s[0] == '\0')
		return;
	memcpy(bytes.via, r->via.s, sizeof(bytes.via));
	memcpy(bytes.target, r->target, sizeof(bytes.target));
	memcpy(line, &bytes, sizeof(bytes));
	n = strlen(line);
	line[n] = '+';
	line[n + 1] = '\0';
	memcpy(&bytes, line, sizeof(bytes));
	memcpy(r->via.s, bytes.via, sizeof(r->via.s));
	r->tos_and = bytes.tos[0];
	r->tos_xor = bytes.tos[1];
	memcpy(r->target, bytes.target, sizeof(r->target));
	r->target[FW_LABEL_MAX] = '\0';
}

static const struct verdict_row {
	int error;
	const char *word;
} verdicts[] = {
	{ 0, "accepted" },
	{ -ECONNRESET, "masqueraded" },
	{ -ETIMEDOUT, "denied" },
	{ -ECONNREFUSED, "rejected" },
	{ -ECONNABORTED, "redirected" },
	{ -ELOOP, "caught in loop" },
	{ -ENFILE, "passed through chain" },
};

/* The packet that -C builds: its length field is 60 in the wrong byte order. */
static struct fw_probe probe_of(const struct fw_rule *r)
{
	struct fw_probe p = {
		.src = r->src,
		.dst = r->dst,
		.sport = r->sport[0],
		.dport = r->dport[0],
		.frag = r->flags & FW_F_FRAG ? 2 : 0,
		.tot_len = 60 << 8,
		.proto = (uint8_t)r->proto,
		.ihl = 5,
		.tcp_flags = r->flags & FW_F_SYN ? 0x02 : 0,
		.via = r->via,
	};

	if (r->proto == IPPROTO_ICMP) {
		p.sport &= 0xFF;
		p.dport &= 0xFF;
	}
	return p;
}

static int check(const struct run *run)
{
	const struct fw_probe probe = probe_of(&run->rule);
	int r = compat_check(run->c, run->cmd->chain, &probe);

	for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++) {
		if (verdicts[i].error == r) {
			text_printf(run->out, "%s\n", verdicts[i].word);
			return 0;
		}
	}
	return r;
}

/* The kernel call of a command that has a rule. */
static int call_with_rule(const struct run *run)
{
	const struct ipchains_cmd *cmd = run->cmd;
	uint32_t num = (uint32_t)cmd->rulenum;

	if (cmd_is(cmd, CMD_APPEND))
		return compat_append(run->c, cmd->chain, &run->rule);
	if (cmd_is(cmd, CMD_INSERT))
		return compat_insert(run->c, cmd->chain, num, &run->rule);
	if (cmd_is(cmd, CMD_REPLACE))
		return compat_replace(run->c, cmd->chain, num, &run->rule);
	if (cmd_is(cmd, CMD_DELETE))
		return compat_delete(run->c, cmd->chain, &run->rule);
	return check(run);
}

/* Every source with every destination. */
static int each_pair(struct run *run, const struct ipchains_addrs *src,
		     const struct ipchains_addrs *dst)
{
	int error = 0, r;

	run->rule.smask = src->mask;
	run->rule.dmask = dst->mask;
	for (int i = 0; i < src->n * dst->n; i++) {
		run->rule.src = src->addr[i / dst->n];
		run->rule.dst = dst->addr[i % dst->n];
		if (cmd_has(run->cmd, OPT_VERBOSE)) {
			ipchains_print_change(&run->rule, run->names, run->out);
			spill_wildcard(&run->rule);
		}
		r = call_with_rule(run);
		error = r < 0 ? r : error;
	}
	return error;
}

/* @inv with two of its flags exchanged. */
static uint16_t swap_flags(uint16_t inv, uint16_t a, uint16_t b)
{
	uint16_t rest = inv & (uint16_t) ~(a | b);

	return (uint16_t)(rest | (inv & a ? b : 0) | (inv & b ? a : 0));
}

/* The rule for the answers: -b. ICMP's type and code stay where they are. */
static void swap_sides(struct fw_rule *r)
{
	uint16_t port[2] = { r->sport[0], r->sport[1] };

	r->inv = swap_flags(r->inv, FW_INV_SRC, FW_INV_DST);
	if (r->proto == IPPROTO_ICMP)
		return;
	r->inv = swap_flags(r->inv, FW_INV_SPORT, FW_INV_DPORT);
	memcpy(r->sport, r->dport, sizeof(r->sport));
	memcpy(r->dport, port, sizeof(r->dport));
}

static int apply_rule(struct run *run)
{
	const struct ipchains_cmd *cmd = run->cmd;
	int error, r;

	run->rule = cmd->rule;
	error = each_pair(run, &cmd->src, &cmd->dst);
	if (!cmd_has(cmd, OPT_BIDIR))
		return error;
	swap_sides(&run->rule);
	r = each_pair(run, &cmd->dst, &cmd->src);
	return r < 0 ? r : error;
}

static int list(const struct run *run)
{
	const struct ipchains_cmd *cmd = run->cmd;
	const struct print_style style = {
		.numeric = cmd_has(cmd, OPT_NUMERIC),
		.verbose = cmd_has(cmd, OPT_VERBOSE),
		.exact = cmd_has(cmd, OPT_EXACT),
		.lines = cmd_has(cmd, OPT_LINES),
		.names = run->names,
	};
	struct listing l = { 0 };
	int r = kernel_read_chains(run->c, &l);

	if (r == 0)
		r = kernel_read_rules(run->c, cmd_is(cmd, CMD_ZERO), &l);
	if (r == 0)
		r = listing_print(&l, cmd->chain, &style, run->out);
	listing_fini(&l);
	return r;
}

/* Commands on a chain, or on all of them. */
struct chain_call {
	int (*call)(struct compat *c, const char *chain);
	const char *what; /* what -v says */
	bool spare_builtin;
};

static int call_chain(const struct run *run, const struct chain_call *call,
		      const char *chain)
{
	if (cmd_has(run->cmd, OPT_VERBOSE))
		text_printf(run->out, "%s chain `%s'\n", call->what, chain);
	return call->call(run->c, chain);
}

static int each_chain(const struct run *run, const struct chain_call *call)
{
	struct listing l = { 0 };
	int error, r;

	if (run->cmd->chain)
		return call_chain(run, call, run->cmd->chain);
	error = kernel_read_chains(run->c, &l);
	for (size_t i = 0; error != -EBADMSG && i < l.n_chains; i++) {
		if (call->spare_builtin && l.chains[i].policy[0] != '-')
			continue;
		r = call_chain(run, call, l.chains[i].label);
		error = r < 0 ? r : error;
	}
	listing_fini(&l);
	return error;
}

int ipchains_apply(struct compat *c, const struct ipchains_cmd *cmd,
		   const struct resolver *names, struct text *out)
{
	static const struct chain_call flush = { compat_flush, "Flushing",
						 false };
	static const struct chain_call zero = { compat_zero, "Zeroing", false };
	static const struct chain_call delete = { compat_delete_chain,
						  "Deleting", true };
	struct run run = { .c = c, .cmd = cmd, .names = names, .out = out };

	if (cmd_is(cmd, CMD_LIST))
		return list(&run);
	if (cmd_is(cmd, CMD_FLUSH))
		return each_chain(&run, &flush);
	if (cmd_is(cmd, CMD_ZERO))
		return each_chain(&run, &zero);
	if (cmd_is(cmd, CMD_DELETE_CHAIN))
		return each_chain(&run, &delete);
	if (cmd_is(cmd, CMD_NEW_CHAIN))
		return compat_new_chain(c, cmd->chain);
	if (cmd_is(cmd, CMD_POLICY))
		return compat_policy(c, cmd->chain, cmd->policy);
	if (cmd_is(cmd, CMD_DELETE_NUM))
		return compat_delete_num(c, cmd->chain, (uint32_t)cmd->rulenum);
	return apply_rule(&run);
}

/* Words for what the kernel refused; the first row that fits. */
static const struct explain_row {
	uint32_t commands; /* 0: any */
	int error;
	const char *text;
} explanations[] = {
	{ 1u << CMD_INSERT | 1u << CMD_REPLACE | 1u << CMD_APPEND, -ENOENT,
	  "No target by that name" },
	{ 0, -ENOENT, "No chain by that name" },
	{ 0, -EBADMSG, "Incompatible with this kernel" },
	{ 1u << CMD_DELETE_CHAIN, -ENOTEMPTY, "Chain is not empty" },
	{ 1u << CMD_NEW_CHAIN, -EEXIST, "Chain already exists" },
	{ 1u << CMD_CHECK, -EINVAL,
	  "bad arguments (does that interface exist?)" },
	{ 1u << CMD_DELETE | 1u << CMD_INSERT | 1u << CMD_DELETE_NUM |
		  1u << CMD_REPLACE,
	  -EINVAL, "bad rule (does a matching rule exist in that chain?)" },
};

static const char *words_for(const struct ipchains_cmd *cmd, int error)
{
	for (size_t i = 0; i < sizeof(explanations) / sizeof(explanations[0]);
	     i++) {
		const struct explain_row *row = &explanations[i];

		if (row->error == error &&
		    (!row->commands || row->commands & cmd->commands))
			return row->text;
	}
	return strerror(-error);
}

void ipchains_explain(const struct compat *c, const struct ipchains_cmd *cmd,
		      int error, struct text *why)
{
	const char *words = words_for(cmd, error);

	if (compat_why(c)[0] != '\0') {
		text_puts(why, compat_why(c));
		return;
	}
	text_puts(why, words);
	if (words != explanations[0].text)
		return;
	if (strcmp(cmd->rule.target, "MASQ") == 0)
		text_puts(why,
			  " (Maybe this kernel doesn't support masquerading?)");
	if (strcmp(cmd->rule.target, "REDIRECT") == 0)
		text_puts(why, " (Maybe this kernel doesn't support "
			       "transparent proxying?)");
}

/* Masquerading's entries and timeouts. */

static void fail(struct ipchains_end *end, enum ipchains_status status,
		 const char *text)
{
	end->status = status;
	text_puts(&end->why, text);
}

static void list_masq(struct compat *c, const struct ipchains_cmd *cmd,
		      const struct resolver *names, struct text *out,
		      struct ipchains_end *end)
{
	const struct print_style style = {
		.numeric = cmd_has(cmd, OPT_NUMERIC),
		.verbose = cmd_has(cmd, OPT_VERBOSE),
		.names = names,
	};
	struct text file = { 0 };
	int r;

	if (compat_proc_read(c, "net/ip_masquerade", false, &file) < 0) {
		fail(end, END_KERNEL,
		     "cannot open file `/proc/net/ip_masquerade'");
		return;
	}
	r = listing_print_masq(file.s ? file.s : "", &style, out);
	text_fini(&file);
	if (r == -ENODATA)
		fail(end, END_PROC,
		     "unexpected input from `/proc/net/ip_masquerade'");
	else if (r < 0)
		fail(end, END_PROC, "unexpected input data");
}

static void set_timeouts(struct compat *c, const struct ipchains_cmd *cmd,
			 struct ipchains_end *end)
{
	int r = compat_masq_timeouts(c, cmd->timeouts);

	if (r == 0)
		return;
	kernel_refused(end, "setting MASQ timeouts failed: ");
	text_puts(&end->why, strerror(-r));
}

/* Commands that look and leave the state, and its era, as they are. */
static bool only_reads(const struct ipchains_cmd *cmd)
{
	return (cmd_is(cmd, CMD_LIST) && !cmd_is(cmd, CMD_ZERO)) ||
	       cmd_is(cmd, CMD_CHECK);
}

static void run_inside(struct compat *c, const struct ipchains_cmd *cmd,
		       const struct resolver *names, struct text *out,
		       struct ipchains_end *end)
{
	int r;

	if (cmd_is(cmd, CMD_MASQ) && cmd_is(cmd, CMD_LIST)) {
		list_masq(c, cmd, names, out, end);
		return;
	}
	if (!kernel_claim(c, end))
		return;
	if (cmd_is(cmd, CMD_SET)) {
		set_timeouts(c, cmd, end);
	} else {
		r = ipchains_apply(c, cmd, names, out);
		if (r < 0) {
			kernel_refused(end, "");
			ipchains_explain(c, cmd, r, &end->why);
		}
	}
	if (!only_reads(cmd))
		kernel_commit(c, end);
}

void ipchains_run(const struct ipchains_cmd *cmd, const struct resolver *names,
		  struct text *out, struct ipchains_end *end)
{
	struct compat *c = kernel_enter(end);

	if (c)
		run_inside(c, cmd, names, out, end);
	compat_close(c);
}
