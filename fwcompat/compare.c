/* fwcompat compare: which packets two rule files treat differently. */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "compare/difference.h"
#include "fwcompat/cmd.h"
#include "fwcompat/rulefile.h"
#include "libcompat/store.h"

const char cmd_compare_usage[] =
	"fwcompat compare [--verdicts] [--args WORDS] OLD NEW\n"
	"\n"
	"Tells which packets two rule files treat differently: a line for each "
	"set of\n"
	"packets, under what the input, forward or output rules of OLD and of "
	"NEW do\n"
	"with them. Nothing is left out, whatever the order and the number of "
	"rules.\n"
	"OLD and NEW are scripts, which are run dry on a fresh host that has "
	"the "
	"interfaces\n"
	"and routes of the usual one, or what ipchains-save wrote; `-' is the "
	"host "
	"as it is.\n"
	"\n"
	"  --args WORDS  what a script is called with, e.g. start\n"
	"  --verdicts    log lines, TOS and mark are no difference\n"
	"\n"
	"The status is 0 where they do the same, 1 where not, 2 for trouble.\n";

enum { SAME = 0, DIFFERS = 1, TROUBLE = 2 };

/* One side: its rule file's host, entered. */
struct side {
	const char *path;
	bool here; /* the host as it is */
	struct rulefile file;
	struct store *store;
	struct fw fw;
};

static int trouble(const char *path, const char *why)
{
	fprintf(stderr, "fwcompat compare: %s: %s\n", path, why);
	return TROUBLE;
}

/* Runs the rule file of a side; "-" is none. */
static int run_side(struct side *side, const char *path, const char *args)
{
	struct text why = { 0 };
	int r = SAME;

	side->path = path;
	side->here = !strcmp(path, "-");
	if (!side->here && rulefile_open(&side->file, path, args, &why))
		r = trouble(path, why.s);
	text_fini(&why);
	return r;
}

/* Enters it: for good, so after both were run. */
static int enter_side(struct side *side)
{
	const char *state = side->here ? NULL : side->file.state;
	char why[512] = "";

	if (store_open(&side->store, state, why, sizeof(why)))
		return trouble(side->path, why);
	if (store_enter(side->store, &side->fw, NULL))
		return trouble(side->path, store_why(side->store));
	return SAME;
}

static void close_side(struct side *side)
{
	if (side->store) {
		store_leave(side->store, &side->fw);
		fw_fini(&side->fw);
		store_close(side->store);
	}
	rulefile_close(&side->file);
}

static int compare(struct side *old, struct side *new, bool verdict_only)
{
	struct text out = { 0 };
	int r = difference_text(&old->fw, &new->fw, verdict_only, &out);

	if (r < 0)
		fprintf(stderr, "fwcompat compare: %s\n", strerror(-r));
	else if (r)
		fputs(out.s, stdout);
	text_fini(&out);
	return r < 0 ? TROUBLE : r ? DIFFERS : SAME;
}

int cmd_compare(int argc, char **argv)
{
	static const struct option options[] = {
		{ "args", required_argument, NULL, 'a' },
		{ "verdicts", no_argument, NULL, 'v' },
		{ 0 },
	};
	static struct side old, new;
	bool verdict_only = false;
	const char *args = "";
	int opt, r;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (opt == '?')
			return cmd_try("compare");
		if (opt == 'a')
			args = optarg;
		verdict_only = verdict_only || opt == 'v';
	}
	if (argc - optind != 2)
		return cmd_misused("compare", "two rule files are needed");
	r = run_side(&old, argv[optind], args);
	if (r == SAME)
		r = run_side(&new, argv[optind + 1], args);
	if (r == SAME && old.here && new.here)
		return SAME;
	if (r == SAME)
		r = enter_side(&old);
	if (r == SAME)
		r = enter_side(&new);
	if (r == SAME)
		r = compare(&old, &new, verdict_only);
	close_side(&new);
	close_side(&old);
	return r;
}
