/* A freshly booted host of Linux 2.2 in plain memory, whose log lines are kept.
 */
#ifndef TESTS_UNIT_HOST22_H
#define TESTS_UNIT_HOST22_H

#include <stdint.h>

#include "core/rule.h"
#include "core/text.h"
#include "engine/env.h"
#include "engine/pkt.h"
#include "engine/state.h"

struct host22 {
	struct fw fw;
	struct fw_env env;
	struct fw_state *state;
	struct text log; /* a line each, with its newline */
};

/* Ends the test if there is no memory. */
void host22_open(struct host22 *h);
void host22_close(struct host22 *h);

/* Takes the lines logged so far; the caller frees them. */
struct text host22_log(struct host22 *h);

/* A rule that matches everything. */
struct fw_rule rule_any(const char *target);

struct fw_ifname ifname(const char *name);

/* A packet's header as IPv4 bytes; ports and flags are its first ones;
 * ICMP has type and code instead of ports. */
struct sample {
	const char *name;
	const char *via;
	uint32_t src, dst;
	uint8_t proto, tos, tcp_flags;
	uint16_t sport, dport, frag, tot_len; /* 0: 40 */
};

enum { SAMPLE_BYTES = 60 };

/* Writes the bytes into @buf, and what pkt_parse() would say of them. */
void sample_make(const struct sample *s, uint8_t buf[SAMPLE_BYTES],
		 struct pkt *p, struct pkt_info *info);

#endif
