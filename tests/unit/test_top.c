/* fwcompat top: orders, and lines as wide as they get. */
#include "fwcompat/top_rows.h"

#include <netinet/in.h>
#include <string.h>

#include "tests/unit/cmocka.h"

static const struct masq_row sample[] = {
	{ .saddr = 0x0A000002,
	  .sport = 1025,
	  .daddr = 0xC6336407,
	  .dport = 80,
	  .mport = 61000,
	  .proto = IPPROTO_TCP,
	  .state = MASQ_ESTABLISHED,
	  .left = 90000,
	  .packets = 12,
	  .bytes = 9999 },
	{ .saddr = 0x0A000001,
	  .sport = 53,
	  .mport = 61001,
	  .proto = IPPROTO_UDP,
	  .flags = MASQ_NO_DADDR,
	  .state = MASQ_UDP,
	  .left = 150,
	  .bytes = 10240 },
	{ .saddr = 0x0A000001,
	  .sport = 7,
	  .daddr = 0xC6336407,
	  .dport = 8,
	  .mport = 61002,
	  .proto = IPPROTO_ICMP,
	  .state = MASQ_ICMP,
	  .left = 4294967295 },
	{ .saddr = 0xFFFFFFFF,
	  .sport = 65535,
	  .daddr = 0xFFFFFFFF,
	  .mport = 65535,
	  .proto = IPPROTO_TCP,
	  .flags = MASQ_NO_DPORT,
	  .state = MASQ_CLOSE_WAIT,
	  .left = 2147483647,
	  .packets = 4294967295,
	  .bytes = 18446744073709551615U },
};
enum { SAMPLES = sizeof(sample) / sizeof(sample[0]) };

static const struct sort_case {
	const char *word;
	uint16_t mports[SAMPLES]; /* in the order wanted */
} sorts[] = {
	{ "expiry", { 61001, 61000, 65535, 61002 } },
	{ "traffic", { 65535, 61001, 61000, 61002 } },
	{ "host", { 61002, 61001, 61000, 65535 } },
};

static void fill(struct top_rows *rows)
{
	for (int i = 0; i < SAMPLES; i++)
		top_rows_add(rows, &sample[i]);
}

static void test_orders(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(sorts) / sizeof(sorts[0]); i++) {
		struct top_rows rows = { 0 };

		fill(&rows);
		top_rows_sort(&rows, top_sort_parse(sorts[i].word));
		for (int k = 0; k < SAMPLES; k++)
			if (rows.row[k].mport != sorts[i].mports[k])
				fail_msg("%s: place %d: got %u, want %u",
					 sorts[i].word, k, rows.row[k].mport,
					 sorts[i].mports[k]);
		top_rows_fini(&rows);
	}
	assert_int_equal(top_sort_parse("size"), TOP_SORTS);
}

static const char page[] =
	"4 entries by host, free ports: udp 1, tcp -2, icmp 40960\n"
	"prot inside                outside                port state       "
	"   left packets  bytes\n"
	"icmp 10.0.0.1:7            198.51.100.7          61002 ICMP        "
	"  never       0     0B\n"
	"udp  10.0.0.1:53           anybody               61001 UDP         "
	"   0:01       0  10.0K\n"
	"tcp  10.0.0.2:1025         198.51.100.7:80       61000 ESTABLISHED "
	"  15:00      12  9999B\n"
	"tcp  255.255.255.255:65535 255.255.255.255:any   65535 CLOSE_WAIT  "
	"357913:56 4294967295  15.9E\n";

static void test_page(void **state)
{
	struct top_rows rows = { .free_ports = { 1, -2, 40960 } };
	struct text out = { 0 };

	(void)state;
	fill(&rows);
	top_rows_sort(&rows, TOP_HOST);
	top_rows_print(&rows, TOP_HOST, &out);
	assert_string_equal(out.s, page);
	top_rows_clear(&rows);
	assert_int_equal(rows.n, 0);
	text_fini(&out);
	top_rows_fini(&rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_orders),
		cmocka_unit_test(test_page),
	};

	return cmocka_run_group_tests_name("top", tests, NULL, NULL);
}
