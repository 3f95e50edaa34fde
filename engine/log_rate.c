/* The limit on log lines that anybody can provoke. */
#include "engine/log_rate.h"

#include <inttypes.h>

#include "engine/state.h"

/* In ticks: what a message costs, and what is saved up at most. */
enum { COST = 5 * HZ, BURST = 10 * COST };

static void word_set(struct fw *fw, const uint32_t *word, uint32_t value)
{
	*(uint32_t *)fw_edit(fw, word, sizeof(*word)) = value;
}

void log_rate_init(struct fw *fw)
{
	const struct rate_limits *r = &fw->st->rate;

	word_set(fw, &r->log_last, fw->st->g.now);
	word_set(fw, &r->log_tokens, BURST);
	word_set(fw, &r->log_missed, 0);
}

bool log_rate_ok(struct fw *fw)
{
	const struct rate_limits *r = &fw->st->rate;
	uint64_t tokens =
		(uint64_t)r->log_tokens + (fw->st->g.now - r->log_last);
	uint32_t missed = r->log_missed;
	bool ok;

	if (tokens > BURST)
		tokens = BURST;
	ok = tokens >= COST;
	word_set(fw, &r->log_last, fw->st->g.now);
	word_set(fw, &r->log_tokens, (uint32_t)tokens - (ok ? COST : 0));
	word_set(fw, &r->log_missed, ok ? 0 : missed + 1);
	if (ok && missed)
		fw_log(fw, 4, "NET: %" PRIu32 " messages suppressed.", missed);
	return ok;
}
