/* The switches of emulated interfaces: a list of paths and values. */
#include "launcher/view_conf.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

struct view_conf_switch {
	char *path;
	int value;
};

void view_conf_fini(struct view_conf *conf)
{
	for (size_t i = 0; i < conf->n; i++)
		free(conf->set[i].path);
	free(conf->set);
	*conf = (struct view_conf){ 0 };
}

bool view_conf_split(const char *path, char ifname[VIEW_CONF_IFNAME],
		     char *model)
{
	static const char dir[] = VIEW_CONF "/";
	const char *name = path + sizeof(dir) - 1;
	size_t n;
	int made;

	if (strncmp(path, dir, sizeof(dir) - 1))
		return false;
	n = strcspn(name, "/");
	if (n == 0 || n >= VIEW_CONF_IFNAME || memchr(name, ':', n))
		return false;
	memcpy(ifname, name, n);
	ifname[n] = '\0';
	made = snprintf(model, PATH_MAX, "%sdefault%s", dir, name + n);
	return made > 0 && made < PATH_MAX;
}

static struct view_conf_switch *find(const struct view_conf *conf,
				     const char *path)
{
	for (size_t i = 0; i < conf->n; i++)
		if (!strcmp(conf->set[i].path, path))
			return &conf->set[i];
	return NULL;
}

bool view_conf_get(const struct view_conf *conf, const char *path,
		   struct text *out)
{
	const struct view_conf_switch *s = find(conf, path);

	if (s)
		text_printf(out, "%d\n", s->value);
	return s;
}

/* A place for the switch @path; NULL: no memory. */
static struct view_conf_switch *add(struct view_conf *conf, const char *path)
{
	struct view_conf_switch *grown =
		realloc(conf->set, (conf->n + 1) * sizeof(*grown));
	char *copy = strdup(path);

	if (grown)
		conf->set = grown;
	if (!grown || !copy) {
		free(copy);
		return NULL;
	}
	grown[conf->n].path = copy;
	return &grown[conf->n++];
}

int view_conf_set(struct view_conf *conf, const char *path, const char *buf,
		  size_t size)
{
	struct view_conf_switch *s;
	char text[32], *end;
	long value;

	if (size == 0 || size >= sizeof(text))
		return -EINVAL;
	memcpy(text, buf, size);
	text[size] = '\0';
	errno = 0;
	value = strtol(text, &end, 0);
	if (end == text || errno || value < INT_MIN || value > INT_MAX ||
	    end[strspn(end, " \t\n")])
		return -EINVAL;
	s = find(conf, path);
	if (!s)
		s = add(conf, path);
	if (!s)
		return -ENOMEM;
	s->value = (int)value;
	return 0;
}
