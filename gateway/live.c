/* Batches of packets: from the queue, through the engine, onto the wire. */
#include "gateway/live.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

#include "core/bytes.h"
#include "core/fast_map.h"
#include "engine/env.h"
#include "engine/fast.h"
#include "engine/icmp_out.h"
#include "engine/path.h"
#include "engine/state.h"
#include "gateway/live_gauge.h"
#include "gateway/live_hops.h"
#include "gateway/live_lines.h"
#include "gateway/live_neigh.h"
#include "gateway/live_pace.h"
#include "gateway/live_queue.h"
#include "gateway/live_redirect.h"
#include "gateway/live_rules.h"
#include "gateway/live_send.h"
#include "libcompat/clock.h"
#include "libcompat/store.h"

enum {
	HEADER = 20,
	HEADERS = 80, /* with options, and TCP's */
	LEVEL_WARNING = 4,
	TIMER_SLACK_NS = 1000,
	IDLE_MS = 1000,
};

struct live {
	struct live_options options;
	struct store *store;
	struct fw fw;
	struct fw_env env;
	struct live_queue *queue;
	struct live_send *send;
	struct live_neighs *neighs;
	struct live_host host;
	struct live_redirects *redirects;
	struct live_totals totals;
	struct live_hops hops;
	/* The packet in the engine's hands. */
	struct live_packet *packet;
	uint32_t in_row;
	bool changed; /* behind its IP header */
	ticks_t now, idle_at, watch_at;
	struct live_pace pace;
	uint64_t done_at; /* in nanoseconds: a round's work, not its rest */
	struct live_gauge gauge;
	/* The state's host tables as this left them. */
	uint32_t epoch, generation;
	struct live_passed passed;
	uint8_t *kept[LIVE_BATCH];
	uint32_t n_kept;
	struct live_lines lines;
};

/* Whether the bytes lie in the packet's own room, which stays. */
static bool stays(const struct live_packet *p, const uint8_t *data)
{
	return data >= p->data && data < p->data + p->cap;
}

static void tell_passed(struct live *l, const struct fw_out *out,
			const struct live_neigh *to)
{
	const struct live_hooks *hooks = l->options.hooks;

	l->passed.after = out->pkt;
	l->passed.in_row = l->in_row;
	l->passed.out_row = out->ifindex;
	l->passed.in_dev = l->packet->in_dev;
	l->passed.out_dev = l->host.row[out->ifindex].dev;
	l->passed.to = to;
	hooks->passed(hooks->ctx, &l->fw, &l->passed);
}

/* Onto the wire, or back to the host itself. */
static void send_out(struct live *l, const struct fw_out *out)
{
	const struct pkt *p = out->pkt;
	bool copy = !l->packet || !stays(l->packet, p->data);
	struct live_neigh *to;

	if (out->ifindex == HOST_LO) {
		live_send_local(l->send, p->data, p->len);
		return;
	}
	if (out->ifindex >= HOST_IFS || p->len < HEADER)
		return;
	to = live_hop_to(&l->hops, &l->host, l->neighs, &l->fw, out->ifindex,
			 get_be32(p->data + 16));
	if (!to) {
		l->totals.lost++;
		return;
	}
	l->totals.lost +=
		live_neigh_send(l->neighs, to, l->now, p->data, p->len, copy);
	if (out->kind == FW_OUT_SEND && l->packet && l->options.hooks)
		tell_passed(l, out, to);
}

/* The bytes as they are now, until the batch is answered; NULL: no memory. */
static uint8_t *kept(struct live *l, const struct pkt *p)
{
	uint8_t *bytes = l->n_kept < LIVE_BATCH ? malloc(p->len) : NULL;

	if (!bytes)
		return NULL;
	memcpy(bytes, p->data, p->len);
	l->kept[l->n_kept++] = bytes;
	return bytes;
}

/* Goes on through the kernel: the host's own, as it is now. */
static void accept_own(struct live *l)
{
	l->packet->accept = true;
}

/* Is for the host: with other bytes, if it was put together from pieces. */
static void accept_local(struct live *l, const struct fw_out *out,
			 struct live_packet *p)
{
	uint8_t *data = p->data;

	if (!stays(p, out->pkt->data)) {
		data = kept(l, out->pkt);
		p->put = data;
		p->put_len = out->pkt->len;
	}
	p->accept = data != NULL;
	if (!p->accept || !out->redir_port)
		return;
	p->accept = live_redirect_in(l->redirects, data, out->pkt->len,
				     host_if_addr(&l->fw, l->in_row),
				     out->redir_port, l->now);
	l->changed = true;
}

static void see_out(void *ctx, const struct fw_out *out)
{
	struct live *l = ctx;
	bool own = l->packet && l->packet->own;

	switch (out->kind) {
	case FW_OUT_SEND:
		l->totals.out++;
		if (own)
			accept_own(l);
		else
			send_out(l, out);
		break;
	case FW_OUT_ICMP:
		l->totals.icmp++;
		send_out(l, out);
		break;
	case FW_OUT_LOCAL:
		l->totals.local += !own;
		if (l->packet)
			accept_local(l, out, l->packet);
		break;
	case FW_OUT_DROP:
		l->totals.dropped++;
		break;
	}
}

static void see_log(void *ctx, int level, const char *line)
{
	struct live *l = ctx;

	live_lines_add(&l->lines, level, line);
}

/* A packet that cannot be changed for its length: its sender, a program on this
 * host, is to send shorter ones. */
static void want_shorter(struct live *l, const struct pkt *p)
{
	const struct icmp_what what = { .type = ICMP_DEST_UNREACH,
					.code = ICMP_FRAG_NEEDED,
					.rest = LIVE_WHOLE };
	struct pkt_info info;

	l->packet->accept = false;
	pkt_look(p, &info);
	icmp_error(&l->fw, p, &info, &what);
}

/* One packet through the engine. */
static void decide(struct live *l, struct live_packet *p)
{
	struct pkt pkt = { .data = p->data,
			   .len = p->len,
			   .cap = p->cap,
			   .to_host = p->to_host };
	uint8_t before[HEADERS];
	uint32_t kept_n = p->len < HEADERS ? p->len : HEADERS;

	if (p->len < HEADER)
		return;
	memcpy(before, p->data, kept_n);
	l->packet = p;
	l->changed = false;
	if (p->own) {
		l->totals.own++;
		l->in_row = HOST_LO; /* where it comes in, if it does */
		l->changed = live_redirect_out(l->redirects, p->data, p->len,
					       l->now);
		fw_send_by(&l->fw, l->now, live_host_row(&l->host, p->out_dev),
			   &pkt);
	} else {
		l->totals.in++;
		l->in_row = live_host_row(&l->host, p->in_dev);
		if (l->options.hooks)
			pkt_look(&pkt, &l->passed.before);
		fw_arrive(&l->fw, l->now, l->in_row, &pkt);
	}
	/* What was changed goes on changed. */
	if (p->accept && !p->put &&
	    (l->changed || memcmp(before, p->data, HEADER))) {
		p->put = p->data;
		p->put_len = p->len;
	}
	if (p->put && p->cut) {
		memcpy(p->data, before, kept_n);
		want_shorter(l, &pkt);
	}
	l->packet = NULL;
}

/* The engine's host is this one, whoever made it another. */
static int be_this_host(struct live *l)
{
	const struct fw_state *st = l->fw.st;
	int r;

	if (!l->host.changed && st->g.epoch == l->epoch &&
	    st->host.generation == l->generation)
		return 0;
	r = live_host_load(&l->host, &l->fw);
	/* As it was known last serves until the kernel answers. */
	if (r && l->generation && st->g.epoch == l->epoch)
		return 0;
	l->epoch = st->g.epoch;
	l->generation = st->host.generation;
	return r;
}

static struct live_counts counts_now(struct live *l, uint64_t carried)
{
	struct live_counts counts = *live_gauge_read(
		&l->gauge, l->now, &l->totals, carried, l->options.queue);

	counts.fast = l->options.hooks != NULL;
	return counts;
}

/* Once a second others are told how it goes. */
static void tell(struct live *l)
{
	struct live_counts counts;

	if (!live_gauge_due(&l->gauge, l->now))
		return;
	if (l->fw.fast)
		fast_fold(&l->fw);
	counts = counts_now(l, l->fw.fast ? l->fw.fast->packets : 0);
	store_live_tell(l->store, &counts);
}

/* Whoever sent what no next hop answered for, is told. Linux 2.2,
 * net/ipv4/arp.c, arp_error_report(). */
static void tell_senders(struct live *l)
{
	const struct icmp_what what = { .type = ICMP_DEST_UNREACH,
					.code = ICMP_HOST_UNREACH };
	struct pkt_info info;
	struct pkt p = { .to_host = true };

	while (live_neigh_failed(l->neighs, &p.data, &p.len)) {
		l->totals.lost++;
		p.cap = p.len;
		pkt_look(&p, &info);
		icmp_error(&l->fw, &p, &info, &what);
	}
}

static void expect(const struct live *l, const struct live_packet *p, int n)
{
	for (int i = 0; i < n; i++) {
		const struct pkt pkt = { .data = p[i].data, .len = p[i].len };

		fw_expect(&l->fw, &pkt);
	}
}

/* One stay in the state, with @n packets. */
static int stay(struct live *l, struct live_packet *p, int n)
{
	const struct live_hooks *hooks = l->options.hooks;
	int r = store_enter(l->store, &l->fw, &l->env);

	if (r)
		return r;
	l->now = store_now(l->store);
	r = be_this_host(l);
	if (hooks)
		hooks->before(hooks->ctx, &l->fw, l->now);
	tell_senders(l);
	expect(l, p, n);
	for (int i = 0; r == 0 && i < n; i++)
		decide(l, &p[i]);
	tell(l);
	if (hooks)
		hooks->after(hooks->ctx, &l->fw, l->now);
	if (r == 0)
		r = store_commit(l->store, &l->fw);
	store_leave(l->store, &l->fw);
	l->idle_at = l->now + HZ;
	l->totals.batches += n > 0;
	return r;
}

/* What the engine sends without a packet's arrival goes out, too. */
static int pass_on(struct live *l, struct live_packet *p, int n)
{
	int r = stay(l, p, n), s;

	if (r)
		return r;
	l->totals.refused += live_send_flush(l->send);
	s = n ? live_queue_answer(l->queue) : 0;
	while (l->n_kept)
		free(l->kept[--l->n_kept]);
	live_lines_flush(&l->lines);
	return s;
}

static void listen_to_host(struct live *l)
{
	const struct live_hooks *hooks = l->options.hooks;

	live_host_listen(&l->host, l->neighs);
	l->totals.refused += live_send_flush(l->send);
	if (hooks && hooks->host_changed)
		hooks->host_changed(hooks->ctx);
}

enum { FD_QUEUE, FD_HOST, FD_NEIGHS, FDS };

/* Waits for packets, news or the next second; but not if @busy. */
static int wait_for(struct live *l, bool busy)
{
	const struct timespec none = { 0 },
			      second = { .tv_sec = IDLE_MS / 1000 };
	struct pollfd fd[FDS] = {
		[FD_QUEUE] = { live_queue_fd(l->queue), POLLIN, 0 },
		[FD_HOST] = { live_host_fd(&l->host), POLLIN, 0 },
		[FD_NEIGHS] = { live_neigh_fd(l->neighs), POLLIN, 0 },
	};
	sigset_t all;

	sigemptyset(&all);
	if (ppoll(fd, FDS, busy ? &none : &second, &all) < 0)
		return errno == EINTR ? 0 : -errno;
	if (fd[FD_NEIGHS].revents) {
		live_neigh_listen(l->neighs);
		l->totals.refused += live_send_flush(l->send);
	}
	if (fd[FD_HOST].revents)
		listen_to_host(l);
	return 0;
}

static void rest(uint32_t usecs)
{
	const struct timespec span = { .tv_nsec = (long)usecs * 1000 };

	if (usecs)
		nanosleep(&span, NULL);
}

/* Rules that others took away are put back, and that is told. */
static int watch_rules(struct live *l)
{
	char why[256] = "";
	int r;

	if (live_rules_stand())
		return 0;
	r = live_rules_set(l->options.queue, l->options.open, why, sizeof(why));
	live_lines_add(&l->lines, LEVEL_WARNING,
		       r ? why
			 : "fwcompat live: somebody took its netfilter rules "
			   "away; they are there again");
	live_lines_flush(&l->lines);
	return r;
}

static int round_of(struct live *l, bool *busy)
{
	struct live_packet *p = NULL;
	uint64_t idle;
	uint32_t pause;
	int r = wait_for(l, *busy), n;

	if (r)
		return r;
	idle = (clock_ns() - l->done_at) / 1000;
	n = live_queue_get(l->queue, &p);
	if (n < 0)
		return n;
	*busy = n == LIVE_BATCH;
	if (n || ticks_due(l->idle_at, clock_ticks()) || l->host.changed)
		r = pass_on(l, p, n);
	if (r == 0 && ticks_due(l->watch_at, l->now)) {
		l->watch_at = l->now + HZ;
		r = watch_rules(l);
	}
	l->done_at = clock_ns();
	pause = live_pace_after(&l->pace, (uint32_t)n, idle, l->done_at / 1000);
	if (!*busy)
		rest(pause);
	return r;
}

/*
 * Under overload the kernel, by a thread of its own, would go on to receive
 * what nobody has time for. So what it has received goes first: ahead of all
 * that is not bound to real time either, and where that is not allowed, not.
 */
static void take_precedence(void)
{
	const struct sched_param lowest = {
		.sched_priority = sched_get_priority_min(SCHED_RR)
	};

	sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &lowest);
	prctl(PR_SET_TIMERSLACK, TIMER_SLACK_NS);
}

int live_run(struct live *l, char *why, size_t n)
{
	bool busy = false;
	sigset_t ends, before;
	int r = 0;

	take_precedence();
	l->done_at = clock_ns();

	/* They come while nothing is under way. */
	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigprocmask(SIG_BLOCK, &ends, &before);
	while (r == 0 && !*l->options.stop)
		r = round_of(l, &busy);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (r)
		snprintf(why, n, "%s",
			 *store_why(l->store) ? store_why(l->store)
					      : strerror(-r));
	return r;
}

/* From now on it is this process that has the state for live packets. */
static int begin(struct live *l, char *why, size_t n)
{
	int r = store_enter(l->store, &l->fw, &l->env);
	struct live_counts counts;

	if (r) {
		snprintf(why, n, "%s", store_why(l->store));
		return r;
	}
	l->now = store_now(l->store);
	counts = counts_now(l, 0);
	r = store_live_begin(l->store, &counts);
	store_leave(l->store, &l->fw);
	if (r == -EBUSY)
		snprintf(why, n,
			 "another `fwcompat live' carries packets with this "
			 "state");
	return r;
}

/* The state as this needs it. */
static int check_state(struct live *l, char *why, size_t n)
{
	int r = store_enter(l->store, &l->fw, &l->env);

	if (r) {
		snprintf(why, n, "%s", store_why(l->store));
		return r;
	}
	if (store_is_virtual(l->store)) {
		snprintf(why, n,
			 "the state's clock is virtual, since packets were "
			 "replayed in it; `fwcompat reset' makes a new one");
		r = -EINVAL;
	}
	if (r == 0)
		r = be_this_host(l);
	if (r == 0)
		r = store_commit(l->store, &l->fw);
	store_leave(l->store, &l->fw);
	if (r && !*why)
		snprintf(why, n, "the host's interfaces and routes: %s",
			 strerror(-r));
	return r;
}

int live_open(struct live **lp, const struct live_options *options,
	      struct store *store, char *why, size_t n)
{
	struct live *l = calloc(1, sizeof(*l));
	int r;

	if (!l)
		return -ENOMEM;
	l->options = *options;
	l->lines.log = options->log;
	l->lines.ctx = options->ctx;
	l->store = store;
	l->env = (struct fw_env){ .ctx = l, .out = see_out, .log = see_log };
	*why = '\0';
	l->redirects = live_redirect_new();
	r = l->redirects ? begin(l, why, n) : -ENOMEM;
	if (r == 0)
		r = live_queue_open(&l->queue, options->queue, options->open,
				    why, n);
	if (r == 0)
		r = live_send_open(&l->send, why, n);
	if (r == 0)
		r = live_neigh_open(&l->neighs, l->send, why, n);
	if (r == 0)
		r = live_host_open(&l->host, why, n);
	if (r == 0)
		r = check_state(l, why, n);
	if (r == 0)
		r = live_rules_set(options->queue, options->open, why, n);
	if (r && !*why)
		snprintf(why, n, "%s", strerror(-r));
	if (r) {
		live_close(l);
		return r;
	}
	*lp = l;
	return 0;
}

int live_end(struct live *l, char *why, size_t n)
{
	(void)l;
	return live_rules_clear(why, n);
}

void live_close(struct live *l)
{
	if (!l)
		return;
	live_host_close(&l->host);
	live_neigh_close(l->neighs);
	live_send_close(l->send);
	live_queue_close(l->queue);
	live_redirect_free(l->redirects);
	fw_fini(&l->fw);
	free(l);
}

const struct live_totals *live_totals(const struct live *l)
{
	return &l->totals;
}

const struct live_host *live_host_of(const struct live *l)
{
	return &l->host;
}
