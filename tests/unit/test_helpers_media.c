/* The helpers of sound, pictures and games: RealAudio, VDOLive, CU-SeeMe,
 * Quake.
 */
#include <netinet/in.h>

#include "tests/unit/cmocka.h"
#include "tests/unit/payloads.h"

static const struct payload_case cases[] = {
	{ "PNA",
	  "ip_masq_raudio",
	  NULL,
	  IPPROTO_TCP,
	  7070,
	  0,
	  false,
	  { NULL, 0 },
	  TEXT("PNA\0\12\0\1\0\2\x1b\x3a\0\0\0\0pad"),
	  TEXT("PNA\0\12\0\1\0\2\xee\x49\0\0\0\0pad"),
	  1,
	  0 },
	{ "PNA, both ports",
	  "ip_masq_raudio",
	  NULL,
	  IPPROTO_TCP,
	  7070,
	  0,
	  false,
	  { NULL, 0 },
	  TEXT("PNA\0\12\0\1\0\2\x1b\x3a\0\7\0\2\x1b\x3b\0\0\0\0"),
	  TEXT("PNA\0\12\0\1\0\2\xee\x49\0\7\0\2\xee\x4a\0\0\0\0"),
	  2,
	  0 },
	{ "PNA of a new version",
	  "ip_masq_raudio",
	  NULL,
	  IPPROTO_TCP,
	  7070,
	  0,
	  false,
	  { NULL, 0 },
	  TEXT("PNA\1\0\0\1\0\2\x1b\x3a\0\0\0\0pad"),
	  TEXT("PNA\1\0\0\1\0\2\x1b\x3a\0\0\0\0pad"),
	  0,
	  0 },
	{ "PNA, data beyond the packet",
	  "ip_masq_raudio",
	  NULL,
	  IPPROTO_TCP,
	  7070,
	  0,
	  false,
	  { NULL, 0 },
	  TEXT("PNA\0\12\0\1\0\x40\x1b\x3a"),
	  TEXT("PNA\0\12\0\1\0\x40\x1b\x3a"),
	  0,
	  0 },
	{ "RTSP", "ip_masq_raudio", NULL, IPPROTO_TCP, 554, 0, false,
	  TEXT("OPTIONS rtsp://a\r\n"),
	  TEXT("SETUP rtsp://a\r\nTransport: x;Client_Port=6970-6971;m\r\n"),
	  TEXT("SETUP rtsp://a\r\nTransport: x;Client_Port=61001-61002;m\r\n"),
	  2, 3 },
	{ "RTSP, one port", "ip_masq_raudio", NULL, IPPROTO_TCP, 554, 0, false,
	  TEXT("DESCRIBE rtsp://a\r\n"),
	  TEXT("SETUP rtsp://a\r\nTransport: x;client_port= 16970 ;m\r\n"),
	  TEXT("SETUP rtsp://a\r\nTransport: x;client_port= 61001;m\r\n"), 1,
	  0 },
	{ "RTSP, no semicolon", "ip_masq_raudio", NULL, IPPROTO_TCP, 554, 0,
	  false, TEXT("OPTIONS rtsp://a\r\n"),
	  TEXT("SETUP rtsp://a\r\nTransport: x;client_port=6970-6971\r\n"),
	  TEXT("SETUP rtsp://a\r\nTransport: x;client_port=6970-6971\r\n"), 0,
	  0 },
	{ "VDOLive, first message",
	  "ip_masq_vdolive",
	  NULL,
	  IPPROTO_TCP,
	  7000,
	  0,
	  false,
	  { NULL, 0 },
	  TEXT("\0\0\0\0\0\0\0\6----------------VDO Live00\x1f\x40"),
	  TEXT("\0\0\0\0\0\0\0\6----------------VDO Live00\xee\x49"),
	  1,
	  0 },
	{ "VDOLive, second message",
	  "ip_masq_vdolive",
	  NULL,
	  IPPROTO_TCP,
	  7000,
	  0,
	  false,
	  { NULL, 0 },
	  TEXT("\0\0\0\0\0\0\0\1VDO Live00\x1f\x40"),
	  TEXT("\0\0\0\0\0\0\0\1VDO Live00\xee\x49"),
	  1,
	  0 },
	{ "VDOLive, other text",
	  "ip_masq_vdolive",
	  NULL,
	  IPPROTO_TCP,
	  7000,
	  0,
	  false,
	  { NULL, 0 },
	  TEXT("\0\0\0\0\0\0\0\1VDO live00\x1f\x40"),
	  TEXT("\0\0\0\0\0\0\0\1VDO live00\x1f\x40"),
	  0,
	  0 },
	{ "CU-SeeMe out",
	  "ip_masq_cuseeme",
	  NULL,
	  IPPROTO_UDP,
	  7648,
	  0,
	  false,
	  { NULL, 0 },
	  TEXT("\0\1\x1d\xe0\xc6\x33\x64\7\0\1\x1d\xe0\xc0\xa8\1\2aaaabbccdd"),
	  TEXT("\0\1\x1d\xe0\xc6\x33\x64\7\0\1\x1d\xe0\xc0\0\2\1aaaabbccdd"),
	  0,
	  0 },
	{ "CU-SeeMe in, second client",
	  "ip_masq_cuseeme",
	  NULL,
	  IPPROTO_UDP,
	  7648,
	  0,
	  true,
	  { NULL, 0 },
	  TEXT("\0\1\x1d\xe0\xc0\0\2\1\0\1\x1d\xe0\xc6\x33\x64\7aaaabb\0\x65"
	       "dd\2\0aaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	       "\1\2\3\4bbbbbbbb\xc0\0\2\1cccccccc"),
	  TEXT("\0\1\x1d\xe0\xc0\xa8\1\2\0\1\x1d\xe0\xc6\x33\x64\7aaaabb\0\x65"
	       "dd\2\0aaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	       "\1\2\3\4bbbbbbbb\xc0\xa8\1\2cccccccc"),
	  0,
	  0 },
	{ "Quake, server inside accepts", "ip_masq_quake", NULL, IPPROTO_UDP,
	  26000, 0, false, TEXT("\x80\0\0\14\1QUAKE\0\3"),
	  TEXT("\x80\0\0\11\x81\x91\x65\0\0"),
	  TEXT("\x80\0\0\11\x81\x49\xee\0\0"), 1, 0 },
	{ "Quake, accept without request",
	  "ip_masq_quake",
	  NULL,
	  IPPROTO_UDP,
	  26000,
	  0,
	  false,
	  { NULL, 0 },
	  TEXT("\x80\0\0\11\x81\x91\x65\0\0"),
	  TEXT("\x80\0\0\11\x81\x91\x65\0\0"),
	  0,
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_payloads),
		cmocka_unit_test(test_exact_size),
	};

	return cmocka_run_group_tests_name("helpers of media", tests, NULL,
					   NULL);
}
