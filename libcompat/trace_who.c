/*
 * Which command a process is, and where in a script it stands.
 *
 * bash sets its script's file position behind the command that it is about to
 * run, so there the line is known; for other shells it is the line of the
 * script that has most of the command's words, if there is just one.
 */
#include "libcompat/trace_who.h"

#include <ctype.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BASH_SCRIPT_FD = 255, WORDS_MAX = 64, SCRIPT_MAX = 1 << 20 };

struct words {
	struct text text; /* a NUL behind each */
	char *word[WORDS_MAX];
	int n;
};

/* A file's whole text, at most SCRIPT_MAX bytes of it. */
static bool read_file(const char *path, struct text *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	char *to = NULL;
	ssize_t n = 0;

	if (fd < 0)
		return false;
	do {
		to = text_room(out, 4096);
		n = to ? read(fd, to, 4096) : -1;
		if (n > 0)
			out->len += (size_t)n;
	} while (n > 0 && out->len < SCRIPT_MAX);
	if (to)
		*text_room(out, 1) = '\0';
	close(fd);
	return n >= 0;
}

/*
 * A process's file of that name. This process is "self": /proc may count
 * processes as they are outside its namespace.
 */
static const char *proc_file(pid_t pid, const char *name, char path[64])
{
	if (pid)
		snprintf(path, 64, "/proc/%d/%s", pid, name);
	else
		snprintf(path, 64, "/proc/self/%s", name);
	return path;
}

static bool read_words(pid_t pid, struct words *w)
{
	char path[64];

	proc_file(pid, "cmdline", path);
	if (!read_file(path, &w->text) || !w->text.len)
		return false;
	for (size_t at = 0; at < w->text.len && w->n < WORDS_MAX;
	     at += strlen(w->text.s + at) + 1)
		w->word[w->n++] = w->text.s + at;
	return w->n > 0;
}

static pid_t parent_of(pid_t pid)
{
	char path[64], line[512] = "";
	const char *behind;
	pid_t parent;
	FILE *f;

	f = fopen(proc_file(pid, "stat", path), "re");
	if (!f)
		return 0;
	if (!fgets(line, sizeof(line), f))
		line[0] = '\0';
	fclose(f);
	behind = strrchr(line, ')');
	return behind && sscanf(behind, ") %*c %d", &parent) == 1 ? parent : 0;
}

/* The script that the shell @pid runs, as a path of ours. */
static bool find_script(pid_t pid, const struct words *shell, char *path,
			size_t n, const char **name)
{
	struct stat st;

	for (int i = 1; i < shell->n; i++) {
		*name = shell->word[i];
		if (**name == '-' || **name == '+')
			continue;
		if (**name == '/')
			snprintf(path, n, "%s", *name);
		else
			snprintf(path, n, "/proc/%d/cwd/%s", pid, *name);
		return stat(path, &st) == 0 && S_ISREG(st.st_mode);
	}
	return false;
}

/* Where bash has set its script's position to, or -1. */
static long bash_position(pid_t shell, const char *script)
{
	char path[64], line[128];
	struct stat a, b;
	long pos = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", shell, BASH_SCRIPT_FD);
	if (stat(path, &a) || stat(script, &b) || a.st_ino != b.st_ino)
		return -1;
	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d", shell,
		 BASH_SCRIPT_FD);
	f = fopen(path, "re");
	if (!f)
		return -1;
	if (!fgets(line, sizeof(line), f) ||
	    sscanf(line, "pos: %ld", &pos) != 1)
		pos = -1;
	fclose(f);
	return pos;
}

/* The number of the line whose end is at, or before, byte @pos. */
static int line_at(const struct text *script, long pos)
{
	int line = 1;

	if (pos < 0 || (size_t)pos > script->len)
		return 0;
	for (long i = 0; i + 1 < pos; i++)
		line += script->s[i] == '\n';
	return line;
}

/* Whether a line holds @word; the command's may stand there without its path.
 */
static bool line_has(const char *line, size_t n, const char *word)
{
	const char *base = strrchr(word, '/');

	return memmem(line, n, word, strlen(word)) ||
	       (base && memmem(line, n, base + 1, strlen(base + 1)));
}

/*
 * How many of the command's words a line has, or 0 if it cannot be the command:
 * on it a variable may stand for any word but the command's name and its
 * options.
 */
static int line_likeness(const char *line, size_t n, const struct words *cmd)
{
	bool variable = memchr(line, '$', n);
	int has = 0;

	while (n && isspace((unsigned char)*line)) {
		line++;
		n--;
	}
	if (!n || *line == '#')
		return 0;
	for (int i = 0; i < cmd->n; i++)
		if (line_has(line, n, cmd->word[i]))
			has++;
		else if (!variable || i == 0 || *cmd->word[i] == '-')
			return 0;
	return has;
}

/* The line that is likest the command, or 0 if there is not just one. */
static int line_like(const struct text *script, const struct words *cmd)
{
	const char *at = script->s, *end = script->s + script->len;
	int found = 0, best = 0;

	for (int line = 1; at < end; line++) {
		const char *nl = memchr(at, '\n', (size_t)(end - at));
		size_t n = (size_t)((nl ? nl : end) - at);
		int likeness = line_likeness(at, n, cmd);

		if (likeness > best)
			found = line;
		else if (likeness == best)
			found = 0;
		best = likeness > best ? likeness : best;
		at += n + 1;
	}
	return found;
}

static void put_place(pid_t shell, const struct words *cmd, struct text *out)
{
	struct words words = { 0 };
	struct text script = { 0 };
	char path[PATH_MAX];
	const char *name;
	int line = 0;

	if (shell > 0 && read_words(shell, &words) &&
	    find_script(shell, &words, path, sizeof(path), &name)) {
		if (read_file(path, &script) && script.s) {
			line = line_at(&script, bash_position(shell, path));
			if (!line)
				line = line_like(&script, cmd);
		}
		text_puts(out, name);
		if (line)
			text_printf(out, ":%d", line);
		text_puts(out, ": ");
	}
	text_fini(&script);
	text_fini(&words.text);
}

void trace_who(pid_t pid, struct text *out)
{
	struct words cmd = { 0 };

	if (read_words(pid, &cmd)) {
		put_place(parent_of(pid), &cmd, out);
		for (int i = 0; i < cmd.n; i++)
			text_printf(out, "%s%s", i ? " " : "", cmd.word[i]);
	} else {
		text_printf(out, "process %d", pid);
	}
	text_fini(&cmd.text);
}
