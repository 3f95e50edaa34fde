/* A command line as a program gets it. */
#ifndef TESTS_UNIT_WORDS_H
#define TESTS_UNIT_WORDS_H

enum { WORDS = 40 };

/* Splits @line, in place, at blanks; '' is the empty word. Returns argc; ends
 * the test if there are too many. */
int words_split(char *line, char *argv[WORDS]);

#endif
