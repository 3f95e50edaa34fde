/* /etc/fwcompat.conf and the environment. */
#include "libcompat/settings.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/number.h"
#include "libcompat/compat.h"

enum {
	MARK_BITS_MIN = 4, /* a generation, and what is decided of a packet */
	GROUP_MAX = 65535,
};

static int take_backend(struct settings *s, const char *value)
{
	if (strlen(value) >= sizeof(s->backend))
		return -EINVAL;
	memcpy(s->backend, value, strlen(value) + 1);
	return 0;
}

static int take_state(struct settings *s, const char *value)
{
	if (strlen(value) >= sizeof(s->state))
		return -ENAMETOOLONG;
	memcpy(s->state, value, strlen(value) + 1);
	return 0;
}

/* Only who makes rules at boot runs it. */
static int take_script(struct settings *s, const char *value)
{
	(void)s;
	(void)value;
	return 0;
}

static int take_era(struct settings *s, const char *value)
{
	return compat_era_parse(value, &s->era);
}

static int take_marks(struct settings *s, const char *value)
{
	int r = value[0] == '-' ? -EINVAL
				: number_parse_u32(value, 0, &s->marks);

	return r                                              ? r
	       : __builtin_popcount(s->marks) < MARK_BITS_MIN ? -EINVAL
							      : 0;
}

static int take_group(const char *value, uint16_t *group)
{
	int32_t number;
	int r = number_parse(value, 10, 1, GROUP_MAX, &number);

	if (r == 0)
		*group = (uint16_t)number;
	return r;
}

static int take_log_group(struct settings *s, const char *value)
{
	return take_group(value, &s->log_group);
}

static int take_copy_group(struct settings *s, const char *value)
{
	return take_group(value, &s->copy_group);
}

static const struct row {
	const char *name, *variable; /* NULL: the file alone says it */
	int (*take)(struct settings *s, const char *value);
	const char *want;
} rows[] = {
	{ "backend", "FWCOMPAT_BACKEND", take_backend, "a backend's name" },
	{ "state", "FWCOMPAT_STATE", take_state, "a path" },
	{ "script", NULL, take_script, "a path" },
	{ "era", "FWCOMPAT_ERA", take_era, "1.3, 2.0 or 2.2" },
	{ "marks", "FWCOMPAT_MARKS", take_marks,
	  "a number with 4 or more bits set" },
	{ "log-group", "FWCOMPAT_LOG_GROUP", take_log_group,
	  "a number from 1 to 65535" },
	{ "copy-group", "FWCOMPAT_COPY_GROUP", take_copy_group,
	  "a number from 1 to 65535" },
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static const char blanks[] = " \t\r\n";

/* @text without the blanks at its ends, which are cut off in place. */
static char *trimmed(char *text)
{
	size_t n;

	text += strspn(text, blanks);
	n = strlen(text);
	while (n && strchr(blanks, text[n - 1]))
		text[--n] = '\0';
	return text;
}

/* A line "NAME = VALUE"; NULL, or what is wrong with it. */
static const char *take_line(struct settings *s, char *line)
{
	char *name, *value = strchr(line, '=');

	line[strcspn(line, "#")] = '\0';
	name = trimmed(line);
	if (!*name)
		return NULL;
	if (!value || !strchr(name, '='))
		return "a line is `NAME = VALUE'";
	*value++ = '\0';
	name = trimmed(name);
	value = trimmed(value);
	for (int i = 0; i < ROWS; i++)
		if (!strcmp(rows[i].name, name))
			return *value && rows[i].take(s, value) == 0
				       ? NULL
				       : rows[i].want;
	return "there is no such setting";
}

static const char *file_path(void)
{
	const char *given = secure_getenv("FWCOMPAT_CONF");

	return given && *given ? given : "/etc/fwcompat.conf";
}

static int take_file(struct settings *s, char *why, size_t n)
{
	const char *path = file_path(), *wrong = NULL;
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t room = 0;
	int number = 0;

	if (!f && errno == ENOENT)
		return 0;
	if (!f) {
		snprintf(why, n, "%s: %s", path, strerror(errno));
		return -errno;
	}
	while (!wrong && getline(&line, &room, f) >= 0) {
		number++;
		wrong = take_line(s, line);
	}
	if (wrong)
		snprintf(why, n, "%s:%d: %s", path, number, wrong);
	free(line);
	fclose(f);
	return wrong ? -EINVAL : 0;
}

static int take_environment(struct settings *s, char *why, size_t n)
{
	for (int i = 0; i < ROWS; i++) {
		const char *value = rows[i].variable
					    ? secure_getenv(rows[i].variable)
					    : NULL;

		if (!value || !*value || rows[i].take(s, value) == 0)
			continue;
		snprintf(why, n, "%s=%s: this should be %s", rows[i].variable,
			 value, rows[i].want);
		return -EINVAL;
	}
	return 0;
}

int settings_read(struct settings *s, char *why, size_t n)
{
	int r;

	s->backend[0] = s->state[0] = '\0';
	s->era = ERA_COUNT;
	s->marks = 0;
	s->log_group = s->copy_group = 0;
	r = take_file(s, why, n);
	return r ? r : take_environment(s, why, n);
}
