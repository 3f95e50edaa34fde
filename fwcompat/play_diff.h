/* What differs between a recording and what came back now, as a unified diff.
 */
#ifndef FWCOMPAT_PLAY_DIFF_H
#define FWCOMPAT_PLAY_DIFF_H

#include <stdbool.h>
#include <stddef.h>

#include "core/text.h"

/*
 * Compares @was, a recording, with @now, the same inputs with what came back
 * now; appends a unified diff to @diff, nothing if they are the same. Inputs
 * are the same lines in both, so only what stands between them is compared. An
 * empty line of output may be written with a blank behind its mark or without.
 */
void play_diff(const char *name, const char *was, size_t was_len,
	       const char *now, size_t now_len, struct text *diff);

#endif
