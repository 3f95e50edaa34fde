/* How the helpers of the kernels before 2.2 differed. */
#include <netinet/in.h>
#include <stdlib.h>

#include "core/bytes.h"
#include "engine/masq.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/payloads.h"

static const struct payload_case cases[] = {
	{ "PORT and CR",
	  "ip_masq_ftp",
	  NULL,
	  IPPROTO_TCP,
	  21,
	  0,
	  false,
	  { NULL, 0 },
	  TEXT("PORT 192,168,1,2,4,2\r\n"),
	  TEXT("PORT 192,0,2,1,238,73\r\n"),
	  1,
	  1 },
	{ "PORT and LF",
	  "ip_masq_ftp",
	  NULL,
	  IPPROTO_TCP,
	  21,
	  0,
	  false,
	  { NULL, 0 },
	  TEXT("PORT 192,168,1,2,4,2\n\n"),
	  TEXT("PORT 192,0,2,1,238,73\n\n"),
	  1,
	  1 },
	{ "PORT and a blank",
	  "ip_masq_ftp",
	  NULL,
	  IPPROTO_TCP,
	  21,
	  0,
	  false,
	  { NULL, 0 },
	  TEXT("PORT 192,168,1,2,4,2 \r\n"),
	  TEXT("PORT 192,168,1,2,4,2 \r\n"),
	  0,
	  0 },
	{ "PORT below 1024",
	  "ip_masq_ftp",
	  NULL,
	  IPPROTO_TCP,
	  21,
	  0,
	  false,
	  { NULL, 0 },
	  TEXT("PORT 192,168,1,2,3,255\r\n"),
	  TEXT("PORT 192,0,2,1,238,73\r\n"),
	  1,
	  -1 },
	{ "PORT of X11",
	  "ip_masq_ftp",
	  NULL,
	  IPPROTO_TCP,
	  21,
	  0,
	  false,
	  { NULL, 0 },
	  TEXT("PORT 192,168,1,2,23,112\r\n"),
	  TEXT("PORT 192,0,2,1,238,73\r\n"),
	  1,
	  -2 },
	{ "227 after PASV", "ip_masq_ftp", NULL, IPPROTO_TCP, 21, 0, true,
	  TEXT("PASV\r\n"),
	  TEXT("227 Entering Passive Mode (198,51,100,7,4,1)\r\n"),
	  TEXT("227 Entering Passive Mode (198,51,100,7,4,1)\r\n"), 1, 0 },
	{ "227 after PASV behind other text", "ip_masq_ftp", NULL, IPPROTO_TCP,
	  21, 0, true, TEXT("NOOP\r\nPASV\r\n"),
	  TEXT("227 Entering Passive Mode (198,51,100,7,4,1)\r\n"),
	  TEXT("227 Entering Passive Mode (198,51,100,7,4,1)\r\n"), 0, 0 },
};

enum { CASES = sizeof(cases) / sizeof(cases[0]) };

static void test_payloads(void **state)
{
	(void)state;
	payloads_run(cases, CASES, ERA_2_0);
}

static void test_exact_size(void **state)
{
	(void)state;
	payloads_cut(cases, CASES, ERA_2_0);
}

/* 2.2's helper waits for ESTABLISHED, 2.0's does not. */
static void test_any_state(void **state)
{
	const struct payload_case *c = &cases[0];
	struct payload_world w;
	struct pkt p;

	(void)state;
	payload_init(&w, c, ERA_2_0);
	masq_set_state(&w.fw, w.entry, MASQ_CLOSE_WAIT);
	p = payload_pass(&w, c, false, c->given.s, c->given.n, PAYLOAD_ROOM);
	assert_int_equal(masq_at(&w.fw, w.entry)->out_seq.delta, c->delta);
	free(p.data);
	payload_fini(&w);
}

/* What is announced, either way, lives three times as long as after FIN. */
static void test_announced(void **state)
{
	(void)state;
	for (size_t i = 0; i < CASES; i++) {
		const struct payload_case *c = &cases[i];
		struct payload_world w;
		struct pkt p;

		if (!c->entries)
			continue;
		payload_init(&w, c, ERA_2_0);
		if (c->before.s) {
			p = payload_pass(&w, c, false, c->before.s, c->before.n,
					 PAYLOAD_ROOM);
			free(p.data);
		}
		p = payload_pass(&w, c, c->in, c->given.s, c->given.n,
				 PAYLOAD_ROOM);
		assert_int_equal(masq_at(&w.fw, w.entry + 1)->expires,
				 6 * 60 * HZ);
		free(p.data);
		payload_fini(&w);
	}
}

/* 2.2 compares an acknowledgement with shifted numbers, 2.0 with plain ones. */
static void test_acknowledgement(void **state)
{
	static const struct {
		enum fw_era era;
		uint32_t want;
	} eras[] = {
		{ ERA_2_2, 99 }, /* not after 90 + 10: the delta before */
		{ ERA_2_0, 89 }, /* after 90 */
	};
	const struct payload_case *c = &cases[0];

	(void)state;
	for (size_t i = 0; i < sizeof(eras) / sizeof(eras[0]); i++) {
		struct payload_world w;
		struct masq_entry *e;
		struct pkt p;

		payload_init(&w, c, eras[i].era);
		e = masq_edit(&w.fw, w.entry);
		e->flags |= MASQ_IN_SEQ;
		e->in_seq = (struct masq_seq){ 90, 10, 0 };
		p = payload_pass(&w, c, false, "", 0, PAYLOAD_ROOM);
		assert_int_equal(get_be32(p.data + PAYLOAD_IP_LEN + 8),
				 eras[i].want);
		free(p.data);
		payload_fini(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_payloads),
		cmocka_unit_test(test_exact_size),
		cmocka_unit_test(test_any_state),
		cmocka_unit_test(test_announced),
		cmocka_unit_test(test_acknowledgement),
	};

	return cmocka_run_group_tests_name("helpers before 2.2", tests, NULL,
					   NULL);
}
