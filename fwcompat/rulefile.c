/* The host that a rule file makes. */
#include "fwcompat/rulefile.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libcompat/store.h"

enum { HEAD = 4096, LINE = 4096, WHY = 256 };

/* What a file begins with, NUL-terminated; -errno. */
static int read_head(const char *path, char head[HEAD])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;
	int r = 0;

	if (fd < 0)
		return -errno;
	n = read(fd, head, HEAD - 1);
	if (n < 0)
		r = -errno;
	head[n < 0 ? 0 : n] = '\0';
	close(fd);
	return r;
}

/* Whether the first line that is no comment is one of ipchains-save's. */
static bool is_saved(const char *head)
{
	while (*head) {
		while (isspace((unsigned char)*head))
			head++;
		if (*head != '#')
			break;
		head += strcspn(head, "\n");
	}
	return *head == ':' || (head[0] == '-' && head[1] == 'A');
}

/* The shell's words for running the file "$0" with the words "$1". */
static const char *shell_words(const char *path, const char *head)
{
	if (is_saved(head))
		return "exec ipchains-restore <\"$0\"";
	if (!strncmp(head, "#!", 2) && access(path, X_OK) == 0)
		return "exec \"$0\" $1";
	return "exec sh \"$0\" $1";
}

/* How the run ended, and what it said last. */
static void explain(int status, const char *said, struct text *why)
{
	char line[LINE] = "";
	FILE *file = fopen(said, "re");

	while (file && fgets(line, sizeof(line), file))
		;
	if (file)
		fclose(file);
	line[strcspn(line, "\n")] = '\0';
	if (WIFEXITED(status))
		text_printf(why, "ended with status %d", WEXITSTATUS(status));
	else
		text_printf(why, "ended by signal %d", WTERMSIG(status));
	if (*line)
		text_printf(why, ": %s", line);
}

/* Runs @argv, whose words on standard error go to the file @said; its status as
 * waitpid() has it, or -errno. */
static int run(char *const argv[], const char *said)
{
	posix_spawn_file_actions_t files;
	int status, r;
	pid_t pid;

	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null",
					 O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null",
					 O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&files, STDERR_FILENO, said,
					 O_WRONLY | O_CREAT, 0600);
	r = posix_spawn(&pid, "/proc/self/exe", &files, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&files);
	if (r)
		return -r;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return status;
}

/* What a dry run is about. */
struct task {
	const char *path, *args;
	bool trace;
};

/* The dry run of `sh -c @line PATH ARGS'. */
static int run_dry(struct rulefile *f, const char *line, const struct task *t,
		   struct text *why)
{
	char *words[] = {
		strdup("fwcompat"),
		strdup("run"),
		strdup(t->trace ? "--trace" : "--dry-run"),
		strdup("--dry-run"),
		strdup("--keep"),
		strdup(f->state),
		strdup("--"),
		strdup("sh"),
		strdup("-c"),
		strdup(line),
		strdup(t->path),
		strdup(t->args),
		NULL,
	};
	enum { WORDS = sizeof(words) / sizeof(words[0]) - 1 };
	int r = 0;

	for (int i = 0; i < WORDS; i++)
		if (!words[i])
			r = -ENOMEM;
	if (r == 0)
		r = run(words, f->said);
	for (int i = 0; i < WORDS; i++)
		free(words[i]);
	if (r <= 0)
		return r;
	if (t->trace && access(f->state, F_OK) == 0) {
		text_puts(why, "ended with an error");
		return 0;
	}
	explain(r, f->said, why);
	return -ECANCELED;
}

/* The interfaces, routes and switches of the host at @path (NULL: the usual
 * one) into *@host; or, @put, the other way. */
static int host_of(const char *path, struct host *host, bool put,
		   struct text *why)
{
	static struct fw fw;
	char said[WHY] = "";
	struct store *s;
	int r = store_open(&s, path, said, sizeof(said));

	text_puts(why, said);
	if (r)
		return r;
	memset(&fw, 0, sizeof(fw));
	r = store_enter(s, &fw, NULL);
	if (r == 0 && put) {
		*(struct host *)fw_edit(&fw, &fw.st->host, sizeof(*host)) =
			*host;
		r = store_commit(s, &fw);
	} else if (r == 0) {
		*host = fw.st->host;
	}
	if (r)
		text_puts(why, store_why(s));
	else
		store_leave(s, &fw);
	fw_fini(&fw);
	store_close(s);
	return r;
}

/* A fresh host at @path, where the dry run begins. */
static int make_host(const char *path, struct text *why)
{
	static struct host host;
	int r = host_of(NULL, &host, false, why);

	return r ? r : host_of(path, &host, true, why);
}

/* $FWCOMPAT_STATE is @path, or (NULL) nothing. */
static int name_state(const char *path)
{
	return (path ? setenv("FWCOMPAT_STATE", path, 1)
		     : unsetenv("FWCOMPAT_STATE"))
		       ? -errno
		       : 0;
}

/* The dry run, on a fresh host that stands in for the usual one. */
static int run_elsewhere(struct rulefile *f, const struct task *t,
			 struct text *why)
{
	const char *usual = getenv("FWCOMPAT_STATE");
	char *before = usual ? strdup(usual) : NULL;
	char fresh[sizeof(f->state)], head[HEAD];
	int r = read_head(t->path, head);

	snprintf(fresh, sizeof(fresh), "%s/fresh", f->dir);
	if (r == 0)
		r = make_host(fresh, why);
	if (r == 0)
		r = name_state(fresh);
	f->saved = r == 0 && is_saved(head);
	if (r == 0)
		r = run_dry(f, shell_words(t->path, head), t, why);
	name_state(before);
	free(before);
	return r;
}

static int open_task(struct rulefile *f, const struct task *t, struct text *why)
{
	int r = workdir_make(f->dir);

	snprintf(f->state, sizeof(f->state), "%s/state", f->dir);
	snprintf(f->said, sizeof(f->said), "%s/said", f->dir);
	if (r == 0)
		r = run_elsewhere(f, t, why);
	if (r == 0)
		return 0;
	if (!why->len)
		text_puts(why, strerror(-r));
	rulefile_close(f);
	return r;
}

int rulefile_open(struct rulefile *f, const char *path, const char *args,
		  struct text *why)
{
	return open_task(f, &(const struct task){ path, args, false }, why);
}

int rulefile_trace(struct rulefile *f, const char *path, const char *args,
		   struct text *why)
{
	return open_task(f, &(const struct task){ path, args, true }, why);
}

void rulefile_close(struct rulefile *f)
{
	workdir_remove(f->dir);
	f->dir[0] = '\0';
}
