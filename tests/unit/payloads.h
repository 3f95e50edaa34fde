/*
 * One conversation with a helper bound to it, and payloads through it. Packets
 * lie in heap blocks of exact size.
 */
#ifndef TESTS_UNIT_PAYLOADS_H
#define TESTS_UNIT_PAYLOADS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/era.h"
#include "engine/pkt.h"
#include "engine/state.h"

enum {
	PAYLOAD_IP_LEN = 20,
	PAYLOAD_SEQ = 1000, /* of every segment */
	PAYLOAD_ACK = 99,
	PAYLOAD_ROOM = 64, /* bytes by which a packet may grow */
};

struct payload {
	const char *s;
	uint32_t n;
};
#define TEXT(literal)                                                          \
	{                                                                      \
		literal, sizeof(literal) - 1                                   \
	}

/* The conversation's own entry gets masquerade port 61000, or @mport. */
struct payload_case {
	const char *name, *module, *param;
	uint8_t proto;
	uint16_t dport, mport;
	bool in;
	struct payload before; /* sent out first, to no effect on the length */
	struct payload given, want;
	int entries; /* made by it */
	int delta;   /* what later sequence numbers are shifted by */
};

struct payload_world {
	struct fw fw;
	struct fw_state *state;
	uint32_t entry;
};

/* In a kernel of @era, 192.168.1.2:1025 to 198.51.100.7, from 192.0.2.1; TCP is
 * established. */
void payload_init(struct payload_world *w, const struct payload_case *c,
		  enum fw_era era);
void payload_fini(struct payload_world *w);

/*
 * A packet with the first @n bytes of @payload, in @room bytes more than it
 * needs, through the helper. The caller frees its data.
 */
struct pkt payload_pass(struct payload_world *w, const struct payload_case *c,
			bool in, const char *payload, uint32_t n,
			uint32_t room);

/* Each case gives what it says. */
void payloads_run(const struct payload_case *cases, size_t n, enum fw_era era);

/*
 * Each payload cut off at each of its bytes, without room to grow: nothing is
 * read or written behind it.
 */
void payloads_cut(const struct payload_case *cases, size_t n, enum fw_era era);

#endif
