/*
 * The fast path that serves a state. Every process that enters finds the map
 * that its filter in the kernel shares (core/fast_map.h) by the number that the
 * state file's header has; without libbpf, since every tool has this.
 */
#ifndef LIBCOMPAT_STORE_FAST_H
#define LIBCOMPAT_STORE_FAST_H

#include <stdbool.h>
#include <stdint.h>

struct fast_ctl;
struct fw;

/* What a handle on the state knows of it. */
struct store_fast {
	struct fast_ctl *map; /* NULL: none serves */
	uint32_t id;
	uint32_t bytes; /* of the map that are mapped */
	bool kept; /* the handle's owner keeps the gate, the map is its own */
};

/*
 * The handle has entered the state, of which nothing is done yet. Unless its
 * owner keeps the gate, it is shut now. @id: in the file's header.
 */
void store_fast_join(struct store_fast *f, struct fw *fw, uint32_t *id);

/* Some of what the filter made becomes entries. Whether there may be more, for
 * the next call: behind a commit, which is cheap as long as it is about what
 * was touched just now. */
bool store_fast_absorb(const struct store_fast *f, struct fw *fw);

/* What was carried is in the state, unless the owner keeps the gate. */
void store_fast_fold(const struct store_fast *f, struct fw *fw);

/* The handle's changes are final; it leaves the state, @whole: nothing was
 * taken back. */
void store_fast_settle(const struct store_fast *f);
void store_fast_leave(const struct store_fast *f, bool whole);

/* The handle's owner keeps the gate from now on; @map NULL: no more. */
void store_fast_keep(struct store_fast *f, struct fw *fw, uint32_t *header_id,
		     struct fast_ctl *map, uint32_t id);

void store_fast_end(struct store_fast *f);

#endif
