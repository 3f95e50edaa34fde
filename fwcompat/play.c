/* `fwcompat play`: plays recordings, or checks them. */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "fwcompat/cmd.h"
#include "fwcompat/play_diff.h"
#include "fwcompat/play_parse.h"
#include "fwcompat/play_run.h"

const char cmd_play_usage[] =
	"fwcompat play [--check] FILE ...\n"
	"\n"
	"Plays the inputs of each recording against a freshly booted host of "
	"its own, and\n"
	"writes the whole recording with what came back now. FILE `-' is "
	"standard input.\n"
	"\n"
	"  --check  compares instead: silent if nothing differs, else a "
	"unified "
	"diff and\n"
	"           status 1\n";

/* The signal that came, if one did that ends us. */
static volatile sig_atomic_t stop;

static void note_signal(int signo)
{
	stop = signo;
}

/* Signals end the play in order, so that its directory does not stay. */
static void catch_signals(void)
{
	static const int signals[] = { SIGHUP, SIGINT, SIGTERM };
	struct sigaction act = { .sa_handler = note_signal };

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &act, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static int read_all(FILE *f, struct text *to)
{
	char buf[65536];
	size_t n;

	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		text_add(to, buf, n);
	return ferror(f) ? -errno : to->bad ? -ENOMEM : 0;
}

static int read_file(const char *name, struct text *to)
{
	FILE *f = strcmp(name, "-") ? fopen(name, "re") : stdin;
	int r;

	if (!f)
		return -errno;
	r = read_all(f, to);
	if (f != stdin)
		fclose(f);
	return r;
}

static void put_out(void *ctx, const struct text *piece)
{
	(void)ctx;
	fwrite(piece->s, 1, piece->len, stdout);
}

static void put_text(void *ctx, const struct text *piece)
{
	text_add(ctx, piece->s, piece->len);
}

/* Compares as far as the play came. Returns 0, or -ENOMEM; @same. */
static int check(struct play *p, const struct recording *rec,
		 const struct text *was, bool *differs, struct text *why)
{
	struct text now = { 0 }, diff = { 0 };
	int r = play_recording(p, rec, put_text, &now, why);

	if (r == 0) {
		play_diff(rec->name, was->s, was->len, now.s, now.len, &diff);
		if (now.bad || diff.bad) {
			r = -ENOMEM;
			text_puts(why, strerror(ENOMEM));
		}
	}
	*differs = diff.len > 0;
	if (diff.len)
		fwrite(diff.s, 1, diff.len, stdout);
	text_fini(&diff);
	text_fini(&now);
	return r;
}

/* One recording. Returns the exit status it asks for. */
static int play_file(struct play *p, const char *name, bool checking)
{
	struct text was = { 0 }, why = { 0 };
	struct recording rec = { 0 };
	bool differs = false;
	int r = read_file(name, &was);

	if (r == 0)
		r = recording_parse(&rec, name, was.s ? was.s : "", was.len,
				    &why);
	else
		text_printf(&why, "%s: %s", name, strerror(-r));
	if (r == 0)
		r = checking ? check(p, &rec, &was, &differs, &why)
			     : play_recording(p, &rec, put_out, NULL, &why);
	fflush(stdout);
	if (r && !stop)
		fprintf(stderr, "%s\n", why.s ? why.s : strerror(-r));
	recording_free(&rec);
	text_fini(&was);
	text_fini(&why);
	return r == -EINVAL ? CMD_USAGE : r || differs ? CMD_FAILED : CMD_OK;
}

static int play_files(char *const *names, int n, bool checking)
{
	struct text why = { 0 };
	struct play *p;
	int worst = CMD_OK, r = play_open(&p, &stop, &why);

	if (r) {
		cmd_failed("play", r, why.s ? why.s : "");
		text_fini(&why);
		return CMD_FAILED;
	}
	if (*play_warning(p))
		fprintf(stderr, "fwcompat play: %s\n", play_warning(p));
	for (int i = 0; i < n && !stop; i++) {
		int status = play_file(p, names[i], checking);

		if (status > worst)
			worst = status;
	}
	play_close(p);
	if (stop) {
		signal(stop, SIG_DFL);
		raise(stop);
	}
	return worst;
}

int cmd_play(int argc, char **argv)
{
	bool checking = false;
	int i = 1;

	for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
		if (!strcmp(argv[i], "--")) {
			i++;
			break;
		}
		if (strcmp(argv[i], "--check"))
			return cmd_misused("play", "there is no such option");
		checking = true;
	}
	if (i == argc)
		return cmd_misused("play", "which recording?");
	catch_signals();
	return play_files(argv + i, argc - i, checking);
}
