/* core/optscan: letters, long names and plain words, in order, with the
 * messages of 1998. */
#include "core/optscan.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/cmocka.h"

static const char letters[] = "A:L::no::";

static const struct option longs[] = {
	{ "append", required_argument, NULL, 'A' },
	{ "list", optional_argument, NULL, 'L' },
	{ "numeric", no_argument, NULL, 'n' },
	{ "source", required_argument, NULL, 's' },
	{ "src", required_argument, NULL, 's' },
	{ "source-port", required_argument, NULL, '1' },
	{ NULL, 0, NULL, 0 },
};

/* Options are told as X, X=arg, or =word, one blank between; an error ends it
 * as
 * "?text", words left over as "+word". */
static const struct scan_case {
	const char *name;
	const char *argv[8];
	const char *want;
} cases[] = {
	{ "nothing", { "p" }, "" },
	{ "a letter", { "p", "-n" }, "n" },
	{ "bundled letters", { "p", "-nL" }, "n L" },
	{ "attached argument", { "p", "-Ainput" }, "A=input" },
	{ "separate argument", { "p", "-A", "input" }, "A=input" },
	{ "argument with a dash", { "p", "-A", "-n" }, "A=-n" },
	{ "optional takes no next word", { "p", "-L", "x" }, "L =x" },
	{ "optional takes the rest", { "p", "-Ln" }, "L=n" },
	{ "words in their place", { "p", "a", "-n", "b" }, "=a n =b" },
	{ "a dash is a word", { "p", "-" }, "=-" },
	{ "an empty word is a word", { "p", "" }, "=" },
	{ "end of options", { "p", "-n", "--", "-n" }, "n +-n" },
	{ "long", { "p", "--numeric" }, "n" },
	{ "long, short of letters", { "p", "--nu" }, "n" },
	{ "long with argument", { "p", "--append=x" }, "A=x" },
	{ "long with empty argument", { "p", "--list=" }, "L=" },
	{ "long with next word", { "p", "--app", "-n" }, "A=-n" },
	{ "long optional", { "p", "--list", "x" }, "L =x" },
	{ "exact beats longer", { "p", "--source", "x" }, "s=x" },
	{ "same meaning is ambiguous",
	  { "p", "--s", "x" },
	  "?option `--s' is ambiguous" },
	{ "ambiguous with value",
	  { "p", "--so=x" },
	  "?option `--so=x' is ambiguous" },
	{ "unknown long",
	  { "p", "--bogus=1" },
	  "?unrecognized option `--bogus=1'" },
	{ "value not allowed",
	  { "p", "--nume=1" },
	  "?option `--numeric' doesn't allow an argument" },
	{ "long lacks argument",
	  { "p", "--app" },
	  "?option `--app' requires an argument" },
	{ "unknown letter", { "p", "-nz" }, "n ?invalid option -- z" },
	{ "colon is no letter", { "p", "-:" }, "?invalid option -- :" },
	{ "dash among letters", { "p", "-n-" }, "n ?invalid option -- -" },
	{ "letter lacks argument",
	  { "p", "-nA" },
	  "n ?option requires an argument -- A" },
	{ "long's number is no letter", { "p", "-1" }, "?invalid option -- 1" },
};

static void tell(struct text *got, int code, const char *arg)
{
	if (got->len > 0)
		text_putc(got, ' ');
	if (code != OPTSCAN_WORD)
		text_putc(got, (char)code);
	if (arg)
		text_printf(got, "=%s", arg);
}

static void run_case(const struct scan_case *c, struct text *got)
{
	struct optscan s;
	struct text why = { 0 };
	char *argv[8] = { 0 };
	const char *arg;
	int argc = 0, code;

	for (; c->argv[argc]; argc++)
		argv[argc] = strdup(c->argv[argc]);
	optscan_init(&s, argc, argv);
	while ((code = optscan_next(&s, letters, longs, &arg, &why)) !=
	       OPTSCAN_END) {
		tell(got, code, arg);
		if (code == OPTSCAN_BAD)
			break;
	}
	if (why.s)
		text_puts(got, why.s);
	else if (optscan_peek(&s, 0))
		text_printf(got, " +%s", optscan_peek(&s, 0));
	text_fini(&why);
	while (argc > 0)
		free(argv[--argc]);
}

static void scans(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct text got = { 0 };

		text_puts(&got, "");
		run_case(&cases[i], &got);
		if (strcmp(got.s, cases[i].want) != 0)
			fail_msg("%s: got \"%s\", want \"%s\"", cases[i].name,
				 got.s, cases[i].want);
		text_fini(&got);
	}
}

static void words_are_taken_by_hand(void **state)
{
	static const char *const words[] = { "p", "-A", "x", "y", "-Ab", "z" };
	char *argv[6];
	struct optscan s;
	struct text why = { 0 };
	const char *arg;

	(void)state;
	for (int i = 0; i < 6; i++)
		argv[i] = strdup(words[i]);
	optscan_init(&s, 6, argv);
	assert_int_equal(optscan_next(&s, letters, longs, &arg, &why), 'A');
	assert_string_equal(optscan_peek(&s, 1), "-Ab");
	assert_string_equal(optscan_take(&s), "y");
	assert_int_equal(optscan_next(&s, letters, longs, &arg, &why), 'A');
	assert_string_equal(arg, "b");
	assert_string_equal(optscan_last(&s), "-Ab");
	assert_null(optscan_peek(&s, 1));
	assert_string_equal(optscan_take(&s), "z");
	assert_null(optscan_take(&s));
	for (int i = 0; i < 6; i++)
		free(argv[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scans),
		cmocka_unit_test(words_are_taken_by_hand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
