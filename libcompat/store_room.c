/* Which parts of a state file are allocated. */
#include "libcompat/store_room.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stddef.h>

#include "engine/journal.h"

int store_room_allocate(int fd, uint64_t at, uint64_t bytes)
{
	int r;

	if (!bytes)
		return 0;
	do
		r = posix_fallocate(fd, (off_t)at, (off_t)bytes);
	while (r == EINTR);
	return r == EFBIG || r == EDQUOT ? -ENOSPC : -r;
}

uint64_t store_room_blocks(const struct store_room *room)
{
	uint64_t blocks = 0;

	for (uint32_t i = 0; i < room->n; i++)
		blocks += room->extent[i].end - room->extent[i].start;
	return blocks;
}

bool store_room_has(const struct store_room *room, uint64_t from, uint64_t to)
{
	for (uint32_t i = 0; i < room->n; i++)
		if (room->extent[i].start <= from && to <= room->extent[i].end)
			return true;
	return from == to;
}

bool store_room_ok(const struct store_room *room, uint32_t blocks)
{
	if (room->n < 1 || room->n > STORE_EXTENTS)
		return false;
	for (uint32_t i = 0; i < room->n; i++)
		if (room->extent[i].start > room->extent[i].end ||
		    room->extent[i].end > blocks)
			return false;
	return store_room_blocks(room) <= blocks;
}

/*
 * The extent that holds block @from, else one that ends there, else a new empty
 * one: in this order, so that no two ever overlap.
 */
static struct store_extent *extent_at(struct store_room *room, uint32_t from)
{
	struct store_extent *e = room->extent;

	for (uint32_t i = 0; i < room->n; i++)
		if (e[i].start <= from && from < e[i].end)
			return &e[i];
	for (uint32_t i = 0; i < room->n; i++)
		if (e[i].end == from)
			return &e[i];
	if (room->n == STORE_EXTENTS)
		return NULL;
	e[room->n] = (struct store_extent){ from, from };
	return &e[room->n++];
}

/* Blocks [@from, @to) of the state, and so many journal elements more. */
static int allocate_blocks(const struct store_room *room, int fd,
			   const struct store_places *places, uint32_t from,
			   uint32_t to)
{
	uint64_t have = store_room_blocks(room), more = to - from;
	int r;

	if (have + more > places->blocks)
		return -ENOSPC;
	r = store_room_allocate(fd,
				places->state + (uint64_t)from * JOURNAL_BLOCK,
				more * JOURNAL_BLOCK);
	if (r == 0)
		r = store_room_allocate(fd,
					places->index + have * sizeof(uint32_t),
					more * sizeof(uint32_t));
	if (r == 0)
		r = store_room_allocate(fd, places->old + have * JOURNAL_BLOCK,
					more * JOURNAL_BLOCK);
	return r;
}

int store_room_grow(struct store_room *room, int fd,
		    const struct store_places *places, uint32_t from,
		    uint32_t to)
{
	struct store_extent *e = extent_at(room, from);
	int r;

	if (!e)
		return -ENOSPC;
	if (to <= e->end)
		return 0;
	r = allocate_blocks(room, fd, places, e->end, to);
	if (r)
		return r;
	atomic_signal_fence(memory_order_seq_cst);
	*(volatile uint32_t *)&e->end = to;
	atomic_signal_fence(memory_order_seq_cst);
	return 0;
}
