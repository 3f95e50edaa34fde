/* What short and lying packets mean. Bytes lie in heap blocks of exact size. */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/cksum.h"
#include "engine/pkt.h"
#include "tests/unit/cmocka.h"

enum { ANY = 65535 };

/* A header that says @ihl and @tot_len, in front of @len bytes in all. */
static const struct header_case {
	const char *name;
	uint8_t version, ihl; /* ihl in 32-bit words */
	uint16_t tot_len;
	uint32_t len;
	bool bad_sum;
	int want;
} headers[] = {
	{ "whole", 4, 5, 28, 28, false, 0 },
	{ "nothing behind the header", 4, 5, 20, 20, false, 0 },
	{ "padding", 4, 5, 28, 60, false, 0 },
	{ "options", 4, 15, 68, 68, false, 0 },
	{ "empty", 4, 5, 20, 0, false, -EINVAL },
	{ "one byte too few", 4, 5, 19, 19, false, -EINVAL },
	{ "version 6", 6, 5, 28, 28, false, -EINVAL },
	{ "header length 4", 4, 4, 28, 28, false, -EINVAL },
	{ "header longer than the packet", 4, 6, 20, 20, false, -EINVAL },
	{ "total length below the header's", 4, 6, 23, 60, false, -EINVAL },
	{ "cut", 4, 5, 29, 28, false, -EINVAL },
	{ "wrong checksum", 4, 5, 28, 28, true, -EINVAL },
};

static uint8_t *make(const struct header_case *c)
{
	uint8_t whole[128] = { 0 };
	uint8_t *b = malloc(c->len ? c->len : 1);

	assert_non_null(b);
	whole[0] = (uint8_t)(c->version << 4 | c->ihl);
	put_be16(whole + 2, c->tot_len);
	whole[8] = 64;
	whole[9] = IPPROTO_UDP;
	put_be16(whole + 10,
		 cksum_fold(cksum_add(0, whole, c->ihl * 4U)) ^ c->bad_sum);
	memcpy(b, whole, c->len);
	return b;
}

static void headers_are_checked(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		const struct header_case *c = &headers[i];
		struct pkt p = { .len = c->len, .cap = c->len };
		struct pkt_info info;
		int got;

		p.data = make(c);
		got = pkt_parse(&p, &info);
		if (got != c->want)
			fail_msg("%s: got %d, want %d", c->name, got, c->want);
		if (!got && (p.len != c->tot_len || info.ihl != c->ihl * 4))
			fail_msg("%s: %u bytes, header %u", c->name, p.len,
				 info.ihl);
		free(p.data);
	}
}

/* What is seen of a packet whose transport header begins with 1, 2, 3, ... */
static const struct look_case {
	const char *name;
	uint8_t proto;
	uint16_t frag;
	uint32_t behind; /* bytes behind the IP header */
	uint16_t sport, dport;
	bool no_ports;
} looks[] = {
	{ "tcp", IPPROTO_TCP, 0, 20, 0x0102, 0x0304, false },
	{ "tcp of 16", IPPROTO_TCP, 0, 16, 0x0102, 0x0304, false },
	{ "tcp of 15", IPPROTO_TCP, 0, 15, ANY, ANY, true },
	{ "udp", IPPROTO_UDP, 0, 8, 0x0102, 0x0304, false },
	{ "udp of 7", IPPROTO_UDP, 0, 7, ANY, ANY, true },
	{ "icmp", IPPROTO_ICMP, 0, 8, 1, 2, false },
	{ "icmp of 7", IPPROTO_ICMP, 0, 7, ANY, ANY, true },
	{ "first piece", IPPROTO_UDP, IP_MF, 8, 0x0102, 0x0304, false },
	{ "later piece", IPPROTO_UDP, IP_MF | 1, 64, ANY, ANY, true },
	{ "later piece of gre", 47, 1, 64, ANY, ANY, true },
	{ "gre", 47, 0, 64, ANY, ANY, false },
	{ "gre of nothing", 47, 0, 0, ANY, ANY, false },
	{ "don't fragment", IPPROTO_UDP, IP_DF, 8, 0x0102, 0x0304, false },
};

static void ports_are_seen(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++) {
		const struct look_case *c = &looks[i];
		uint32_t n = 20 + c->behind;
		struct pkt p = { .data = calloc(1, n), .len = n, .cap = n };
		struct pkt_info got;

		assert_non_null(p.data);
		p.data[0] = 0x45;
		put_be16(p.data + 2, (uint16_t)n);
		put_be16(p.data + 6, c->frag);
		p.data[9] = c->proto;
		for (uint32_t k = 0; k < c->behind; k++)
			p.data[20 + k] = (uint8_t)(k + 1);
		pkt_look(&p, &got);
		if (got.sport != c->sport || got.dport != c->dport ||
		    got.no_ports != c->no_ports)
			fail_msg("%s: got %u %u %d, want %u %u %d", c->name,
				 got.sport, got.dport, got.no_ports, c->sport,
				 c->dport, c->no_ports);
		free(p.data);
	}
}

static const struct syn_case {
	uint8_t flags;
	bool want;
} syns[] = {
	{ 0x02, true },  { 0x03, true },  { 0xEA, true },  { 0x12, false },
	{ 0x06, false }, { 0x10, false }, { 0x00, false }, { 0x16, false },
};

static void syn_is_seen(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(syns) / sizeof(syns[0]); i++) {
		uint8_t b[40] = { 0x45, 0, 0, 40, [9] = IPPROTO_TCP };
		struct pkt p = { .data = b, .len = 40, .cap = 40 };
		struct pkt_info got;

		b[33] = syns[i].flags;
		pkt_look(&p, &got);
		if (got.syn != syns[i].want)
			fail_msg("flags %02x: got %d", syns[i].flags, got.syn);
	}
}

static const struct options_case {
	const char *name;
	uint8_t o[8];
	bool want;
} options[] = {
	{ "no-ops", { 1, 1, 1, 1, 1, 1, 1, 1 }, true },
	{ "end, then anything", { 0, 7, 0, 99, 9, 9, 9, 9 }, true },
	{ "router alert and end", { 148, 4, 0, 0, 0 }, true },
	{ "to the end exactly", { 1, 7, 7, 4, 0, 0, 0, 0 }, true },
	{ "one too long", { 1, 7, 8, 4, 0, 0, 0, 0 }, false },
	{ "length 1", { 7, 1, 1, 1, 1, 1, 1, 1 }, false },
	{ "length 0", { 7, 0, 1, 1, 1, 1, 1, 1 }, false },
	{ "no length", { 1, 1, 1, 1, 1, 1, 1, 7 }, false },
};

static void options_are_checked(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		const struct pkt_info info = { .ihl = 28 };
		struct pkt p = { .data = calloc(1, 28), .len = 28, .cap = 28 };
		bool got;

		assert_non_null(p.data);
		memcpy(p.data + 20, options[i].o, 8);
		got = pkt_options_ok(&p, &info);
		if (got != options[i].want)
			fail_msg("%s: got %d", options[i].name, got);
		free(p.data);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_are_checked),
		cmocka_unit_test(ports_are_seen),
		cmocka_unit_test(syn_is_seen),
		cmocka_unit_test(options_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
