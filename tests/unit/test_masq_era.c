/* Where the older kernels' masquerading differed. */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/cksum.h"
#include "engine/masq.h"
#include "engine/masq_pkt.h"
#include "engine/masq_tcp.h"
#include "engine/path.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/router.h"

enum { SYN = 2, FIN = 1, RST = 4, ACK = 16, MINUTE = 60 * HZ };

static struct host22 h;
static uint8_t bytes[128];
static struct pkt p;
static struct pkt_info info;

static void start(enum fw_era era)
{
	host22_open(&h);
	assert_int_equal(fw_change_era(&h.fw, era), 0);
	fw_run(&h.fw, 1000);
}

static void stop(void)
{
	host22_close(&h);
}

static enum masq_result go(enum masq_way way, uint32_t n)
{
	p = (struct pkt){ .data = bytes, .len = n, .cap = n, .to_host = true };
	assert_int_equal(pkt_parse(&p, &info), 0);
	return way == MASQ_OUT ? masq_out(&h.fw, ROUTER_OURS, &p, &info)
			       : masq_in(&h.fw, &p, &info);
}

/* From an inside port to a far end, or back to a masquerade port. */
static enum masq_result udp(enum masq_way way, uint32_t far, uint16_t port)
{
	struct flow f = { ROUTER_INSIDE, far, port, 53 };

	if (way == MASQ_IN)
		f = (struct flow){ far, ROUTER_OURS, 53, port };
	return go(way, make_udp(bytes, &f, "data", 4));
}

static enum masq_result tcp(enum masq_way way, uint16_t port, uint8_t flags)
{
	struct flow f = { ROUTER_INSIDE, ROUTER_OUTSIDE, port, 80 };

	if (way == MASQ_IN)
		f = (struct flow){ ROUTER_OUTSIDE, ROUTER_OURS, 80, port };
	return go(way, make_tcp(bytes, &f, flags, NULL, 0));
}

static const struct numbers {
	enum fw_era era;
	uint16_t first, beyond;
	int32_t free;
	const char *log;
} numbers[] = {
	{ ERA_2_0, 61000, 65096, 4096,
	  "ip_masq_new(proto=TCP): no free ports.\n" },
	{ ERA_1_3, 60000, 64096, 4096,
	  "ip_masq_new(proto=TCP): no free ports.\n" },
};

/* Each port once, whatever the far end is. */
static void ports(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		const struct numbers *n = &numbers[i];
		struct text log;

		start(n->era);
		assert_int_equal(h.state->masq.free_ports[MASQ_P_UDP], n->free);
		for (int k = 0; k < n->free; k++) {
			assert_int_equal(
				tcp(MASQ_OUT, (uint16_t)(1024 + k), SYN),
				MASQ_DONE);
			assert_int_equal(info.sport, n->first + k);
		}
		assert_int_equal(tcp(MASQ_OUT, 9999, SYN), MASQ_DROP);
		log = host22_log(&h);
		assert_string_equal(log.s, n->log);
		text_fini(&log);
		assert_true(masq_port_in_range(&h.fw, n->beyond));
		assert_false(masq_port_in_range(&h.fw, n->beyond + 1));
		assert_false(masq_port_in_range(&h.fw, n->first - 1));
		stop();
	}
}

/* One port for one entry: with 2.2's look-up this one would be free. */
static void ports_are_not_shared(void **state)
{
	struct masq_want w = { .proto = IPPROTO_TCP,
			       .mport = 61005,
			       .maddr = ROUTER_OURS,
			       .saddr = ROUTER_INSIDE,
			       .daddr = ROUTER_OUTSIDE,
			       .sport = 1,
			       .dport = 2 };

	(void)state;
	start(ERA_2_0);
	assert_int_not_equal(masq_new(&h.fw, &w), FW_NIL);
	w.dport = 3;
	assert_int_equal(masq_new(&h.fw, &w), FW_NIL);
	w.proto = IPPROTO_UDP;
	assert_int_not_equal(masq_new(&h.fw, &w), FW_NIL);
	stop();
}

/* Replies from anywhere, always; but each far host has its entry. */
static void udp_stays_open(void **state)
{
	(void)state;
	start(ERA_2_0);
	assert_int_equal(udp(MASQ_OUT, ROUTER_OUTSIDE, 1025), MASQ_DONE);
	assert_int_equal(info.sport, 61000);
	assert_int_equal(udp(MASQ_OUT, ROUTER_OUTSIDE2, 1025), MASQ_DONE);
	assert_int_equal(info.sport, 61001);
	for (uint32_t far = 1; far < 4; far++)
		assert_int_equal(udp(MASQ_IN, ROUTER_OUTSIDE + far, 61000),
				 MASQ_DONE);
	assert_int_equal(udp(MASQ_OUT, ROUTER_OUTSIDE, 1025), MASQ_DONE);
	assert_int_equal(info.sport, 61000);
	stop();
}

/* Who may answer: which of our addresses, and from where. */
static const struct answer {
	const char *name;
	enum fw_era era;
	uint8_t proto;
	uint16_t far_port;
	uint32_t from, to;
	enum masq_result want;
} answers[] = {
	{ "1.3 to another address of ours", ERA_1_3, IPPROTO_TCP, 80,
	  ROUTER_OUTSIDE, ROUTER_OURS + 1, MASQ_DONE },
	{ "1.3 TCP from another host", ERA_1_3, IPPROTO_TCP, 80,
	  ROUTER_OUTSIDE2, ROUTER_OURS, MASQ_PASS },
	{ "1.3 UDP from another host", ERA_1_3, IPPROTO_UDP, 53,
	  ROUTER_OUTSIDE2, ROUTER_OURS, MASQ_DONE },
	{ "2.0 to another address of ours", ERA_2_0, IPPROTO_TCP, 80,
	  ROUTER_OUTSIDE, ROUTER_OURS + 1, MASQ_PASS },
	{ "2.0 TCP from another host", ERA_2_0, IPPROTO_TCP, 80,
	  ROUTER_OUTSIDE2, ROUTER_OURS, MASQ_PASS },
	{ "2.0 TCP from another host, autofw's port", ERA_2_0, IPPROTO_TCP,
	  MASQ_AUTOFW_PORT, ROUTER_OUTSIDE2, ROUTER_OURS, MASQ_DONE },
	{ "2.2 TCP from another host, autofw's port", ERA_2_2, IPPROTO_TCP,
	  MASQ_AUTOFW_PORT, ROUTER_OUTSIDE2, ROUTER_OURS, MASQ_PASS },
};

static enum masq_result packet(enum masq_way way, uint8_t proto,
			       const struct flow *f)
{
	if (proto == IPPROTO_UDP)
		return go(way, make_udp(bytes, f, "data", 4));
	return go(way, make_tcp(bytes, f, ACK, NULL, 0));
}

static void who_may_answer(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		const struct answer *a = &answers[i];
		struct flow f = { ROUTER_INSIDE, ROUTER_OUTSIDE, 1025,
				  a->far_port };
		enum masq_result got;

		start(a->era);
		assert_int_equal(packet(MASQ_OUT, a->proto, &f), MASQ_DONE);
		f = (struct flow){ a->from, a->to, a->far_port, info.sport };
		got = packet(MASQ_IN, a->proto, &f);
		if (got != a->want)
			fail_msg("%s: got %d, want %d", a->name, got, a->want);
		stop();
	}
}

/* Packets one after the other, and how long the entry lives then. */
static const struct life {
	const char *name;
	enum fw_era era;
	struct {
		enum masq_way way;
		uint8_t flags;
	} step[3]; /* flags 0: no more */
	ticks_t want;
} lives[] = {
	{ "2.0 SYN", ERA_2_0, { { MASQ_OUT, SYN } }, 15 * MINUTE },
	{ "2.0 our FIN", ERA_2_0, { { MASQ_OUT, FIN | ACK } }, 15 * MINUTE },
	{ "2.0 both FINs",
	  ERA_2_0,
	  { { MASQ_OUT, FIN | ACK }, { MASQ_IN, FIN | ACK } },
	  2 * MINUTE },
	{ "2.0 theirs, ours, an ACK",
	  ERA_2_0,
	  { { MASQ_OUT, SYN }, { MASQ_IN, FIN }, { MASQ_OUT, FIN } },
	  2 * MINUTE },
	{ "2.0 RST", ERA_2_0, { { MASQ_OUT, SYN }, { MASQ_IN, RST } }, 1 },
	{ "2.0 RST stays",
	  ERA_2_0,
	  { { MASQ_OUT, SYN }, { MASQ_IN, RST }, { MASQ_OUT, ACK } },
	  1 },
	{ "1.3 SYN", ERA_1_3, { { MASQ_OUT, SYN } }, 15 * MINUTE },
	{ "1.3 our FIN", ERA_1_3, { { MASQ_OUT, FIN } }, 2 * MINUTE },
	{ "1.3 our FIN stays",
	  ERA_1_3,
	  { { MASQ_OUT, FIN }, { MASQ_OUT, ACK } },
	  2 * MINUTE },
	{ "1.3 RST", ERA_1_3, { { MASQ_OUT, RST } }, 15 * MINUTE },
};

static void one_life(const struct life *l)
{
	uint16_t mport = 0;
	ticks_t got;

	start(l->era);
	for (int i = 0; i < 3 && l->step[i].flags; i++) {
		uint16_t port = l->step[i].way == MASQ_OUT ? 1025 : mport;

		assert_int_equal(tcp(l->step[i].way, port, l->step[i].flags),
				 MASQ_DONE);
		if (l->step[i].way == MASQ_OUT)
			mport = info.sport;
	}
	got = masq_at(&h.fw, 0)->expires - h.state->g.now;
	if (got != l->want)
		fail_msg("%s: got %u, want %u", l->name, got, l->want);
	stop();
}

static void entries_live(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(lives) / sizeof(lives[0]); i++)
		one_life(&lives[i]);
}

/* In 1.3 packets from outside pass, but the timer runs on. */
static void replies_rearm(void **state)
{
	(void)state;
	for (int era = 0; era < ERA_COUNT; era++) {
		ticks_t before, after;

		start((enum fw_era)era);
		udp(MASQ_OUT, ROUTER_OUTSIDE, 1025);
		before = masq_at(&h.fw, 0)->expires;
		fw_run(&h.fw, 1500);
		assert_int_equal(udp(MASQ_IN, ROUTER_OUTSIDE, info.sport),
				 MASQ_DONE);
		after = masq_at(&h.fw, 0)->expires;
		assert_int_equal(after - before, era == ERA_1_3 ? 0 : 500);
		assert_int_equal(masq_at(&h.fw, 0)->timer_on != 0, 1);
		stop();
	}
}

/* What rules of the eras masquerade. */
static const struct other_case {
	enum fw_era era;
	uint8_t proto;
	enum masq_result want;
} others[] = {
	{ ERA_2_2, 47, MASQ_DROP },
	{ ERA_2_0, 47, MASQ_DROP },
	{ ERA_1_3, 47, MASQ_PASS },
	{ ERA_2_2, IPPROTO_ICMP, MASQ_DONE },
	{ ERA_2_0, IPPROTO_ICMP, MASQ_DONE },
	{ ERA_1_3, IPPROTO_ICMP, MASQ_PASS },
};

static void other_protocols(void **state)
{
	struct flow f = { ROUTER_INSIDE, ROUTER_OUTSIDE, 0, 0 };
	uint32_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		start(others[i].era);
		n = make_echo(bytes, &f, 8, 7);
		if (others[i].proto != IPPROTO_ICMP)
			n = make_ip(bytes, f.src, f.dst, others[i].proto, 0,
				    NULL, 8);
		if (go(MASQ_OUT, n) != others[i].want)
			fail_msg("case %zu: want %d", i, others[i].want);
		stop();
	}
}

/* Before 2.2 a wrong checksum left as a right one; inward it is told. */
static void wrong_sums(void **state)
{
	struct flow f = { ROUTER_INSIDE, ROUTER_OUTSIDE, 1025, 53 };
	uint32_t n = make_udp(bytes, &f, "data", 4);
	struct text log;

	(void)state;
	start(ERA_2_0);
	bytes[26] ^= 1;
	assert_int_equal(go(MASQ_OUT, n), MASQ_DONE);
	assert_int_equal(cksum_fold(cksum_add(
				 cksum_pseudo(info.src, info.dst, 17, n - 20),
				 bytes + 20, n - 20)),
			 0);
	f = (struct flow){ ROUTER_OUTSIDE, ROUTER_OURS, 53, 61000 };
	n = make_udp(bytes, &f, "data", 4);
	bytes[26] ^= 1;
	assert_int_equal(go(MASQ_IN, n), MASQ_DROP);
	log = host22_log(&h);
	assert_string_equal(
		log.s, "MASQ: failed TCP/UDP checksum from 198.51.100.7!\n");
	text_fini(&log);
	stop();
}

static uint16_t listed[4];
static int n_listed;

static void see(void *ctx, const struct masq_row *r)
{
	(void)ctx;
	listed[n_listed++] = r->mport;
}

/* 2.0: rows by masquerade port alone; 1.3: one list, newest first. */
static void listings(void **state)
{
	(void)state;
	for (int era = ERA_2_0; era <= ERA_1_3; era++) {
		start((enum fw_era)era);
		for (uint16_t i = 0; i < 3; i++)
			tcp(MASQ_OUT, (uint16_t)(1025 + 77 * i), SYN);
		n_listed = 0;
		masq_each(&h.fw, h.state->g.now, see, NULL);
		assert_int_equal(n_listed, 3);
		if (era == ERA_2_0) {
			/* rows (6 ^ 1 ^ port) & 255: 239, 238, 237 */
			assert_int_equal(listed[0], 61002);
			assert_int_equal(listed[1], 61001);
			assert_int_equal(listed[2], 61000);
		} else {
			assert_int_equal(listed[0], 60002);
			assert_int_equal(listed[1], 60001);
			assert_int_equal(listed[2], 60000);
		}
		stop();
	}
}

static void timeouts_are_set(void **state)
{
	const int32_t t[3] = { 7 * HZ, 0, 9 * HZ };

	(void)state;
	start(ERA_2_0);
	masq_timeouts(&h.fw, t);
	tcp(MASQ_OUT, 1025, SYN);
	udp(MASQ_OUT, ROUTER_OUTSIDE, 1025);
	assert_int_equal(masq_at(&h.fw, 0)->timeout, 7 * HZ);
	assert_int_equal(masq_at(&h.fw, 1)->timeout, 9 * HZ);
	tcp(MASQ_OUT, 1025, FIN);
	tcp(MASQ_IN, 61000, FIN);
	assert_int_equal(masq_at(&h.fw, 0)->timeout, 2 * MINUTE);
	stop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ports),
		cmocka_unit_test(ports_are_not_shared),
		cmocka_unit_test(udp_stays_open),
		cmocka_unit_test(who_may_answer),
		cmocka_unit_test(entries_live),
		cmocka_unit_test(replies_rearm),
		cmocka_unit_test(other_protocols),
		cmocka_unit_test(wrong_sums),
		cmocka_unit_test(listings),
		cmocka_unit_test(timeouts_are_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
