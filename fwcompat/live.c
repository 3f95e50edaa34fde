/* fwcompat live: the engine in a router's place. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "core/number.h"
#include "engine/state.h"
#include "fwcompat/cmd.h"
#include "fwcompat/log_out.h"
#include "fwcompat/ready.h"
#include "gateway/fast_live.h"
#include "gateway/live.h"
#include "libcompat/settings.h"
#include "libcompat/store.h"

enum { QUEUE = 6177 }; /* unless told otherwise */

const char cmd_live_usage[] =
	"fwcompat live [--fast] [--on-death closed|open] "
	"[--log syslog|-|FILE]\n"
	"              [--queue N]\n"
	"\n"
	"Carries the packets of this network namespace, as root: those that "
	"arrive on its\n"
	"interfaces and those that the host sends go through the old kernel's "
	"chains and\n"
	"masquerading, with the state that the tools change. Ends by Ctrl-C "
	"or SIGTERM,\n"
	"and leaves netfilter as it was.\n"
	"\n"
	"  --fast              a filter in the kernel carries packets of "
	"entries that the\n"
	"                      engine need not see\n"
	"  --on-death closed   if the process dies, nothing passes until the "
	"next one is\n"
	"                      there (so without this option)\n"
	"  --on-death open     if it dies, packets pass as the running kernel "
	"routes them\n"
	"  --log syslog        log lines go to the system's log (so without "
	"this option)\n"
	"  --log FILE          they go to a file; `-': to standard error\n"
	"  --queue N           the netfilter queues N and N+1; without: 6177 "
	"and 6178\n";

struct carrier {
	struct live_options options;
	const char *where; /* log lines go */
	struct log_out log;
	bool fast;
};

static volatile sig_atomic_t stop;

static volatile sig_atomic_t hung_up;

static void note_signal(int signo)
{
	if (signo == SIGHUP)
		hung_up = 1;
	else
		stop = signo;
}

static int misused(const char *what, const char *word)
{
	char text[512];

	snprintf(text, sizeof(text), "%s: %s", what, word);
	return cmd_misused("live", text);
}

static int take_queue(struct carrier *c, const char *word)
{
	int32_t n;

	if (number_parse(word, 10, 0, UINT16_MAX - 1, &n))
		return misused("not the number of a queue", word);
	c->options.queue = (uint16_t)n;
	return CMD_OK;
}

static int take_death(struct carrier *c, const char *word)
{
	c->options.open = !strcmp(word, "open");
	return c->options.open || !strcmp(word, "closed")
		       ? CMD_OK
		       : misused("--on-death is closed or open", word);
}

static int take_options(struct carrier *c, int argc, char **argv)
{
	static const struct option options[] = {
		{ "fast", no_argument, NULL, 'f' },
		{ "log", required_argument, NULL, 'l' },
		{ "on-death", required_argument, NULL, 'd' },
		{ "queue", required_argument, NULL, 'q' },
		{ 0 },
	};
	int opt, r = CMD_OK;

	while (r == CMD_OK &&
	       (opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (opt == 'f')
			c->fast = true;
		else if (opt == 'l')
			c->where = optarg;
		else if (opt == 'd')
			r = take_death(c, optarg);
		else if (opt == 'q')
			r = take_queue(c, optarg);
		else
			r = cmd_try("live");
	}
	if (r == CMD_OK && optind < argc)
		return misused("what is this", argv[optind]);
	return r;
}

static int failed(int r, const char *why)
{
	return cmd_failed("live", r, why);
}

static int log_failed(int r, const char *path)
{
	char why[512];

	snprintf(why, sizeof(why), "%.300s: %s", path, strerror(-r));
	return failed(r, why);
}

static void see_log(void *ctx, int level, const char *line)
{
	struct carrier *c = ctx;

	/* Where that fails, lines go on to the old file. */
	if (hung_up && log_out_reopen(&c->log) == 0)
		hung_up = 0;
	log_out_line(&c->log, level, line);
}

static void print_summary(const struct live_totals *t)
{
	const struct {
		const char *what;
		uint64_t n;
	} rows[] = {
		{ "packets in", t->in },     { "packets out", t->out },
		{ "to the host", t->local }, { "of the host", t->own },
		{ "dropped", t->dropped },   { "ICMP errors", t->icmp },
		{ "refused", t->refused },   { "lost", t->lost },
		{ "batches", t->batches },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		printf("%-17s%" PRIu64 "\n", rows[i].what, rows[i].n);
}

/* From the first packet to the last; @fast: NULL, or what helps. */
static int carry(struct carrier *c, struct store *store, struct fast_live *fast)
{
	struct live *l;
	char why[512] = "";
	int r;

	r = live_open(&l, &c->options, store, why, sizeof(why));
	if (r)
		return failed(r, why);
	if (fast)
		fast_live_host(fast, live_host_of(l));
	ready_tell();
	if (isatty(STDERR_FILENO))
		fputs("fwcompat live: packets are carried until Ctrl-C; "
		      "`fwcompat top' shows them\n",
		      stderr);
	r = live_run(l, why, sizeof(why));
	if (r == 0)
		r = live_end(l, why, sizeof(why));
	print_summary(live_totals(l));
	live_close(l);
	return r ? failed(r, why) : CMD_OK;
}

static int carry_fast(struct carrier *c, struct store *store)
{
	struct fast_live *fast;
	char why[512] = "";
	int r = fast_live_start(&fast, store, why, sizeof(why)), status;

	if (r)
		return failed(r, why);
	c->options.hooks = fast_live_hooks(fast);
	status = carry(c, store, fast);
	printf("%-17s%" PRIu64 "\n", "by the filter", fast_live_end(fast));
	return status;
}

/* Tools that speak to another backend would change nothing here. Settings do
 * not mend themselves: fwcompat-live.service does not try CMD_USAGE again. */
static int check_backend(void)
{
	struct settings s;
	char why[512] = "";
	int r = settings_read(&s, why, sizeof(why));

	if (r == 0 && *s.backend && strcmp(s.backend, "engine") != 0) {
		snprintf(why, sizeof(why),
			 "it is the engine that carries packets; the tools "
			 "are told to speak to the backend %s",
			 s.backend);
		r = -EINVAL;
	}
	if (r)
		failed(r, why);
	return r ? CMD_USAGE : CMD_OK;
}

int cmd_live(int argc, char **argv)
{
	static const int signals[] = { SIGHUP, SIGINT, SIGTERM };
	struct sigaction act = { .sa_handler = note_signal };
	struct carrier c = { .options.queue = QUEUE };
	struct store *store;
	char why[512] = "";
	int status = take_options(&c, argc, argv), r;

	if (status == CMD_OK)
		status = check_backend();
	if (status != CMD_OK)
		return status;
	r = log_out_open(&c.log, c.where, LOG_USER);
	if (r)
		return log_failed(r, c.where);
	c.options.log = see_log;
	c.options.ctx = &c;
	c.options.stop = &stop;
	r = store_open(&store, NULL, why, sizeof(why));
	if (r)
		return failed(r, why);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &act, NULL);
	status = c.fast ? carry_fast(&c, store) : carry(&c, store, NULL);
	store_close(store);
	r = log_out_close(&c.log);
	if (r)
		status = log_failed(r, c.where);
	return status;
}
