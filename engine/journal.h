/*
 * The undo journal of a state: before a 64-byte block of the state changes for
 * the first time in a transaction its old bytes are copied here; a transaction
 * that was not committed is taken back by copying them home, last one first. It
 * is memory only: who maps it to a file (libcompat/store.c) can be killed at
 * any instruction, and the next one to open the file calls journal_rollback().
 */
#ifndef ENGINE_JOURNAL_H
#define ENGINE_JOURNAL_H

#include <stdint.h>

enum { JOURNAL_BLOCK_SHIFT = 6, JOURNAL_BLOCK = 1 << JOURNAL_BLOCK_SHIFT };

/*
 * Where a journal's parts lie; all borrowed. @saved and @index and @old are
 * shared with other processes (one at a time), @dirty is this process's alone.
 * @index and @old must have room for one element per block of the state that is
 * in use: no block is saved twice in one transaction.
 */
struct journal {
	uint64_t *saved; /* blocks saved; 0: no transaction is open */
	uint32_t *index; /* which block */
	uint8_t (*old)[JOURNAL_BLOCK];
	uint64_t *dirty; /* a bit a block: saved already */
};

/* Saves block @block of @state. Called by fw_edit(); not twice for one block.
 */
void journal_save(struct journal *j, const void *state, uint32_t block);

/* What was changed since the last commit or rollback stays. */
void journal_commit(struct journal *j);

/*
 * Takes back what was changed. Safe to be killed in and called again.
 * @state_bytes bounds what is written: returns 0, or -EINVAL if the journal
 * names a block outside it.
 */
int journal_rollback(struct journal *j, void *state, uint64_t state_bytes,
		     uint64_t max_blocks);

#endif
