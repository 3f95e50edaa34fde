/*
 * Checksums of translated packets: what summing anew over the real bytes would
 * give, also where they are changed by the difference only.
 */
#include <netinet/in.h>
#include <string.h>

#include "core/bytes.h"
#include "core/cksum.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/ops.h"
#include "tests/unit/router.h"

enum { ACK = 0x10, SYN = 0x02, TCP_SUM = 36, UDP_SUM = 26, MTU = 1500 };

static struct router r;

/* Sum over pseudo header and segment of the packet that came out last. */
static uint16_t left_over(void)
{
	uint64_t sum =
		cksum_pseudo(get_be32(r.last + 12), get_be32(r.last + 16),
			     r.last[9], r.last_len - 20);

	return cksum_fold(cksum_add(sum, r.last + 20, r.last_len - 20));
}

static void check_sums(const char *what, uint32_t i)
{
	if (cksum_fold(cksum_add(0, r.last, 20)))
		fail_msg("%s %u: IP checksum wrong", what, i);
	if (left_over())
		fail_msg("%s %u: transport checksum wrong", what, i);
	if (get_be16(r.last + (r.last[9] == IPPROTO_TCP ? TCP_SUM : 10)) ==
	    0xFFFF)
		fail_msg("%s %u: a zero was written as FFFF", what, i);
}

/* All values of a payload word make all checksums there are. */
static void every_checksum(void **state)
{
	struct flow f = { ROUTER_INSIDE, ROUTER_OUTSIDE, 1025, 80 };
	uint8_t b[64], word[2];

	(void)state;
	router_open(&r);
	for (uint32_t i = 0; i < 0x10000; i++) {
		uint32_t n;

		put_be16(word, (uint16_t)i);
		n = make_tcp(b, &f, ACK, word, 2);
		assert_string_equal(router_takes(&r, "eth0", b, n), "ppp0");
		check_sums("tcp", i);
		n = make_udp(b, &f, word, 2);
		assert_string_equal(router_takes(&r, "eth0", b, n), "ppp0");
		check_sums("udp", i);
		assert_int_not_equal(get_be16(r.last + UDP_SUM), 0);
	}
	router_close(&r);
}

static void every_length(void **state)
{
	uint8_t b[MTU], data[MTU];
	uint32_t seed = 99;

	(void)state;
	router_open(&r);
	for (uint32_t n = 0; n <= MTU - 40; n += 1 + n / 16) {
		struct flow f = { ROUTER_INSIDE, ROUTER_OUTSIDE, 1025, 80 };
		uint32_t len;

		for (uint32_t i = 0; i < n; i++)
			data[i] = (uint8_t)(ops_random(&seed) >> 8);
		len = make_tcp(b, &f, ACK, data, n);
		assert_string_equal(router_takes(&r, "eth0", b, len), "ppp0");
		check_sums("out", n);
		f = (struct flow){ ROUTER_OUTSIDE, ROUTER_OURS, 80,
				   get_be16(r.last + 20) };
		len = make_tcp(b, &f, ACK, data, n);
		assert_string_equal(router_takes(&r, "ppp0", b, len), "eth0");
		check_sums("in", n);
		assert_memory_equal(r.last + 40, data, n);
	}
	router_close(&r);
}

/* A wrong checksum, each way; @want of a packet that has an entry or not. */
static void wrong_ones_are_dropped(void **state)
{
	struct flow f = { ROUTER_INSIDE, ROUTER_OUTSIDE, 1025, 80 };
	struct flow back = { ROUTER_OUTSIDE, ROUTER_OURS, 80, 61000 };
	uint8_t b[64];
	uint32_t n;

	(void)state;
	router_open(&r);
	n = make_tcp(b, &f, SYN, "x", 1);
	b[n - 1] ^= 1;
	assert_string_equal(router_takes(&r, "eth0", b, n), "drop");
	assert_int_equal(r.h.state->table[FW_T_MASQ].count, 0);
	n = make_tcp(b, &back, ACK, "x", 1);
	assert_string_equal(router_takes(&r, "ppp0", b, n), "local");
	b[n - 1] ^= 1;
	assert_string_equal(router_takes(&r, "ppp0", b, n), "drop");
	put_be16(b + 22, 60999); /* not looked at */
	assert_string_equal(router_takes(&r, "ppp0", b, n), "local");
	n = make_udp(b, &f, "x", 1);
	b[n - 1] ^= 1;
	assert_string_equal(router_takes(&r, "eth0", b, n), "drop");
	router_close(&r);
}

/* No checksum is none to be wrong, and a real one afterwards. */
static void udp_without(void **state)
{
	struct flow f = { ROUTER_INSIDE, ROUTER_OUTSIDE, 1025, 53 };
	uint8_t b[64];
	uint32_t n = make_udp(b, &f, "abc", 3);

	(void)state;
	router_open(&r);
	put_be16(b + UDP_SUM, 0);
	assert_string_equal(router_takes(&r, "eth0", b, n), "ppp0");
	check_sums("out", 0);
	f = (struct flow){ ROUTER_OUTSIDE, ROUTER_OURS, 53, 61000 };
	n = make_udp(b, &f, "abc", 3);
	put_be16(b + UDP_SUM, 0);
	assert_string_equal(router_takes(&r, "ppp0", b, n), "eth0");
	check_sums("in", 0);
	router_close(&r);
}

/* A UDP checksum that comes out as 0 is sent as FFFF. */
static void udp_zero_is_all_ones(void **state)
{
	struct flow f = { ROUTER_INSIDE, ROUTER_OUTSIDE, 1025, 53 };
	uint8_t b[64], word[2];
	uint32_t seen = 0;

	(void)state;
	router_open(&r);
	for (uint32_t i = 0; i < 0x10000; i++) {
		uint32_t n;

		put_be16(word, (uint16_t)i);
		n = make_udp(b, &f, word, 2);
		if (!get_be16(b + UDP_SUM))
			put_be16(b + UDP_SUM, 0xFFFF);
		assert_string_equal(router_takes(&r, "eth0", b, n), "ppp0");
		seen += get_be16(r.last + UDP_SUM) == 0xFFFF;
	}
	assert_int_equal(seen, 1);
	router_close(&r);
}

/* Takes @b (@n bytes) in two pieces, cut behind 8 bytes of payload. */
static const char *take_in_pieces(const uint8_t *b, uint32_t n)
{
	uint8_t piece[64];
	uint32_t src = get_be32(b + 12), dst = get_be32(b + 16);
	uint32_t len = make_ip(piece, src, dst, b[9], IP_MF, b + 20, 8);

	assert_string_equal(router_takes(&r, "ppp0", piece, len), "");
	len = make_ip(piece, src, dst, b[9], 1, b + 28, n - 28);
	return router_takes(&r, "ppp0", piece, len);
}

/*
 * What is put together at delivery still has the first piece's IP checksum
 * (quirk), but not behind the masquerader, which makes one anew.
 */
static void pieces_at_delivery(void **state)
{
	struct flow f = { ROUTER_INSIDE, ROUTER_OUTSIDE, 1025, 53 };
	uint8_t b[64];
	uint32_t n = make_udp(b, &f, "abc", 3);

	(void)state;
	router_open(&r);
	assert_string_equal(router_takes(&r, "eth0", b, n), "ppp0");
	host_sysctl_set(&r.h.fw, SYSCTL_IP_ALWAYS_DEFRAG, 0);
	f = (struct flow){ ROUTER_OUTSIDE, ROUTER_OURS, 53, 61000 };
	n = make_udp(b, &f, "abcdefghijklmnop", 16);
	assert_string_equal(take_in_pieces(b, n), "eth0");
	check_sums("pieces", 0);
	router_close(&r);
}

/* TCP data offsets in 32-bit words. */
static const struct offset_case {
	uint8_t words;
	const char *want;
	bool wrong; /* quirk: the new checksum is */
} offsets[] = {
	{ 0, "drop", false }, { 1, "ppp0", true },  { 4, "ppp0", true },
	{ 5, "ppp0", false }, { 6, "ppp0", false }, { 7, "drop", false },
};

static void tcp_offsets(void **state)
{
	struct flow f = { ROUTER_INSIDE, ROUTER_OUTSIDE, 1025, 80 };
	uint8_t b[64];

	(void)state;
	router_open(&r);
	for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
		const struct offset_case *c = &offsets[i];
		uint32_t n = make_tcp(b, &f, ACK, "abcd", 4);
		const char *got;
		uint16_t old;

		b[32] = (uint8_t)(c->words << 4);
		make_sum(b, n);
		old = get_be16(b + TCP_SUM);
		got = router_takes(&r, "eth0", b, n);
		if (strcmp(got, c->want))
			fail_msg("offset %u: got %s, want %s", c->words, got,
				 c->want);
		if (!strcmp(got, "drop"))
			continue;
		if (!c->wrong && left_over())
			fail_msg("offset %u: wrong checksum", c->words);
		/* the old one was summed, too */
		if (c->wrong &&
		    cksum_fold((uint64_t)(uint16_t)~left_over() + old))
			fail_msg("offset %u: got %04x", c->words,
				 get_be16(r.last + TCP_SUM));
	}
	router_close(&r);
}

/* ICMP echo: the old checksum is not looked at. */
static void echo(void **state)
{
	struct flow f = { ROUTER_INSIDE, ROUTER_OUTSIDE, 0, 0 };
	uint8_t b[64];
	uint32_t n = make_echo(b, &f, 8, 77);

	(void)state;
	router_open(&r);
	b[22] ^= 0x55;
	assert_string_equal(router_takes(&r, "eth0", b, n), "ppp0");
	assert_int_equal(cksum_fold(cksum_add(0, r.last + 20, 8)), 0);
	assert_int_equal(get_be16(r.last + 24), 61000);
	f = (struct flow){ ROUTER_OUTSIDE, ROUTER_OURS, 0, 0 };
	n = make_echo(b, &f, 0, 61000);
	b[22] ^= 0x55;
	assert_string_equal(router_takes(&r, "ppp0", b, n), "eth0");
	assert_int_equal(cksum_fold(cksum_add(0, r.last + 20, 8)), 0);
	assert_int_equal(get_be16(r.last + 24), 77);
	router_close(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_checksum),
		cmocka_unit_test(every_length),
		cmocka_unit_test(wrong_ones_are_dropped),
		cmocka_unit_test(udp_without),
		cmocka_unit_test(udp_zero_is_all_ones),
		cmocka_unit_test(pieces_at_delivery),
		cmocka_unit_test(tcp_offsets),
		cmocka_unit_test(echo),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
