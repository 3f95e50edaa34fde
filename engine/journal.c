/* The undo journal of a state. The order of stores is the whole point of this
 * file. */
#include "engine/journal.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

static void clear_dirty(struct journal *j, uint64_t n)
{
	if (!j->dirty)
		return;
	for (uint64_t i = 0; i < n; i++)
		j->dirty[j->index[i] >> 6] &= ~(1ULL << (j->index[i] & 63));
}

/*
 * A process that dies leaves its stores in the order in which it made them, so
 * a fence for the compiler is enough: the count grows only after the copy is
 * whole, and the caller changes the block only after the count grew.
 */
void journal_save(struct journal *j, const void *state, uint32_t block)
{
	uint64_t n = *j->saved;

	memcpy(j->old[n],
	       (const uint8_t *)state +
		       ((uint64_t)block << JOURNAL_BLOCK_SHIFT),
	       JOURNAL_BLOCK);
	j->index[n] = block;
	atomic_signal_fence(memory_order_seq_cst);
	*(volatile uint64_t *)j->saved = n + 1;
	atomic_signal_fence(memory_order_seq_cst);
	j->dirty[block >> 6] |= 1ULL << (block & 63);
}

void journal_commit(struct journal *j)
{
	uint64_t n = *j->saved;

	atomic_signal_fence(memory_order_seq_cst);
	*(volatile uint64_t *)j->saved = 0;
	atomic_signal_fence(memory_order_seq_cst);
	clear_dirty(j, n);
}

int journal_rollback(struct journal *j, void *state, uint64_t state_bytes,
		     uint64_t max_blocks)
{
	uint64_t n = *j->saved, blocks = state_bytes >> JOURNAL_BLOCK_SHIFT;

	if (n > max_blocks)
		return -EINVAL;
	for (uint64_t i = 0; i < n; i++)
		if (j->index[i] >= blocks)
			return -EINVAL;
	for (uint64_t i = n; i-- > 0;)
		memcpy((uint8_t *)state +
			       ((uint64_t)j->index[i] << JOURNAL_BLOCK_SHIFT),
		       j->old[i], JOURNAL_BLOCK);
	journal_commit(j);
	return 0;
}
