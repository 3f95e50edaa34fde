/* Live packets without a network: redirected conversations, and rounds. */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/cksum.h"
#include "gateway/live_pace.h"
#include "gateway/live_redirect.h"
#include "tests/unit/cmocka.h"

enum {
	CLIENT = 0xC0A80102,
	ROUTER = 0xC0A80101,
	SERVER = 0xC6336409,
	LEN = 52,
	LIFE = 15 * 60 * HZ,
};

/* A packet with right checksums, in a block of its very size. */
static uint8_t *packet(uint8_t proto, uint32_t src, uint16_t sport,
		       uint32_t dst, uint16_t dport)
{
	uint32_t sum_at = proto == IPPROTO_TCP ? 36 : 26;
	uint8_t *p = calloc(1, LEN);
	uint64_t sum;

	assert_non_null(p);
	p[0] = 0x45;
	put_be16(p + 2, LEN);
	p[8] = 64;
	p[9] = proto;
	put_be32(p + 12, src);
	put_be32(p + 16, dst);
	put_be16(p + 10, cksum_fold(cksum_add(0, p, 20)));
	put_be16(p + 20, sport);
	put_be16(p + 22, dport);
	if (proto == IPPROTO_UDP)
		put_be16(p + 24, LEN - 20);
	memcpy(p + 42, "some bytes", 10);
	sum = cksum_pseudo(src, dst, proto, LEN - 20);
	put_be16(p + sum_at, cksum_fold(cksum_add(sum, p + 20, LEN - 20)));
	return p;
}

/* Whether @p is, to the last byte, the packet between those ends. */
static void assert_packet(uint8_t *p, uint8_t proto, uint32_t src,
			  uint16_t sport, uint32_t dst, uint16_t dport)
{
	uint8_t *want = packet(proto, src, sport, dst, dport);

	assert_memory_equal(p, want, LEN);
	free(want);
	free(p);
}

static void there_and_back(uint8_t proto, uint32_t server)
{
	struct live_redirects *r = live_redirect_new();
	uint8_t *p = packet(proto, CLIENT, 1025, server, 80);

	assert_true(live_redirect_in(r, p, LEN, ROUTER, 3128, 100));
	assert_packet(p, proto, CLIENT, 1025, ROUTER, 3128);
	p = packet(proto, ROUTER, 3128, CLIENT, 1025);
	assert_true(live_redirect_out(r, p, LEN, 200));
	assert_packet(p, proto, server, 80, CLIENT, 1025);
	live_redirect_free(r);
}

static void answers_come_from_whom_was_meant(void **state)
{
	(void)state;
	there_and_back(IPPROTO_TCP, SERVER);
	there_and_back(IPPROTO_UDP, SERVER);
	there_and_back(IPPROTO_TCP, ROUTER);
}

static void others_are_left_alone(void **state)
{
	struct live_redirects *r = live_redirect_new();
	uint8_t *p = packet(IPPROTO_TCP, CLIENT, 1025, SERVER, 80);

	(void)state;
	assert_true(live_redirect_in(r, p, LEN, ROUTER, 3128, 100));
	free(p);
	p = packet(IPPROTO_TCP, ROUTER, 3128, CLIENT, 1026);
	assert_false(live_redirect_out(r, p, LEN, 200));
	assert_packet(p, IPPROTO_TCP, ROUTER, 3128, CLIENT, 1026);
	p = packet(IPPROTO_UDP, ROUTER, 3128, CLIENT, 1025);
	assert_false(live_redirect_out(r, p, LEN, 200));
	assert_packet(p, IPPROTO_UDP, ROUTER, 3128, CLIENT, 1025);
	p = packet(IPPROTO_TCP, ROUTER, 3128, CLIENT, 1025);
	assert_false(live_redirect_out(r, p, LEN, 100 + LIFE));
	free(p);
	live_redirect_free(r);
}

/* Packets that lack a port, or have none. */
static void what_has_no_ports_is_for_no_program(void **state)
{
	struct live_redirects *r = live_redirect_new();
	uint8_t *p = packet(IPPROTO_ICMP, CLIENT, 8, SERVER, 0);

	(void)state;
	assert_false(live_redirect_in(r, p, LEN, ROUTER, 3128, 100));
	p[9] = IPPROTO_TCP;
	for (uint32_t len = 0; len < 40; len++)
		assert_false(live_redirect_in(r, p, len, ROUTER, 3128, 100));
	put_be16(p + 6, 1);
	assert_false(live_redirect_in(r, p, LEN, ROUTER, 3128, 100));
	put_be16(p + 6, 0);
	p[0] = 0x4F;
	assert_false(live_redirect_in(r, p, LEN, ROUTER, 3128, 100));
	free(p);
	live_redirect_free(r);
}

/* More conversations than there is room for: the oldest are forgotten. */
static void the_newest_are_remembered(void **state)
{
	struct live_redirects *r = live_redirect_new();

	(void)state;
	for (uint32_t i = 0; i < 60000; i++) {
		uint8_t *p = packet(IPPROTO_TCP, CLIENT, (uint16_t)(i + 1),
				    SERVER, 80);

		assert_true(live_redirect_in(r, p, LEN, ROUTER, 3128, i));
		free(p);
		p = packet(IPPROTO_TCP, ROUTER, 3128, CLIENT,
			   (uint16_t)(i + 1));
		assert_true(live_redirect_out(r, p, LEN, i));
		free(p);
	}
	live_redirect_free(r);
}

/* Rounds of @n packets, one every @us, of which @idle were spent waiting: the
 * pause after the tenth millisecond. */
static const struct pace_case {
	const char *name;
	uint32_t n, us, idle, pause;
} paces[] = {
	{ "a packet now and then", 1, 10000, 9900, 0 },
	{ "30 packets a millisecond", 3, 100, 60, 0 },
	{ "30 packets, and no time for more", 1, 33, 5, 700 },
	{ "8 packets, each of which takes long", 1, 125, 0, 0 },
	{ "50 packets a millisecond", 5, 100, 90, 700 },
	{ "400 packets a millisecond", 40, 100, 0, 240 },
	{ "large rounds, behind each of which comes another", 128, 300, 0,
	  225 },
};

static void rounds_are_waited_for_under_load(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(paces) / sizeof(paces[0]); i++) {
		const struct pace_case *c = &paces[i];
		struct live_pace pace = { 0 };
		uint32_t got = 0;

		for (uint64_t now = c->us; now <= 30000; now += c->us)
			got = live_pace_after(&pace, c->n, c->idle, now);
		if (got != c->pause)
			fail_msg("%s: got %u, want %u", c->name, got, c->pause);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_come_from_whom_was_meant),
		cmocka_unit_test(others_are_left_alone),
		cmocka_unit_test(what_has_no_ports_is_for_no_program),
		cmocka_unit_test(the_newest_are_remembered),
		cmocka_unit_test(rounds_are_waited_for_under_load),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
