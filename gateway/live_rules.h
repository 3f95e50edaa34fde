/*
 * The netfilter rules that hand packets to the queue: two chains of our own in
 * the table raw, before any connection tracking. Other rules stay as they are.
 */
#ifndef GATEWAY_LIVE_RULES_H
#define GATEWAY_LIVE_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Puts them there, or makes those that are left over from another process such
 * as these. @open: while nobody takes packets from the queue they pass by it,
 * else they are dropped. 0; or -errno with a sentence in @why (@n bytes).
 */
int live_rules_set(uint16_t queue, bool open, char *why, size_t n);

/* Whether packets still come to them: others may have flushed the table. */
bool live_rules_stand(void);

/* Takes them away. 0 or -errno, as above. */
int live_rules_clear(char *why, size_t n);

#endif
