/* Where packets end: routes, impossible addresses, ICMP errors and their rates,
 * pieces on the way out. */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/cksum.h"
#include "engine/chains.h"
#include "engine/path.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/router.h"

enum {
	SUBNET = 0xC0A80100,
	ETH0 = SUBNET | 1,
	NEIGHBOUR = SUBNET | 9,
	EVERYBODY = 0xFFFFFFFF,
	DF_BIG = 1501,
};

static struct router r;

/* A UDP packet between two addresses; the chains accept all, masquerade the
 * inside. */
static const struct way {
	const char *name, *from;
	uint32_t src, dst;
	const char *want;
} ways[] = {
	{ "out", "eth0", ROUTER_INSIDE, ROUTER_OUTSIDE, "ppp0" },
	{ "to us", "eth0", ROUTER_INSIDE, ETH0, "local" },
	{ "to our other address", "eth0", ROUTER_INSIDE, ROUTER_OURS, "local" },
	{ "from outside, unasked", "ppp0", ROUTER_OUTSIDE, ROUTER_INSIDE,
	  "eth0" },
	{ "broadcast", "eth0", ROUTER_INSIDE, EVERYBODY, "local" },
	{ "broadcast of a host that has no address yet", "eth0", 0, EVERYBODY,
	  "local" },
	{ "the subnet's broadcast", "eth0", ROUTER_INSIDE, SUBNET | 255,
	  "local" },
	{ "the subnet's old broadcast", "eth0", ROUTER_INSIDE, SUBNET,
	  "local" },
	{ "our broadcast from outside", "ppp0", ROUTER_OUTSIDE, SUBNET | 255,
	  "local" },
	{ "all hosts", "eth0", ROUTER_INSIDE, 0xE0000001, "local" },
	{ "another group", "eth0", ROUTER_INSIDE, 0xE0000005, "drop" },
	{ "class E", "eth0", ROUTER_INSIDE, 0xF0000001, "drop" },
	{ "to 0.x", "eth0", ROUTER_INSIDE, 0x00000007, "drop" },
	{ "to 127.x", "eth0", ROUTER_INSIDE, 0x7F000001, "drop" },
	{ "from a group", "eth0", 0xE0000001, ROUTER_OUTSIDE, "drop" },
	{ "from class E", "eth0", 0xF0000001, ROUTER_OUTSIDE, "drop" },
	{ "from 127.x", "eth0", 0x7F000001, ROUTER_OUTSIDE, "drop" },
	{ "from 0.x", "eth0", 0x00000007, ROUTER_OUTSIDE, "drop" },
	{ "from no address", "eth0", 0, ROUTER_OUTSIDE, "drop" },
	{ "from no address to a subnet", "eth0", 0, SUBNET | 255, "drop" },
	{ "from our address", "eth0", ETH0, ROUTER_OUTSIDE, "drop" },
	{ "from our other address", "ppp0", ETH0, ROUTER_OURS, "drop" },
	{ "from a broadcast address", "eth0", SUBNET | 255, ROUTER_OUTSIDE,
	  "drop" },
	{ "back where it came from", "ppp0", ROUTER_OUTSIDE, ROUTER_OUTSIDE2,
	  "icmp:5/1 ppp0" },
	{ "our own", NULL, ROUTER_OURS, ROUTER_OUTSIDE, "ppp0" },
	{ "our own to ourselves", NULL, ETH0, ETH0, "local" },
	{ "our own to lo", NULL, 0x7F000001, 0x7F000001, "local" },
};

/* From another port each time: an entry without reply serves any far end. */
static const char *send_udp(const char *from, uint32_t src, uint32_t dst)
{
	static uint16_t port = 1024;
	struct flow f = { src, dst, ++port, 9 };
	uint8_t b[64];

	return router_takes(&r, from, b, make_udp(b, &f, "data", 4));
}

static void each_way(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		const struct way *w = &ways[i];
		const char *got;

		router_open(&r);
		got = send_udp(w->from, w->src, w->dst);
		if (strcmp(got, w->want))
			fail_msg("%s: got '%s', want '%s'", w->name, got,
				 w->want);
		router_close(&r);
	}
}

static void forwarding_off(void **state)
{
	(void)state;
	router_open(&r);
	assert_string_equal(send_udp("eth0", ROUTER_INSIDE, ROUTER_OUTSIDE),
			    "ppp0");
	host_sysctl_set(&r.h.fw, SYSCTL_IP_FORWARD, 0);
	assert_string_equal(send_udp("eth0", ROUTER_INSIDE, ROUTER_OUTSIDE),
			    "drop");
	assert_string_equal(send_udp("eth0", ROUTER_INSIDE, ETH0), "local");
	router_close(&r);
}

/* Two addresses on one interface; a gateway in the second one's subnet. */
static void the_address_of_the_way(void **state)
{
	struct fw *fw = &r.h.fw;

	(void)state;
	router_open(&r);
	host_if_set(fw, "eth1", 0xC6336414, 0xFFFFFF80, 0);
	assert_int_equal(host_if_add(fw, "eth1", 0xC633648C, 0xFFFFFF80), 0);
	assert_int_equal(host_if_add(fw, "eth7", 1, 1), -ENODEV);
	host_route_add(fw, 0x83000000, 0xFF000000, "eth1", 0xC6336481);
	host_route_add(fw, 0x84000000, 0xFF000000, "eth1", 0);
	send_udp("eth0", ROUTER_INSIDE, 0xC6336450);
	assert_int_equal(get_be32(r.last + 12), 0xC6336414);
	send_udp("eth0", ROUTER_INSIDE, 0xC63364C0);
	assert_int_equal(get_be32(r.last + 12), 0xC633648C);
	send_udp("eth0", ROUTER_INSIDE, 0x83000001);
	assert_int_equal(get_be32(r.last + 12), 0xC633648C);
	send_udp("eth0", ROUTER_INSIDE, 0x84000001);
	assert_int_equal(get_be32(r.last + 12), 0xC6336414);
	assert_string_equal(send_udp("ppp0", ROUTER_OUTSIDE, 0xC633648C),
			    "local");
	host_if_set(fw, "eth1", 0xC6336414, 0xFFFFFF80, 0);
	assert_string_equal(send_udp("ppp0", ROUTER_OUTSIDE, 0xC633648C),
			    "ppp0");
	router_close(&r);
}

/* Six saved up, then one a second; of a fresh destination, by uptime. */
static void errors_are_rare(void **state)
{
	(void)state;
	router_open(&r);
	chain_policy(&r.h.fw, "input", "REJECT");
	for (int i = 0; i < 9; i++)
		assert_string_equal(
			send_udp("eth0", ROUTER_INSIDE, ROUTER_OUTSIDE),
			i < 6 ? "icmp:3/3" : "drop");
	router_wait(&r, 99);
	assert_string_equal(send_udp("eth0", ROUTER_INSIDE, ROUTER_OUTSIDE),
			    "drop");
	router_wait(&r, 1);
	assert_string_equal(send_udp("eth0", ROUTER_INSIDE, ROUTER_OUTSIDE),
			    "icmp:3/3");
	assert_string_equal(send_udp("eth0", NEIGHBOUR, ROUTER_OUTSIDE),
			    "icmp:3/3");
	router_close(&r);
}

/* What waited in vain is told of when its time came, however late the clock is
 * set: by then the tokens are back. */
static void errors_come_in_time(void **state)
{
	uint8_t b[64] = { 0 };

	(void)state;
	router_open(&r);
	for (uint16_t id = 0; id < 6; id++) {
		uint32_t n = make_ip(b, ROUTER_OUTSIDE, ROUTER_OURS, 17, IP_MF,
				     NULL, 16);

		put_be16(b + 4, id);
		put_be16(b + 10, 0);
		put_be16(b + 10, cksum_fold(cksum_add(0, b, 20)));
		assert_string_equal(router_takes(&r, "ppp0", b, n), "");
	}
	router_wait(&r, 90 * HZ);
	assert_string_equal(r.out.s, "icmp:11/1 icmp:11/1 icmp:11/1 "
				     "icmp:11/1 icmp:11/1 icmp:11/1");
	chain_policy(&r.h.fw, "input", "REJECT");
	for (int i = 0; i < 7; i++)
		assert_string_equal(
			send_udp("ppp0", ROUTER_OUTSIDE, ROUTER_OURS),
			i < 6 ? "icmp:3/3" : "drop");
	router_close(&r);
}

/* No way out: five of each source and destination. */
static void no_route_is_rare(void **state)
{
	(void)state;
	router_open(&r);
	host_route_del(&r.h.fw, 0, 0, NULL);
	for (int i = 0; i < 7; i++)
		assert_string_equal(
			send_udp("eth0", ROUTER_INSIDE, ROUTER_OUTSIDE),
			i < 5 ? "icmp:3/0" : "drop");
	router_close(&r);
}

/* Redirects: each after twice the pause of the one before, nine at most. */
static void redirects_fade(void **state)
{
	static const uint32_t pause[] = { 3, 5, 9, 17, 33, 65, 129, 257 };
	uint32_t dst = ROUTER_OUTSIDE2;

	(void)state;
	router_open(&r);
	assert_string_equal(send_udp("ppp0", ROUTER_OUTSIDE, dst),
			    "icmp:5/1 ppp0");
	for (size_t i = 0; i < sizeof(pause) / sizeof(pause[0]); i++) {
		/* the first pause is of 2 << 1 ticks */
		router_wait(&r, pause[i] + pause[i] - 2);
		assert_string_equal(send_udp("ppp0", ROUTER_OUTSIDE, dst),
				    "ppp0");
		router_wait(&r, 1);
		assert_string_equal(send_udp("ppp0", ROUTER_OUTSIDE, dst),
				    "icmp:5/1 ppp0");
	}
	router_wait(&r, 2048);
	assert_string_equal(send_udp("ppp0", ROUTER_OUTSIDE, dst), "ppp0");
	router_wait(&r, 2049);
	assert_string_equal(send_udp("ppp0", ROUTER_OUTSIDE, dst),
			    "icmp:5/1 ppp0");
	router_close(&r);
}

/* Errors about these are not sent. */
static const struct quiet_case {
	const char *name;
	uint8_t proto, type;
	uint16_t frag;
	bool told;
} quiet[] = {
	{ "echo", IPPROTO_ICMP, 8, 0, true },
	{ "echo reply", IPPROTO_ICMP, 0, 0, true },
	{ "mask request", IPPROTO_ICMP, 17, 0, true },
	{ "unreachable", IPPROTO_ICMP, 3, 0, false },
	{ "redirect", IPPROTO_ICMP, 5, 0, false },
	{ "advertisement", IPPROTO_ICMP, 9, 0, false },
	{ "unknown", IPPROTO_ICMP, 19, 0, false },
	{ "a later piece", IPPROTO_UDP, 0, 5, false },
	{ "a first piece", IPPROTO_UDP, 0, IP_MF, true },
	{ "gre", 47, 0, 0, true },
};

static void no_errors_about_errors(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(quiet) / sizeof(quiet[0]); i++) {
		uint8_t data[16] = { quiet[i].type }, b[64];
		const char *got;

		router_open(&r);
		chain_policy(&r.h.fw, "input", "REJECT");
		got = router_takes(&r, "eth0", b,
				   make_ip(b, ROUTER_INSIDE, ROUTER_OUTSIDE,
					   quiet[i].proto, quiet[i].frag, data,
					   16));
		if (strcmp(got, quiet[i].told ? "icmp:3/3" : "drop"))
			fail_msg("%s: got %s", quiet[i].name, got);
		router_close(&r);
	}
}

/* The output chain rejects what goes outside. */
static const struct {
	const char *name;
	uint8_t proto;
	const char *want;
} own_rejected[] = {
	{ "TCP is told", IPPROTO_TCP, "icmp:3/3" },
	{ "UDP's sender got an error", IPPROTO_UDP, "drop" },
	{ "ping's sender got an error", IPPROTO_ICMP, "drop" },
};

static void our_own_rejected(void **state)
{
	struct fw_rule reject = rule_any("REJECT");

	(void)state;
	reject.dst = ROUTER_OUTSIDE;
	reject.dmask = 0xFFFFFFFF;
	for (size_t i = 0; i < sizeof(own_rejected) / sizeof(own_rejected[0]);
	     i++) {
		uint8_t data[20] = { 8 }, b[64];
		const char *got;

		router_open(&r);
		chain_append(&r.h.fw, "output", &reject);
		got = router_takes(&r, NULL, b,
				   make_ip(b, ROUTER_OURS, ROUTER_OUTSIDE,
					   own_rejected[i].proto, 0, data, 20));
		if (strcmp(got, own_rejected[i].want) != 0)
			fail_msg("%s: got %s", own_rejected[i].name, got);
		router_close(&r);
	}
}

static void an_errors_bytes(void **state)
{
	uint8_t b[1500] = { 0 };
	uint32_t n =
		make_ip(b, ROUTER_INSIDE, ROUTER_OUTSIDE, 47, 0, NULL, 1480);

	(void)state;
	router_open(&r);
	chain_policy(&r.h.fw, "forward", "REJECT");
	chain_flush(&r.h.fw, "forward");
	for (uint16_t id = 0; id < 2; id++) {
		assert_string_equal(router_takes(&r, "eth0", b, n), "icmp:3/1");
		assert_int_equal(r.last_len, 576);
		assert_int_equal(get_be16(r.last + 2), 576);
		assert_int_equal(get_be16(r.last + 4), id);
		assert_int_equal(r.last[1], 0xC0);
		assert_int_equal(r.last[8], 255);
		assert_int_equal(get_be32(r.last + 12), ETH0);
		assert_int_equal(get_be32(r.last + 16), ROUTER_INSIDE);
		assert_int_equal(cksum_fold(cksum_add(0, r.last, 20)), 0);
		assert_int_equal(cksum_fold(cksum_add(0, r.last + 20, 556)), 0);
		assert_int_equal(r.last[28 + 8], 63); /* TTL as it is now */
	}
	router_close(&r);
}

/* Too long for the link: pieces of 8 bytes' multiples, or an error. */
static void long_packets(void **state)
{
	uint8_t b[DF_BIG + 20];
	uint32_t n;

	(void)state;
	router_open(&r);
	n = make_ip(b, ROUTER_OUTSIDE, NEIGHBOUR, 47, 0, b + 20, DF_BIG - 20);
	assert_string_equal(router_takes(&r, "ppp0", b, n), "eth0 eth0");
	assert_int_equal(r.last_len, 21);
	assert_int_equal(get_be16(r.last + 6), 1480 / 8);
	n = make_ip(b, ROUTER_OUTSIDE, NEIGHBOUR, 47, IP_DF, b + 20,
		    DF_BIG - 20);
	assert_string_equal(router_takes(&r, "ppp0", b, n), "icmp:3/4");
	assert_int_equal(get_be32(r.last + 24), 1500);
	n = make_ip(b, ROUTER_OUTSIDE, NEIGHBOUR, 47, IP_DF, b + 20,
		    DF_BIG - 21);
	assert_string_equal(router_takes(&r, "ppp0", b, n), "eth0");
	router_close(&r);
}

/* Packets that are announced may end anywhere, and have any header length: not
 * a byte behind them is read (a sanitizer's to see), nothing becomes another.
 */
static void announced_and_cut_short(void **state)
{
	uint8_t whole[64];
	uint32_t n;

	(void)state;
	router_open(&r);
	n = make_udp(whole,
		     &(struct flow){ ROUTER_INSIDE, ROUTER_OUTSIDE, 7, 9 }, "",
		     0);
	for (uint32_t len = 0; len <= n; len++)
		for (uint8_t head = 0; head < 16; head++) {
			uint8_t *b = malloc(len ? len : 1);
			struct pkt p = { .data = b, .len = len, .cap = len };

			assert_non_null(b);
			memcpy(b, whole, len);
			if (len)
				b[0] = 4 << 4 | head;
			fw_expect(&r.h.fw, &p);
			free(b);
		}
	assert_int_equal(r.h.fw.st->table[FW_T_MASQ].count, 0);
	assert_string_equal(router_takes(&r, "eth0", whole, n), "ppp0");
	router_close(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_way),
		cmocka_unit_test(forwarding_off),
		cmocka_unit_test(the_address_of_the_way),
		cmocka_unit_test(errors_are_rare),
		cmocka_unit_test(errors_come_in_time),
		cmocka_unit_test(no_route_is_rare),
		cmocka_unit_test(redirects_fade),
		cmocka_unit_test(no_errors_about_errors),
		cmocka_unit_test(our_own_rejected),
		cmocka_unit_test(an_errors_bytes),
		cmocka_unit_test(long_packets),
		cmocka_unit_test(announced_and_cut_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
