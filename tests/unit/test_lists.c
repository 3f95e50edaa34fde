/* The fixed lists: what each kernel took, where it put it, what it deleted. */
#include "engine/lists.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/state.h"
#include "tests/unit/cmocka.h"

static struct fw fw;

static void boot(enum fw_era era)
{
	static struct fw_state *state;

	if (!state)
		state = aligned_alloc(_Alignof(struct fw_state),
				      sizeof(*state));
	assert_non_null(state);
	fw_boot(&fw, state, NULL, NULL, era);
}

static void add_name(void *ctx, const struct fw20_rule_row *row)
{
	char *order = ctx;
	size_t n = strlen(order);

	order[n] = (char)('a' + row->rule.src);
	order[n + 1] = '\0';
}

/* The rules of a list by the letter that their source address stands for. */
static const char *order_of(enum fw20_list list, char *buf)
{
	buf[0] = '\0';
	list_each(&fw, list, false, add_name, buf);
	return buf;
}

static struct fw20_rule named(char name)
{
	return (struct fw20_rule){ .src = (uint32_t)(name - 'a'),
				   .smask = UINT32_MAX,
				   .tos_and = 0xFF };
}

static void append_insert_delete(void **state)
{
	char buf[16];

	(void)state;
	boot(ERA_2_0);
	for (const char *c = "abc"; *c; c++) {
		struct fw20_rule r = named(*c);

		assert_int_equal(list_append(&fw, FW20_OUTPUT, &r), 0);
		assert_int_equal(list_insert(&fw, FW20_ACCT, &r), 0);
	}
	assert_string_equal(order_of(FW20_OUTPUT, buf), "abc");
	assert_string_equal(order_of(FW20_ACCT, buf), "cba");
	for (const char *c = "cba"; *c; c++) {
		struct fw20_rule r = named(*c);

		assert_int_equal(list_delete(&fw, FW20_OUTPUT, &r), 0);
		assert_int_equal(list_delete(&fw, FW20_OUTPUT, &r), -EINVAL);
		assert_int_equal(list_append(&fw, FW20_OUTPUT, &r), 0);
	}
	assert_string_equal(order_of(FW20_OUTPUT, buf), "cba");
	assert_int_equal(list_flush(&fw, FW20_OUTPUT), 0);
	assert_string_equal(order_of(FW20_OUTPUT, buf), "");
	assert_string_equal(order_of(FW20_ACCT, buf), "cba");
}

static const struct refuse_case {
	const char *name;
	enum fw_era era;
	enum fw20_list list;
	struct fw20_rule rule;
	int want;
} refuse_cases[] = {
	{ "plain", ERA_2_0, FW20_INPUT, { .flags = 0 }, 0 },
	{ "all flags",
	  ERA_2_0,
	  FW20_INPUT,
	  { .flags = FW20_MASK, .n_src = 2, .n_dst = 2 },
	  0 },
	{ "a flag too many",
	  ERA_2_0,
	  FW20_INPUT,
	  { .flags = 0x4000 },
	  -EINVAL },
	{ "redirect in 1.3",
	  ERA_1_3,
	  FW20_INPUT,
	  { .flags = FW20_REDIR },
	  -EINVAL },
	{ "range of one",
	  ERA_2_0,
	  FW20_INPUT,
	  { .flags = FW20_SRANGE, .n_src = 1 },
	  -EINVAL },
	{ "destination range of one",
	  ERA_2_0,
	  FW20_INPUT,
	  { .flags = FW20_DRANGE, .n_src = 2, .n_dst = 1 },
	  -EINVAL },
	{ "ten ports", ERA_2_0, FW20_INPUT, { .n_src = 4, .n_dst = 6 }, 0 },
	{ "eleven ports",
	  ERA_2_0,
	  FW20_INPUT,
	  { .n_src = 4, .n_dst = 7 },
	  -EINVAL },
	{ "ten and redirect",
	  ERA_2_0,
	  FW20_INPUT,
	  { .flags = FW20_REDIR, .n_src = 4, .n_dst = 6 },
	  -EINVAL },
	{ "counts that wrap together",
	  ERA_2_0,
	  FW20_INPUT,
	  { .n_src = 65535, .n_dst = 1 },
	  -EINVAL },
	{ "output in 1.3", ERA_1_3, FW20_OUTPUT, { .flags = 0 }, -ENOPROTOOPT },
};

static void refused_rules(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refuse_cases) / sizeof(refuse_cases[0]);
	     i++) {
		const struct refuse_case *c = &refuse_cases[i];
		int got;

		boot(c->era);
		got = list_append(&fw, c->list, &c->rule);
		if (got != c->want)
			fail_msg("%s: append got %d, want %d", c->name, got,
				 c->want);
		got = list_delete(&fw, c->list, &c->rule);
		if (got != c->want)
			fail_msg("%s: delete got %d, want %d", c->name, got,
				 c->want);
	}
}

/* Each differs from the first rule in one thing; what deleting by it does. */
static const struct same_case {
	const char *name;
	struct fw20_rule rule;
	int want;
} same_cases[] = {
	{ "itself",
	  { .src = 1, .flags = 1, .n_src = 1, .n_dst = 1, .port = { 5, 6, 7 } },
	  0 },
	{ "ports divided otherwise",
	  { .src = 1, .flags = 1, .n_src = 2, .n_dst = 0, .port = { 5, 6 } },
	  0 },
	{ "other TOS masks, other redirect port",
	  { .src = 1,
	    .flags = 1,
	    .n_src = 1,
	    .n_dst = 1,
	    .port = { 5, 6, 9 },
	    .tos_xor = 9 },
	  0 },
	{ "other port",
	  { .src = 1, .flags = 1, .n_src = 1, .n_dst = 1, .port = { 5, 7 } },
	  -EINVAL },
	{ "fewer ports",
	  { .src = 1, .flags = 1, .n_src = 1, .port = { 5, 6 } },
	  -EINVAL },
	{ "other flags",
	  { .src = 1, .flags = 5, .n_src = 1, .n_dst = 1, .port = { 5, 6 } },
	  -EINVAL },
	{ "other interface",
	  { .src = 1,
	    .flags = 1,
	    .n_src = 1,
	    .n_dst = 1,
	    .port = { 5, 6 },
	    .via = { "eth0" } },
	  -EINVAL },
	{ "other interface address",
	  { .src = 1,
	    .flags = 1,
	    .n_src = 1,
	    .n_dst = 1,
	    .port = { 5, 6 },
	    .via_addr = 1 },
	  -EINVAL },
};

static void deletes_by_likeness(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(same_cases) / sizeof(same_cases[0]);
	     i++) {
		const struct same_case *c = &same_cases[i];
		int got;

		boot(ERA_2_0);
		list_append(&fw, FW20_FORWARD, &same_cases[0].rule);
		got = list_delete(&fw, FW20_FORWARD, &c->rule);
		if (got != c->want)
			fail_msg("%s: got %d, want %d", c->name, got, c->want);
	}
}

static void deletes_first_or_all(void **state)
{
	struct fw20_rule a = named('a'), b = named('b');
	char buf[16];

	(void)state;
	for (int era = ERA_2_0; era <= ERA_1_3; era++) {
		boot((enum fw_era)era);
		for (int i = 0; i < 3; i++) {
			list_append(&fw, FW20_INPUT, &a);
			list_append(&fw, FW20_INPUT, &b);
		}
		assert_int_equal(list_delete(&fw, FW20_INPUT, &a), 0);
		assert_string_equal(order_of(FW20_INPUT, buf),
				    era == ERA_1_3 ? "bbb" : "babab");
	}
}

static void keep_tos(void *ctx, const struct fw20_rule_row *row)
{
	*(int *)ctx = row->rule.tos_and << 8 | row->rule.tos_xor;
}

/* 2.0 guards one bit of the TOS masks, 1.3 two. */
static void tos_bits(void **state)
{
	struct fw20_rule r = { .tos_and = 0x00, .tos_xor = 0xFF };
	int tos;

	(void)state;
	boot(ERA_2_0);
	list_append(&fw, FW20_INPUT, &r);
	list_each(&fw, FW20_INPUT, false, keep_tos, &tos);
	assert_int_equal(tos, 0x01FE);
	boot(ERA_1_3);
	list_append(&fw, FW20_INPUT, &r);
	list_each(&fw, FW20_INPUT, false, keep_tos, &tos);
	assert_int_equal(tos, 0x03FC);
}

static void keep_count(void *ctx, const struct fw20_rule_row *row)
{
	*(uint32_t *)ctx = row->packets + row->bytes;
}

static void zeroes_once_shown(void **state)
{
	struct fw20_rule r = named('a');
	struct fw20_slot *slot;
	uint32_t seen;

	(void)state;
	boot(ERA_2_0);
	list_append(&fw, FW20_INPUT, &r);
	slot = fw_edit(&fw, &fw.st->rule20[fw.st->lists.first[FW20_INPUT]],
		       sizeof(*slot));
	slot->packets = 3;
	slot->bytes = 40;
	list_each(&fw, FW20_INPUT, false, keep_count, &seen);
	assert_int_equal(seen, 43);
	list_each(&fw, FW20_INPUT, true, keep_count, &seen);
	assert_int_equal(seen, 43);
	list_each(&fw, FW20_INPUT, false, keep_count, &seen);
	assert_int_equal(seen, 0);
}

static void policies(void **state)
{
	(void)state;
	boot(ERA_2_0);
	assert_int_equal(fw.st->lists.policy[FW20_OUTPUT], FW20_ACCEPT);
	assert_int_equal(list_policy(&fw, FW20_OUTPUT, -1), 0);
	assert_int_equal(fw.st->lists.policy[FW20_OUTPUT], -1);
	assert_int_equal(list_policy(&fw, FW20_ACCT, 0), -ENOPROTOOPT);
	boot(ERA_1_3);
	assert_int_equal(list_policy(&fw, FW20_OUTPUT, 0), -ENOPROTOOPT);
}

/* Pairs of rules for 1.3: whether the second, added later, goes first. */
static const struct place_case {
	const char *name;
	struct fw20_rule old, new;
	bool before;
} place_cases[] = {
	{ "longer source mask",
	  { .smask = 0xFF000000 },
	  { .smask = 0xFFFF0000 },
	  true },
	{ "shorter source mask",
	  { .smask = 0xFFFF0000 },
	  { .smask = 0xFF000000 },
	  false },
	{ "longer, but elsewhere",
	  { .src = 0x0A000000, .smask = 0xFF000000 },
	  { .src = 0x0B000000, .smask = 0xFFFF0000 },
	  false },
	{ "one side longer, one shorter",
	  { .smask = 0xFF000000, .dmask = 0xFFFF0000 },
	  { .smask = 0xFFFF0000, .dmask = 0xFF000000 },
	  false },
	{ "specific protocol before all",
	  { .flags = FW20_ALL },
	  { .flags = FW20_UDP },
	  true },
	{ "all behind specific protocol",
	  { .flags = FW20_UDP },
	  { .flags = FW20_ALL },
	  false },
	{ "other protocol, longer mask",
	  { .flags = FW20_UDP },
	  { .flags = FW20_TCP, .smask = 0xFF000000 },
	  false },
	{ "one port before any",
	  { .flags = FW20_TCP },
	  { .flags = FW20_TCP, .n_dst = 1 },
	  true },
	{ "narrower range",
	  { .flags = FW20_TCP | FW20_SRANGE, .n_src = 2, .port = { 0, 100 } },
	  { .flags = FW20_TCP | FW20_SRANGE, .n_src = 2, .port = { 0, 50 } },
	  true },
	{ "ICMP types are no ports",
	  { .flags = FW20_ICMP },
	  { .flags = FW20_ICMP, .n_src = 1 },
	  false },
	{ "interface address",
	  { .flags = FW20_TCP },
	  { .flags = FW20_TCP, .via_addr = 1 },
	  true },
	{ "interface address but wider",
	  { .flags = FW20_TCP, .n_src = 1 },
	  { .flags = FW20_TCP, .via_addr = 1 },
	  false },
	{ "equal", { .flags = FW20_TCP }, { .flags = FW20_TCP }, false },
};

static void keep_first(void *ctx, const struct fw20_rule_row *row)
{
	if (*(int *)ctx < 0)
		*(int *)ctx = row->rule.tos_and >> 4;
}

static void sorted_insertion(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(place_cases) / sizeof(place_cases[0]);
	     i++) {
		const struct place_case *c = &place_cases[i];
		struct fw20_rule old = c->old, new = c->new;
		int first = -1;

		boot(ERA_1_3);
		old.tos_and = 0x10;
		new.tos_and = 0x20;
		assert_int_equal(list_append(&fw, FW20_INPUT, &old), 0);
		assert_int_equal(list_insert(&fw, FW20_INPUT, &new), 0);
		list_each(&fw, FW20_INPUT, false, keep_first, &first);
		if (first != (c->before ? 2 : 1))
			fail_msg("%s: the %s rule is first", c->name,
				 first == 1 ? "old" : "new");
	}
}

static void full_table(void **state)
{
	struct fw20_rule r = named('a');
	int result = 0, n = 0;

	(void)state;
	boot(ERA_2_0);
	for (; result == 0 && n <= FW_RULES20_MAX; n++)
		result = list_insert(&fw, FW20_INPUT, &r);
	assert_int_equal(result, -ENOMEM);
	assert_int_equal(n - 1, FW_RULES20_MAX);
	assert_int_equal(list_delete(&fw, FW20_INPUT, &r), 0);
	assert_int_equal(list_append(&fw, FW20_INPUT, &r), 0);
}

/* Rules a and b, of which the second leads back to the first. */
static void make_circle(void)
{
	boot(ERA_2_0);
	for (const char *c = "ab"; *c; c++) {
		struct fw20_rule r = named(*c);

		assert_int_equal(list_append(&fw, FW20_INPUT, &r), 0);
	}
	fw.rw->rule20[1].next = 0;
}

/* A damaged state: no walk is longer than the table. */
static void walks_of_a_circle_end(void **state)
{
	struct fw20_rule c = named('c');
	char buf[16];

	(void)state;
	make_circle();
	assert_string_equal(order_of(FW20_INPUT, buf), "ab");
	assert_int_equal(list_zero(&fw, FW20_INPUT), 0);
	assert_int_equal(list_delete(&fw, FW20_INPUT, &c), -EINVAL);
	fw.rw->g.era = ERA_1_3;
	assert_int_equal(list_insert(&fw, FW20_INPUT, &c), 0);
	make_circle();
	assert_int_equal(list_flush(&fw, FW20_INPUT), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(append_insert_delete),
		cmocka_unit_test(refused_rules),
		cmocka_unit_test(deletes_by_likeness),
		cmocka_unit_test(deletes_first_or_all),
		cmocka_unit_test(tos_bits),
		cmocka_unit_test(zeroes_once_shown),
		cmocka_unit_test(policies),
		cmocka_unit_test(sorted_insertion),
		cmocka_unit_test(full_table),
		cmocka_unit_test(walks_of_a_circle_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
