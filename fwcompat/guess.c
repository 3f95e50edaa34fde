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

bool guess_era(char *const argv[], enum fw_era *era)
{
	static char text[SCRIPT_MAX];

	text[0] = '\0';
	for (; *argv && !*text; argv++)
		read_script(*argv, text);
	for (int e = 0; e < ERA_COUNT; e++)
		if (eras_of(text) == 1U << e) {
			*era = (enum fw_era)e;
			return true;
		}
	return false;
}
