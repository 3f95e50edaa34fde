/* modprobe: like insmod, with the options that modules.conf gives, and silent
 * about what is loaded already. */
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "launcher/modtools.h"

enum { PARAMS = 64, NOT_FOUND = 255 };

/* What "-t ipv4 PATTERN" finds, in the order of the directory. */
static const char *const known[] = {
	"ip_masq_autofw", "ip_masq_cuseeme", "ip_masq_ftp",   "ip_masq_irc",
	"ip_masq_mfw",    "ip_masq_portfw",  "ip_masq_quake", "ip_masq_raudio",
	"ip_masq_user",   "ip_masq_vdolive",
};

/* Parameters for one module: what the file gives, then the command line. */
struct params {
	char *word[PARAMS + 1]; /* borrowed, or of .lines */
	int n;
	char **lines; /* of the file, cut into words in place; owned */
	int n_lines;
};

static void params_add(struct params *p, char *word)
{
	if (p->n < PARAMS)
		p->word[p->n++] = word;
}

static void params_fini(struct params *p)
{
	for (int i = 0; i < p->n_lines; i++)
		free(p->lines[i]);
	free(p->lines);
}

static void keep_line(struct params *p, char *line)
{
	char **lines =
		realloc(p->lines, sizeof(*lines) * (size_t)(p->n_lines + 1));

	if (!lines) {
		free(line);
		return;
	}
	p->lines = lines;
	p->lines[p->n_lines++] = line;
}

/* "options NAME WORD..." of that module; the line is kept if so. */
static bool take_options(struct params *p, char *line, const char *name)
{
	static const char blanks[] = " \t\n";
	char *save, *word = strtok_r(line, blanks, &save);

	if (!word || strcmp(word, "options") != 0)
		return false;
	word = strtok_r(NULL, blanks, &save);
	if (!word || strcmp(word, name) != 0)
		return false;
	while ((word = strtok_r(NULL, blanks, &save)) != NULL)
		params_add(p, word);
	return true;
}

static void read_options(struct params *p, const char *name)
{
	FILE *f = fopen("/etc/modules.conf", "re");
	char *line = NULL;
	size_t n = 0;

	if (!f)
		f = fopen("/etc/conf.modules", "re");
	if (!f)
		return;
	while (getline(&line, &n, f) >= 0) {
		if (!take_options(p, line, name))
			continue;
		keep_line(p, line);
		line = NULL;
		n = 0;
	}
	free(line);
	fclose(f);
}

static int cannot_locate(struct modtools *t, const char *name)
{
	bool old = t->c && compat_era(t->c) != ERA_2_2;

	text_printf(&t->err, "modprobe: %s locate module %s\n",
		    old ? "can't" : "Can't", name);
	return NOT_FOUND;
}

/* @params: words of the command line that belong to it, @n of them. */
static int load(struct modtools *t, const char *name, char **params, int n)
{
	struct params p = { .n = 0 };
	int r;

	if (!modtools_kernel(t))
		return 1;
	if (!modtools_is_ours(name))
		return modtools_pass_on(t, name) ? cannot_locate(t, name) : 0;
	read_options(&p, name);
	for (int i = 0; i < n; i++)
		params_add(&p, params[i]);
	r = modtools_load(t, name, p.word);
	params_fini(&p);
	if (r == 0 || r == -EEXIST)
		return 0;
	if (r == -ENOENT)
		return cannot_locate(t, name);
	text_puts(&t->err, "modprobe: insmod ");
	modtools_put_file(t, name);
	text_printf(&t->err, " failed\nmodprobe: insmod %s failed\n", name);
	return NOT_FOUND;
}

static int unload(struct modtools *t, const char *name)
{
	if (!modtools_is_ours(name))
		return modtools_pass_on(t, name);
	if (!modtools_kernel(t))
		return 1;
	if (compat_module_unload(t->c, name) == -EBUSY) {
		text_printf(&t->err, "%s: %s\n", name, strerror(EBUSY));
		return 1;
	}
	return compat_commit(t->c) ? 1 : 0;
}

struct line {
	bool remove, list, config, patterns;
};

/* Bundled letters; 't' takes a word. Returns how many words more it used. */
static int take_option(struct line *l, const char *letters)
{
	for (; *letters; letters++) {
		l->remove |= *letters == 'r';
		l->list |= *letters == 'l';
		l->config |= *letters == 'c';
		if (*letters != 't')
			continue;
		l->patterns = true;
		return letters[1] ? 0 : 1;
	}
	return 0;
}

static int load_pattern(struct modtools *t, const char *pattern)
{
	bool found = false;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (fnmatch(pattern, known[i], 0) == 0) {
			found = true;
			load(t, known[i], NULL, 0);
		}
	return found ? 0 : cannot_locate(t, pattern);
}

/* Quirk: a further word without "=" is a further module. */
static int each_module(struct modtools *t, int i, const struct line *l)
{
	int status = 0, n;

	for (; i < t->argc; i += n) {
		char name[64];

		for (n = 1; i + n < t->argc && strchr(t->argv[i + n], '=');)
			n++;
		if (!modtools_name(t->argv[i], name, sizeof(name)))
			status = cannot_locate(t, t->argv[i]);
		else if (l->remove)
			status |= unload(t, name);
		else if (l->patterns && strpbrk(name, "*?["))
			status = load_pattern(t, name);
		else if (load(t, name, t->argv + i + 1, n - 1) != 0)
			status = NOT_FOUND;
	}
	return status;
}

int modtools_modprobe(struct modtools *t)
{
	struct line l = { 0 };
	int i = 1;

	for (; i < t->argc && t->argv[i][0] == '-'; i++)
		i += take_option(&l, t->argv[i] + 1);
	if (l.config)
		return 0;
	if (l.list) {
		for (size_t k = 0; k < sizeof(known) / sizeof(known[0]); k++)
			text_printf(&t->out, "%s.o\n", known[k]);
		return 0;
	}
	return each_module(t, i, &l);
}
