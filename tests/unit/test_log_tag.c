/* What log lines say of rules, there and back as a prefix. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/log_tag.h"
#include "tests/unit/cmocka.h"

static const struct tag_case {
	const char *name;
	struct log_tag tag;
	const char *prefix;
} tag_cases[] = {
	{ "a rule of a chain",
	  { .num = 12, .chain = "input", .target = "DENY" },
	  "fwc:2.2:12:0:5:input:DENY" },
	{ "without a target",
	  { .num = 1, .chain = "output" },
	  "fwc:2.2:1:0:6:output:" },
	{ "REDIRECT with its port",
	  { .num = 3, .port = 8080, .chain = "input", .target = "REDIRECT" },
	  "fwc:2.2:3:8080:5:input:REDIRECT" },
	{ "labels of colons",
	  { .num = 131072, .chain = ":a:b", .target = "::" },
	  "fwc:2.2:131072:0:4::a:b:::" },
	{ "an empty label",
	  { .num = 2, .chain = "", .target = "x" },
	  "fwc:2.2:2:0:0::x" },
	{ "a list of 2.0",
	  { .era = ERA_2_0, .chain = "acct out" },
	  "fwc:2.0:0:0:8:acct out:" },
	{ "a list of 1.3",
	  { .era = ERA_1_3, .chain = "fw-in", .target = "Reject" },
	  "fwc:1.3:0:0:5:fw-in:Reject" },
	{ "a copy", { .copy = true, .num = 64 }, "fwc:copy:64:0:0::" },
	{ "of a masqueraded packet",
	  { .inside = true, .num = 7, .chain = "output", .target = "ACCEPT" },
	  "fwc:2.2m:7:0:6:output:ACCEPT" },
	{ "a copy of one",
	  { .inside = true, .copy = true, .num = 64 },
	  "fwc:copym:64:0:0::" },
	{ "the longest",
	  { .num = UINT32_MAX,
	    .port = 65535,
	    .chain = "12345678",
	    .target = "acc/r65535" },
	  "fwc:2.2:4294967295:65535:8:12345678:acc/r65535" },
};

static void test_there_and_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(tag_cases) / sizeof(tag_cases[0]); i++) {
		const struct tag_case *c = &tag_cases[i];
		char prefix[LOG_PREFIX_MAX + 1];
		struct log_tag tag;

		log_tag_put(&c->tag, prefix);
		if (strcmp(prefix, c->prefix))
			fail_msg("%s: got %s, want %s", c->name, prefix,
				 c->prefix);
		if (log_tag_parse(prefix, &tag))
			fail_msg("%s: %s is not understood", c->name, prefix);
		if (tag.era != c->tag.era || tag.copy != c->tag.copy ||
		    tag.inside != c->tag.inside || tag.num != c->tag.num ||
		    tag.port != c->tag.port ||
		    strcmp(tag.chain, c->tag.chain) ||
		    strcmp(tag.target, c->tag.target))
			fail_msg("%s: %s comes back as another", c->name,
				 prefix);
	}
}

static void test_strangers(void **state)
{
	static const char *const prefixes[] = {
		"",
		"fwc",
		"fwc:",
		"dropped: ",
		"fwc:m:1:0:5:input:DENY",
		"fwc:2.2mm:1:0:5:input:DENY",
		"fwc:2.4:1:0:5:input:DENY",
		"fwc:2.2",
		"fwc:copy",
		"fwc:2.2:",
		"fwc:2.2::0:5:input:DENY",
		"fwc:2.2:-1:0:5:input:DENY",
		"fwc:2.2:4294967296:0:5:input:DENY",
		"fwc:2.2:1:65536:5:input:DENY",
		"fwc:2.2:1:0:9:123456789:DENY",
		"fwc:2.2:1:0:5:inpu:DENY",
		"fwc:2.2:1:0:8:input:",
		"fwc:2.2:1:0:5:input",
		"fwc:2.2:1:0:5:input:12345678901",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		struct log_tag tag;
		int r = log_tag_parse(prefixes[i], &tag);

		if (r != -EINVAL)
			fail_msg("%s: got %d, want -EINVAL", prefixes[i], r);
	}
}

static const struct list_case {
	enum fw_era era;
	enum fw20_list list;
	bool out;
	struct fw20_rule rule;
	const char *chain, *target;
} list_cases[] = {
	{ ERA_2_0, FW20_INPUT, false, { .flags = 0 }, "fw-in", "deny" },
	{ ERA_2_0,
	  FW20_OUTPUT,
	  false,
	  { .flags = FW20_ICMPRPL },
	  "fw-out",
	  "rej" },
	{ ERA_2_0,
	  FW20_FORWARD,
	  false,
	  { .flags = FW20_ACCEPT | FW20_MASQ },
	  "fw-fwd",
	  "acc/masq" },
	{ ERA_2_0,
	  FW20_INPUT,
	  false,
	  { .flags = FW20_ACCEPT | FW20_REDIR, .n_dst = 1, .port = { 80, 81 } },
	  "fw-in",
	  "acc/r81" },
	{ ERA_2_0, FW20_ACCT, true, { .flags = 0 }, "acct out", "" },
	{ ERA_1_3,
	  FW20_INPUT,
	  false,
	  { .flags = FW20_ACCEPT },
	  "fw-in",
	  "Accept" },
	{ ERA_1_3, FW20_ACCT, false, { .flags = 0 }, "acct in", "" },
};

static void test_lists(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(list_cases) / sizeof(list_cases[0]);
	     i++) {
		const struct list_case *c = &list_cases[i];
		struct log_tag tag;

		log_tag_list(&tag, c->era, c->list, c->out, &c->rule);
		assert_string_equal(tag.chain, c->chain);
		assert_string_equal(tag.target, c->target);
		assert_int_equal(tag.era, c->era);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_strangers),
		cmocka_unit_test(test_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
