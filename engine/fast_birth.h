/*
 * Entries that the fast path's filter makes by itself, and what keeps it from
 * making a wrong one: it knows the next masquerade port, which inside ends and
 * ports any entry has, and patterns of packets that began one.
 */
#ifndef ENGINE_FAST_BIRTH_H
#define ENGINE_FAST_BIRTH_H

#include <stdbool.h>
#include <stdint.h>

struct fast_ctl;
struct fast_seen;
struct fw;

/* From now on the filter makes no entry, until fast_let(). Idempotent. */
void fast_hold(struct fw *fw);
void fast_let(struct fw *fw);

/* Births become entries; without one it costs a look. fast_absorb(): @most of
 * them; true: as many, so there may be more. */
void fast_absorb_all(struct fw *fw);
bool fast_absorb(struct fw *fw, uint32_t most);

/* An entry is about to be made: births that were before it are entries now, and
 * the filter makes none. fast_made(): it may again. */
void fast_make(struct fw *fw);
void fast_made(struct fw *fw);

/* The entry is hashed, or about to be unhashed. Held. */
void fast_count(struct fw *fw, uint32_t entry, bool more);

/* The map serves the state from now on. */
void fast_serve(struct fw *fw);

/* Whoever was in the state before ended there: all is counted anew, and births
 * that it took in, but not for good, come again. */
void fast_recover(struct fw *fw);

/* The births that are entries by now are so for good. */
void fast_settle(struct fast_ctl *map);

/* Whether the filter may make entries at all, as the state is. */
void fast_allow(struct fw *fw);

/* A packet that began an entry, whose way is @way. */
void fast_learn_pattern(struct fw *fw, const struct fast_seen *seen,
			uint32_t way);

#endif
