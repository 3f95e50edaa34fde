/* fwcompat run: a script or an old program sees the old kernel. */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fwcompat/cmd.h"
#include "launcher/programs.h"
#include "launcher/view.h"
#include "launcher/watch.h"
#include "libcompat/compat.h"

const char cmd_run_usage[] =
	"fwcompat run [--era 1.3|2.0|2.2] [COMMAND [ARGUMENT ...]]\n"
	"\n"
	"Runs a script or a program, old binaries included, where the old "
	"kernel's\n"
	"tools, /proc files, switches, modules and socket options are. Without "
	"a\n"
	"COMMAND: a shell. What it does to interfaces, routes and switches it "
	"does\n"
	"to the emulated host; outside nothing changes.\n"
	"\n"
	"  --era ERA   the kernel that is there; a state that has rules of "
	"another\n"
	"              era has to be reset first\n"
	"\n"
	"The status is the command's own; 126 and 127 as the shell's.\n";

enum { CANNOT = 126 };

/* The state's era becomes the wanted one, or stays what it is. */
static int settle_era(struct compat *c, const char *word)
{
	enum fw_era era;
	int r;

	if (!word)
		return CMD_OK;
	if (compat_era_parse(word, &era))
		return cmd_misused("run", "an era is 1.3, 2.0 or 2.2");
	r = compat_enter(c);
	if (r)
		return cmd_failed("run", r, compat_why(c));
	if (compat_claim_era(c, era) != CLAIM_OK)
		r = cmd_failed("run", -EPROTO, compat_why(c));
	else if (compat_commit(c))
		r = cmd_failed("run", -EIO, compat_why(c));
	compat_leave(c);
	return r;
}

/*
 * Where the view is mounted: an empty directory beside the state, which stays;
 * the mounts on it are seen by this process and its children alone.
 */
static int view_place(struct compat *c, char dir[PATH_MAX])
{
	struct compat_status status;
	char state[PATH_MAX];
	size_t len;
	int r = compat_enter(c);

	if (r)
		return r;
	compat_status(c, &status);
	compat_leave(c);
	/* The command may go elsewhere: a relative path would not follow it. */
	if (!realpath(status.state, state) ||
	    setenv("FWCOMPAT_STATE", state, 1))
		return -errno;
	len = strlen(state);
	if (len + sizeof(".view") > PATH_MAX)
		return -ENAMETOOLONG;
	memcpy(dir, state, len);
	memcpy(dir + len, ".view", sizeof(".view"));
	return mkdir(dir, 0700) && errno != EEXIST ? -errno : 0;
}

static int set_path(const struct programs *programs)
{
	char *path = programs_path(programs, getenv("PATH"));
	int r = path ? setenv("PATH", path, 1) : -1;

	free(path);
	return r ? -ENOMEM : 0;
}

static int run_inside(struct compat *c, char **argv)
{
	char why[256] = "", dir[PATH_MAX];
	struct programs programs;
	const char *dirs[3] = { programs.bin, NULL, NULL };
	const struct view_options options = { .dir = dir, .programs = dirs };
	struct view *view;
	int r;

	programs_find(&programs);
	if (*programs.tools)
		dirs[1] = programs.tools;
	r = view_place(c, dir);
	if (r == 0)
		r = set_path(&programs);
	if (r == 0)
		r = view_open(&view, &options, why, sizeof(why));
	if (r == 0)
		r = view_show(view);
	if (r) {
		cmd_failed("run", r, why);
		return CANNOT;
	}
	r = watch_run(c, argv, why, sizeof(why));
	view_close(view);
	if (r >= 0)
		return r;
	cmd_failed("run", r, why);
	return CANNOT;
}

int cmd_run(int argc, char **argv)
{
	static const struct option options[] = {
		{ "era", required_argument, NULL, 'e' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	char *shell[2] = { getenv("SHELL"), NULL }, sh[] = "/bin/sh";
	const char *era = NULL;
	struct compat *c;
	int opt, r;

	while ((opt = getopt_long(argc, argv, "+", options, NULL)) != -1) {
		if (opt == 'h') {
			printf("usage: %s", cmd_run_usage);
			return CMD_OK;
		}
		if (opt != 'e')
			return CMD_USAGE;
		era = optarg;
	}
	if (!shell[0] || !*shell[0])
		shell[0] = sh;
	r = compat_open(&c);
	if (r)
		return cmd_failed("run", r, compat_open_why());
	r = settle_era(c, era);
	if (r == CMD_OK)
		r = run_inside(c, optind < argc ? argv + optind : shell);
	compat_close(c);
	return r;
}
