/*
 * A host of the fixed lists, 2.0's or 1.3's, with one device and its log; and
 * packets on that device.
 */
#ifndef TESTS_UNIT_HOST20_H
#define TESTS_UNIT_HOST20_H

#include <stdbool.h>
#include <stdint.h>

#include "core/era.h"
#include "engine/match20.h"
#include "engine/pkt.h"
#include "engine/state.h"

enum {
	HOST20_SRC = 0xC0A80105, /* 192.168.1.5 */
	HOST20_DST = 0x0A000009, /* 10.0.0.9 */
	HOST20_OUR = 0xC0A80101, /* eth0's */
	HOST20_ETH0 = 0,
	PACKET20_ROOM = 64,
};

struct host20 {
	struct fw fw;
	struct fw_state *state;
	char log[256]; /* the last line: its level, a blank, the text */
};

/* Boots it, again and again in the same memory. */
void host20_boot(struct host20 *h, enum fw_era era);
void host20_free(struct host20 *h);

/* A packet, from its case: what is not said is 192.168.1.5:1030 > 10.0.0.9:23.
 */
struct packet20 {
	uint8_t proto, tcp_flags, type, tos;
	uint16_t len; /* 0: 44 */
	uint16_t frag;
	uint16_t sport, dport;
	bool back; /* the other way round */
};

struct made20 {
	uint8_t bytes[PACKET20_ROOM];
	struct pkt pkt;
	struct pkt_info info;
};

void packet20_make(struct made20 *m, const struct packet20 *p);

/*
 * Appends @rule; whether it then counts the packet. Accounting goes by
 * @direction; in the other lists the counter says nothing of policies.
 */
bool host20_counts(struct host20 *h, enum fw20_list list,
		   const struct fw20_rule *rule, const struct packet20 *packet,
		   enum acct_direction direction);

#endif
