/* core/number: the old tools' numbers, blanks, signs, saturation and all. */
#include "core/number.h"

#include <errno.h>

#include "tests/unit/cmocka.h"

static const struct number_case {
	const char *word;
	int base;
	int32_t lo, hi;
	int want;
	int32_t value;
} cases[] = {
	{ "0", 10, 0, 255, 0, 0 },
	{ "255", 10, 0, 255, 0, 255 },
	{ "256", 10, 0, 255, -ERANGE, 0 },
	{ "-1", 10, 0, 255, -ERANGE, 0 },
	{ " \t7", 10, 0, 255, 0, 7 },
	{ "+7", 10, 0, 255, 0, 7 },
	{ "007", 10, 0, 255, 0, 7 },
	{ "7 ", 10, 0, 255, -EINVAL, 0 },
	{ "7x", 10, 0, 255, -EINVAL, 0 },
	{ "", 10, 0, 255, -EINVAL, 0 },
	{ " ", 10, 0, 255, -EINVAL, 0 },
	{ "- 1", 10, -5, 255, -EINVAL, 0 },
	{ "0x10", 10, 0, 255, -EINVAL, 0 },
	{ "0x10", 16, 0, 255, 0, 16 },
	{ "fF", 16, 0, 255, 0, 255 },
	{ "2147483647", 10, 0, INT32_MAX, 0, INT32_MAX },
	{ "2147483648", 10, 0, INT32_MAX, 0, INT32_MAX },
	{ "99999999999999999999999", 10, 0, INT32_MAX, 0, INT32_MAX },
	{ "-99999999999999999999999", 10, INT32_MIN, 0, 0, INT32_MIN },
	{ "99999999999", 10, 0, 65535, -ERANGE, 0 },
};

static void numbers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct number_case *c = &cases[i];
		int32_t value = 0;
		int r = number_parse(c->word, c->base, c->lo, c->hi, &value);

		if (r != c->want || (r == 0 && value != c->value))
			fail_msg("'%s' base %d: got %d, %d; want %d, %d",
				 c->word, c->base, r, value, c->want, c->value);
	}
}

static const struct u32_case {
	const char *word;
	int base, want;
	uint32_t value;
} u32_cases[] = {
	{ "0", 10, 0, 0 },
	{ "4294967295", 10, 0, UINT32_MAX },
	{ "4294967296", 10, 0, UINT32_MAX },
	{ "99999999999999999999999", 10, 0, UINT32_MAX },
	{ "-1", 10, 0, UINT32_MAX },
	{ "-2", 10, 0, 0xFFFFFFFE },
	{ "-4294967295", 10, 0, 1 },
	{ "-4294967296", 10, 0, UINT32_MAX },
	{ "-99999999999999999999999", 10, 0, UINT32_MAX },
	{ " +12", 10, 0, 12 },
	{ "0x1F", 0, 0, 31 },
	{ " -0X1f", 0, 0, 0xFFFFFFE1 },
	{ "0x", 0, -EINVAL, 0 },
	{ "010", 0, 0, 8 },
	{ "+010", 0, 0, 8 },
	{ "08", 0, -EINVAL, 0 },
	{ "0", 0, 0, 0 },
	{ "0b1", 0, -EINVAL, 0 },
	{ "1h", 10, -EINVAL, 0 },
	{ "", 10, -EINVAL, 0 },
	{ "-", 10, -EINVAL, 0 },
};

static void unsigned_numbers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(u32_cases) / sizeof(u32_cases[0]); i++) {
		const struct u32_case *c = &u32_cases[i];
		uint32_t value = 0;
		int r = number_parse_u32(c->word, c->base, &value);

		if (r != c->want || value != c->value)
			fail_msg("'%s' base %d: got %d, %u; want %d, %u",
				 c->word, c->base, r, value, c->want, c->value);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(unsigned_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
