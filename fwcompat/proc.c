/* fwcompat proc: the old /proc files, one by one. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fwcompat/cmd.h"
#include "launcher/programs.h"
#include "libcompat/compat.h"

const char cmd_proc_usage[] =
	"fwcompat proc [NAME [VALUE]]\n"
	"       fwcompat proc --from DIRECTORY -- COMMAND [ARGUMENT ...]\n"
	"\n"
	"Prints the old file NAME, e.g. /proc/net/ip_masquerade or just "
	"ip_masquerade;\n"
	"without NAME the paths of those that are there now. With a VALUE: "
	"writes that\n"
	"into the file, as `echo VALUE >NAME' did.\n"
	"\n"
	"  --from DIRECTORY  runs COMMAND on saved files instead: where "
	"DIRECTORY has a\n"
	"                    copy of a file (net/ip_masquerade, or "
	"ip_masquerade), the\n"
	"                    tools read that\n";

static void print_path(void *ctx, const char *path)
{
	(void)ctx;
	printf("/proc/%s\n", path);
}

/* The one path that a name without directory stands for. */
struct search {
	const char *name;
	char path[256];
};

static void match_name(void *ctx, const char *path)
{
	struct search *s = ctx;
	size_t n = strlen(path), len = strlen(s->name);

	if (n >= len && !strcmp(path + n - len, s->name) &&
	    (n == len || path[n - len - 1] == '/') && !s->path[0])
		snprintf(s->path, sizeof(s->path), "%s", path);
}

static int print_file(struct compat *c, const char *path)
{
	struct text out = { 0 };
	int r = compat_proc_read(c, path, false, &out);

	if (r == 0 && out.len)
		fwrite(out.s, 1, out.len, stdout);
	text_fini(&out);
	return r;
}

static int write_file(struct compat *c, const char *path, const char *value)
{
	int r = compat_proc_write(c, path, value);

	return r ? r : compat_commit(c);
}

static int do_file(struct compat *c, const char *name, const char *value)
{
	static const char proc[] = "/proc/";
	struct search s = { .name = name };
	int r = -ENOENT;

	if (!strncmp(name, proc, sizeof(proc) - 1))
		s.name += sizeof(proc) - 1;
	if (*s.name)
		compat_proc_each(c, match_name, &s);
	if (s.path[0])
		r = value ? write_file(c, s.path, value)
			  : print_file(c, s.path);
	if (r)
		fprintf(stderr, "fwcompat proc: %s: %s\n", name, strerror(-r));
	return r ? CMD_FAILED : CMD_OK;
}

/* Becomes the command, with saved files for the tools to read. */
static int run_from(const char *dir, char **argv)
{
	struct programs programs;
	struct stat st;
	char *path;

	if (stat(dir, &st) || !S_ISDIR(st.st_mode)) {
		fprintf(stderr, "fwcompat proc: %s: not a directory\n", dir);
		return CMD_FAILED;
	}
	programs_find(&programs);
	path = programs_path(&programs, getenv("PATH"));
	if (!path || setenv("PATH", path, 1) || setenv("FWCOMPAT_PROC", dir, 1))
		return cmd_failed("proc", -ENOMEM, "");
	free(path);
	execvp(argv[0], argv);
	fprintf(stderr, "fwcompat proc: %s: %s\n", argv[0], strerror(errno));
	return errno == ENOENT ? 127 : 126;
}

int cmd_proc(int argc, char **argv)
{
	struct compat *c;
	int status = CMD_OK;

	if (argc > 1 && !strcmp(argv[1], "--from")) {
		int first = argc > 3 && !strcmp(argv[3], "--") ? 4 : 3;

		if (argc <= first)
			return cmd_misused("proc", "--from wants a directory "
						   "and a command");
		return run_from(argv[2], argv + first);
	}
	if (argc > 3 || (argc > 1 && argv[1][0] == '-'))
		return cmd_misused("proc", "wants the name of a file, and a "
					   "value at most");
	c = cmd_enter("proc");
	if (!c)
		return CMD_FAILED;
	if (argc == 1)
		compat_proc_each(c, print_path, NULL);
	else
		status = do_file(c, argv[1], argc > 2 ? argv[2] : NULL);
	compat_close(c);
	return status;
}
