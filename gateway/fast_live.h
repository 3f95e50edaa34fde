/*
 * The fast path's part in the rounds of gateway/live.h: it sits where the host
 * has interfaces, learns from packets that went their way, and keeps the gate.
 */
#ifndef GATEWAY_FAST_LIVE_H
#define GATEWAY_FAST_LIVE_H

#include <stddef.h>
#include <stdint.h>

#include "gateway/fast.h"
#include "gateway/live.h"

struct fast_live;
struct store;

/* Loads the filter. 0; or -errno with a sentence in @why (@n bytes). */
int fast_live_start(struct fast_live **fp, struct store *store, char *why,
		    size_t n);

/* What live_open() is to be told; @host is asked when it has changed. */
const struct live_hooks *fast_live_hooks(const struct fast_live *f);
void fast_live_host(struct fast_live *f, const struct live_host *host);

/* What was carried comes into the state, and the filter goes. Returns how many
 * packets it carried in all. */
uint64_t fast_live_end(struct fast_live *f);

/* A packet went its way; for tests, too, which sit by fast_sit(). @now: in
 * nanoseconds since boot. */
void fast_live_learn(const struct fast *filter, struct fw *fw,
		     const struct live_passed *p, uint64_t now);

#endif
