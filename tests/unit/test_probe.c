/* tests/lab/probe.h: what is taken for a probe, and what is not. */
#include "tests/lab/probe.h"

#include <stdio.h>
#include <string.h>

#include "core/bytes.h"
#include "tests/unit/cmocka.h"

enum { IP_HEADER = 20, ECHO_REPLY = 0, UNREACHABLE = 3 };

static char three[] = "c1 icmp 10.1.0.2:1 > 203.0.113.9 8/0\n"
		      "c1 icmp 10.1.0.2:2 > 10.1.0.1 8/0\n"
		      "c1 icmp 10.1.0.2:3 > 203.0.113.9 0/0\n";

static struct probes probes;
static uint8_t sent[3][PROBE_ROOM];
static uint32_t len;

static int setup(void **state)
{
	FILE *f = fmemopen(three, strlen(three), "r");

	(void)state;
	memset(&probes, 0, sizeof(probes));
	if (!f || probes_read(&probes, f))
		return -1;
	fclose(f);
	for (uint32_t i = 0; i < probes.n; i++)
		len = probe_make(&probes, i, 0, sent[i]);
	return 0;
}

/* The router's answer to the second ping, with an identification by chance:
 * that of the third probe, which is an answer, too. */
static void make_answer(uint8_t *ip)
{
	memcpy(ip, sent[1], len);
	memcpy(ip + 4, sent[2] + 4, 2);
	memcpy(ip + 12, sent[1] + 16, 4);
	memcpy(ip + 16, sent[1] + 12, 4);
	ip[IP_HEADER] = ECHO_REPLY;
}

/* An ICMP error of the router's about it. */
static void tell_of(const uint8_t *ip)
{
	uint8_t error[PROBE_ROOM] = { 0x45 };
	uint32_t n = IP_HEADER + 8 + IP_HEADER + 8;

	put_be16(error + 2, (uint16_t)n);
	error[9] = 1;
	put_be32(error + 12, 0x0A010001);
	put_be32(error + 16, 0x0A010002);
	error[IP_HEADER] = UNREACHABLE;
	memcpy(error + IP_HEADER + 8, ip, IP_HEADER + 8);
	probes_see(&probes, PLACE_C1, error, n);
}

static void probes_arrive_and_are_refused(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < probes.n; i++) {
		assert_int_equal(probes.list[i].arrivals, 0);
		probes_see(&probes, PLACE_S1, sent[i], len);
		assert_int_equal(probes.list[i].arrivals, 1);
		assert_false(probes.list[i].refused);
		tell_of(sent[i]);
		assert_true(probes.list[i].refused);
	}
}

static void answers_of_the_router_are_no_probes(void **state)
{
	uint8_t answer[PROBE_ROOM];

	(void)state;
	make_answer(answer);
	probes_see(&probes, PLACE_C1, answer, len);
	for (uint32_t i = 0; i < probes.n; i++)
		assert_int_equal(probes.list[i].arrivals, 0);
}

static void who_rejects_them_refuses_no_probe(void **state)
{
	uint8_t answer[PROBE_ROOM];

	(void)state;
	make_answer(answer);
	tell_of(answer);
	for (uint32_t i = 0; i < probes.n; i++)
		assert_false(probes.list[i].refused);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(probes_arrive_and_are_refused, setup),
		cmocka_unit_test_setup(answers_of_the_router_are_no_probes,
				       setup),
		cmocka_unit_test_setup(who_rejects_them_refuses_no_probe,
				       setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
