/* The first page of a state file: whose it is, and whether it is whole. */
#ifndef LIBCOMPAT_STORE_HEADER_H
#define LIBCOMPAT_STORE_HEADER_H

#include <stdbool.h>
#include <stdint.h>

#include "libcompat/clock.h"
#include "libcompat/store_room.h"

/* MAKING and READY are such as nobody scribbles: "make", "read" in ASCII. */
enum {
	STORE_VERSION = 2,
	MAKING = 0x6D616B65,
	READY = 0x72656164,
};

/* The file's first page. */
struct store_header {
	char magic[8];
	uint32_t ready;   /* MAKING, READY */
	uint32_t version; /* STORE_VERSION */
	uint32_t layout;  /* of the state's parts */
	uint32_t file_bytes;
	uint64_t saved; /* blocks in the journal; 0: no open transaction */
	char boot_id[40];
	uint32_t sum; /* over what never changes, see store_header_whole() */
	uint32_t fast_map; /* of the fast path that serves the state, or 0 */
	struct store_room room;
};
_Static_assert(sizeof(struct store_header) == 216, "state file format changed");

/* Fills in what stays as it is from the file's making to its end, and sums it
 * up. */
void store_header_make(struct store_header *h, uint32_t file_bytes,
		       const char boot_id[CLOCK_BOOT_ID]);

/* Whether it begins as a state file does. */
bool store_header_named(const struct store_header *h);

/* Whether it is one that store_header_make() made, of any version. */
bool store_header_whole(const struct store_header *h);

/* Whether what lies behind it is laid out as this program expects. */
bool store_header_fits(const struct store_header *h, uint32_t file_bytes);

#endif
