/*
 * What ipfwadm and ipfw read: the bytes are, in turn, a text of each old file
 * that they list, and a command line (words end with a NUL). What was
 * understood of a command line is printed too.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ipfw/listing.h"
#include "ipfw/options.h"
#include "ipfwadm/listing.h"
#include "ipfwadm/options.h"
#include "ipfwadm/print.h"
#include "tests/unit/names.h"

enum { WORDS_MAX = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void list(const char *text)
{
	const uint8_t show = IPFWADM_EXTENDED;
	struct text out = { 0 };

	ipfwadm_list_rules(text, IPFWADM_FORWARD, show, &test_names, &out);
	ipfwadm_list_rules(text, IPFWADM_ACCT, 0, NULL, &out);
	ipfwadm_list_masq(text, show, &test_names, &out);
	if (ipfw_list(text, true, false, &test_names, &out))
		abort();
	text_fini(&out);
}

/* The words up to the last NUL; there is one behind the end. */
static int split(char *text, size_t size, char *argv[WORDS_MAX + 1])
{
	int argc = 0;

	for (char *w = text; w < text + size && argc < WORDS_MAX;
	     w += strlen(w) + 1)
		argv[argc++] = w;
	argv[argc] = NULL;
	return argc;
}

static void parse(int argc, char *argv[])
{
	static struct ipfwadm_cmd cmd;
	struct ipfw_output output = { .out = { 0 } };
	struct ipfw_cmd old;
	struct text text = { 0 };

	if (ipfwadm_parse(argc, argv, &test_names, &cmd, &text) == 0)
		ipfwadm_print_change(&cmd.rule, true, &text);
	ipfw_parse(argc, argv, &test_names, &old, &output);
	text_fini(&text);
	text_fini(&output.out);
	text_fini(&output.err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *argv[WORDS_MAX + 1];

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	list(text);
	parse(split(text, size, argv), argv);
	free(text);
	return 0;
}
