/* Link headers: where the packet is, and that no byte too far is looked at. */
#include "gateway/link.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/cmocka.h"

/* "P" stands for a packet: its first byte, 0x45, and nothing more. */
static const struct link_case {
	const char *name;
	int type;
	const char *frame; /* hexadecimal digits, blanks between */
	enum link_what what;
	bool to_host;
} cases[] = {
	{ "Ethernet to one", LINK_ETHERNET, "020000000001 020000000002 0800 P",
	  LINK_IS_IPV4, true },
	{ "Ethernet to all", LINK_ETHERNET, "ffffffffffff 020000000002 0800 P",
	  LINK_IS_IPV4, false },
	{ "Ethernet to many", LINK_ETHERNET, "01005e000001 020000000002 0800 P",
	  LINK_IS_IPV4, false },
	{ "VLAN tag", LINK_ETHERNET,
	  "020000000001 020000000002 8100 0005 0800 P", LINK_IS_IPV4, true },
	{ "tags stacked", LINK_ETHERNET,
	  "020000000001 020000000002 88a8 0005 8100 0006 9100 0007 0800 P",
	  LINK_IS_IPV4, true },
	{ "PPPoE", LINK_ETHERNET,
	  "020000000001 020000000002 8864 1100 0001 0020 0021 P", LINK_IS_IPV4,
	  true },
	{ "PPPoE behind a tag", LINK_ETHERNET,
	  "020000000001 020000000002 8100 0001 8864 1100 0001 0020 0021 P",
	  LINK_IS_IPV4, true },
	{ "PPPoE that is discovery", LINK_ETHERNET,
	  "020000000001 020000000002 8863 1109 0000 0004 0101 0000",
	  LINK_IS_OTHER, true },
	{ "PPPoE, LCP", LINK_ETHERNET,
	  "020000000001 020000000002 8864 1100 0001 0020 c021 0901",
	  LINK_IS_OTHER, true },
	{ "SNAP", LINK_ETHERNET,
	  "020000000001 020000000002 001c aaaa03 000000 0800 P", LINK_IS_IPV4,
	  true },
	{ "spanning tree", LINK_ETHERNET,
	  "0180c2000000 020000000002 0026 424203 0000000000", LINK_IS_OTHER,
	  false },
	{ "ARP", LINK_ETHERNET, "ffffffffffff 020000000002 0806 0001",
	  LINK_IS_OTHER, false },
	{ "IPv6", LINK_ETHERNET, "020000000001 020000000002 86dd 60",
	  LINK_IS_OTHER, true },
	{ "IPv4 by type, another version by its first byte", LINK_ETHERNET,
	  "020000000001 020000000002 0800 60", LINK_IS_OTHER, true },
	{ "cooked, to us", LINK_SLL, "0000 0001 0006 0200000000020000 0800 P",
	  LINK_IS_IPV4, true },
	{ "cooked, to all", LINK_SLL, "0001 0001 0006 0200000000020000 0800 P",
	  LINK_IS_IPV4, false },
	{ "cooked, to many", LINK_SLL, "0002 0001 0006 0200000000020000 0800 P",
	  LINK_IS_IPV4, false },
	{ "cooked, to another host", LINK_SLL,
	  "0003 0001 0006 0200000000020000 0800 P", LINK_IS_SENT, true },
	{ "cooked, sent by us", LINK_SLL,
	  "0004 0001 0006 0200000000020000 0800 P", LINK_IS_SENT, true },
	{ "cooked, VLAN", LINK_SLL,
	  "0000 0001 0006 0200000000020000 8100 0005 0800 P", LINK_IS_IPV4,
	  true },
	{ "cooked, ARP", LINK_SLL, "0000 0001 0006 0200000000020000 0806 P",
	  LINK_IS_OTHER, true },
	{ "cooked 2, to us", LINK_SLL2,
	  "0800 0000 00000002 0001 00 06 0200000000020000 P", LINK_IS_IPV4,
	  true },
	{ "cooked 2, sent by us", LINK_SLL2,
	  "0800 0000 00000002 0001 04 06 0200000000020000 P", LINK_IS_SENT,
	  true },
	{ "PPP with address and control", LINK_PPP, "ff03 0021 P", LINK_IS_IPV4,
	  true },
	{ "PPP without", LINK_PPP, "0021 P", LINK_IS_IPV4, true },
	{ "PPP, short protocol", LINK_PPP_SERIAL, "ff03 21 P", LINK_IS_IPV4,
	  true },
	{ "PPP, Van Jacobson's compression", LINK_PPP, "ff03 002d 40",
	  LINK_IS_OTHER, true },
	{ "BSD loopback, little-endian", LINK_NULL, "02000000 P", LINK_IS_IPV4,
	  true },
	{ "BSD loopback, big-endian", LINK_NULL, "00000002 P", LINK_IS_IPV4,
	  true },
	{ "OpenBSD loopback", LINK_LOOP, "00000002 P", LINK_IS_IPV4, true },
	{ "BSD loopback, IPv6", LINK_NULL, "1e000000 60", LINK_IS_OTHER, true },
	{ "raw", LINK_RAW, "P", LINK_IS_IPV4, true },
	{ "raw, BSD's number", LINK_RAW_BSD, "P", LINK_IS_IPV4, true },
	{ "raw, OpenBSD's number", LINK_RAW_OPENBSD, "P", LINK_IS_IPV4, true },
	{ "raw IPv4", LINK_IPV4, "P", LINK_IS_IPV4, true },
	{ "raw, IPv6", LINK_RAW, "60", LINK_IS_OTHER, true },
};

static uint32_t decode(const char *hex, uint8_t *to)
{
	uint32_t n = 0;

	for (; *hex; hex++) {
		char pair[3] = { hex[0], hex[1], '\0' };

		if (*hex == ' ')
			continue;
		if (*hex == 'P') {
			to[n++] = 0x45;
			continue;
		}
		to[n++] = (uint8_t)strtoul(pair, NULL, 16);
		hex++;
	}
	return n;
}

static void finds_the_packet(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct link_case *c = &cases[i];
		uint8_t frame[64];
		uint32_t n = decode(c->frame, frame);
		struct link_packet p;
		enum link_what what = link_parse(c->type, frame, n, &p);

		if (what != c->what)
			fail_msg("%s: got %d, want %d", c->name, what, c->what);
		if (what != LINK_IS_IPV4)
			continue;
		if (p.data != frame + n - 1 || p.len != 1 ||
		    p.to_host != c->to_host)
			fail_msg("%s: got byte %td, length %u, to host %d",
				 c->name, p.data - frame, p.len, p.to_host);
	}
}

/* Every beginning of every frame, in a block of exactly its size. */
static void short_frames_are_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t frame[64];
		uint32_t n = decode(cases[i].frame, frame);

		for (uint32_t len = 0; len < n; len++) {
			uint8_t *part = malloc(len ? len : 1);
			struct link_packet p;
			enum link_what what;

			assert_non_null(part);
			memcpy(part, frame, len);
			what = link_parse(cases[i].type, part, len, &p);
			if (cases[i].what == LINK_IS_IPV4 &&
			    what == LINK_IS_IPV4)
				fail_msg("%s: %u bytes are no packet",
					 cases[i].name, len);
			free(part);
		}
	}
}

static void knows_what_it_reads(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_true(link_known(cases[i].type));
	assert_false(link_known(105)); /* IEEE 802.11 */
}

static void makes_a_header_up(void **state)
{
	const uint8_t packet[20] = { 0x45, [16] = 192, 168, 1, 2 };
	const uint8_t want[] = { 2, 1, 192, 168, 1, 2, 2, 0, 0, 0, 0, 7, 8, 0 };
	uint8_t got[LINK_ETHER_HEADER];
	struct link_packet p;

	(void)state;
	link_ether_header(got, 7, packet, sizeof(packet));
	assert_memory_equal(got, want, sizeof(want));
	link_ether_header(got, 7, packet, 19);
	assert_int_equal(got[2], 0);
	assert_int_equal(link_parse(LINK_ETHERNET, got, sizeof(got), &p),
			 LINK_IS_SHORT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_packet),
		cmocka_unit_test(short_frames_are_told),
		cmocka_unit_test(knows_what_it_reads),
		cmocka_unit_test(makes_a_header_up),
	};

	return cmocka_run_group_tests_name("link", tests, NULL, NULL);
}
