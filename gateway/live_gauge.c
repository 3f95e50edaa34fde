/* Counters and rates of live packets. */
#include "gateway/live_gauge.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "libcompat/clock.h"

/* Packets that the kernel could not keep, or not hand out, in two queues. */
static uint64_t lost_in(uint16_t queue)
{
	FILE *f = fopen("/proc/net/netfilter/nfnetlink_queue", "re");
	unsigned int number, full, failed;
	uint64_t lost = 0;
	char line[256];

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%u %*u %*u %*u %*u %u %u", &number, &full,
			   &failed) == 3 &&
		    (number == queue || number == queue + 1U))
			lost += (uint64_t)full + failed;
	if (f)
		fclose(f);
	return lost;
}

static uint32_t rate(uint64_t now, uint64_t before, uint64_t span_ns)
{
	return span_ns ? (uint32_t)((now - before) * 1000000000 / span_ns) : 0;
}

bool live_gauge_due(const struct live_gauge *g, ticks_t now)
{
	return !g->told.pid || ticks_due(g->next, now);
}

const struct live_counts *live_gauge_read(struct live_gauge *g, ticks_t now,
					  const struct live_totals *totals,
					  uint64_t carried, uint16_t queue)
{
	const struct live_counts old = g->told;
	struct live_counts *c = &g->told;
	uint64_t ns = clock_ns(), span = ns - g->told_at;

	*c = (struct live_counts){
		.pid = (uint32_t)getpid(),
		.since = old.pid ? old.since : now,
		.in = totals->in,
		.carried = carried,
		.out = totals->out,
		.local = totals->local,
		.own = totals->own,
		.dropped = totals->dropped,
		.icmp = totals->icmp,
		.lost = lost_in(queue),
		.unsent = totals->refused + totals->lost,
	};
	if (old.pid) {
		c->carried_rate = rate(c->carried, old.carried, span);
		c->rate = c->carried_rate +
			  rate(c->in + c->own, old.in + old.own, span);
		c->lost_rate = rate(c->lost, old.lost, span);
	}
	g->told_at = ns;
	g->next = now + HZ;
	return c;
}
