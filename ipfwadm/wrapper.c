/* Each command of ipfwadm as commands of ipchains. */
#include "ipfwadm/wrapper.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "core/addr.h"
#include "ipchains/kernel.h"
#include "ipchains/run.h"
#include "ipfwadm/print.h"
#include "ipfwadm/wrapper_chains.h"

struct wrapper {
	struct compat *c;
	const struct ipfwadm_cmd *cmd;
	const char *prog;
	const struct resolver *names;
	struct ipfwadm_result *r;
	struct listing now;      /* chains and rules before the command */
	char via[FW_IFNAME + 1]; /* -W, or whose address -V is; "": any */
};

/* A command line of ipchains being written. */
enum { LINE_WORDS = 32, WORD_LEN = 40 };
struct line {
	char word[LINE_WORDS][WORD_LEN];
	char *argv[LINE_WORDS + 1];
	int argc;
};

static void add(struct line *l, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
static void add(struct line *l, const char *fmt, ...)
{
	va_list ap;

	if (l->argc == LINE_WORDS)
		return;
	va_start(ap, fmt);
	vsnprintf(l->word[l->argc], WORD_LEN, fmt, ap);
	va_end(ap);
	l->argv[l->argc] = l->word[l->argc];
	l->argv[++l->argc] = NULL;
}

static void start(struct line *l)
{
	l->argc = 0;
	add(l, "ipchains");
	add(l, "--no-warnings");
}

/* Runs the line; what it prints goes to @out. False: it failed, and says why.
 */
static bool run_line(struct wrapper *w, const struct line *l, struct text *out)
{
	const struct ipchains_env env = { .prog = "ipchains",
					  .names = w->names };
	struct ipchains_cmd cmd;
	struct ipchains_end end = { 0 };
	int error;

	if (ipchains_parse(l->argc, l->argv, &env, &cmd, out, &end)) {
		error = ipchains_apply(w->c, &cmd, w->names, out);
		if (error < 0) {
			kernel_refused(&end, "");
			ipchains_explain(w->c, &cmd, error, &end.why);
		}
	}
	ipchains_end_text(&end, "ipchains", &w->r->err);
	text_fini(&end.why);
	w->r->status = end.status;
	w->r->changed = end.status == END_OK;
	return end.status == END_OK;
}

static bool run_words(struct wrapper *w, const char *option, const char *label,
		      const char *word)
{
	struct line l;

	start(&l);
	add(&l, "%s", option);
	add(&l, "%s", label);
	if (word)
		add(&l, "%s", word);
	return run_line(w, &l, &w->r->out);
}

static bool fail(struct wrapper *w, const char *what)
{
	text_printf(&w->r->err, "%s: %s\n", w->prog, what);
	w->r->status = END_KERNEL;
	w->r->changed = false;
	return false;
}

/* The chains of the wrapper's own. */

static bool is_there(const struct wrapper *w, const char *label)
{
	for (size_t i = 0; i < w->now.n_chains; i++)
		if (strcmp(w->now.chains[i].label, label) == 0)
			return true;
	return false;
}

/* The place of a chain in our table, or -1: it is not ours. */
static int rank(const char *label)
{
	for (int i = 0; i < WRAPPER_CHAINS; i++)
		if (strcmp(wrapper_chains[i].label, label) == 0)
			return i;
	return -1;
}

/*
 * Where in @caller the jump to a chain belongs: behind those of our chains that
 * come first. 0: it is there.
 */
static int jump_place(const struct wrapper *w, const char *caller,
		      const char *label)
{
	bool at_head = true;
	int place = 1, other;

	for (size_t i = 0; i < w->now.n_rules; i++) {
		if (strcmp(w->now.rules[i].chain, caller) != 0)
			continue;
		other = rank(w->now.rules[i].rule.target);
		if (other == rank(label))
			return 0;
		at_head = at_head && other >= 0 && other < rank(label);
		place += at_head;
	}
	return place;
}

/* Makes the chain and the jumps to it, where they are missing. */
static bool make_chain(struct wrapper *w, const struct wrapper_chain *chain)
{
	struct line l;
	int place;

	if (!is_there(w, chain->label) &&
	    !run_words(w, "-N", chain->label, NULL))
		return false;
	for (int i = 0; i < 2 && chain->callers[i]; i++) {
		place = jump_place(w, chain->callers[i], chain->label);
		if (place == 0)
			continue;
		start(&l);
		add(&l, "-I");
		add(&l, "%s", chain->callers[i]);
		add(&l, "%d", place);
		add(&l, "-j");
		add(&l, "%s", chain->label);
		if (!run_line(w, &l, &w->r->out))
			return false;
	}
	return true;
}

/* The chain that a rule belongs to. */
static const struct wrapper_chain *chain_for(const struct ipfwadm_cmd *cmd)
{
	const uint16_t directions = FW20_ACCTIN | FW20_ACCTOUT;
	int i = 0;

	while (i < WRAPPER_CHAINS - 1 &&
	       (wrapper_chains[i].list != (enum fw20_list)cmd->category ||
		wrapper_chains[i].direction != (cmd->rule.flags & directions)))
		i++;
	return &wrapper_chains[i];
}

/* Interfaces: chains know names only. */

static void note_if(void *ctx, const struct compat_host_row *row)
{
	struct wrapper *w = ctx;

	if (!row->is_route && row->addr == w->cmd->rule.via_addr)
		memcpy(w->via, row->ifname, sizeof(w->via));
}

static bool find_via(struct wrapper *w)
{
	const struct fw20_rule *rule = &w->cmd->rule;
	char dotted[ADDR_TEXT];

	memcpy(w->via, rule->via.s, sizeof(rule->via.s));
	if (w->via[0] != '\0' || rule->via_addr == 0)
		return true;
	compat_host_each(w->c, note_if, w);
	if (w->via[0] == '\0')
		return fail(w, "no interface has the address of -V");
	text_printf(&w->r->out, "Warning: -V %s is taken as -W %s\n",
		    addr_format(rule->via_addr, dotted), w->via);
	return true;
}

/* Rules. A chain's rule has one range of ports a side, so that one rule of
 * ipfwadm's becomes one for each pair. */

struct ports {
	uint16_t range[FW20_PORTS][2];
	int n;
};

static struct ports ports_of(const struct fw20_rule *r, int from, int count,
			     uint16_t range)
{
	struct ports p = { .n = 0 };
	bool first = r->flags & range;

	for (int i = 0; i < count; i++) {
		p.range[p.n][0] = r->port[from + i];
		if (first)
			i++;
		first = false;
		p.range[p.n++][1] = r->port[from + i];
	}
	return p;
}

static const char *target_of(const struct fw20_rule *r, bool acct)
{
	if (acct)
		return NULL;
	if (r->flags & FW20_MASQ)
		return "MASQ";
	if (r->flags & FW20_REDIR)
		return "REDIRECT";
	if (r->flags & FW20_ACCEPT)
		return "ACCEPT";
	return r->flags & FW20_ICMPRPL ? "REJECT" : "DENY";
}

static void add_protocol(struct line *l, const struct fw20_rule *r)
{
	static const int protocol[] = { [FW20_ALL] = 0,
					[FW20_TCP] = IPPROTO_TCP,
					[FW20_UDP] = IPPROTO_UDP,
					[FW20_ICMP] = IPPROTO_ICMP };

	add(l, "-p");
	add(l, "%d", protocol[r->flags & FW20_KIND]);
}

/* @i: which of the ports; none if there are none. */
static void add_side(struct line *l, const char *option, uint32_t addr,
		     uint32_t mask, const struct ports *p, int i)
{
	char dotted[2][ADDR_TEXT];

	add(l, "%s", option);
	add(l, "%s/%s", addr_format(addr, dotted[0]),
	    addr_format(mask, dotted[1]));
	if (p->n == 0)
		return;
	if (p->range[i][0] == p->range[i][1])
		add(l, "%u", p->range[i][0]);
	else
		add(l, "%u:%u", p->range[i][0], p->range[i][1]);
}

static void add_rest(struct line *l, const struct wrapper *w)
{
	const struct fw20_rule *r = &w->cmd->rule;
	const char *target = target_of(r, w->cmd->category == IPFWADM_ACCT);

	if (w->via[0] != '\0') {
		add(l, "-i");
		add(l, "%s", w->via);
	}
	if (target) {
		add(l, "-j");
		add(l, "%s", target);
		if (r->flags & FW20_REDIR)
			add(l, "%u", r->port[r->n_src + r->n_dst]);
	}
	if (r->flags & FW20_PRN)
		add(l, "-l");
	if (r->flags & FW20_TCPSYN)
		add(l, "-y");
	if (r->flags & FW20_TCPACK) {
		add(l, "!");
		add(l, "-y");
	}
	if (r->flags & FW20_BIDIR)
		add(l, "-b");
	if (r->tos_and != 0xFF || r->tos_xor != 0) {
		add(l, "-t");
		add(l, "%02X", r->tos_and);
		add(l, "%02X", r->tos_xor);
	}
}

/* The lines for a pair of addresses, a line a pair of ports. */
static bool change_pair(struct wrapper *w, const struct fw20_rule *r)
{
	static const char *const options[IPFWADM_COMMANDS] = {
		[IPFWADM_APPEND] = "-A",
		[IPFWADM_INSERT] = "-I",
		[IPFWADM_DELETE] = "-D",
	};
	const struct ports src = ports_of(r, 0, r->n_src, FW20_SRANGE),
			   dst = ports_of(r, r->n_src, r->n_dst, FW20_DRANGE);
	int n_src = src.n ? src.n : 1, n_dst = dst.n ? dst.n : 1;
	struct line l;

	if (w->cmd->show & IPFWADM_VERBOSE)
		ipfwadm_print_change(r, w->cmd->category == IPFWADM_ACCT,
				     &w->r->out);
	for (int i = 0; i < n_src * n_dst; i++) {
		start(&l);
		add(&l, "%s", options[w->cmd->command]);
		add(&l, "%s", chain_for(w->cmd)->label);
		add_protocol(&l, r);
		add_side(&l, "-s", r->src, r->smask, &src, i / n_dst);
		add_side(&l, "-d", r->dst, r->dmask, &dst, i % n_dst);
		add_rest(&l, w);
		if (!run_line(w, &l, &w->r->out))
			return false;
	}
	return true;
}

/* A packet through the built-in chain, as it would go. */
static bool check_pair(struct wrapper *w, const struct fw20_rule *r)
{
	const struct ports src = { .range = { { r->port[0], r->port[0] } },
				   .n = 1 },
			   dst = { .range = { { r->port[1], r->port[1] } },
				   .n = 1 },
			   code = { .n = 1 };
	bool icmp = (r->flags & FW20_KIND) == FW20_ICMP;
	struct line l;

	if (w->cmd->show & IPFWADM_VERBOSE)
		ipfwadm_print_check(r, &w->r->out);
	start(&l);
	add(&l, "-C");
	add(&l, "%s", wrapper_builtin((enum fw20_list)w->cmd->category));
	add_protocol(&l, r);
	add_side(&l, "-s", r->src, r->smask, &src, 0);
	add_side(&l, "-d", r->dst, r->dmask, icmp ? &code : &dst, 0);
	add(&l, "-i");
	add(&l, "%s", w->via);
	if (r->flags & FW20_TCPSYN)
		add(&l, "-y");
	text_puts(&w->r->out, "packet ");
	return run_line(w, &l, &w->r->out);
}

static bool each_pair(struct wrapper *w,
		      bool (*one)(struct wrapper *, const struct fw20_rule *))
{
	const struct ipfwadm_side *src = &w->cmd->src, *dst = &w->cmd->dst;
	struct fw20_rule rule = w->cmd->rule;

	rule.smask = src->mask;
	rule.dmask = dst->mask;
	for (int i = 0; i < src->addrs * dst->addrs; i++) {
		rule.src = src->addr[i / dst->addrs];
		rule.dst = dst->addr[i % dst->addrs];
		if (!one(w, &rule))
			return false;
	}
	return true;
}

/* Commands. */

static void run_change(struct wrapper *w)
{
	if (find_via(w) && make_chain(w, chain_for(w->cmd)))
		each_pair(w, change_pair);
}

static void run_check(struct wrapper *w)
{
	if (find_via(w))
		each_pair(w, check_pair);
	w->r->changed = false;
}

static void run_policy(struct wrapper *w)
{
	static const char *const policies[][2] = { { "DENY", "REJECT" },
						   { "ACCEPT", "MASQ" } };
	bool accept = w->cmd->policy & FW20_ACCEPT,
	     other = w->cmd->policy & (FW20_MASQ | FW20_ICMPRPL);

	run_words(w, "-P", wrapper_builtin((enum fw20_list)w->cmd->category),
		  policies[accept][other]);
}

/* -F or -Z for each chain of the list that is there. */
static void each_chain(struct wrapper *w, const char *option)
{
	for (int i = 0; i < WRAPPER_CHAINS; i++) {
		const struct wrapper_chain *chain = &wrapper_chains[i];

		if (chain->list == (enum fw20_list)w->cmd->category &&
		    is_there(w, chain->label) &&
		    !run_words(w, option, chain->label, NULL))
			return;
	}
}

static void run_flush(struct wrapper *w)
{
	each_chain(w, "-F");
}

static void run_zero(struct wrapper *w)
{
	each_chain(w, "-Z");
}

static void run_list(struct wrapper *w)
{
	bool numeric = w->cmd->show & IPFWADM_NUMERIC;
	int left_out = wrapper_list(&w->now, w->cmd->category, w->cmd->show,
				    numeric ? NULL : w->names, &w->r->out);

	if (left_out > 0)
		text_printf(&w->r->err,
			    "%s: %d rules that only ipchains can list are left "
			    "out\n",
			    w->prog, left_out);
	if (w->cmd->command == IPFWADM_LIST_ZERO)
		run_zero(w);
}

static void run_command(struct wrapper *w)
{
	static void (*const commands[IPFWADM_COMMANDS])(struct wrapper *) = {
		[IPFWADM_APPEND] = run_change, [IPFWADM_INSERT] = run_change,
		[IPFWADM_DELETE] = run_change, [IPFWADM_LIST] = run_list,
		[IPFWADM_ZERO] = run_zero,     [IPFWADM_LIST_ZERO] = run_list,
		[IPFWADM_FLUSH] = run_flush,   [IPFWADM_POLICY] = run_policy,
		[IPFWADM_CHECK] = run_check,
	};

	if (kernel_read_chains(w->c, &w->now) == 0 &&
	    kernel_read_rules(w->c, false, &w->now) == 0)
		commands[w->cmd->command](w);
	else
		fail(w, "Incompatible with this kernel");
	listing_fini(&w->now);
}

void wrapper_run(struct compat *c, const struct ipfwadm_cmd *cmd,
		 const char *prog, const struct resolver *names,
		 struct ipfwadm_result *result)
{
	struct wrapper w = {
		.c = c, .cmd = cmd, .prog = prog, .names = names, .r = result
	};

	*result = (struct ipfwadm_result){ 0 };
	if (cmd->category == IPFWADM_MASQ)
		ipfwadm_run(c, cmd, prog, names, result);
	else
		run_command(&w);
}
