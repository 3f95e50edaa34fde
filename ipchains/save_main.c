/* ipchains-save: all chains, or one, as text for ipchains-restore. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "ipchains/kernel.h"
#include "ipchains/output.h"
#include "ipchains/run.h"
#include "ipchains/save.h"

static const char usage[] = "usage: ipchains-save [-v] [chain]\n";

struct request {
	const char *chain; /* NULL: all */
	bool verbose;      /* rules to standard error, too */
};

static bool wanted(const struct request *q, const char *chain)
{
	return !q->chain || strcmp(q->chain, chain) == 0;
}

/* -ENOENT: no chain of the name asked for. */
static int save(const struct listing *l, const struct request *q,
		struct text *out, struct text *err)
{
	bool found = false;
	size_t from;

	for (size_t i = 0; i < l->n_chains; i++) {
		if (!wanted(q, l->chains[i].label))
			continue;
		found = true;
		text_printf(err, "Saving `%s'.\n", l->chains[i].label);
		save_chain(&l->chains[i], out);
	}
	for (size_t i = 0; i < l->n_rules; i++) {
		if (!wanted(q, l->rules[i].chain))
			continue;
		from = out->len;
		save_rule(&l->rules[i], out);
		if (q->verbose && !out->bad)
			text_add(err, out->s + from, out->len - from);
	}
	return found ? 0 : -ENOENT;
}

static void run(const struct request *q, struct text *out, struct text *err,
		struct ipchains_end *end)
{
	struct compat *c = kernel_enter(end);
	const struct ipchains_cmd list = { .commands = 1u << CMD_LIST };
	struct listing l = { 0 };
	int r;

	if (!c)
		return;
	if (kernel_claim(c, end)) {
		r = kernel_read_chains(c, &l);
		if (r == 0)
			r = kernel_read_rules(c, false, &l);
		if (r == 0)
			r = save(&l, q, out, err);
		if (r < 0) {
			kernel_refused(end, "");
			ipchains_explain(c, &list, r, &end->why);
		}
	}
	listing_fini(&l);
	compat_close(c);
}

/* Options may stand behind the chain. */
static bool parse(int argc, char **argv, struct request *q)
{
	int option;

	while ((option = getopt(argc, argv, "v")) != -1) {
		if (option != 'v')
			return false;
		q->verbose = true;
	}
	if (argc - optind > 1)
		return false;
	q->chain = argv[optind];
	return true;
}

int main(int argc, char **argv)
{
	struct request q = { 0 };
	struct ipchains_end end = { 0 };
	struct text out = { 0 }, err = { 0 };

	if (!parse(argc, argv, &q)) {
		text_puts(&err, usage);
		output_text(stderr, &err);
		return END_USAGE;
	}
	run(&q, &out, &err, &end);
	if (!output_text(stdout, &out)) {
		end.status = END_KERNEL;
		text_puts(&end.why, "cannot write the rules");
	}
	ipchains_end_text(&end, "ipchains-save", &err);
	text_fini(&end.why);
	output_text(stderr, &err);
	return end.status;
}
