/* Texts to standard output and standard error, for the programs' main(). */
#ifndef IPCHAINS_OUTPUT_H
#define IPCHAINS_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "core/text.h"

/* Writes and empties @t. False: it did not all go out. */
bool output_text(FILE *file, struct text *t);

#endif
