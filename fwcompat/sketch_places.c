/* Rules and where they were written, kept in step with a trace. */
#include "fwcompat/sketch_places.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct places_chain *chain_find(const struct places *p, const char *name)
{
	for (size_t i = 0; i < p->n; i++)
		if (!strcmp(p->chain[i].name, name))
			return &p->chain[i];
	return NULL;
}

static struct places_chain *chain_make(struct places *p, const char *name)
{
	struct places_chain *c = chain_find(p, name);

	if (c)
		return c;
	c = reallocarray(p->chain, p->n + 1, sizeof(*c));
	if (!c)
		return NULL;
	p->chain = c;
	c = &p->chain[p->n++];
	*c = (struct places_chain){ .n = 0 };
	snprintf(c->name, sizeof(c->name), "%s", name);
	return c;
}

static bool chain_room(struct places_chain *c)
{
	size_t room = c->room ? 2 * c->room : 16;
	char **rule, **text;

	if (c->n < c->room)
		return true;
	rule = reallocarray(c->rule, room, sizeof(*rule));
	if (rule)
		c->rule = rule;
	text = reallocarray(c->text, room, sizeof(*text));
	if (text)
		c->text = text;
	if (rule && text)
		c->room = room;
	return rule && text;
}

static void chain_drop(struct places_chain *c, size_t at)
{
	if (at >= c->n)
		return;
	free(c->rule[at]);
	free(c->text[at]);
	c->n--;
	memmove(&c->rule[at], &c->rule[at + 1], (c->n - at) * sizeof(*c->rule));
	memmove(&c->text[at], &c->text[at + 1], (c->n - at) * sizeof(*c->text));
}

static int chain_insert(struct places_chain *c, size_t at, const char *where,
			const char *text)
{
	char *rule, *copy;

	if (!c || !chain_room(c))
		return -ENOMEM;
	rule = strdup(where);
	copy = strdup(text);
	if (!rule || !copy) {
		free(rule);
		free(copy);
		return -ENOMEM;
	}
	if (at > c->n)
		at = c->n;
	memmove(&c->rule[at + 1], &c->rule[at], (c->n - at) * sizeof(*c->rule));
	memmove(&c->text[at + 1], &c->text[at], (c->n - at) * sizeof(*c->text));
	c->rule[at] = rule;
	c->text[at] = copy;
	c->n++;
	return 0;
}

static void chain_delete(struct places_chain *c, const char *text)
{
	for (size_t i = 0; i < c->n; i++)
		if (!strcmp(c->text[i], text)) {
			chain_drop(c, i);
			return;
		}
}

static int note(char **to, const char *where)
{
	free(*to);
	*to = strdup(where);
	return *to ? 0 : -ENOMEM;
}

static int flush(struct places_chain *c)
{
	while (c->n)
		chain_drop(c, c->n - 1);
	return 0;
}

/* A call on a chain: "-I CHAIN 3 -s ...", @rest behind the chain's name. */
static int follow_chain(struct places *p, char option, const char *name,
			const char *rest, const char *where)
{
	struct places_chain *c = chain_make(p, name);
	char *text;
	unsigned long num = strtoul(rest, &text, 10);

	if (!c)
		return -ENOMEM;
	text += *text == ' ';
	switch (option) {
	case 'A':
		return chain_insert(c, c->n, where, rest);
	case 'I':
		return chain_insert(c, num ? num - 1 : 0, where, text);
	case 'R':
		chain_drop(c, num ? num - 1 : 0);
		return chain_insert(c, num ? num - 1 : 0, where, text);
	case 'D':
		if (*rest >= '0' && *rest <= '9')
			chain_drop(c, num ? num - 1 : 0);
		else
			chain_delete(c, rest);
		return 0;
	case 'F':
		return flush(c);
	case 'P':
		return note(&c->policy, where);
	default:
		return 0;
	}
}

/* A call on a list: "-I -a accept ...". */
static int follow_list(struct places *p, char list, char option,
		       const char *rest, const char *where)
{
	const char *name = list == 'F'   ? "forward"
			   : list == 'I' ? "input"
			   : list == 'O' ? "output"
					 : "acct";
	struct places_chain *c = chain_make(p, name);

	if (!c)
		return -ENOMEM;
	switch (option) {
	case 'a':
		return chain_insert(c, c->n, where, rest);
	case 'i':
		return chain_insert(c, 0, where, rest);
	case 'd':
		chain_delete(c, rest);
		return 0;
	case 'f':
		return flush(c);
	case 'p':
		return note(&c->policy, where);
	default:
		return 0;
	}
}

/* One call, as it stands behind its four blanks. */
static int follow_call(struct places *p, char *call, const char *where)
{
	char *name, *rest, none[1] = "";

	if (strstr(call, "  (refused: "))
		return 0;
	if (strstr(call, "fw: command "))
		return note(&p->forward, where);
	if (call[0] != '-' || !call[1] || call[2] != ' ')
		return 0;
	name = call + 3;
	rest = strchr(name, ' ');
	if (rest)
		*rest++ = '\0';
	else
		rest = none;
	if (name[0] == '-' && name[1] && !name[2])
		return follow_list(p, call[1], name[1], rest, where);
	return follow_chain(p, call[1], name, rest, where);
}

int places_follow(struct places *p, const char *trace)
{
	char *copy = strdup(trace), *where = NULL, *next;
	int r = copy ? 0 : -ENOMEM;

	for (char *line = copy; !r && line && *line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (strncmp(line, "    ", 4))
			where = line;
		else if (where)
			r = follow_call(p, line + 4, where);
	}
	free(copy);
	return r;
}

int places_append(struct places *p, const char *chain, const char *where)
{
	struct places_chain *c = chain_make(p, chain);

	return c ? chain_insert(c, c->n, where, "") : -ENOMEM;
}

const char *places_find(const struct places *p, const char *chain, uint32_t num)
{
	const struct places_chain *c = chain ? chain_find(p, chain) : NULL;

	if (!chain)
		return p->forward;
	if (!c || num > c->n)
		return NULL;
	return num ? c->rule[num - 1] : c->policy;
}

void places_fini(struct places *p)
{
	for (size_t i = 0; i < p->n; i++) {
		flush(&p->chain[i]);
		free(p->chain[i].rule);
		free(p->chain[i].text);
		free(p->chain[i].policy);
	}
	free(p->chain);
	free(p->forward);
	*p = (struct places){ 0 };
}
