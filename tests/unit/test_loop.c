/* The loop: packets of several sources in order of time, and the clock with
 * them. */
#include "gateway/loop.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/path.h"
#include "engine/state.h"
#include "libcompat/store.h"
#include "tests/unit/cmocka.h"

enum { PACKET = 28, LO = 0 };

/* A source of UDP packets at given times, and how it ends. */
struct times {
	struct pktio_source s;
	const uint64_t *usec; /* ends with 0 */
	uint32_t src, dst;
	int end;
	uint8_t packet[PACKET];
};

/* What a sink was given: in one list for all. */
struct seen {
	uint64_t usec;
	uint32_t port;
};

static struct seen seen[64];
static uint32_t n_seen;

struct note {
	struct pktio_sink s;
	uint32_t port;
	uint32_t refuse; /* after so many packets */
};

/* No checksums: the engine looks at the header's alone. */
static void make_packet(struct times *t)
{
	static const uint8_t head[PACKET] = { 0x45, 0, 0, PACKET, 0,
					      1,    0, 0, 9,      17 };
	uint32_t sum = 0;

	memcpy(t->packet, head, PACKET);
	for (int i = 0; i < 4; i++) {
		t->packet[12 + i] = (uint8_t)(t->src >> (24 - 8 * i));
		t->packet[16 + i] = (uint8_t)(t->dst >> (24 - 8 * i));
	}
	t->packet[21] = 9;
	t->packet[23] = 9;
	t->packet[25] = 8;
	for (int i = 0; i < 20; i += 2)
		sum += (uint32_t)(t->packet[i] << 8 | t->packet[i + 1]);
	sum = ~((sum & 0xFFFF) + (sum >> 16));
	t->packet[10] = (uint8_t)(sum >> 8);
	t->packet[11] = (uint8_t)sum;
}

static int times_next(struct pktio_source *s, struct pktio_packet *p)
{
	struct times *t = (struct times *)s;

	if (!*t->usec)
		return t->end;
	make_packet(t);
	*p = (struct pktio_packet){ .usec = *t->usec++,
				    .data = t->packet,
				    .len = PACKET,
				    .to_host = true };
	return 1;
}

static int note_put(struct pktio_sink *s, uint64_t usec, const uint8_t *data,
		    uint32_t len)
{
	struct note *n = (struct note *)s;

	(void)data;
	(void)len;
	if (n->refuse && !--n->refuse)
		return -ENOSPC;
	if (n_seen < 64)
		seen[n_seen++] = (struct seen){ usec, n->port };
	return 0;
}

/* A router of two networks, in a state file of its own. */
struct world {
	char dir[32], path[48], why[256];
	struct store *store;
	struct fw fw;
	uint32_t a, b;
	struct times from_a, from_b;
	struct note to_a, to_b;
	struct loop loop;
};

static void world_make(struct world *w)
{
	*w = (struct world){ .dir = "/tmp/test_loop.XXXXXX" };
	assert_non_null(mkdtemp(w->dir));
	snprintf(w->path, sizeof(w->path), "%s/state", w->dir);
	assert_int_equal(store_open(&w->store, w->path, w->why, sizeof(w->why)),
			 0);
	assert_int_equal(store_enter(w->store, &w->fw, NULL), 0);
	assert_int_equal(store_set_virtual(w->store, 5000), 0);
	host_if_set(&w->fw, "eth0", 0x0A000001, 0xFFFFFF00, HOST_IF_UP);
	host_if_set(&w->fw, "eth1", 0x0A000101, 0xFFFFFF00, HOST_IF_UP);
	w->a = host_if_find(&w->fw, "eth0");
	w->b = host_if_find(&w->fw, "eth1");
	store_commit(w->store, &w->fw);
	store_leave(w->store, &w->fw);
	w->from_a = (struct times){
		{ .next = times_next }, NULL, 0x0A000002, 0x0A000102, 0, { 0 }
	};
	w->from_b = (struct times){
		{ .next = times_next }, NULL, 0x0A000102, 0x0A000002, 0, { 0 }
	};
	w->to_a = (struct note){ { .put = note_put }, w->a, 0 };
	w->to_b = (struct note){ { .put = note_put }, w->b, 0 };
	w->loop.port[w->a] = (struct loop_port){ .name = "eth0",
						 .in = &w->from_a.s,
						 .out = &w->to_a.s };
	w->loop.port[w->b] = (struct loop_port){ .name = "eth1",
						 .in = &w->from_b.s,
						 .out = &w->to_b.s };
	n_seen = 0;
}

static void world_end(struct world *w)
{
	store_close(w->store);
	fw_fini(&w->fw);
	unlink(w->path);
	rmdir(w->dir);
}

static int run(struct world *w)
{
	return loop_run(&w->loop, w->store, &w->fw, w->why, sizeof(w->why));
}

static void merges_by_time(void **state)
{
	static const uint64_t a[] = { 1000000, 1000005, 3000000, 0 };
	static const uint64_t b[] = { 1000001, 1000005, 2000000, 0 };
	/* Of two at one moment the first interface's. */
	static const uint64_t want[] = { 1000000, 1000001, 1000005,
					 1000005, 2000000, 3000000 };
	static const char from[] = "abab"
				   "ba";
	struct world w;

	(void)state;
	world_make(&w);
	w.from_a.usec = a;
	w.from_b.usec = b;
	assert_int_equal(run(&w), 0);
	assert_int_equal(n_seen, 6);
	for (uint32_t i = 0; i < n_seen; i++) {
		assert_int_equal(seen[i].usec, want[i]);
		assert_int_equal(seen[i].port, from[i] == 'a' ? w.b : w.a);
	}
	assert_int_equal(w.loop.totals.in, 6);
	assert_int_equal(w.loop.totals.out, 6);
	assert_int_equal(w.loop.totals.late, 0);
	assert_int_equal(w.loop.port[w.a].arrived, 3);
	assert_int_equal(w.loop.port[w.a].left, 3);
	world_end(&w);
}

static void clock_follows(void **state)
{
	static const uint64_t a[] = { 7777777, 7787776, 7787777,
				      9000000, 8000000, 0 };
	static const uint64_t none[] = { 0 };
	struct world w;

	(void)state;
	world_make(&w);
	w.from_a.usec = a;
	w.from_b.usec = none;
	assert_int_equal(run(&w), 0);
	assert_int_equal(store_now(w.store), 5000 + 122);
	assert_int_equal(w.loop.totals.late, 1);
	/* One that came late left when the clock stood already farther. */
	assert_int_equal(seen[4].usec, 9000000);
	world_end(&w);
}

/* 600 days are more ticks than there are. */
static void clock_goes_far(void **state)
{
	static const uint64_t a[] = { 1000000, 51840001000000, 0 };
	static const uint64_t none[] = { 0 };
	struct world w;

	(void)state;
	world_make(&w);
	w.from_a.usec = a;
	w.from_b.usec = none;
	assert_int_equal(run(&w), 0);
	assert_int_equal(store_now(w.store), (ticks_t)(5000 + 5184000000));
	assert_int_equal(w.loop.totals.out, 2);
	world_end(&w);
}

static void broken_source_stops_no_other(void **state)
{
	static const uint64_t a[] = { 1000000, 0 };
	static const uint64_t b[] = { 1000001, 2000000, 3000000, 0 };
	struct world w;

	(void)state;
	world_make(&w);
	w.from_a.usec = a;
	w.from_b.usec = b;
	w.from_a.end = -EIO;
	assert_int_equal(run(&w), 0);
	assert_true(w.loop.port[w.a].broken);
	assert_false(w.loop.port[w.b].broken);
	assert_int_equal(w.loop.totals.out, 4);
	world_end(&w);
}

static void full_sink_ends_it(void **state)
{
	static const uint64_t a[] = { 1000000, 2000000, 3000000, 0 };
	static const uint64_t none[] = { 0 };
	struct world w;

	(void)state;
	world_make(&w);
	w.from_a.usec = a;
	w.from_b.usec = none;
	w.to_b.refuse = 2;
	assert_int_equal(run(&w), -ENOSPC);
	assert_string_equal(w.why,
			    "what leaves on eth1: No space left on device");
	assert_int_equal(w.loop.totals.in, 2);
	/* What passed, passed: the clock stands where it ended. */
	assert_int_equal(store_now(w.store), 5100);
	world_end(&w);
}

static void stops_when_told(void **state)
{
	static uint64_t many[5000];
	static const uint64_t none[] = { 0 };
	const volatile sig_atomic_t stop = 1;
	struct world w;

	(void)state;
	for (int i = 0; i < 4999; i++)
		many[i] = 1000000;
	world_make(&w);
	w.from_a.usec = many;
	w.from_b.usec = none;
	w.loop.stop = &stop;
	assert_int_equal(run(&w), -EINTR);
	assert_in_range(w.loop.totals.in, 1, 4998);
	assert_int_equal(w.loop.totals.in, w.loop.totals.out);
	world_end(&w);
}

static void kinds_are_counted(void **state)
{
	static const uint64_t a[] = { 1000000, 0 };
	static const uint64_t b[] = { 1000001, 0 };
	struct world w;

	(void)state;
	world_make(&w);
	w.from_a.usec = a;
	w.from_a.dst = 0x0A000001;
	w.from_b.usec = b;
	w.from_b.dst = 0x0B000001; /* no route: an ICMP error comes back */
	assert_int_equal(run(&w), 0);
	assert_int_equal(w.loop.totals.local, 1);
	assert_int_equal(w.loop.totals.icmp, 1);
	assert_int_equal(w.loop.totals.out, 0);
	assert_int_equal(n_seen, 1);
	assert_int_equal(seen[0].port, w.b);
	world_end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(merges_by_time),
		cmocka_unit_test(clock_follows),
		cmocka_unit_test(clock_goes_far),
		cmocka_unit_test(broken_source_stops_no_other),
		cmocka_unit_test(full_sink_ends_it),
		cmocka_unit_test(stops_when_told),
		cmocka_unit_test(kinds_are_counted),
	};

	return cmocka_run_group_tests_name("loop", tests, NULL, NULL);
}
