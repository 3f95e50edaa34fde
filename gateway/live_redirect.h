/*
 * REDIRECT for the host's programs: what rules send to a port of the host is
 * addressed to it, and what it answers comes from where the sender wanted to
 * go. The old kernels did that when they looked for the socket.
 */
#ifndef GATEWAY_LIVE_REDIRECT_H
#define GATEWAY_LIVE_REDIRECT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/ticks.h"

struct live_redirects;

/* NULL: no memory. */
struct live_redirects *live_redirect_new(void);
void live_redirect_free(struct live_redirects *r);

/*
 * Addresses the packet of @len bytes to @port of the host's @addr. False: it is
 * neither TCP nor UDP, or too short, and for no program.
 */
bool live_redirect_in(struct live_redirects *r, uint8_t *data, uint32_t len,
		      uint32_t addr, uint16_t port, ticks_t now);

/* A packet of the host's own, which may be an answer: then it comes from where
 * the first one was addressed to. Whether it was changed. */
bool live_redirect_out(struct live_redirects *r, uint8_t *data, uint32_t len,
		       ticks_t now);

#endif
