/* core/text: what grows, pads and prints, and stays a string all the way. */
#include "core/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/cmocka.h"

static void empty_owns_nothing(void **state)
{
	struct text t = { 0 };

	(void)state;
	assert_null(t.s);
	assert_int_equal(t.len, 0);
	text_fini(&t);
	assert_null(t.s);
}

static void grows_past_any_first_room(void **state)
{
	struct text t = { 0 };

	(void)state;
	for (int i = 0; i < 10000; i++)
		text_printf(&t, "%04d", i);
	assert_false(t.bad);
	assert_int_equal(t.len, 40000);
	assert_int_equal(strlen(t.s), 40000);
	assert_memory_equal(t.s + 4 * 5678, "56785679", 8);
	text_fini(&t);
}

static void bytes_may_be_any(void **state)
{
	struct text t = { 0 };

	(void)state;
	text_add(&t, "a\0b", 3);
	text_putc(&t, 'c');
	text_puts(&t, "");
	assert_int_equal(t.len, 4);
	assert_memory_equal(t.s, "a\0bc", 5);
	text_fini(&t);
}

static const struct pad_case {
	const char *name, *before, *line;
	size_t col;
	const char *want;
} pad_cases[] = {
	{ "up to the column", "", "ab", 5, "ab   " },
	{ "none needed", "", "abcde", 5, "abcde" },
	{ "longer already", "", "abcdef", 5, "abcdef" },
	{ "counted from the line", "first\n", "ab", 4, "first\nab  " },
};

static void pads(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(pad_cases) / sizeof(pad_cases[0]); i++) {
		const struct pad_case *c = &pad_cases[i];
		struct text t = { 0 };
		size_t from;

		text_puts(&t, c->before);
		from = t.len;
		text_puts(&t, c->line);
		text_pad(&t, from, c->col);
		if (strcmp(t.s, c->want) != 0)
			fail_msg("%s: got \"%s\", want \"%s\"", c->name, t.s,
				 c->want);
		text_fini(&t);
	}
}

/* What these write is what printf() would. */
static void writes_as_printf_does(void **state)
{
	static const uint32_t numbers[] = { 0, 9, 10, 65535, 4294967295U };
	static const char *const words[] = { "", "a", "four",
					     "twentyone letters_____" };
	struct text got = { 0 }, want = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		text_dec(&got, numbers[i]);
		text_printf(&want, "%" PRIu32, numbers[i]);
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		for (int width = 0; width < 24; width += 4) {
			text_left(&got, words[i], (size_t)width);
			text_printf(&want, "%-*s", width, words[i]);
		}
	assert_string_equal(got.s, want.s);
	assert_int_equal(got.len, want.len);
	text_fini(&got);
	text_fini(&want);
}

/* Formats of every length at every distance from the end of the room. */
static void formats_at_the_end_of_its_room(void **state)
{
	(void)state;
	for (int before = 240; before < 260; before++)
		for (int n = 0; n < 20; n++) {
			char line[512];
			struct text t = { 0 };

			text_printf(&t, "%*s", before, "x");
			text_printf(&t, "%.*s", n,
				    "abcdefghijklmnopqrstuvwxyz");
			snprintf(line, sizeof(line), "%*s%.*s", before, "x", n,
				 "abcdefghijklmnopqrstuvwxyz");
			assert_string_equal(t.s, line);
			assert_int_equal(t.len, strlen(line));
			text_fini(&t);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_owns_nothing),
		cmocka_unit_test(grows_past_any_first_room),
		cmocka_unit_test(bytes_may_be_any),
		cmocka_unit_test(pads),
		cmocka_unit_test(writes_as_printf_does),
		cmocka_unit_test(formats_at_the_end_of_its_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
