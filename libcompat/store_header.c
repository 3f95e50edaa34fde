/* The first page of a state file. */
#include "libcompat/store_header.h"

#include <stddef.h>
#include <string.h>

#include "engine/state.h"

static const char magic[8] = "fwcompat";

/* A number that differs between states whose parts lie differently. */
static uint32_t state_layout(void)
{
	static const uint32_t parts[] = {
		FW_STATE_VERSION,
		offsetof(struct fw_state, host),
		offsetof(struct fw_state, chains),
		offsetof(struct fw_state, lists),
		offsetof(struct fw_state, helpers),
		offsetof(struct fw_state, modules),
		offsetof(struct fw_state, rate),
		offsetof(struct fw_state, masq),
		offsetof(struct fw_state, fwd),
		offsetof(struct fw_state, chain),
		offsetof(struct fw_state, rule),
		offsetof(struct fw_state, rule20),
		offsetof(struct fw_state, forward),
		offsetof(struct fw_state, entry),
		sizeof(struct fw_state),
	};
	uint32_t sum = 0;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		sum = sum * 31 + parts[i];
	return sum;
}

/* Fowler, Noll and Vo's hash, from @hash on. */
static uint32_t hash_bytes(uint32_t hash, const void *p, size_t n)
{
	const uint8_t *bytes = p;

	for (size_t i = 0; i < n; i++)
		hash = (hash ^ bytes[i]) * 0x01000193;
	return hash;
}

/* Of what stays as it is from the file's making to its end. */
static uint32_t header_sum(const struct store_header *h)
{
	uint32_t sum = hash_bytes(0x811C9DC5, h->magic, sizeof(h->magic));

	sum = hash_bytes(sum, &h->version, sizeof(h->version));
	sum = hash_bytes(sum, &h->layout, sizeof(h->layout));
	sum = hash_bytes(sum, &h->file_bytes, sizeof(h->file_bytes));
	return hash_bytes(sum, h->boot_id, sizeof(h->boot_id));
}

void store_header_make(struct store_header *h, uint32_t file_bytes,
		       const char boot_id[CLOCK_BOOT_ID])
{
	memcpy(h->magic, magic, sizeof(magic));
	memcpy(h->boot_id, boot_id, CLOCK_BOOT_ID);
	h->version = STORE_VERSION;
	h->layout = state_layout();
	h->file_bytes = file_bytes;
	h->sum = header_sum(h);
}

bool store_header_named(const struct store_header *h)
{
	return memcmp(h->magic, magic, sizeof(magic)) == 0;
}

bool store_header_whole(const struct store_header *h)
{
	return store_header_named(h) && h->sum == header_sum(h);
}

bool store_header_fits(const struct store_header *h, uint32_t file_bytes)
{
	return h->version == STORE_VERSION && h->layout == state_layout() &&
	       h->file_bytes == file_bytes;
}
