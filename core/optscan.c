/* Options as GNU getopt_long() of 1998 told them apart, in order. */
#include "core/optscan.h"

#include <string.h>

void optscan_init(struct optscan *s, int argc, char *const *argv)
{
	s->argc = argc;
	s->argv = argv;
	s->next = 1;
	s->rest = NULL;
}

const char *optscan_peek(const struct optscan *s, int ahead)
{
	return ahead < s->argc - s->next ? s->argv[s->next + ahead] : NULL;
}

const char *optscan_take(struct optscan *s)
{
	return s->next < s->argc ? s->argv[s->next++] : NULL;
}

const char *optscan_last(const struct optscan *s)
{
	return s->argv[s->next - 1];
}

/*
 * The row that the @len letters at @name mean: an exact name, else the only one
 * that begins so. NULL: none, or (*@ambiguous) more than one, even if all of
 * them mean the same.
 */
static const struct option *find_long(const struct option *longs,
				      const char *name, size_t len,
				      bool *ambiguous)
{
	const struct option *found = NULL;

	*ambiguous = false;
	for (const struct option *o = longs; o->name; o++) {
		if (strncmp(o->name, name, len) != 0)
			continue;
		if (o->name[len] == '\0') {
			*ambiguous = false;
			return o;
		}
		*ambiguous = found != NULL || *ambiguous;
		found = o;
	}
	return *ambiguous ? NULL : found;
}

static int next_long(struct optscan *s, const struct option *longs,
		     const char **arg, struct text *why)
{
	const char *word = optscan_take(s), *name = word + 2;
	size_t len = strcspn(name, "=");
	bool ambiguous;
	const struct option *o = find_long(longs, name, len, &ambiguous);

	if (!o) {
		text_printf(why,
			    ambiguous ? "option `%s' is ambiguous"
				      : "unrecognized option `%s'",
			    word);
		return OPTSCAN_BAD;
	}
	if (name[len] == '=') {
		if (o->has_arg != no_argument) {
			*arg = name + len + 1;
			return o->val;
		}
		text_printf(why, "option `--%s' doesn't allow an argument",
			    o->name);
		return OPTSCAN_BAD;
	}
	if (o->has_arg != required_argument)
		return o->val;
	*arg = optscan_take(s);
	if (*arg)
		return o->val;
	text_printf(why, "option `%s' requires an argument", word);
	return OPTSCAN_BAD;
}

static int next_letter(struct optscan *s, const char *letters, const char **arg,
		       struct text *why)
{
	char c = *s->rest++;
	const char *row = c == ':' ? NULL : strchr(letters, c);
	bool optional = row && row[1] == ':' && row[2] == ':';

	if (*s->rest == '\0') {
		s->rest = NULL;
		s->next++;
	}
	if (!row) {
		text_printf(why, "invalid option -- %c", c);
		return OPTSCAN_BAD;
	}
	if (row[1] != ':')
		return c;
	if (s->rest) {
		*arg = s->rest;
		s->rest = NULL;
		s->next++;
	} else if (!optional) {
		*arg = optscan_take(s);
	}
	if (*arg || optional)
		return c;
	text_printf(why, "option requires an argument -- %c", c);
	return OPTSCAN_BAD;
}

int optscan_next(struct optscan *s, const char *letters,
		 const struct option *longs, const char **arg, struct text *why)
{
	const char *word;

	*arg = NULL;
	if (s->rest)
		return next_letter(s, letters, arg, why);
	word = optscan_peek(s, 0);
	if (!word)
		return OPTSCAN_END;
	if (word[0] != '-' || word[1] == '\0') {
		*arg = optscan_take(s);
		return OPTSCAN_WORD;
	}
	if (strcmp(word, "--") == 0) {
		s->next++;
		return OPTSCAN_END;
	}
	if (word[1] != '-' || !longs) {
		s->rest = word + 1;
		return next_letter(s, letters, arg, why);
	}
	return next_long(s, longs, arg, why);
}
