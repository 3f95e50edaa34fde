/*
 * The helpers of text, FTP's and IRC's: payloads they change, and payloads they
 * must leave alone; and what all helpers share.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>

#include "core/bytes.h"
#include "engine/helper.h"
#include "engine/masq.h"
#include "engine/modules.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/payloads.h"

static const struct payload_case cases[] = {
	{ "PORT",
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
	{ "port behind other text",
	  "ip_masq_ftp",
	  NULL,
	  IPPROTO_TCP,
	  21,
	  0,
	  false,
	  { NULL, 0 },
	  TEXT("NOOP\r\nport 192,168,1,2,4,2\r\n"),
	  TEXT("NOOP\r\nport 192,0,2,1,238,73\r\n"),
	  1,
	  1 },
	{ "PORT of another host",
	  "ip_masq_ftp",
	  NULL,
	  IPPROTO_TCP,
	  21,
	  0,
	  false,
	  { NULL, 0 },
	  TEXT("PORT 10,111,222,123,40,200\r\n"),
	  TEXT("PORT 192,0,2,1,238,73\r\n"),
	  1,
	  -5 },
	{ "PORT below 1024",
	  "ip_masq_ftp",
	  NULL,
	  IPPROTO_TCP,
	  21,
	  0,
	  false,
	  { NULL, 0 },
	  TEXT("PORT 192,168,1,2,3,255\r\n"),
	  TEXT("PORT 192,168,1,2,3,255\r\n"),
	  0,
	  0 },
	{ "PORT of X11",
	  "ip_masq_ftp",
	  NULL,
	  IPPROTO_TCP,
	  21,
	  0,
	  false,
	  { NULL, 0 },
	  TEXT("PORT 192,168,1,2,23,112\r\n"),
	  TEXT("PORT 192,168,1,2,23,112\r\n"),
	  0,
	  0 },
	{ "PORT that noport= names",
	  "ip_masq_ftp",
	  "noport=6000,1026",
	  IPPROTO_TCP,
	  21,
	  0,
	  false,
	  { NULL, 0 },
	  TEXT("PORT 192,168,1,2,4,2\r\n"),
	  TEXT("PORT 192,168,1,2,4,2\r\n"),
	  0,
	  0 },
	{ "PORT without a comma",
	  "ip_masq_ftp",
	  NULL,
	  IPPROTO_TCP,
	  21,
	  0,
	  false,
	  { NULL, 0 },
	  TEXT("PORT 192.168.1.2,4,2\r\n      "),
	  TEXT("PORT 192.168.1.2,4,2\r\n      "),
	  0,
	  0 },
	{ "PORT too near the end",
	  "ip_masq_ftp",
	  NULL,
	  IPPROTO_TCP,
	  21,
	  0,
	  false,
	  { NULL, 0 },
	  TEXT("PORT 1,2,3,4,5,6\n"),
	  TEXT("PORT 1,2,3,4,5,6\n"),
	  0,
	  0 },
	{ "Port in neither spelling",
	  "ip_masq_ftp",
	  NULL,
	  IPPROTO_TCP,
	  21,
	  0,
	  false,
	  { NULL, 0 },
	  TEXT("Port 192,168,1,2,4,2\r\n"),
	  TEXT("Port 192,168,1,2,4,2\r\n"),
	  0,
	  0 },
	{ "227 after PASV", "ip_masq_ftp", NULL, IPPROTO_TCP, 21, 0, true,
	  TEXT("PASV\r\n"),
	  TEXT("227 Entering Passive Mode (198,51,100,7,4,2)\r\n"),
	  TEXT("227 Entering Passive Mode (198,51,100,7,4,2)\r\n"), 1, 0 },
	{ "227 without PASV",
	  "ip_masq_ftp",
	  NULL,
	  IPPROTO_TCP,
	  21,
	  0,
	  true,
	  { NULL, 0 },
	  TEXT("227 Entering Passive Mode (198,51,100,7,4,2)\r\n"),
	  TEXT("227 Entering Passive Mode (198,51,100,7,4,2)\r\n"),
	  0,
	  0 },
	{ "227 without a parenthesis", "ip_masq_ftp", NULL, IPPROTO_TCP, 21, 0,
	  true, TEXT("PASV\r\n"),
	  TEXT("227 Entering Passive Mode 198,51,100,7,4,2  \r\n"),
	  TEXT("227 Entering Passive Mode 198,51,100,7,4,2  \r\n"), 0, 0 },
	{ "227 of an inside server",
	  "ip_masq_ftp",
	  "in_ports=2121",
	  IPPROTO_TCP,
	  5000,
	  2121,
	  false,
	  { NULL, 0 },
	  TEXT("227 Entering Passive Mode (192,168,1,2,0,80)\r\n"),
	  TEXT("227 Entering Passive Mode (192,0,2,1,238,72)\r\n"),
	  1,
	  0 },
	{ "PORT to an inside server",
	  "ip_masq_ftp",
	  "in_ports=2121",
	  IPPROTO_TCP,
	  5000,
	  2121,
	  true,
	  { NULL, 0 },
	  TEXT("PORT 198,51,100,7,4,2\r\n"),
	  TEXT("PORT 198,51,100,7,4,2\r\n"),
	  1,
	  0 },
	{ "DCC CHAT",
	  "ip_masq_irc",
	  NULL,
	  IPPROTO_TCP,
	  6667,
	  0,
	  false,
	  { NULL, 0 },
	  TEXT("PRIVMSG bob :\1DCC CHAT chat 3232235778 1500\1\r\n"),
	  TEXT("PRIVMSG bob :\1DCC CHAT chat 3221225985 61001\1\r\n"),
	  1,
	  1 },
	{ "DCC of a file with a blank",
	  "ip_masq_irc",
	  NULL,
	  IPPROTO_TCP,
	  6667,
	  0,
	  false,
	  { NULL, 0 },
	  TEXT("PRIVMSG bob :\1DCC SEND \"a b\" 3232235778 1500 9\1\r\n"),
	  TEXT("PRIVMSG bob :\1DCC SEND \"a b\" 3232235778 1500 9\1\r\n"),
	  0,
	  0 },
	{ "DCC for somebody else",
	  "ip_masq_irc",
	  NULL,
	  IPPROTO_TCP,
	  6667,
	  0,
	  false,
	  { NULL, 0 },
	  TEXT("PRIVMSG bob :\1DCC CHAT chat 3232235779 1500\1\r\n"),
	  TEXT("PRIVMSG bob :\1DCC CHAT chat 3232235779 1500\1\r\n"),
	  0,
	  0 },
	{ "DCC for somebody else, insecure",
	  "ip_masq_irc",
	  "insecure=1",
	  IPPROTO_TCP,
	  6667,
	  0,
	  false,
	  { NULL, 0 },
	  TEXT("PRIVMSG bob :\1DCC CHAT chat 3232235779 80  \1\r\n"),
	  TEXT("PRIVMSG bob :\1DCC CHAT chat 3221225985 61001  \1\r\n"),
	  1,
	  3 },
	{ "DCC, the second offer stays",
	  "ip_masq_irc",
	  NULL,
	  IPPROTO_TCP,
	  6667,
	  0,
	  false,
	  { NULL, 0 },
	  TEXT("\1DCC CHAT chat 3232235778 15000\1\n"
	       "\1DCC CHAT chat 3232235778 15001\1\n"),
	  TEXT("\1DCC CHAT chat 3221225985 61001\1\n"
	       "\1DCC CHAT chat 3232235778 15001\1\n"),
	  1,
	  0 },
	{ "DCC RESUME of an offer", "ip_masq_irc", NULL, IPPROTO_TCP, 6667, 0,
	  true, TEXT("PRIVMSG bob :\1DCC SEND f 3232235778 15000 9\1\r\n"),
	  TEXT(":bob PRIVMSG joe :\1DCC RESUME f 3221225985 61001 5\1\r\n"),
	  TEXT(":bob PRIVMSG joe :\1DCC RESUME f 3232235778 15000 5\1\r\n"), 1,
	  0 },
};

enum { CASES = sizeof(cases) / sizeof(cases[0]) };

static void test_payloads(void **state)
{
	(void)state;
	payloads_run(cases, CASES, ERA_2_2);
}

static void test_exact_size(void **state)
{
	(void)state;
	payloads_cut(cases, CASES, ERA_2_2);
}

static uint32_t seq_of(const struct pkt *p)
{
	return get_be32(p->data + PAYLOAD_IP_LEN + 4);
}

/* A PORT that grew by one shifts what follows it, and not itself again. */
static void test_sequence_numbers(void **state)
{
	const struct payload_case *c = &cases[0];
	static const char noop[] = "NOOP\r\n";
	struct payload_world w;
	struct pkt p;

	(void)state;
	payload_init(&w, c, ERA_2_2);
	for (int again = 0; again < 2; again++) {
		p = payload_pass(&w, c, false, c->given.s, c->given.n,
				 PAYLOAD_ROOM);
		assert_int_equal(seq_of(&p), PAYLOAD_SEQ);
		assert_int_equal(masq_at(&w.fw, w.entry)->out_seq.delta, 1);
		free(p.data);
	}
	masq_edit(&w.fw, w.entry)->out_seq.init_seq = PAYLOAD_SEQ - 10;
	p = payload_pass(&w, c, false, noop, sizeof(noop) - 1, PAYLOAD_ROOM);
	assert_int_equal(seq_of(&p), PAYLOAD_SEQ + 1);
	free(p.data);
	p = payload_pass(&w, c, true, noop, sizeof(noop) - 1, PAYLOAD_ROOM);
	assert_int_equal(seq_of(&p), PAYLOAD_SEQ);
	assert_int_equal(get_be32(p.data + PAYLOAD_IP_LEN + 8), PAYLOAD_ACK);
	free(p.data);
	payload_fini(&w);
}

static void count_attached(void *ctx, const struct fwd_helper_row *row)
{
	*(uint32_t *)ctx += row->attached;
}

/* A bound entry keeps its module; the newest module of a port wins. */
static void test_binding(void **state)
{
	const struct payload_case *c = &cases[0];
	struct text why = { 0 };
	struct payload_world w;
	uint32_t attached = 0;

	(void)state;
	payload_init(&w, c, ERA_2_2);
	helpers_each(&w.fw, count_attached, &attached);
	assert_int_equal(attached, 1);
	assert_int_equal(module_unload(&w.fw, "ip_masq_ftp"), -EBUSY);
	helper_unbind(&w.fw, w.entry);
	assert_int_equal(
		module_load(&w.fw, "ip_masq_irc",
			    (char *const[]){ (char[]){ "ports=21" }, NULL },
			    &why),
		0);
	helper_bind(&w.fw, w.entry);
	assert_int_equal(module_unload(&w.fw, "ip_masq_ftp"), 0);
	assert_int_equal(module_unload(&w.fw, "ip_masq_irc"), -EBUSY);
	text_fini(&why);
	payload_fini(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_payloads),
		cmocka_unit_test(test_exact_size),
		cmocka_unit_test(test_sequence_numbers),
		cmocka_unit_test(test_binding),
	};

	return cmocka_run_group_tests_name("helpers", tests, NULL, NULL);
}
