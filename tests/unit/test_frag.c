/* Reassembly: order, overlaps, gaps, time, and what does not fit together. */
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "core/bytes.h"
#include "core/cksum.h"
#include "engine/frag.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/router.h"

enum { PIECES = 6, OTHER_PROTO = IPPROTO_IGMP };

static struct router r;

/* A piece of 8-byte units, all of one letter; @last: no more behind it. */
struct piece {
	uint16_t at, units;
	char letter;
	bool last;
};

/* Sent to the host itself; the payload, a letter a unit, or what is logged. */
static const struct frag_case {
	const char *name;
	struct piece piece[PIECES];
	const char *want; /* NULL: never whole */
} cases[] = {
	{ "in order", { { 0, 2, 'a', 0 }, { 2, 2, 'b', 1 } }, "aabb" },
	{ "last first", { { 2, 2, 'b', 1 }, { 0, 2, 'a', 0 } }, "aabb" },
	{ "three, middle last",
	  { { 0, 1, 'a', 0 }, { 2, 1, 'c', 1 }, { 1, 1, 'b', 0 } },
	  "abc" },
	{ "a gap", { { 0, 2, 'a', 0 }, { 3, 1, 'b', 1 } }, NULL },
	{ "no beginning", { { 1, 2, 'a', 0 }, { 3, 1, 'b', 1 } }, NULL },
	{ "no end", { { 0, 2, 'a', 0 }, { 2, 1, 'b', 0 } }, NULL },
	{ "twice the same: the newer one",
	  { { 0, 2, 'a', 0 }, { 0, 2, 'A', 0 }, { 2, 1, 'b', 1 } },
	  "AAb" },
	{ "the same beginning, shorter",
	  { { 0, 3, 'a', 0 }, { 0, 1, 'A', 0 }, { 3, 1, 'b', 1 } },
	  "Aaab" },
	{ "the same beginning, longer",
	  { { 0, 1, 'a', 0 }, { 0, 3, 'A', 0 }, { 3, 1, 'b', 1 } },
	  "AAAb" },
	{ "overlapping an earlier one: that one's bytes stay",
	  { { 0, 3, 'a', 0 }, { 1, 4, 'b', 1 } },
	  "aaabb" },
	{ "overlapping a later one: the earlier beginning counts",
	  { { 2, 3, 'b', 1 }, { 0, 4, 'a', 0 } },
	  "aaaab" },
	{ "covering a later one wholly",
	  { { 1, 1, 'b', 0 }, { 4, 1, 'c', 1 }, { 0, 4, 'a', 0 } },
	  "aaaac" },
	{ "covering several",
	  { { 1, 1, 'x', 0 },
	    { 3, 1, 'y', 0 },
	    { 5, 1, 'c', 1 },
	    { 0, 5, 'a', 0 } },
	  "aaaaac" },
	{ "wholly inside the last one",
	  { { 0, 2, 'a', 0 }, { 3, 1, 'x', 0 }, { 2, 3, 'b', 1 } },
	  "aabbb" },
	{ "inside an earlier one: does not fit",
	  { { 2, 4, 'b', 1 }, { 3, 2, 'x', 0 }, { 0, 2, 'a', 0 } },
	  "Invalid fragment list: Fragment over size.\n" },
	{ "inside an earlier one, covered by its neighbour",
	  { { 0, 4, 'a', 0 }, { 1, 2, 'x', 0 }, { 4, 1, 'b', 1 } },
	  "aaaab" },
	{ "beyond the last one",
	  { { 0, 2, 'a', 0 }, { 3, 2, 'x', 0 }, { 2, 1, 'b', 1 } },
	  "Invalid fragment list: Fragment over size.\n" },
};

static const char *send_piece(const struct piece *p, uint8_t proto)
{
	uint8_t b[20 + 8 * 64], data[8 * 64];
	uint32_t n = p->units * 8U;

	memset(data, p->letter, n);
	return router_takes(&r, "ppp0", b,
			    make_ip(b, ROUTER_OUTSIDE, ROUTER_OURS, proto,
				    p->at | (p->last ? 0 : IP_MF), data, n));
}

/* What became of the pieces: a letter a unit, or what was logged. */
static const char *result(const char *said, char buf[80])
{
	struct text log = host22_log(&r.h);
	uint32_t n = 0;

	buf[0] = '\0';
	if (log.s)
		snprintf(buf, 80, "%.79s", log.s);
	text_fini(&log);
	if (strcmp(said, "local"))
		return buf;
	for (uint32_t at = 20; at < r.last_len; at += 8)
		buf[n++] = (char)r.last[at];
	buf[n] = '\0';
	assert_int_equal(get_be16(r.last + 2), r.last_len);
	assert_int_equal(get_be16(r.last + 6), 0);
	return buf;
}

static void one_case(const struct frag_case *c)
{
	const char *got = "";
	char buf[80] = "";

	for (int i = 0; i < PIECES && c->piece[i].units; i++) {
		if (*got)
			fail_msg("%s: done before piece %d", c->name, i);
		got = result(send_piece(&c->piece[i], OTHER_PROTO), buf);
	}
	if (strcmp(got, c->want ? c->want : ""))
		fail_msg("%s: got '%s', want '%s'", c->name, got,
			 c->want ? c->want : "");
}

static void pieces_become_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		router_open(&r);
		one_case(&cases[i]);
		router_close(&r);
		router_open(&r);
		host_sysctl_set(&r.h.fw, SYSCTL_IP_ALWAYS_DEFRAG, 1);
		one_case(&cases[i]);
		router_close(&r);
	}
}

static const struct piece head = { 0, 1, 'a', false };
static const struct piece tail = { 1, 1, 'b', true };

/* A new header checksum is made on arrival, not at delivery (quirk). */
static void header_checksums(void **state)
{
	(void)state;
	router_open(&r);
	send_piece(&head, OTHER_PROTO);
	assert_string_equal(send_piece(&tail, OTHER_PROTO), "local");
	assert_int_not_equal(cksum_fold(cksum_add(0, r.last, 20)), 0);
	host_sysctl_set(&r.h.fw, SYSCTL_IP_ALWAYS_DEFRAG, 1);
	send_piece(&head, OTHER_PROTO);
	assert_string_equal(send_piece(&tail, OTHER_PROTO), "local");
	assert_int_equal(cksum_fold(cksum_add(0, r.last, 20)), 0);
	router_close(&r);
}

/* Pieces of different packets do not meet. */
static void keys(void **state)
{
	(void)state;
	router_open(&r);
	assert_string_equal(send_piece(&head, OTHER_PROTO), "");
	assert_string_equal(send_piece(&tail, IPPROTO_UDP), "");
	assert_string_equal(send_piece(&tail, OTHER_PROTO), "local");
	router_close(&r);
}

/* 30 s after the last piece; at delivery the sender is told. */
static void time_runs_out(void **state)
{
	(void)state;
	router_open(&r);
	send_piece(&head, OTHER_PROTO);
	router_wait(&r, FRAG_TIME - 1);
	assert_string_equal(send_piece(&head, OTHER_PROTO), "");
	router_wait(&r, FRAG_TIME - 1);
	assert_int_equal(r.out.len, 0);
	assert_string_equal(send_piece(&tail, OTHER_PROTO), "local");
	send_piece(&head, OTHER_PROTO);
	router_wait(&r, FRAG_TIME);
	assert_string_equal(r.out.s, "icmp:11/1");
	assert_string_equal(send_piece(&tail, OTHER_PROTO), "");
	router_wait(&r, FRAG_TIME); /* nobody knows who sent the beginning */
	assert_int_equal(r.out.len, 0);
	router_close(&r);
}

static void arrival_gives_up_silently(void **state)
{
	(void)state;
	router_open(&r);
	host_sysctl_set(&r.h.fw, SYSCTL_IP_ALWAYS_DEFRAG, 1);
	send_piece(&head, OTHER_PROTO);
	router_wait(&r, FRAG_TIME);
	assert_int_equal(r.out.len, 0);
	assert_string_equal(send_piece(&tail, OTHER_PROTO), "");
	router_close(&r);
}

/* A packet longer than an IP packet can be. */
static void too_long(void **state)
{
	const struct piece beyond = { 8190, 2, 'x', true };

	(void)state;
	router_open(&r);
	assert_string_equal(send_piece(&beyond, OTHER_PROTO), "");
	assert_string_equal(send_piece(&head, OTHER_PROTO), "");
	router_close(&r);
}

/* More than 256 KB do not wait: the oldest go. */
static void memory_is_limited(void **state)
{
	uint8_t b[1500];

	(void)state;
	router_open(&r);
	for (uint32_t id = 0; id < 1000; id++) {
		uint32_t n = make_ip(b, ROUTER_OUTSIDE, ROUTER_OURS,
				     OTHER_PROTO, IP_MF, NULL, 1480);

		memset(b + 20, 'a', 1480);
		put_be16(b + 4, (uint16_t)id);
		put_be16(b + 10, 0);
		put_be16(b + 10, cksum_fold(cksum_add(0, b, 20)));
		assert_string_equal(router_takes(&r, "ppp0", b, n), "");
	}
	for (uint32_t id = 0; id < 1000; id += 999) {
		uint32_t n = make_ip(b, ROUTER_OUTSIDE, ROUTER_OURS,
				     OTHER_PROTO, 185, b + 20, 8);

		put_be16(b + 4, (uint16_t)id);
		put_be16(b + 10, 0);
		put_be16(b + 10, cksum_fold(cksum_add(0, b, 20)));
		assert_string_equal(router_takes(&r, "ppp0", b, n),
				    id ? "local" : "");
	}
	router_close(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_become_whole),
		cmocka_unit_test(header_checksums),
		cmocka_unit_test(keys),
		cmocka_unit_test(time_runs_out),
		cmocka_unit_test(arrival_gives_up_silently),
		cmocka_unit_test(too_long),
		cmocka_unit_test(memory_is_limited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
