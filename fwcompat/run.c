/* fwcompat run: a script or an old program sees the old kernel. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fwcompat/cmd.h"
#include "fwcompat/copy.h"
#include "fwcompat/guess.h"
#include "launcher/programs.h"
#include "launcher/stand_in.h"
#include "launcher/view.h"
#include "launcher/watch.h"
#include "libcompat/compat.h"
#include "libcompat/unmet.h"

const char cmd_run_usage[] =
	"fwcompat run [--era 1.3|2.0|2.2] [--backend NAME] [--trace] "
	"[--where]\n"
	"             [--dry-run [--keep FILE]] [COMMAND [ARGUMENT ...]]\n"
	"\n"
	"Runs a script or a program, old binaries included, where the old "
	"kernel's\n"
	"tools, /proc files, switches, modules and socket options are. Without "
	"a\n"
	"COMMAND: a shell. What it does to interfaces, routes and switches it "
	"does\n"
	"to the emulated host; outside nothing changes. With --backend "
	"netfilter it\n"
	"does it to this machine.\n"
	"\n"
	"  --era ERA   the kernel that is there, else that whose tools the "
	"script "
	"calls;\n"
	"              a state that has rules of another era has to be reset "
	"first\n"
	"  --backend NAME\n"
	"              what filters: engine or netfilter; else "
	"$FWCOMPAT_BACKEND\n"
	"  --trace     says on standard error what each old command did, and "
	"where in\n"
	"              the script it stands as far as that can be known\n"
	"  --dry-run   the same, but on a copy of the state that is thrown "
	"away;\n"
	"              what is written to files is too, and no process outside "
	"is\n"
	"              reached; not with --backend netfilter\n"
	"  --keep FILE with --dry-run: the copy becomes the state file FILE, "
	"and\n"
	"              nothing is said unless with --trace\n"
	"  --where     an old tool that fails says where in the script it "
	"stands\n"
	"\n"
	"The status is the command's own; 126 and 127 as the shell's.\n";

enum { CANNOT = 126 };

/* What the command line asks for, and where it takes place. */
struct run {
	const char *era;  /* or NULL */
	const char *keep; /* where the copy of a dry run goes, or NULL */
	int kept;         /* that file, open */
	bool trace, dry;
	bool where; /* what fails says where it stands */
	char **argv;
	int told;             /* the trace comes out here, or -1 */
	int unmet;            /* and here what has no counterpart */
	char state[PATH_MAX]; /* absolute */
	char dir[PATH_MAX];   /* of the view */
	char copy[PATH_MAX];  /* --dry-run: the directory of the state's copy */
};

/* The wanted era: what was said, or what the script looks like where nothing
 * has settled one yet. False: none. */
static bool wanted_era(struct compat *c, const struct run *run,
		       enum fw_era *era)
{
	struct compat_status status;

	if (run->era)
		return compat_era_parse(run->era, era) == 0;
	compat_status(c, &status);
	return !status.claimed && guess_era(run->argv, era);
}

/* The state's era becomes the wanted one, or stays what it is. */
static int settle_era(struct compat *c, const struct run *run)
{
	enum fw_era era;
	int r;

	if (run->era && compat_era_parse(run->era, &era))
		return cmd_misused("run", "an era is 1.3, 2.0 or 2.2");
	r = compat_enter(c);
	if (r)
		return cmd_failed("run", r, compat_why(c));
	if (wanted_era(c, run, &era)) {
		if (compat_claim_era(c, era) != CLAIM_OK)
			r = cmd_failed("run", -EPROTO, compat_why(c));
		else if (compat_commit(c))
			r = cmd_failed("run", -EIO, compat_why(c));
	}
	compat_leave(c);
	return r;
}

/* @path with @suffix, in @out. */
static int with_suffix(const char *path, const char *suffix, char out[PATH_MAX])
{
	size_t n = strlen(path), m = strlen(suffix) + 1;

	if (n + m > PATH_MAX)
		return -ENAMETOOLONG;
	memmove(out, path, n);
	memcpy(out + n, suffix, m);
	return 0;
}

/* A copy of the state, in a directory of its own beside it, takes its place. */
static int copy_state(struct run *run)
{
	char copy[PATH_MAX], suffix[32];
	int r;

	snprintf(suffix, sizeof(suffix), ".dry-%d", (int)getpid());
	r = with_suffix(run->state, suffix, run->copy);
	if (r == 0)
		r = with_suffix(run->copy, "/state", copy);
	if (r == 0 && mkdir(run->copy, 0700))
		r = -errno;
	if (r == 0)
		r = copy_sparse(run->state, copy);
	return r ? r : with_suffix(copy, "", run->state);
}

/*
 * Finds the state, and with --dry-run puts a copy in its place. The command may
 * go elsewhere, so that a relative path would not follow it.
 */
static int settle_state(struct run *run)
{
	struct compat_status status;
	struct compat *c;
	int r = compat_open(&c);

	if (r)
		return r;
	r = compat_enter(c);
	if (r == 0) {
		compat_status(c, &status);
		if (!realpath(status.state, run->state))
			r = -errno;
	}
	if (r == 0 && run->dry)
		r = copy_state(run);
	compat_close(c);
	return r ? r : setenv("FWCOMPAT_STATE", run->state, 1);
}

/*
 * The view is mounted on an empty directory beside the state; the mounts on it
 * are seen by this process and its children alone.
 */
static int settle_place(struct run *run)
{
	char suffix[32];
	int r;

	snprintf(suffix, sizeof(suffix), ".view-%d", (int)getpid());
	r = with_suffix(run->state, suffix, run->dir);
	return r ? r : mkdir(run->dir, 0700) ? -errno : 0;
}

/*
 * What scripts of then take for granted: root, whose number Bash has in a
 * variable but not every shell; and `tail +2' and `sort +1', which today's
 * tools take if they are told of that time's standard.
 */
static int settle_env(const struct programs *programs)
{
	char *path = programs_path(programs, getenv("PATH"));
	int r = path ? setenv("PATH", path, 1) : -1;

	free(path);
	if (r == 0)
		r = setenv("UID", "0", 0);
	if (r == 0)
		r = setenv("_POSIX2_VERSION", "199209", 0);
	return r ? -ENOMEM : 0;
}

/*
 * A pipe whose one end tools find by the path in variable @name; what they
 * write there comes out of the descriptor that is returned, or -errno.
 */
static int open_ear(const char *name)
{
	char path[64];
	int ends[2];

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK))
		return -errno;
	snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)getpid(), ends[1]);
	return setenv(name, path, 1) ? -ENOMEM : ends[0];
}

static int settle_ears(struct run *run)
{
	run->told = -1;
	if (run->trace)
		run->told = open_ear("FWCOMPAT_TRACE");
	run->unmet = open_ear("FWCOMPAT_UNMET");
	return run->trace && run->told < 0 ? run->told
	       : run->unmet < 0            ? run->unmet
					   : 0;
}

/* Whether the @n bytes at @line stand as a line before it in the text at
 * @start. */
static bool said_before(const char *start, const char *line, size_t n)
{
	for (const char *at = start; at < line; at = strchr(at, '\n') + 1)
		if (!strncmp(at, line, n + 1))
			return true;
	return false;
}

/* One line for each thing that was asked for and is not here. */
static void show_unmet(int unmet, bool failed)
{
	char notes[65536];
	ssize_t n = read(unmet, notes, sizeof(notes) - 1);

	notes[n > 0 ? n : 0] = '\0';
	for (char *at = notes, *nl; (nl = strchr(at, '\n')); at = nl + 1) {
		const char *what = at + (*at == UNMET_HINT);

		if ((what == at || failed) &&
		    !said_before(notes, at, (size_t)(nl - at)))
			fprintf(stderr, "fwcompat run: %.*s\n",
				(int)(nl - what), what);
	}
}

static int run_inside(struct run *run, struct compat *c)
{
	char why[256] = "";
	struct programs programs;
	const char *dirs[3] = { programs.bin, NULL, NULL };
	const char *absent[] = { programs.absent, NULL };
	const char *litter[] = { run->dir, NULL, NULL, NULL };
	struct view_options options = { .dir = run->dir,
					.programs = dirs,
					.absent = absent,
					.bash = guess_bash(run->argv),
					.litter = litter };
	struct view *view;
	int r;

	programs_find(&programs);
	if (*programs.tools)
		dirs[1] = programs.tools;
	if (run->dry) {
		options.writable = litter[2] = run->copy;
		litter[1] = run->state;
	}
	r = settle_place(run);
	if (r == 0)
		r = view_open(&view, &options, why, sizeof(why));
	if (r == 0)
		r = view_show(view);
	if (r == 0)
		r = settle_env(&programs);
	if (r) {
		fprintf(stderr,
			"fwcompat run: %s; what this machine lacks tells: "
			"fwcompat doctor\n",
			*why ? why : strerror(-r));
		return CANNOT;
	}
	r = watch_run(c, run->argv,
		      stand_in_wanted(guess_script(run->argv)) ? programs.tools
							       : NULL,
		      run->told, why, sizeof(why));
	if (r >= 0 && run->keep) {
		int failed = copy_sparse_to(run->state, run->kept);

		r = failed ? failed : r;
	}
	view_close(view);
	show_unmet(run->unmet, r != 0);
	if (r >= 0)
		return r;
	cmd_failed("run", r, why);
	return CANNOT;
}

static int run_on_state(struct run *run)
{
	struct compat *c;
	int r = settle_state(run);

	if (r == 0)
		r = settle_ears(run);
	if (r == 0)
		r = compat_open(&c);
	if (r)
		return cmd_failed("run", r, compat_open_why());
	r = settle_era(c, run);
	if (r == CMD_OK)
		r = run_inside(run, c);
	compat_close(c);
	return r;
}

/* Before there is a view, in which all that is written is thrown away. */
static int open_keep(struct run *run)
{
	run->kept =
		open(run->keep, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (run->kept < 0)
		fprintf(stderr, "fwcompat run: %s: %s\n", run->keep,
			strerror(errno));
	return run->kept < 0 ? -1 : 0;
}

int cmd_run(int argc, char **argv)
{
	static const struct option options[] = {
		{ "era", required_argument, NULL, 'e' },
		{ "backend", required_argument, NULL, 'b' },
		{ "trace", no_argument, NULL, 't' },
		{ "dry-run", no_argument, NULL, 'd' },
		{ "keep", required_argument, NULL, 'k' },
		{ "where", no_argument, NULL, 'w' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	char *shell[2] = { getenv("SHELL"), NULL }, sh[] = "/bin/sh";
	struct run run = { 0 };
	int opt;

	while ((opt = getopt_long(argc, argv, "+", options, NULL)) != -1) {
		if (opt == 'h') {
			printf("usage: %s", cmd_run_usage);
			return CMD_OK;
		}
		if (opt == '?')
			return cmd_try("run");
		if (opt == 'e')
			run.era = optarg;
		if (opt == 'b' && setenv("FWCOMPAT_BACKEND", optarg, 1))
			return cmd_failed("run", -ENOMEM, "");
		if (opt == 'k')
			run.keep = optarg;
		run.dry = run.dry || opt == 'd';
		run.trace = run.trace || opt == 't';
		run.where = run.where || opt == 'w';
	}
	if (run.where && setenv("FWCOMPAT_WHERE", "1", 1))
		return cmd_failed("run", -ENOMEM, "");
	if (run.keep && !run.dry)
		return cmd_misused("run", "--keep is for dry runs");
	if (run.dry && compat_is_machine())
		return cmd_misused("run",
				   "a dry run is of the emulated host alone");
	run.trace = run.trace || (run.dry && !run.keep);
	if (run.keep && open_keep(&run))
		return CANNOT;
	if (!shell[0] || !*shell[0])
		shell[0] = sh;
	run.argv = optind < argc ? argv + optind : shell;
	return run_on_state(&run);
}
