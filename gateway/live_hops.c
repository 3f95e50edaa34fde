/* Next hops: the gateway of the route, or the destination itself. */
#include "gateway/live_hops.h"

#include <string.h>

#include "engine/route.h"
#include "gateway/live_host.h"
#include "gateway/live_neigh.h"

static struct live_neigh *look_up(const struct live_host *host,
				  struct live_neighs *neighs, struct fw *fw,
				  uint32_t row, uint32_t dst)
{
	const struct live_dev *dev = &host->row[row];
	struct route way;
	struct live_neigh *to;

	if (!dev->dev)
		return NULL;
	if (!dev->resolves) {
		to = live_neigh_find(neighs, dev->dev, 0);
		if (to)
			to->state = LIVE_NEIGH_KNOWN;
		return to;
	}
	way = route_out(fw, dst);
	if (way.kind == ROUTE_OUT && way.ifindex == row)
		dst = way.gateway;
	return live_neigh_find(neighs, dev->dev, dst);
}

/* Those that may be others by now. */
static void forget(struct live_hops *hops, const struct live_host *host,
		   const struct live_neighs *neighs)
{
	uint32_t purges = live_neigh_purges(neighs);

	if (hops->generation == host->generation && hops->purges == purges)
		return;
	memset(hops->hop, 0, sizeof(hops->hop));
	hops->generation = host->generation;
	hops->purges = purges;
}

struct live_neigh *live_hop_to(struct live_hops *hops,
			       const struct live_host *host,
			       struct live_neighs *neighs, struct fw *fw,
			       uint32_t row, uint32_t dst)
{
	struct live_hop *h = &hops->hop[((dst ^ row << 24) * 0x9E3779B1) >> 22];
	struct live_neigh *to;

	forget(hops, host, neighs);
	if (h->row1 == row + 1 && h->dst == dst)
		return h->to;
	to = look_up(host, neighs, fw, row, dst);
	forget(hops, host, neighs);
	*h = (struct live_hop){ row + 1, dst, to };
	return to;
}
