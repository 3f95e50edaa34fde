/* The fast path learns from what the engine does with live packets. */
#include "gateway/fast_live.h"

#include <errno.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "core/bytes.h"
#include "engine/fast.h"
#include "engine/fast_lines.h"
#include "engine/route.h"
#include "engine/state.h"
#include "libcompat/clock.h"
#include "libcompat/store.h"

enum {
	TCP_FLAGS_AT = 13,
	LEASE_NS = 250000000,
	RENEW_NS = 50000000,
};

struct fast_live {
	struct fast *filter;
	struct store *store;
	struct live_hooks hooks;
	const struct live_host *host;
	uint32_t generation; /* of .host, when the filter sat down; + 1 */
	struct fast_trace trace;
	uint64_t now; /* of the batch */
	pthread_t renewer;
	bool renews;
	volatile bool ends;
};

/* The place for a hop: its own, or a free one. FAST_HOPS: all are taken. */
static uint32_t hop_place(struct fast_ctl *map, const struct fast_hop *want)
{
	uint32_t first = want->gateway * 0x9E3779B1 ^ want->ifindex;

	for (uint32_t i = 0; i < FAST_HOPS; i++) {
		uint32_t at = (first + i) % FAST_HOPS;
		struct fast_hop *h = fast_hop(map, at);

		if (h->kind == FAST_HOP_NONE)
			*h = *want;
		if (h->kind == want->kind && h->ifindex == want->ifindex &&
		    h->gateway == want->gateway)
			return at;
	}
	return FAST_HOPS;
}

/* By which hop packets to @dst leave. FAST_HOPS: none that is known. */
static uint32_t hop_of(const struct fast *filter, struct fw *fw, uint32_t port,
		       uint32_t dst)
{
	struct route to = route_out(fw, dst);
	struct fast_seat seat = fast_seat(filter, port);
	struct fast_hop hop = {
		.kind = seat.ether ? FAST_HOP_ETHER : FAST_HOP_RAW,
		.ifindex = seat.ifindex,
	};

	if (to.kind != ROUTE_OUT || to.ifindex != port || !seat.ifindex)
		return FAST_HOPS;
	if (seat.ether)
		put_be32((uint8_t *)&hop.gateway, to.gateway);
	return hop_place(fast_map(filter), &hop);
}

void fast_live_learn(const struct fast *filter, struct fw *fw,
		     const struct live_passed *p, uint64_t now)
{
	struct pkt_info left;
	struct fast_seen seen = {
		.came = &p->before,
		.left = &left,
		.in_if = fast_seat(filter, p->in_row).ifindex,
		.mtu = host_if_mtu(fw, p->out_row),
		.mark = p->after->mark,
		.now = now,
	};
	const uint8_t *flags;
	uint32_t hop;

	if (fw->trace->entry == FW_NIL || !seen.in_if ||
	    p->in_row == p->out_row)
		return;
	pkt_look(p->after, &left);
	hop = hop_of(filter, fw, p->out_row, left.dst);
	if (hop == FAST_HOPS || pkt_is_piece(&left))
		return;
	flags = pkt_at(p->after, left.ihl + TCP_FLAGS_AT, 1);
	seen.tcp_flags = flags ? *flags : 0;
	seen.hop = (uint8_t)hop;
	fast_learn(fw, &seen);
}

/* Whether packets of the interface have a link header that the filter knows,
 * or none. False: it is another. */
static bool has_seat(int fd, uint32_t dev, bool *ether)
{
	struct ifreq r;

	memset(&r, 0, sizeof(r));
	if (!if_indextoname(dev, r.ifr_name) || ioctl(fd, SIOCGIFHWADDR, &r))
		return false;
	*ether = r.ifr_hwaddr.sa_family == ARPHRD_ETHER;
	return *ether || r.ifr_hwaddr.sa_family == ARPHRD_PPP ||
	       r.ifr_hwaddr.sa_family == ARPHRD_NONE;
}

/* Where the filter cannot sit, all packets are the engine's. */
static void sit_down(struct fast_live *f)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	for (uint32_t i = 0; i < HOST_IFS; i++) {
		uint32_t dev = i == HOST_LO ? 0 : f->host->row[i].dev;
		bool ether;

		if (dev == fast_seat(f->filter, i).ifindex)
			continue;
		fast_rise(f->filter, i);
		if (dev && has_seat(fd, dev, &ether))
			fast_sit(f->filter, i, dev, ether);
	}
	if (fd >= 0)
		close(fd);
	f->generation = f->host->generation + 1;
}

static void before(void *ctx, struct fw *fw, ticks_t now)
{
	struct fast_live *f = ctx;

	(void)now;
	if (f->host && f->generation != f->host->generation + 1)
		sit_down(f);
	if (fw->fast != fast_map(f->filter))
		store_set_fast(f->store, fw, fast_map(f->filter),
			       fast_map_id(f->filter));
	fw->trace = &f->trace;
	f->now = clock_ns();
	fast_renew(fw);
}

static void passed(void *ctx, struct fw *fw, const struct live_passed *p)
{
	const struct fast_live *f = ctx;

	fast_live_learn(f->filter, fw, p, f->now);
}

static void after(void *ctx, struct fw *fw, ticks_t now)
{
	(void)ctx;
	(void)now;
	fw->trace = NULL;
	fast_open(fw, clock_ns() + LEASE_NS);
}

/* As long as this process lives the gate may be trusted. */
static void *renew(void *ctx)
{
	const struct timespec pause = { .tv_nsec = RENEW_NS };
	struct fast_live *f = ctx;

	while (!f->ends) {
		fast_map(f->filter)->lease = clock_ns() + LEASE_NS;
		nanosleep(&pause, NULL);
	}
	return NULL;
}

int fast_live_start(struct fast_live **fp, struct store *store, char *why,
		    size_t n)
{
	struct fast_live *f = calloc(1, sizeof(*f));
	int r = f ? fast_start(&f->filter, why, n) : -ENOMEM;

	if (r) {
		free(f);
		return r;
	}
	f->store = store;
	f->hooks = (struct live_hooks){
		.ctx = f, .before = before, .passed = passed, .after = after
	};
	r = pthread_create(&f->renewer, NULL, renew, f);
	f->renews = r == 0;
	if (r == 0) {
		*fp = f;
		return 0;
	}
	snprintf(why, n, "a thread: %s", strerror(r));
	fast_live_end(f);
	return -r;
}

const struct live_hooks *fast_live_hooks(const struct fast_live *f)
{
	return &f->hooks;
}

void fast_live_host(struct fast_live *f, const struct live_host *host)
{
	f->host = host;
}

uint64_t fast_live_end(struct fast_live *f)
{
	struct fw fw = { 0 };
	uint64_t carried;

	fast_shut(fast_map(f->filter));
	f->ends = true;
	if (f->renews)
		pthread_join(f->renewer, NULL);
	if (store_enter(f->store, &fw, NULL) == 0) {
		if (fw.fast)
			fast_fold(&fw);
		store_set_fast(f->store, &fw, NULL, 0);
		store_commit(f->store, &fw);
		store_leave(f->store, &fw);
	}
	fw_fini(&fw);
	carried = fast_map(f->filter)->packets;
	fast_stop(f->filter);
	free(f);
	return carried;
}
