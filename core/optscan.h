/*
 * The options on a command line, told apart as GNU getopt_long() of 1998 did,
 * with that year's messages; words that are no options are handed out in their
 * place. Unlike getopt_long() it keeps its place in a struct, so that a program
 * can take words itself and scan many lines.
 */
#ifndef CORE_OPTSCAN_H
#define CORE_OPTSCAN_H

#include <getopt.h>

#include "core/text.h"

/* What optscan_next() returns beside an option's letter or number. */
enum { OPTSCAN_END = -1, OPTSCAN_WORD = 1, OPTSCAN_BAD = '?' };

struct optscan {
	int argc;
	char *const *argv;
	int next;         /* the word to be looked at next */
	const char *rest; /* of a word of bundled letters, or NULL */
};

/* The first word is argv[1]. @argv is borrowed. */
void optscan_init(struct optscan *s, int argc, char *const *argv);

/*
 * The next option: its letter in @letters (getopt()'s form), the `val` of its
 * row in @longs (ends with a NULL name; NULL: plain getopt(), without long
 * options), or one of the values above. *@arg is
 * its argument, the plain word, or NULL. OPTSCAN_BAD: @why is what is wrong.
 */
int optscan_next(struct optscan *s, const char *letters,
		 const struct option *longs, const char **arg,
		 struct text *why);

/* Takes the next word, whatever it is; NULL: none is left. */
const char *optscan_take(struct optscan *s);
/* The word @ahead of the next one (0: the next one), not taken; NULL: none. */
const char *optscan_peek(const struct optscan *s, int ahead);
/* The word that was taken last, whole. */
const char *optscan_last(const struct optscan *s);

#endif
