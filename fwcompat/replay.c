/* fwcompat replay: captures through the emulated host. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/state.h"
#include "fwcompat/cmd.h"
#include "gateway/loop.h"
#include "gateway/pktio.h"
#include "libcompat/clock.h"
#include "libcompat/store.h"

const char cmd_replay_usage[] =
	"fwcompat replay --in INTERFACE=FILE ... [--out INTERFACE=FILE ...]\n"
	"                       [--log FILE]\n"
	"\n"
	"Plays captures (pcap, pcapng) through the emulated host: packets "
	"arrive on the\n"
	"host's interfaces in the order of their times, and the host's clock "
	"follows.\n"
	"\n"
	"  --in INTERFACE=FILE   what arrives on that interface; `-' is "
	"standard input\n"
	"  --out INTERFACE=FILE  where to write what leaves on it; `-' is "
	"standard output\n"
	"  --log FILE            where to write what the kernel logs; without: "
	"standard\n"
	"                        error\n"
	"\n"
	"`fwcompat host' makes interfaces and routes; afterwards listings show "
	"the host\n"
	"as it was when the last packet came.\n";

/* One --in or --out. */
struct end {
	char ifname[FW_IFNAME + 1];
	const char *path; /* borrowed from argv */
};

struct replay {
	struct end in[HOST_IFS], out[HOST_IFS];
	int n_in, n_out;
	const char *log_path; /* NULL: standard error */
	FILE *log;
	bool progress_shown;
	ticks_t started, last_shown;
	struct loop loop;
};

static volatile sig_atomic_t stop;

static void note_signal(int signo)
{
	stop = signo;
}

static int misused(const char *what, const char *word)
{
	char text[512];

	snprintf(text, sizeof(text), "%s: %s", what, word);
	return cmd_misused("replay", text);
}

static int failed(const char *why)
{
	return cmd_failed("replay", -EIO, why);
}

/* "INTERFACE=FILE"; each interface once. */
static int take_end(struct end *ends, int *n, const char *word)
{
	const char *eq = strchr(word, '=');
	size_t len = eq ? (size_t)(eq - word) : 0;

	if (!len || len > FW_IFNAME || !eq[1])
		return misused("not an INTERFACE=FILE", word);
	for (int i = 0; i < *n; i++)
		if (strlen(ends[i].ifname) == len &&
		    !memcmp(ends[i].ifname, word, len))
			return misused("that interface was named before", word);
	if (*n == HOST_IFS)
		return misused("too many interfaces", word);
	memcpy(ends[*n].ifname, word, len);
	ends[(*n)++].path = eq + 1;
	return CMD_OK;
}

static int take_options(struct replay *re, int argc, char **argv)
{
	static const struct option options[] = {
		{ "in", required_argument, NULL, 'i' },
		{ "out", required_argument, NULL, 'o' },
		{ "log", required_argument, NULL, 'l' },
		{ 0 },
	};
	int opt, r = CMD_OK;

	while (r == CMD_OK &&
	       (opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (opt == 'i')
			r = take_end(re->in, &re->n_in, optarg);
		else if (opt == 'o')
			r = take_end(re->out, &re->n_out, optarg);
		else if (opt == 'l')
			re->log_path = optarg;
		else
			r = cmd_try("replay");
	}
	if (r == CMD_OK && optind < argc)
		return misused("what is this", argv[optind]);
	if (r == CMD_OK && !re->n_in)
		return cmd_misused("replay", "nothing is to arrive: where is "
					     "--in INTERFACE=FILE?");
	return r;
}

static bool same_file(const char *a, const char *b)
{
	struct stat x, y;

	if (!strcmp(a, b))
		return true;
	return stat(a, &x) == 0 && stat(b, &y) == 0 && S_ISREG(x.st_mode) &&
	       x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* A file that is read must not be written, nor one be written twice. */
static int check_files(const struct replay *re)
{
	for (int o = 0; o < re->n_out; o++) {
		for (int i = 0; i < re->n_in; i++)
			if (strcmp(re->in[i].path, "-") &&
			    same_file(re->in[i].path, re->out[o].path))
				return misused("read and written at once",
					       re->out[o].path);
		for (int i = 0; i < o; i++)
			if (same_file(re->out[i].path, re->out[o].path))
				return misused("written twice",
					       re->out[o].path);
		if (re->log_path && same_file(re->log_path, re->out[o].path))
			return misused("written twice", re->out[o].path);
	}
	for (int i = 0; re->log_path && i < re->n_in; i++)
		if (same_file(re->log_path, re->in[i].path))
			return misused("read and written at once",
				       re->log_path);
	return CMD_OK;
}

/* The port of an interface, or NULL after a complaint. */
static struct loop_port *find_port(struct replay *re, const struct fw *fw,
				   const struct end *end, uint32_t *ifindex)
{
	char why[256];

	*ifindex = host_if_find(fw, end->ifname);
	if (*ifindex != HOST_NO_IF)
		return &re->loop.port[*ifindex];
	snprintf(why, sizeof(why),
		 "the host has no interface %s; make it: "
		 "fwcompat host if %s ADDRESS/LENGTH",
		 end->ifname, end->ifname);
	failed(why);
	return NULL;
}

static int open_inputs(struct replay *re, const struct fw *fw)
{
	char why[512];
	uint32_t ifindex;

	for (int i = 0; i < re->n_in; i++) {
		struct loop_port *port =
			find_port(re, fw, &re->in[i], &ifindex);

		if (!port)
			return CMD_FAILED;
		if (pktio_pcap_open(&port->in, re->in[i].path, why,
				    sizeof(why)))
			return failed(why);
	}
	return CMD_OK;
}

/* Only when all else is well: these are emptied. */
static int open_outputs(struct replay *re, const struct fw *fw)
{
	char why[512];
	uint32_t ifindex[HOST_IFS] = { 0 };

	for (int i = 0; i < re->n_out; i++)
		if (!find_port(re, fw, &re->out[i], &ifindex[i]))
			return CMD_FAILED;
	for (int i = 0; i < re->n_out; i++) {
		const struct host_if *f = &fw->st->host.ifs[ifindex[i]];

		if (pktio_pcap_create(&re->loop.port[ifindex[i]].out,
				      re->out[i].path, ifindex[i],
				      !(f->flags & HOST_IF_PPP), why,
				      sizeof(why)))
			return failed(why);
	}
	re->log = re->log_path ? fopen(re->log_path, "we") : stderr;
	if (re->log)
		return CMD_OK;
	snprintf(why, sizeof(why), "%.300s: %s", re->log_path, strerror(errno));
	return failed(why);
}

static int open_all(struct replay *re, struct store *store, struct fw *fw)
{
	int r = store_enter(store, fw, NULL);
	struct live_counts live;

	if (r)
		return cmd_failed("replay", r, store_why(store));
	if (store_live_ask(store, &live))
		return failed("`fwcompat live' carries packets with this "
			      "state");
	for (uint32_t i = 0; i < HOST_IFS; i++)
		memcpy(re->loop.port[i].name, fw->st->host.ifs[i].name.s,
		       FW_IFNAME);
	r = open_inputs(re, fw);
	if (r == CMD_OK)
		r = open_outputs(re, fw);
	store_leave(store, fw);
	return r;
}

static void see_log(void *ctx, int level, const char *line)
{
	struct replay *re = ctx;

	(void)level;
	fprintf(re->log, "%s\n", line);
}

/* On a terminal, from one second on, four times a second. */
static void see_progress(void *ctx, const struct loop_totals *t, int percent)
{
	struct replay *re = ctx;
	ticks_t now = clock_ticks();

	if (!ticks_due(re->started + HZ, now) ||
	    !ticks_due(re->last_shown + HZ / 4, now))
		return;
	re->last_shown = now;
	re->progress_shown = true;
	fprintf(stderr, "\r%" PRIu64 " packets", t->in);
	if (percent >= 0)
		fprintf(stderr, ", %d %%", percent);
	fflush(stderr);
}

/* Standard output unless packets go there. */
static FILE *summary_stream(const struct replay *re)
{
	for (int i = 0; i < re->n_out; i++)
		if (!strcmp(re->out[i].path, "-"))
			return stderr;
	return stdout;
}

static void count_skipped(const struct replay *re, struct pktio_skipped *all)
{
	for (uint32_t i = 0; i < HOST_IFS; i++) {
		const struct pktio_source *in = re->loop.port[i].in;

		if (!in)
			continue;
		all->other += in->skipped.other;
		all->sent += in->skipped.sent;
		all->cut += in->skipped.cut;
	}
}

static void print_count(FILE *to, const char *what, uint64_t n)
{
	fprintf(to, "%-17s%" PRIu64 "\n", what, n);
}

/* Packets that came in or went out, and on which interfaces. */
static void print_ports(FILE *to, const struct loop *loop, bool out)
{
	const char *comma = "  (";

	fprintf(to, "%-17s%" PRIu64, out ? "packets out" : "packets in",
		out ? loop->totals.out : loop->totals.in);
	for (uint32_t i = 0; i < HOST_IFS; i++) {
		const struct loop_port *p = &loop->port[i];
		uint64_t n = out ? p->left : p->arrived;

		if (!n)
			continue;
		fprintf(to, "%s%s %" PRIu64, comma, p->name, n);
		comma = ", ";
	}
	fputs(*comma == ',' ? ")\n" : "\n", to);
}

static void print_summary(const struct replay *re)
{
	const struct loop_totals *t = &re->loop.totals;
	struct pktio_skipped skipped = { 0 };
	FILE *to = summary_stream(re);

	count_skipped(re, &skipped);
	print_ports(to, &re->loop, false);
	print_ports(to, &re->loop, true);
	print_count(to, "to the host", t->local);
	print_count(to, "dropped", t->dropped);
	print_count(to, "ICMP errors", t->icmp);
	print_count(to, "entries made", t->made);
	if (skipped.other)
		print_count(to, "not IPv4", skipped.other);
	if (skipped.sent)
		print_count(to, "not received", skipped.sent);
	if (skipped.cut)
		print_count(to, "recorded in part", skipped.cut);
	if (t->late)
		print_count(to, "out of order", t->late);
}

static int close_failed(const char *what, const char *name, int r)
{
	char why[512];

	snprintf(why, sizeof(why), "%s%.300s: %s", what, name, strerror(-r));
	return failed(why);
}

/* Closes what was opened. Returns @status, or CMD_FAILED after a complaint. */
static int close_all(struct replay *re, int status)
{
	for (uint32_t i = 0; i < HOST_IFS; i++) {
		struct loop_port *port = &re->loop.port[i];
		int r = port->out ? port->out->close(port->out) : 0;

		if (r && status == CMD_OK)
			status = close_failed("what leaves on ", port->name, r);
		if (port->in)
			port->in->close(port->in);
	}
	if (re->log && re->log != stderr && fclose(re->log))
		status = close_failed("", re->log_path, -errno);
	return status;
}

static int play(struct replay *re, struct store *store, struct fw *fw)
{
	struct sigaction act = { .sa_handler = note_signal };
	int status = CMD_OK, r;
	char why[512];

	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	re->loop.ctx = re;
	re->loop.log = see_log;
	re->loop.stop = &stop;
	re->started = clock_ticks();
	if (isatty(STDERR_FILENO))
		re->loop.progress = see_progress;
	r = loop_run(&re->loop, store, fw, why, sizeof(why));
	if (re->progress_shown)
		fputs("\r\033[K", stderr);
	if (r)
		status = failed(r == -EINTR ? "stopped by a signal" : why);
	for (uint32_t i = 0; i < HOST_IFS; i++)
		if (re->loop.port[i].broken)
			status = failed(re->loop.port[i].in->why);
	print_summary(re);
	return status;
}

int cmd_replay(int argc, char **argv)
{
	struct replay *re = calloc(1, sizeof(*re));
	struct store *store;
	struct fw fw = { 0 };
	char why[512] = "";
	int status, r;

	if (!re)
		return cmd_failed("replay", -ENOMEM, "");
	status = take_options(re, argc, argv);
	if (status == CMD_OK)
		status = check_files(re);
	if (status == CMD_OK) {
		r = store_open(&store, NULL, why, sizeof(why));
		if (r) {
			status = cmd_failed("replay", r, why);
		} else {
			status = open_all(re, store, &fw);
			if (status == CMD_OK)
				status = play(re, store, &fw);
			store_close(store);
			fw_fini(&fw);
		}
		status = close_all(re, status);
	}
	free(re);
	return status;
}
