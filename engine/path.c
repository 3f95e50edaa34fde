/* The way of a packet through the host: what all eras share. */
#include "engine/path.h"

#include "core/bytes.h"
#include "engine/fast.h"
#include "engine/fast_birth.h"
#include "engine/frag.h"
#include "engine/path_era.h"
#include "engine/pkt.h"
#include "engine/state.h"
#include "engine/transmit.h"

enum { HEADER = 20, PORTS = 4 };

static const struct path_era *const eras[ERA_COUNT] = {
	[ERA_2_2] = &path22,
	[ERA_2_0] = &path20,
	[ERA_1_3] = &path20,
};

const struct path_era *path_era(const struct fw *fw)
{
	uint32_t era = fw->st->g.era;

	return eras[era < ERA_COUNT ? era : ERA_2_2];
}

static void set_now(struct fw *fw, ticks_t now)
{
	const ticks_t *at = &fw->st->g.now;

	*(ticks_t *)fw_edit(fw, at, sizeof(*at)) = now;
}

void fw_run(struct fw *fw, ticks_t now)
{
	ticks_t due;

	if (fw->st->g.now == now)
		return;
	/* Each error leaves in its time, which its rate is limited by. */
	while (frag_due(fw, now, &due)) {
		if (!ticks_due(due, fw->st->g.now))
			set_now(fw, due);
		frag_run(fw);
	}
	set_now(fw, now);
	masq_run_timers(fw, now);
	fwd_run_timers(fw, now);
}

void fw_arrive(struct fw *fw, ticks_t now, uint32_t ifindex, struct pkt *p)
{
	struct pkt own = *p;

	fw_run(fw, now);
	if (fw->fast)
		fast_absorb_all(fw);
	if (fw->trace)
		fast_trace_start(fw->trace);
	if (host_if_up(fw, ifindex))
		path_era(fw)->arrive(fw, ifindex, &own);
	else
		report(fw, &(const struct fw_out){ .kind = FW_OUT_DROP });
}

void fw_expect(const struct fw *fw, const struct pkt *p)
{
	uint32_t head = p->len ? (p->data[0] & 15) * 4u : 0;
	const uint8_t *t = p->data + head;

	if (head < HEADER || p->len < head + PORTS)
		return;
	masq_expect(fw, p->data[9], get_be32(p->data + 12), get_be16(t),
		    get_be32(p->data + 16), get_be16(t + 2));
}

void fw_send(struct fw *fw, ticks_t now, struct pkt *p)
{
	struct pkt own = *p;

	fw_run(fw, now);
	path_era(fw)->send(fw, HOST_NO_IF, &own);
}

void fw_send_by(struct fw *fw, ticks_t now, uint32_t ifindex, struct pkt *p)
{
	struct pkt own = *p;

	fw_run(fw, now);
	if (host_if_up(fw, ifindex))
		path_era(fw)->send(fw, ifindex, &own);
	else
		report(fw, &(const struct fw_out){ .kind = FW_OUT_DROP });
}
