/* A sum over all of a state. */
#include "libcompat/store_seal.h"

#include <stddef.h>
#include <string.h>

enum {
	WORDS = JOURNAL_BLOCK / 8,
	AHEAD = 8, /* blocks, as long as memory takes */
};

/* Numbers without a pattern: the digits of pi, made odd. */
static const uint64_t factors[WORDS] = {
	0x243F6A8885A308D3, 0x13198A2E03707345, 0xA4093822299F31D1,
	0x082EFA98EC4E6C89, 0x452821E638D01377, 0xBE5466CF34E90C6D,
	0xC0AC29B7C97C50DD, 0x3F84D5B5B5470917,
};

/* What a block adds; nothing, if it is zero. */
static uint64_t block_sum(const uint8_t *block, uint32_t index)
{
	uint64_t sum = 0, word;

	for (int i = 0; i < WORDS; i++) {
		memcpy(&word, block + (size_t)i * 8, 8);
		word *= factors[i];
		sum += word ^ word >> 32;
	}
	sum *= 2 * (uint64_t)index + 1;
	return sum ^ sum >> 29;
}

/* Block 0 holds the sum itself, which does not count. */
static uint64_t first_sum(const uint8_t *block)
{
	struct fw_globals g;

	memcpy(&g, block, sizeof(g));
	g.seal = 0;
	return block_sum((const uint8_t *)&g, 0);
}

static uint64_t sum_at(const uint8_t *block, uint32_t index)
{
	return index ? block_sum(block, index) : first_sum(block);
}

uint64_t store_seal_all(const struct fw_state *state,
			const struct store_room *room)
{
	const uint8_t *bytes = (const uint8_t *)state;
	uint64_t sum = 0;

	for (uint32_t e = 0; e < room->n; e++)
		for (uint32_t i = room->extent[e].start;
		     i < room->extent[e].end; i++)
			sum += sum_at(bytes + (size_t)i * JOURNAL_BLOCK, i);
	return sum;
}

uint64_t store_seal_change(const struct journal *j,
			   const struct fw_state *state)
{
	const uint8_t *bytes = (const uint8_t *)state;
	uint64_t change = 0;

	for (uint64_t n = 0; n < *j->saved; n++) {
		uint32_t i = j->index[n];

		if (n + AHEAD < *j->saved)
			__builtin_prefetch(bytes + (size_t)j->index[n + AHEAD] *
							   JOURNAL_BLOCK);
		change += sum_at(bytes + (size_t)i * JOURNAL_BLOCK, i) -
			  sum_at(j->old[n], i);
	}
	return change;
}
