/* A masquerading gate in plain memory, as the benchmarks drive it. */
#ifndef BENCH_GATE_H
#define BENCH_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/env.h"
#include "engine/journal.h"
#include "engine/state.h"

enum {
	GATE_PACKET = 40, /* bytes: IP and TCP header */
	GATE_LONGEST = 256,
	GATE_BATCH = 64 /* packets of a transaction */
};

/* The two packets that a conversation's ends go on sending. */
struct gate_pair {
	uint8_t out[GATE_PACKET], in[GATE_PACKET];
};

struct gate {
	struct fw fw;
	struct fw_env env;
	struct fw_state *state;
	struct journal *journal;  /* NULL: none */
	uint32_t inside, outside; /* indices of its interfaces */
	ticks_t now;
	bool still;      /* the clock stands: no entry gets older */
	uint32_t batch;  /* packets in the open transaction */
	uint64_t blocks; /* saved by the journal in all transactions */
	uint64_t left;   /* packets that left */
	uint8_t last[GATE_LONGEST]; /* the last that did, as far as it goes */
	struct gate_pair *pair;
	uint32_t pairs;
};

/* Booted, with its interfaces and the forward chain's @rules, then MASQ. Ends
 * the program if there is no memory. */
void gate_open(struct gate *g, bool journal, uint32_t rules);
void gate_close(struct gate *g);

/* Establishes @n conversations, each from its own inside host and port. */
void gate_establish(struct gate *g, uint32_t n);

/* Fills the table: @n more conversations of UDP, and of ICMP. */
void gate_fill(struct gate *g, uint32_t n);

/* One conversation of an inside host with TCP port @port of a server. */
void gate_talk(struct gate *g, struct gate_pair *pair, uint16_t port);

/*
 * Makes of a conversation's outward packet one with this text, in @p of
 * GATE_LONGEST bytes. Returns its length.
 */
uint32_t gate_say(const struct gate_pair *pair, const char *text, uint8_t *p);

/* A packet of any length arrives from inside. */
void gate_push(struct gate *g, const uint8_t *packet, uint32_t len);

/* A packet arrives from inside or outside. */
void gate_out(struct gate *g, const uint8_t *packet);
void gate_in(struct gate *g, const uint8_t *packet);

#endif
