/* Steps of a packet's way that all kernels share. */
#include "engine/walk.h"

#include <netinet/in.h>

#include "core/bytes.h"
#include "engine/env.h"
#include "engine/host.h"
#include "engine/masq_icmp.h"
#include "engine/transmit.h"

enum walk_end walk_tell(struct walk *w, const struct icmp_what *what)
{
	if (icmp_error(w->fw, w->p, &w->info, what))
		w->told = true;
	return END_DROP;
}

enum walk_end walk_unreach(struct walk *w, uint8_t code)
{
	return walk_tell(w, &(const struct icmp_what){
				    .type = ICMP_DEST_UNREACH, .code = code });
}

void walk_decrease_ttl(struct walk *w)
{
	uint8_t *h = w->p->data;
	uint32_t sum = get_be16(h + 10) + 0x0100U;

	h[8] = --w->info.ttl;
	put_be16(h + 10, (uint16_t)(sum + (sum >= 0xFFFF)));
}

enum masq_result walk_icmp_error(struct walk *w)
{
	const uint8_t *type = pkt_at(w->p, w->info.ihl, 1);

	if (w->info.proto != IPPROTO_ICMP || !type ||
	    !masq_icmp_is_error(*type))
		return MASQ_PASS;
	return masq_icmp_out_error(w->fw, w->p, &w->info);
}

struct route walk_own_way(struct walk *w, uint32_t ifindex)
{
	if (ifindex == HOST_NO_IF)
		return route_out(w->fw, w->info.dst);
	return (struct route){ .kind = ifindex == HOST_LO ? ROUTE_LOCAL
							  : ROUTE_OUT,
			       .ifindex = (uint16_t)ifindex };
}

enum walk_end walk_deliver(struct walk *w)
{
	report(w->fw, &(const struct fw_out){ .kind = FW_OUT_LOCAL,
					      .ifindex = w->in_if,
					      .redir_port = w->redir_port,
					      .pkt = w->p });
	return END_TOLD;
}

void walk_finish(const struct walk *w, enum walk_end end)
{
	if (end == END_DROP && !w->told)
		report(w->fw, &(const struct fw_out){ .kind = FW_OUT_DROP });
}
