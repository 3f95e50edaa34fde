/* Looks for the names of tools in a script. */
#include "fwcompat/guess.h"

#include <ctype.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SCRIPT_MAX = 65536 };

static const struct {
	const char *tool;
	enum fw_era era;
} tools[] = {
	{ "ipchains", ERA_2_2 },  { "ipchains-restore", ERA_2_2 },
	{ "ipmasqadm", ERA_2_2 }, { "ipfwadm", ERA_2_0 },
	{ "ipportfw", ERA_2_0 },  { "ipautofw", ERA_2_0 },
	{ "ipfw", ERA_1_3 },
};

/* The text of a script; "": no such file, or no script. */
static void read_script(const char *path, char text[SCRIPT_MAX])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	ssize_t n = 0;

	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		n = read(fd, text, SCRIPT_MAX - 1);
	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	if (n > 0 && strlen(text) < (size_t)n)
		text[0] = '\0'; /* a program */
}

static bool in_name(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-';
}

/* Whether @line, @n bytes, has the word @tool; its variable ($IPFWADM) is not
 * it, but what it is set to is. */
static bool names(const char *line, size_t n, const char *tool)
{
	size_t len = strlen(tool);

	for (size_t i = 0; i + len <= n; i++)
		if (!strncmp(line + i, tool, len) &&
		    (i == 0 || !in_name(line[i - 1])) &&
		    (i + len == n || !in_name(line[i + len])))
			return true;
	return false;
}

/* A bit for each kernel whose tools are named outside comments. */
static unsigned eras_of(const char *text)
{
	unsigned eras = 0;

	for (size_t n; *text; text += n + (text[n] == '\n')) {
		n = strcspn(text, "\n");
		if (text[strspn(text, " \t")] == '#')
			continue;
		for (size_t i = 0; i < sizeof(tools) / sizeof(tools[0]); i++)
			if (names(text, n, tools[i].tool))
				eras |= 1U << tools[i].era;
	}
	return eras;
}

const char *guess_script(char *const argv[])
{
	static char text[SCRIPT_MAX];

	text[0] = '\0';
	for (; *argv && !*text; argv++)
		read_script(*argv, text);
	return text;
}

bool guess_era(char *const argv[], enum fw_era *era)
{
	unsigned eras = eras_of(guess_script(argv));

	for (int e = 0; e < ERA_COUNT; e++)
		if (eras == 1U << e) {
			*era = (enum fw_era)e;
			return true;
		}
	return false;
}

/* Whether a command begins at @at: with the line, or behind ; & | or "then". */
static bool begins_command(const char *line, const char *at)
{
	while (at > line && (at[-1] == ' ' || at[-1] == '\t'))
		at--;
	return at == line || strchr(";&|{(", at[-1]) ||
	       (at - line >= 4 &&
		(!strncmp(at - 4, "then", 4) || !strncmp(at - 4, "else", 4))) ||
	       (at - line >= 2 && !strncmp(at - 2, "do", 2));
}

static bool line_wants_bash(const char *line, size_t n)
{
	static const char *const commands[] = { "function ", "declare ", "let ",
						"source ",   "typeset ", "[[ ",
						"shopt ",    "pushd " };
	static const char *const anywhere[] = { " == ", "$[", "&>", "<<<" };

	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < sizeof(commands) / sizeof(*commands);
		     k++)
			if (!strncmp(line + i, commands[k],
				     strlen(commands[k])) &&
			    begins_command(line, line + i))
				return true;
		for (size_t k = 0; k < sizeof(anywhere) / sizeof(*anywhere);
		     k++)
			if (!strncmp(line + i, anywhere[k],
				     strlen(anywhere[k])))
				return true;
	}
	return false;
}

bool guess_bash(char *const argv[])
{
	const char *text = guess_script(argv);

	for (size_t n; *text; text += n + (text[n] == '\n')) {
		n = strcspn(text, "\n");
		if (text[strspn(text, " \t")] != '#' &&
		    line_wants_bash(text, n))
			return true;
	}
	return false;
}
