/*
 * The helpers, each with payloads it changes and payloads it must leave alone.
 * Packets lie in heap blocks of exact size, and every payload is also tried cut
 * off at each of its bytes.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "engine/helper.h"
#include "engine/masq.h"
#include "engine/modules.h"
#include "engine/pkt.h"
#include "engine/state.h"
#include "tests/unit/cmocka.h"

enum {
	CLIENT = 0xC0A80102, /* 192.168.1.2, port 1025 */
	CLIENT_PORT = 1025,
	SERVER = 0xC6336407, /* 198.51.100.7 */
	OURS = 0xC0000201,   /* 192.0.2.1 */
	IP_LEN = 20,
	TCP_LEN = 20,
	UDP_LEN = 8,
	SEQ = 1000,
	ROOM = 64
};

struct payload {
	const char *s;
	uint32_t n;
};
#define TEXT(literal)                                                          \
	{                                                                      \
		literal, sizeof(literal) - 1                                   \
	}

/* The conversation's own entry gets masquerade port 61000, or @mport. */
static const struct helper_case {
	const char *name, *module, *param;
	uint8_t proto;
	uint16_t dport, mport;
	bool in;
	struct payload before; /* sent out first, to no effect on the length */
	struct payload given, want;
	int entries; /* made by it */
	int delta;   /* what later sequence numbers are shifted by */
} cases[] = {
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

struct world {
	struct fw fw;
	struct fw_state *state;
	uint32_t entry;
};

static void world_fini(struct world *w)
{
	fw_fini(&w->fw);
	free(w->state);
}

static void world_init(struct world *w, const struct helper_case *c)
{
	char param[64];
	char *const params[] = { param, NULL };
	struct text why = { 0 };

	snprintf(param, sizeof(param), "%s", c->param ? c->param : "");
	w->state = aligned_alloc(_Alignof(struct fw_state), sizeof(*w->state));
	assert_non_null(w->state);
	assert_int_equal(fw_boot(&w->fw, w->state, NULL, NULL, ERA_2_2), 0);
	if (module_load(&w->fw, c->module, c->param ? params : NULL, &why))
		fail_msg("%s: %s", c->name, why.s ? why.s : "not loaded");
	w->entry = masq_new(&w->fw, &(struct masq_want){ .proto = c->proto,
							 .mport = c->mport,
							 .maddr = OURS,
							 .saddr = CLIENT,
							 .sport = CLIENT_PORT,
							 .daddr = SERVER,
							 .dport = c->dport });
	assert_int_not_equal(w->entry, FW_NIL);
	if (c->proto == IPPROTO_TCP)
		masq_set_state(&w->fw, w->entry, MASQ_ESTABLISHED);
}

/* A packet with the first @n bytes of @payload, in @room bytes more than it
 * needs, through the helper. The caller frees its data. */
static struct pkt pass(struct world *w, const struct helper_case *c, bool in,
		       const char *payload, uint32_t n, uint32_t room)
{
	uint32_t header =
		IP_LEN + (c->proto == IPPROTO_TCP ? TCP_LEN : UDP_LEN);
	struct pkt p = { .len = header + n, .cap = header + n + room };
	struct pkt_info info = { .ihl = IP_LEN, .proto = c->proto };
	struct helper_call call = { .fw = &w->fw,
				    .entry = w->entry,
				    .maddr = OURS,
				    .pkt = &p,
				    .info = &info };

	p.data = calloc(1, p.cap);
	assert_non_null(p.data);
	p.data[0] = 0x45;
	put_be16(p.data + 2, (uint16_t)p.len);
	if (c->proto == IPPROTO_TCP) {
		put_be32(p.data + IP_LEN + 4, SEQ);
		p.data[IP_LEN + 12] = 5 << 4;
	} else {
		put_be16(p.data + IP_LEN + 4, (uint16_t)(UDP_LEN + n));
	}
	info.tot_len = (uint16_t)p.len;
	memcpy(p.data + header, payload, n);
	if (in)
		helper_in(&call);
	else
		helper_out(&call);
	assert_int_equal(get_be16(p.data + 2), p.len);
	assert_int_equal(info.tot_len, p.len);
	return p;
}

static void before(struct world *w, const struct helper_case *c)
{
	struct pkt p;

	if (!c->before.s)
		return;
	p = pass(w, c, false, c->before.s, c->before.n, ROOM);
	free(p.data);
}

static void show(const char *what, const uint8_t *s, uint32_t n)
{
	print_message("%s: \"", what);
	for (uint32_t i = 0; i < n; i++)
		print_message(s[i] >= ' ' && s[i] < 0x7F ? "%c" : "\\x%02x",
			      s[i]);
	print_message("\"\n");
}

static void run_case(const struct helper_case *c)
{
	uint32_t header =
		IP_LEN + (c->proto == IPPROTO_TCP ? TCP_LEN : UDP_LEN);
	const struct masq_entry *e;
	struct world w;
	struct pkt p;
	int delta, entries, had;
	bool same;

	world_init(&w, c);
	had = (int)w.state->table[FW_T_MASQ].count;
	before(&w, c);
	p = pass(&w, c, c->in, c->given.s, c->given.n, ROOM);
	same = p.len == header + c->want.n &&
	       memcmp(p.data + header, c->want.s, c->want.n) == 0;
	e = masq_at(&w.fw, w.entry);
	delta = c->in ? e->in_seq.delta : e->out_seq.delta;
	entries = (int)w.state->table[FW_T_MASQ].count - had;
	if (!same) {
		show("got ", p.data + header, p.len - header);
		show("want", (const uint8_t *)c->want.s, c->want.n);
	}
	if (!same || delta != c->delta || entries != c->entries)
		fail_msg("%s: got delta %d, %d entries; want %d, %d", c->name,
			 delta, entries, c->delta, c->entries);
	free(p.data);
	world_fini(&w);
}

static void test_payloads(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		run_case(&cases[i]);
}

/* No room behind the packet: it may not grow, and nothing is read there. */
static void test_exact_size(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct helper_case *c = &cases[i];
		struct world w;

		world_init(&w, c);
		before(&w, c);
		for (uint32_t n = 0; n <= c->given.n; n++) {
			struct pkt p = pass(&w, c, c->in, c->given.s, n, 0);

			assert_true(p.len <= p.cap);
			free(p.data);
		}
		world_fini(&w);
	}
}

static uint32_t seq_of(const struct pkt *p)
{
	return get_be32(p->data + IP_LEN + 4);
}

/* A PORT that grew by one shifts what follows it, and not itself again. */
static void test_sequence_numbers(void **state)
{
	const struct helper_case *c = &cases[0];
	static const char noop[] = "NOOP\r\n";
	struct world w;
	struct pkt p;

	(void)state;
	world_init(&w, c);
	for (int again = 0; again < 2; again++) {
		p = pass(&w, c, false, c->given.s, c->given.n, ROOM);
		assert_int_equal(seq_of(&p), SEQ);
		assert_int_equal(masq_at(&w.fw, w.entry)->out_seq.delta, 1);
		free(p.data);
	}
	masq_edit(&w.fw, w.entry)->out_seq.init_seq = SEQ - 10;
	p = pass(&w, c, false, noop, sizeof(noop) - 1, ROOM);
	assert_int_equal(seq_of(&p), SEQ + 1);
	free(p.data);
	p = pass(&w, c, true, noop, sizeof(noop) - 1, ROOM);
	assert_int_equal(seq_of(&p), SEQ);
	assert_int_equal((int32_t)get_be32(p.data + IP_LEN + 8), 0);
	free(p.data);
	world_fini(&w);
}

static void count_attached(void *ctx, const struct fwd_helper_row *row)
{
	*(uint32_t *)ctx += row->attached;
}

/* A bound entry keeps its module; the newest module of a port wins. */
static void test_binding(void **state)
{
	const struct helper_case *c = &cases[0];
	struct text why = { 0 };
	struct world w;
	uint32_t attached = 0;

	(void)state;
	world_init(&w, c);
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
	world_fini(&w);
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
