/* core/addr: dotted quads, masks, and addresses as listings show them. */
#include "core/addr.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/cmocka.h"

static const struct quad_case {
	const char *word;
	int want;
	uint32_t addr;
} quads[] = {
	{ "1.2.3.4", 0, 0x01020304 },
	{ "255.255.255.255", 0, 0xFFFFFFFF },
	{ "0.0.0.0", 0, 0 },
	{ "010.001.0.1", 0, 0x0A010001 },
	{ "+1. 2.3.4", 0, 0x01020304 },
	{ "1.2.3", -EINVAL, 0 },
	{ "1.2.3.4.5", -EINVAL, 0 },
	{ "1.2.3.", -EINVAL, 0 },
	{ ".1.2.3", -EINVAL, 0 },
	{ "1.2.3.256", -EINVAL, 0 },
	{ "1.2.3.-1", -EINVAL, 0 },
	{ "1.2.3.4 ", -EINVAL, 0 },
	{ "1.2.x.4", -EINVAL, 0 },
	{ "", -EINVAL, 0 },
	{ "1.2.3.0000000000000000000000000000000000000004", -EINVAL, 0 },
};

static void quads_are_four_numbers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(quads) / sizeof(quads[0]); i++) {
		const struct quad_case *c = &quads[i];
		uint32_t addr = 0;
		int r = addr_parse_quad(c->word, &addr);

		if (r != c->want || addr != c->addr)
			fail_msg("'%s': got %d, %08X; want %d, %08X", c->word,
				 r, addr, c->want, c->addr);
	}
}

static const struct mask_case {
	const char *word;
	int want;
	uint32_t mask;
	int length;
} masks[] = {
	{ "0", 0, 0, 0 },
	{ "1", 0, 0x80000000, 1 },
	{ "24", 0, 0xFFFFFF00, 24 },
	{ "31", 0, 0xFFFFFFFE, 31 },
	{ "32", 0, 0xFFFFFFFF, 32 },
	{ "255.255.255.0", 0, 0xFFFFFF00, 24 },
	{ "255.0.255.0", 0, 0xFF00FF00, -1 },
	{ "0.0.0.1", 0, 1, -1 },
	{ "33", -EINVAL, 0, 0 },
	{ "-1", -EINVAL, 0, 0 },
	{ "", -EINVAL, 0, 0 },
	{ "255.255", -EINVAL, 0, 0 },
};

static void masks_are_quads_or_lengths(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(masks) / sizeof(masks[0]); i++) {
		const struct mask_case *c = &masks[i];
		uint32_t mask = 0;
		int r = mask_parse(c->word, &mask);

		if (r != c->want || mask != c->mask ||
		    mask_length(mask) != c->length)
			fail_msg("'%s': got %d, %08X, %d; want %d, %08X, %d",
				 c->word, r, mask, mask_length(mask), c->want,
				 c->mask, c->length);
	}
}

static int host_name(uint32_t addr, char *name, size_t n)
{
	if (addr != 0x7F000001)
		return -ENOENT;
	snprintf(name, n, "localhost");
	return 0;
}

static int network_name(uint32_t addr, char *name, size_t n)
{
	if (addr != 0x7F000000)
		return -ENOENT;
	snprintf(name, n, "loopback");
	return 0;
}

static const struct resolver few_names = {
	.host_name = host_name,
	.network_name = network_name,
};

static const struct shown_case {
	const char *numeric, *named;
	uint32_t addr, mask;
} shown[] = {
	{ "0.0.0.0/0", "anywhere", 0, 0 },
	{ "1.2.3.4", "1.2.3.4", 0x01020304, 0xFFFFFFFF },
	{ "10.0.0.0/8", "10.0.0.0/8", 0x0A000000, 0xFF000000 },
	{ "1.0.3.0/255.0.255.0", "1.0.3.0/255.0.255.0", 0x01000300,
	  0xFF00FF00 },
	{ "127.0.0.1", "localhost", 0x7F000001, 0xFFFFFFFF },
	{ "127.0.0.0/8", "loopback/8", 0x7F000000, 0xFF000000 },
};

static void listings_show_names_and_masks(void **state)
{
	char numeric[64], named[64];

	(void)state;
	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
		const struct shown_case *c = &shown[i];

		addr_mask_format(c->addr, c->mask, NULL, numeric,
				 sizeof(numeric));
		addr_mask_format(c->addr, c->mask, &few_names, named,
				 sizeof(named));
		assert_string_equal(numeric, c->numeric);
		assert_string_equal(named, c->named);
	}
}

static void a_short_buffer_is_not_overrun(void **state)
{
	char buf[8];

	(void)state;
	memset(buf, 'x', sizeof(buf));
	addr_mask_format(0x01020300, 0xFFFFFF00, NULL, buf, 7);
	assert_string_equal(buf, "1.2.3.");
	assert_int_equal(buf[7], 'x');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quads_are_four_numbers),
		cmocka_unit_test(masks_are_quads_or_lengths),
		cmocka_unit_test(listings_show_names_and_masks),
		cmocka_unit_test(a_short_buffer_is_not_overrun),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
