/*
 * Merges the sources by time, moves the clock, hands packets to the engine and
 * what comes back to the sinks.
 */
#include "gateway/loop.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/path.h"
#include "engine/pkt.h"
#include "engine/state.h"
#include "libcompat/store.h"

enum {
	BATCH = 1024, /* packets between two commits */
	PACKET_ROOM = 65535,
	USECS_A_TICK = 1000000 / HZ,
};

/* A run of a loop. */
struct run {
	struct loop *loop;
	struct store *store;
	struct fw *fw;
	struct fw_env env;
	uint32_t waiting[HOST_IFS]; /* ports that have a next packet */
	uint32_t n_waiting;
	struct pktio_packet head[HOST_IFS]; /* that packet, by port */
	bool began;
	uint64_t first; /* time of the first packet */
	uint64_t now;   /* of the present one */
	uint64_t ticks; /* the clock went on so far */
	int sink_error;
	uint32_t sink_port;
	uint8_t packet[PACKET_ROOM];
};

static void to_sink(struct run *run, const struct fw_out *out)
{
	struct loop_port *port;
	int r = 0;

	if (out->ifindex >= HOST_IFS)
		return;
	port = &run->loop->port[out->ifindex];
	port->left += out->kind == FW_OUT_SEND;
	if (port->out)
		r = port->out->put(port->out, run->now, out->pkt->data,
				   out->pkt->len);
	if (r && !run->sink_error) {
		run->sink_error = r;
		run->sink_port = out->ifindex;
	}
}

static void see_out(void *ctx, const struct fw_out *out)
{
	struct run *run = ctx;
	struct loop_totals *t = &run->loop->totals;

	switch (out->kind) {
	case FW_OUT_SEND:
		t->out++;
		to_sink(run, out);
		break;
	case FW_OUT_ICMP:
		t->icmp++;
		to_sink(run, out);
		break;
	case FW_OUT_LOCAL:
		t->local++;
		break;
	case FW_OUT_DROP:
		t->dropped++;
		break;
	}
}

static void see_log(void *ctx, int level, const char *line)
{
	struct run *run = ctx;

	if (run->loop->log)
		run->loop->log(run->loop->ctx, level, line);
}

/* Looks at the next packet of a port. Whether there is one. */
static bool look(struct run *run, uint32_t port)
{
	struct pktio_source *in = run->loop->port[port].in;
	int r = in->next(in, &run->head[port]);

	run->loop->port[port].broken |= r < 0;
	return r > 0;
}

/* The place in .waiting of the port whose packet is the oldest, of the first
 * one among equals. */
static uint32_t oldest(const struct run *run)
{
	uint32_t best = 0;

	for (uint32_t i = 1; i < run->n_waiting; i++)
		if (run->head[run->waiting[i]].usec <
		    run->head[run->waiting[best]].usec)
			best = i;
	return best;
}

static void stop_waiting(struct run *run, uint32_t place)
{
	run->n_waiting--;
	memmove(run->waiting + place, run->waiting + place + 1,
		(run->n_waiting - place) * sizeof(run->waiting[0]));
}

/* The clock follows the packet's time, but never goes back. */
static int follow(struct run *run, const struct pktio_packet *p)
{
	uint64_t ticks;
	int r;

	if (!run->began)
		run->first = run->now = p->usec;
	run->began = true;
	if (p->usec < run->now)
		run->loop->totals.late++;
	else
		run->now = p->usec;
	ticks = (run->now - run->first) / USECS_A_TICK;
	r = store_advance(run->store, ticks - run->ticks);
	run->ticks = ticks;
	return r;
}

static int play_one(struct run *run)
{
	uint32_t place = oldest(run), port = run->waiting[place], before;
	const struct pktio_packet *p = &run->head[port];
	struct pkt pkt = { .data = run->packet,
			   .len = p->len < PACKET_ROOM ? p->len : PACKET_ROOM,
			   .cap = PACKET_ROOM,
			   .to_host = p->to_host };
	const struct fw_table *entries = &run->fw->st->table[FW_T_MASQ];
	int r = follow(run, p);

	if (r)
		return r;
	memcpy(run->packet, p->data, pkt.len);
	before = entries->count;
	run->loop->totals.in++;
	run->loop->port[port].arrived++;
	fw_arrive(run->fw, store_now(run->store), port, &pkt);
	if (entries->count > before)
		run->loop->totals.made += entries->count - before;
	if (!look(run, port))
		stop_waiting(run, place);
	return run->sink_error;
}

/* How far the slowest source is. */
static int percent(const struct loop *loop)
{
	int least = -1;

	for (uint32_t i = 0; i < HOST_IFS; i++) {
		const struct pktio_source *in = loop->port[i].in;
		int p = in && in->percent ? in->percent(in) : -1;

		if (p >= 0 && (least < 0 || p < least))
			least = p;
	}
	return least;
}

/* One stay in the state. */
static int batch(struct run *run)
{
	int r = store_enter(run->store, run->fw, &run->env);

	if (r)
		return r;
	if (!store_is_virtual(run->store))
		r = store_set_virtual(run->store, store_now(run->store));
	for (int n = 0; r == 0 && n < BATCH && run->n_waiting; n++)
		r = play_one(run);
	/* A sink that failed undoes nothing: the packets did pass. */
	if (r == 0 || r == run->sink_error) {
		int committed = store_commit(run->store, run->fw);

		r = committed ? committed : r;
	}
	store_leave(run->store, run->fw);
	return r;
}

static int play_all(struct run *run)
{
	struct loop *loop = run->loop;
	int r = 0;

	for (uint32_t i = 0; i < HOST_IFS; i++)
		if (loop->port[i].in && look(run, i))
			run->waiting[run->n_waiting++] = i;
	while (r == 0 && run->n_waiting) {
		r = batch(run);
		if (loop->progress)
			loop->progress(loop->ctx, &loop->totals, percent(loop));
		if (r == 0 && loop->stop && *loop->stop)
			r = -EINTR;
	}
	return r;
}

int loop_run(struct loop *loop, struct store *store, struct fw *fw, char *why,
	     size_t n)
{
	struct run *run = calloc(1, sizeof(*run));
	int r = run ? 0 : -ENOMEM;

	if (run) {
		run->loop = loop;
		run->store = store;
		run->fw = fw;
		run->env = (struct fw_env){ .ctx = run,
					    .out = see_out,
					    .log = see_log };
		r = play_all(run);
	}
	if (r && run && r == run->sink_error)
		snprintf(why, n, "what leaves on %s: %s",
			 loop->port[run->sink_port].name, strerror(-r));
	else if (r)
		snprintf(why, n, "%s",
			 *store_why(store) ? store_why(store) : strerror(-r));
	free(run);
	return r;
}
