/* The way of a packet through the host. */
#include "engine/path.h"

#include "engine/pkt.h"
#include "engine/state.h"

void fw_run(struct fw *fw, ticks_t now)
{
	masq_run_timers(fw, now);
	fwd_run_timers(fw, now);
}

void fw_arrive(struct fw *fw, ticks_t now, uint32_t ifindex, struct pkt *p)
{
	(void)ifindex, (void)p;
	fw_run(fw, now);
}

void fw_send(struct fw *fw, ticks_t now, struct pkt *p)
{
	(void)p;
	fw_run(fw, now);
}
