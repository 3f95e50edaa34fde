/*
 * A sum over all of a state, kept in it: whoever scribbles into the file is
 * found out. A commit adds to it what changed, so its cost is that of the
 * change; everything is added up only where the file's time stamp does not say
 * that nobody else was there (store_file.h).
 */
#ifndef LIBCOMPAT_STORE_SEAL_H
#define LIBCOMPAT_STORE_SEAL_H

#include <stdint.h>

#include "engine/journal.h"
#include "engine/state.h"
#include "libcompat/store_room.h"

/* The sum over all usable blocks; those never touched are zero and add
 * nothing. */
uint64_t store_seal_all(const struct fw_state *state,
			const struct store_room *room);

/* By how much the blocks in the journal have changed it. */
uint64_t store_seal_change(const struct journal *j,
			   const struct fw_state *state);

#endif
