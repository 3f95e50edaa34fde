/* core/cksum: sums against RFC 1071's example and a plain model. */
#include "core/cksum.h"

#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "tests/unit/cmocka.h"

static const struct sum_case {
	const char *name;
	uint8_t bytes[24];
	uint32_t n;
	uint16_t want;
} sum_cases[] = {
	{ "no bytes", { 0 }, 0, 0xFFFF },
	{ "RFC 1071, section 3",
	  { 0x00, 0x01, 0xF2, 0x03, 0xF4, 0xF5, 0xF6, 0xF7 },
	  8,
	  0x220D },
	{ "an odd byte is a high half", { 0x12, 0x34, 0x56 }, 3, 0x97CB },
	{ "one byte", { 0x01 }, 1, 0xFEFF },
	{ "carries fold twice",
	  { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x01 },
	  8,
	  0xFFFE },
	{ "an IPv4 header with its checksum in it",
	  { 0x45, 0x00, 0x00, 0x3C, 0x1C, 0x46, 0x40, 0x00, 0x40, 0x06,
	    0xB1, 0xE6, 0xAC, 0x10, 0x0A, 0x63, 0xAC, 0x10, 0x0A, 0x0C },
	  20,
	  0x0000 },
};

static void sums(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(sum_cases) / sizeof(sum_cases[0]); i++) {
		const struct sum_case *c = &sum_cases[i];
		/* A block of exact size, so that a sanitizer sees one byte too
		 * far. */
		uint8_t *block = malloc(c->n ? c->n : 1);
		uint16_t got;

		assert_non_null(block);
		memcpy(block, c->bytes, c->n);
		got = cksum_fold(cksum_add(0, block, c->n));
		free(block);
		if (got != c->want)
			fail_msg("%s: got %04x, want %04x", c->name, got,
				 c->want);
	}
}

static void sum_goes_on(void **state)
{
	const uint8_t words[] = { 0xDE, 0xAD, 0xBE, 0xEF, 0x12, 0x34 };
	uint64_t whole = cksum_add(0, words, 6);

	(void)state;
	for (uint32_t cut = 0; cut <= 6; cut += 2) {
		uint64_t sum = cksum_add(0, words, cut);

		sum = cksum_add(sum, words + cut, 6 - cut);
		assert_int_equal(cksum_fold(sum), cksum_fold(whole));
	}
}

/* Of all lengths and beginnings, against a sum of one word after another. */
static void any_length_is_summed(void **state)
{
	uint8_t bytes[80];

	(void)state;
	for (uint32_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(0xFF - (i % 3) * i);
	for (uint32_t from = 0; from < 8; from++)
		for (uint32_t n = 0; from + n <= sizeof(bytes); n++) {
			uint64_t plain = 0;

			for (uint32_t i = 0; i < n; i++)
				plain += (uint64_t)bytes[from + i]
					 << (i % 2 ? 0 : 8);
			assert_int_equal(
				cksum_fold(cksum_add(7, bytes + from, n)),
				cksum_fold(7 + plain));
		}
}

static void pseudo_header(void **state)
{
	/* 192.168.1.3 to 209.1.106.178, TCP, 20 bytes. */
	uint64_t sum = cksum_pseudo(0xC0A80103, 0xD1016AB2, 6, 20);

	(void)state;
	assert_int_equal(sum, 0xC0A8 + 0x0103 + 0xD101 + 0x6AB2 + 6 + 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_length_is_summed),
		cmocka_unit_test(sums),
		cmocka_unit_test(sum_goes_on),
		cmocka_unit_test(pseudo_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
