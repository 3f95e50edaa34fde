/*
 * The limit on log lines that anybody can provoke: one message in 5 s, ten in a
 * burst, shared by all of them. Source: Linux 2.2, net/core/utils.c,
 * net_ratelimit().
 */
#ifndef ENGINE_LOG_RATE_H
#define ENGINE_LOG_RATE_H

#include <stdbool.h>

struct fw;

/* A fresh host may log a whole burst. */
void log_rate_init(struct fw *fw);

/*
 * Whether a message may be logged now; it is spent by asking. Says first how
 * many were not.
 */
bool log_rate_ok(struct fw *fw);

#endif
