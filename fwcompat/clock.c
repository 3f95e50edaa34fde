/* fwcompat clock: the host's time, and moving it on. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/state.h"
#include "fwcompat/cmd.h"
#include "libcompat/store.h"

const char cmd_clock_usage[] =
	"fwcompat clock [+SECONDS]\n"
	"\n"
	"Shows the host's time in seconds since it was booted; or moves it on, "
	"and does\n"
	"what is due on the way. A clock that was moved stands still until it "
	"is "
	"moved\n"
	"again; `fwcompat reset' lets it run.\n";

enum { SECONDS_MAX = 1000000000 };

static int failed(int r, const char *why)
{
	return cmd_failed("clock", r, why);
}

/* "+N" or "+N.NN" seconds. */
static int take_ticks(const char *word, uint64_t *ticks)
{
	char *end;
	double s;

	if (word[0] != '+')
		return -EINVAL;
	s = strtod(word + 1, &end);
	if (end == word + 1 || *end || !(s >= 0 && s <= SECONDS_MAX))
		return -EINVAL;
	*ticks = (uint64_t)(s * HZ + 0.5);
	return 0;
}

/* Inside. A clock that runs is stopped first. */
static int move(struct store *s, struct fw *fw, uint64_t ticks)
{
	int r = store_is_virtual(s) ? 0 : store_set_virtual(s, fw->st->g.now);

	if (r == 0)
		r = store_advance(s, ticks);
	if (r == 0)
		r = store_commit(s, fw);
	return r ? failed(r, store_why(s)) : CMD_OK;
}

int cmd_clock(int argc, char **argv)
{
	static struct fw fw;
	char why[512] = "";
	uint64_t ticks = 0;
	struct store *s;
	int r;

	if (argc > 2)
		return cmd_misused("clock", "there is one clock");
	if (argc == 2 && take_ticks(argv[1], &ticks))
		return cmd_misused("clock", "how far is it moved? +SECONDS");
	r = store_open(&s, NULL, why, sizeof(why));
	if (r)
		return failed(r, why);
	r = store_enter(s, &fw, NULL);
	if (r)
		r = failed(r, store_why(s));
	else if (argc == 2)
		r = move(s, &fw, ticks);
	if (r == CMD_OK) {
		printf("%u.%02u\n", fw.st->g.now / HZ, fw.st->g.now % HZ);
		store_leave(s, &fw);
	}
	fw_fini(&fw);
	store_close(s);
	return r;
}
