/*
 * Which parts of a state file are allocated. What may be written is allocated
 * before, with the journal room that goes with it: a block is saved once in a
 * transaction at most, so a journal of as many elements as there are usable
 * blocks never overflows, and a full disk is an error here, never a fault in
 * the middle of a change.
 */
#ifndef LIBCOMPAT_STORE_ROOM_H
#define LIBCOMPAT_STORE_ROOM_H

#include <stdbool.h>
#include <stdint.h>

enum { STORE_EXTENTS = 16 };

/* In the file's header: blocks [start, end) of the state, no two overlap. */
struct store_room {
	uint32_t n;
	uint32_t pad;
	struct store_extent {
		uint32_t start, end;
	} extent[STORE_EXTENTS];
};

/* Where the parts lie in the file, and how many blocks a state has. */
struct store_places {
	uint64_t index, old, state;
	uint32_t blocks;
};

/* Allocates that part of the file, which keeps what it has. -ENOSPC. */
int store_room_allocate(int fd, uint64_t at, uint64_t bytes);

/*
 * Makes blocks [@from, @to) usable. An extent only ever grows, and only when
 * all of it is allocated: whoever is killed in here leaves at most room that is
 * taken and not used. -ENOSPC: nothing changed.
 */
int store_room_grow(struct store_room *room, int fd,
		    const struct store_places *places, uint32_t from,
		    uint32_t to);

/* Blocks that are usable, and as many journal elements. */
uint64_t store_room_blocks(const struct store_room *room);
/* Whether blocks [@from, @to) are usable, all or none of them. */
bool store_room_has(const struct store_room *room, uint64_t from, uint64_t to);
/* Whether the numbers are such as store_room_grow() makes. */
bool store_room_ok(const struct store_room *room, uint32_t blocks);

#endif
