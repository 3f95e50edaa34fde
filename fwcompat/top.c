/* fwcompat top: the masquerade entries, as they come and go. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/number.h"
#include "fwcompat/cmd.h"
#include "fwcompat/top_rows.h"
#include "fwcompat/top_screen.h"
#include "libcompat/compat.h"

enum { DELAY_MOST_S = 3600 };

struct top {
	struct compat *c;
	struct top_rows rows;
	struct compat_status status;
};

/* The entries as they are now. */
static int page(void *ctx, enum top_sort by, struct text *out)
{
	struct top *t = ctx;
	int r = compat_enter(t->c);

	if (r)
		return r;
	top_rows_clear(&t->rows);
	compat_masq_each(t->c, top_rows_add, &t->rows);
	compat_masq_free(t->c, t->rows.free_ports);
	compat_status(t->c, &t->status);
	compat_leave(t->c);
	if (t->rows.bad)
		return -ENOMEM;
	top_rows_sort(&t->rows, by);
	if (t->status.is_live)
		top_live_print(&t->status.live, out);
	top_rows_print(&t->rows, by, out);
	return out->bad ? -ENOMEM : 0;
}

static int show_once(struct top *t, enum top_sort by)
{
	struct text out = { 0 };
	int r = page(t, by, &out);

	if (r == 0)
		fwrite(out.s, 1, out.len, stdout);
	text_fini(&out);
	return r;
}

static int show(bool once, int32_t delay_s, enum top_sort by)
{
	struct top t = { .c = cmd_enter("top") };
	const char *why = "";
	int r;

	if (!t.c)
		return CMD_FAILED;
	compat_leave(t.c);
	if (once) {
		r = show_once(&t, by);
	} else {
		r = top_screen((unsigned int)delay_s, by, page, &t);
		if (r == -EOPNOTSUPP)
			why = "this terminal, or this build, can only do "
			      "--once";
	}
	if (r)
		cmd_failed("top", r, *why ? why : compat_why(t.c));
	top_rows_fini(&t.rows);
	compat_close(t.c);
	return r ? CMD_FAILED : CMD_OK;
}

int cmd_top(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "once", no_argument, NULL, '1' },
		{ "sort", required_argument, NULL, 's' },
		{ "delay", required_argument, NULL, 'd' },
		{ NULL, 0, NULL, 0 },
	};
	bool once = !isatty(STDOUT_FILENO);
	enum top_sort by = TOP_EXPIRY;
	int32_t delay_s = 1;
	int o;

	optind = 0;
	opterr = 0;
	while ((o = getopt_long(argc, argv, "+1s:d:", longs, NULL)) != -1) {
		if (o == '1')
			once = true;
		else if (o == 's')
			by = top_sort_parse(optarg);
		else if (o != 'd' ||
			 number_parse(optarg, 10, 1, DELAY_MOST_S, &delay_s))
			return cmd_misused("top", "wrong option");
	}
	if (optind < argc)
		return cmd_misused("top", "takes no argument");
	if (by == TOP_SORTS)
		return cmd_misused("top",
				   "--sort wants expiry, traffic or host");
	return show(once, delay_s, by);
}

const char cmd_top_usage[] =
	"fwcompat top [-1] [-s expiry|traffic|host] [-d SECONDS]\n"
	"\n"
	"Shows the masquerade entries on the terminal, again every second (or "
	"SECONDS).\n"
	"Keys e, t and h choose the order, arrows and page keys scroll, q "
	"ends.\n"
	"\n"
	"  -1, --once          prints them once; so too where output is no "
	"terminal\n"
	"  -s, --sort ORDER    soonest expiry, most bytes, or inside host "
	"first\n"
	"  -d, --delay SECONDS\n";
