/* engine/chains: operations, their refusals in order, counts and references. */
#include "engine/chains.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "tests/unit/cmocka.h"
#include "tests/unit/host22.h"

/* What an operation of a case is. The number is used where there is one. */
enum op {
	APPEND,
	INSERT,
	REPLACE,
	DELETE,
	DELETE_NUM,
	FLUSH,
	ZERO,
	CREATE,
	REMOVE,
	POLICY
};

/*
 * Steps on one host, in order. A rule is known by its source address: @src and
 * its target. @rules: what the chain then holds, by source.
 */
static const struct step {
	const char *name;
	enum op op;
	const char *chain, *target;
	uint32_t num, src;
	int want;
	const char *rules;
} steps[] = {
	{ "no chain", APPEND, "none", "ACCEPT", 0, 1, -ENOENT, NULL },
	{ "no NUL", APPEND, "ninechars", "ACCEPT", 0, 1, -EINVAL, NULL },
	{ "no target", APPEND, "input", "none", 0, 1, -ENOENT, "" },
	{ "built-in target", APPEND, "input", "output", 0, 1, -ENOENT, "" },
	{ "first", APPEND, "input", "ACCEPT", 0, 2, 0, "2" },
	{ "second", APPEND, "input", "DENY", 0, 4, 0, "24" },
	{ "insert 1", INSERT, "input", "", 1, 1, 0, "124" },
	{ "insert between", INSERT, "input", "", 3, 3, 0, "1234" },
	{ "insert at the end", INSERT, "input", "", 5, 6, 0, "12346" },
	{ "insert behind it", INSERT, "input", "", 7, 7, -EINVAL, "12346" },
	{ "insert 0", INSERT, "input", "", 0, 7, -EINVAL, "12346" },
	{ "append after it", APPEND, "input", "", 0, 7, 0, "123467" },
	{ "replace", REPLACE, "input", "", 5, 5, 0, "123457" },
	{ "replace 0", REPLACE, "input", "", 0, 5, -EINVAL, "123457" },
	{ "replace 7", REPLACE, "input", "", 7, 5, -EINVAL, "123457" },
	{ "delete by rule", DELETE, "input", "", 0, 7, 0, "12345" },
	{ "other target", DELETE, "input", "", 0, 2, -EINVAL, "12345" },
	{ "delete the last", DELETE_NUM, "input", NULL, 5, 0, 0, "1234" },
	{ "append again", APPEND, "input", "", 0, 8, 0, "12348" },
	{ "delete the first", DELETE_NUM, "input", NULL, 1, 0, 0, "2348" },
	{ "delete 0", DELETE_NUM, "input", NULL, 0, 0, -ENOENT, "2348" },
	{ "delete 5", DELETE_NUM, "input", NULL, 5, 0, -ENOENT, "2348" },
	{ "zero", ZERO, "input", NULL, 0, 0, 0, "2348" },
	{ "flush", FLUSH, "input", NULL, 0, 0, 0, "" },
	{ "flush empty", FLUSH, "input", NULL, 0, 0, 0, "" },
	{ "flush none", FLUSH, "none", NULL, 0, 0, -ENOENT, NULL },
	{ "flush no NUL", FLUSH, "ninechars", NULL, 0, 0, -EINVAL, NULL },
	{ "zero none", ZERO, "none", NULL, 0, 0, -ENOENT, NULL },
	{ "delete in empty", DELETE_NUM, "input", NULL, 1, 0, -ENOENT, "" },
	{ "create", CREATE, "user", NULL, 0, 0, 0, NULL },
	{ "create twice", CREATE, "user", NULL, 0, 0, -EEXIST, NULL },
	{ "create input", CREATE, "input", NULL, 0, 0, -EEXIST, NULL },
	{ "create no NUL", CREATE, "ninechars", NULL, 0, 0, -EINVAL, NULL },
	{ "create nameless", CREATE, "", NULL, 0, 0, 0, NULL },
	{ "a word's chain", CREATE, "MASQ", NULL, 0, 0, 0, NULL },
	{ "the word wins", APPEND, "forward", "MASQ", 0, 1, 0, "1" },
	{ "unused, so gone", REMOVE, "MASQ", NULL, 0, 0, 0, NULL },
	{ "jump", APPEND, "forward", "user", 0, 2, 0, "12" },
	{ "remove in use", REMOVE, "user", NULL, 0, 0, -EBUSY, NULL },
	{ "replace the jump", REPLACE, "forward", "", 2, 3, 0, "13" },
	{ "jump to itself", APPEND, "user", "user", 0, 1, 0, "1" },
	{ "is in use", REMOVE, "user", NULL, 0, 0, -EBUSY, NULL },
	{ "flush it", FLUSH, "user", NULL, 0, 0, 0, "" },
	{ "fill it", APPEND, "user", "", 0, 1, 0, "1" },
	{ "not empty", REMOVE, "user", NULL, 0, 0, -ENOTEMPTY, NULL },
	{ "empty it", DELETE, "user", "", 0, 1, 0, "" },
	{ "remove", REMOVE, "user", NULL, 0, 0, 0, NULL },
	{ "remove twice", REMOVE, "user", NULL, 0, 0, -ENOENT, NULL },
	{ "remove input", REMOVE, "input", NULL, 0, 0, -EBUSY, NULL },
	{ "remove output", REMOVE, "output", NULL, 0, 0, -EBUSY, NULL },
	{ "MASQ on forward", POLICY, "forward", "MASQ", 0, 0, 0, NULL },
	{ "MASQ on input", POLICY, "input", "MASQ", 0, 0, -EINVAL, NULL },
	{ "no word", POLICY, "input", "accept", 0, 0, -EINVAL, NULL },
	{ "RETURN", POLICY, "input", "RETURN", 0, 0, -EINVAL, NULL },
	{ "empty", POLICY, "input", "", 0, 0, -EINVAL, NULL },
	{ "none", POLICY, "none", "DENY", 0, 0, -ENOENT, NULL },
	{ "user chain", POLICY, "", "DENY", 0, 0, -EINVAL, NULL },
};

static int step_do(struct fw *fw, const struct step *s)
{
	struct fw_rule r = rule_any("");

	if (s->target && s->op != POLICY)
		r = rule_any(s->target);
	r.src = s->src;
	r.smask = UINT32_MAX;
	switch (s->op) {
	case APPEND:
		return chain_append(fw, s->chain, &r);
	case INSERT:
		return chain_insert(fw, s->chain, s->num, &r);
	case REPLACE:
		return chain_replace(fw, s->chain, s->num, &r);
	case DELETE:
		return chain_delete(fw, s->chain, &r);
	case DELETE_NUM:
		return chain_delete_num(fw, s->chain, s->num);
	case FLUSH:
		return chain_flush(fw, s->chain);
	case ZERO:
		return chain_zero(fw, s->chain);
	case CREATE:
		return chain_create(fw, s->chain);
	case REMOVE:
		return chain_remove(fw, s->chain);
	default:
		return chain_policy(fw, s->chain, s->target);
	}
}

/* The sources of one chain's rules, as digits. */
struct digits {
	const char *chain;
	char s[32];
	size_t n;
};

static void digit(void *ctx, const struct fw_rule_row *row)
{
	struct digits *d = ctx;

	if (!strcmp(row->chain, d->chain) && d->n < sizeof(d->s) - 1)
		d->s[d->n++] = (char)('0' + row->rule.src);
}

static void operations_in_order(void **state)
{
	struct host22 h;

	(void)state;
	host22_open(&h);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		const struct step *s = &steps[i];
		struct digits d = { .chain = s->chain };
		int got = step_do(&h.fw, s);

		if (got != s->want)
			fail_msg("%s: got %d, want %d", s->name, got, s->want);
		rules_each(&h.fw, false, digit, &d);
		if (s->rules && strcmp(d.s, s->rules))
			fail_msg("%s: got \"%s\", want \"%s\"", s->name, d.s,
				 s->rules);
	}
	host22_close(&h);
}

/* Rules that are refused, or not, before their target is looked at. */
static const struct refusal {
	const char *name;
	struct fw_rule rule;
	int want;
} refusals[] = {
#define PORTS(a, b, c, d) .sport = { a, b }, .dport = { c, d }
	{ "plain", { PORTS(0, 65535, 0, 65535) }, 0 },
	{ "flag", { .flags = 0x40, PORTS(0, 65535, 0, 65535) }, -EINVAL },
	{ "all flags", { .flags = 0x3F, PORTS(0, 65535, 0, 65535) }, 0 },
	{ "any protocol", { PORTS(1, 65535, 0, 65535) }, -EINVAL },
	{ "any, destination", { PORTS(0, 65535, 0, 1) }, -EINVAL },
	{ "TCP", { .proto = 6, PORTS(5, 5, 9, 1) }, 0 },
	{ "UDP", { .proto = 17, PORTS(5, 5, 9, 1) }, 0 },
	{ "ICMP", { .proto = 1, PORTS(5, 5, 9, 1) }, 0 },
	{ "no TCP", { .proto = 6, .inv = 4, PORTS(5, 5, 9, 1) }, -EINVAL },
	{ "GRE", { .proto = 47, PORTS(5, 5, 0, 65535) }, -EINVAL },
	{ "262", { .proto = 262, PORTS(5, 5, 0, 65535) }, -EINVAL },
#undef PORTS
};

static void refused_rules(void **state)
{
	struct host22 h;

	(void)state;
	host22_open(&h);
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		const struct refusal *r = &refusals[i];
		int got = chain_append(&h.fw, "input", &r->rule);

		if (got != r->want)
			fail_msg("%s: got %d, want %d", r->name, got, r->want);
		if (r->want &&
		    chain_delete(&h.fw, "input", &r->rule) != r->want)
			fail_msg("%s: delete takes it", r->name);
	}
	host22_close(&h);
}

/* Fields that deletion by rule compares, and those it does not. */
static void deletion_compares(void **state)
{
	struct fw_rule r = rule_any("ACCEPT"), d;
	struct host22 h;

	(void)state;
	host22_open(&h);
	r.proto = IPPROTO_TCP;
	r.mark = 7;
	r.flags = FW_F_MARKABS | FW_F_LOG;
	r.tos_and = 0x10;
	r.via = ifname("eth0");
	assert_int_equal(chain_append(&h.fw, "input", &r), 0);
#define DIFFERS(change)                                                        \
	do {                                                                   \
		d = r;                                                         \
		change;                                                        \
		assert_int_equal(chain_delete(&h.fw, "input", &d), -EINVAL);   \
	} while (0)
	DIFFERS(d.src = 1);
	DIFFERS(d.smask = 1);
	DIFFERS(d.dst = 1);
	DIFFERS(d.dmask = 1);
	DIFFERS(d.proto = IPPROTO_UDP);
	DIFFERS(d.flags = FW_F_MARKABS);
	DIFFERS(d.flags |= FW_F_WILDIF);
	DIFFERS(d.inv = FW_INV_SRC);
	DIFFERS(d.sport[0] = 1);
	DIFFERS(d.dport[1] = 1);
	DIFFERS(d.redir_port = 1);
	DIFFERS(d.outsize = 1);
	DIFFERS(d.via = ifname("eth1"));
	DIFFERS(d = r; memcpy(d.target, "DENY", 5));
#undef DIFFERS
	d = r;
	d.mark = 8;
	d.flags = FW_F_LOG;
	d.tos_and = 0xFF;
	d.tos_xor = 1;
	memcpy(d.via.s, "eth0\0rest", 9);
	assert_int_equal(chain_delete(&h.fw, "input", &d), 0);
	host22_close(&h);
}

static void keep_row(void *ctx, const struct fw_rule_row *row)
{
	*(struct fw_rule_row *)ctx = *row;
}

static void an_empty_interface_is_a_wildcard(void **state)
{
	struct fw_rule r = rule_any("");
	struct fw_rule_row row;
	struct host22 h;

	(void)state;
	host22_open(&h);
	assert_int_equal(chain_append(&h.fw, "input", &r), 0);
	rules_each(&h.fw, false, keep_row, &row);
	assert_int_equal(row.rule.flags, FW_F_WILDIF);
	assert_int_equal(chain_delete(&h.fw, "input", &r), 0);
	host22_close(&h);
}

static void count_rule(void *ctx, const struct fw_rule_row *row)
{
	(void)row;
	++*(int *)ctx;
}

static void count_chain(void *ctx, const struct fw_chain_row *row)
{
	(void)row;
	++*(int *)ctx;
}

/* A damaged state, in which the last rule and the last chain lead back: no walk
 * is longer than its table. */
static void walks_of_a_circle_end(void **state)
{
	struct fw_rule r = rule_any("");
	int rules = 0, chains = 0;
	struct host22 h;

	(void)state;
	host22_open(&h);
	assert_int_equal(chain_create(&h.fw, "a"), 0);
	assert_int_equal(chain_create(&h.fw, "b"), 0);
	assert_int_equal(chain_append(&h.fw, "a", &r), 0);
	assert_int_equal(chain_append(&h.fw, "a", &r), 0);
	h.state->rule[1].next = 0;
	h.state->chain[FW_BUILTINS].rules = UINT32_MAX;
	h.state->chain[FW_BUILTINS + 1].next = FW_BUILTINS;
	rules_each(&h.fw, true, count_rule, &rules);
	assert_int_equal(rules, 2);
	chains_each(&h.fw, count_chain, &chains);
	assert_int_equal(chains, FW_BUILTINS + 2);
	assert_int_equal(chain_zero(&h.fw, "a"), 0);
	assert_int_equal(chain_zero(&h.fw, "none"), -ENOENT);
	assert_int_equal(chain_delete_num(&h.fw, "a", 9), -ENOENT);
	r.src = 1;
	assert_int_equal(chain_delete(&h.fw, "a", &r), -EINVAL);
	assert_int_equal(chain_remove(&h.fw, "b"), 0);
	assert_int_equal(chain_flush(&h.fw, "a"), 0);
	host22_close(&h);
}

static void replacing_keeps_counters_and_zero_at_reading(void **state)
{
	struct fw_rule r = rule_any("");
	struct fw_rule_row row;
	struct host22 h;

	(void)state;
	host22_open(&h);
	assert_int_equal(chain_append(&h.fw, "input", &r), 0);
	h.state->rule[0].count = (struct fw_counter){ 5, 6 };
	r.src = 9;
	assert_int_equal(chain_replace(&h.fw, "input", 1, &r), 0);
	rules_each(&h.fw, true, keep_row, &row);
	assert_int_equal(row.rule.src, 9);
	assert_int_equal(row.count.packets, 5);
	assert_int_equal(row.count.bytes, 6);
	rules_each(&h.fw, false, keep_row, &row);
	assert_int_equal(row.count.packets, 0);
	assert_int_equal(row.count.bytes, 0);
	host22_close(&h);
}

/* Quirk: once, by whichever operation first names REDIRECT, even in vain. */
static void redirect_forces_reassembly_once(void **state)
{
	struct fw_rule r = rule_any("REDIRECT");
	const int32_t *defrag;
	struct host22 h;

	(void)state;
	host22_open(&h);
	defrag = &h.fw.st->host.sysctl[SYSCTL_IP_ALWAYS_DEFRAG];
	assert_int_equal(chain_delete(&h.fw, "none", &r), -ENOENT);
	assert_int_equal(*defrag, 0);
	assert_int_equal(chain_delete(&h.fw, "input", &r), -EINVAL);
	assert_int_equal(*defrag, 1);
	assert_int_equal(chain_append(&h.fw, "input", &r), 0);
	assert_int_equal(*defrag, 1);
	host22_close(&h);
}

static void keep_chain(void *ctx, const struct fw_chain_row *row)
{
	text_printf(ctx, "%s %s %u\n", row->label, row->policy, row->refs);
}

static void chains_are_listed_by_age(void **state)
{
	struct fw_rule r = rule_any("b");
	struct text t = { 0 };
	struct host22 h;

	(void)state;
	host22_open(&h);
	assert_int_equal(chain_create(&h.fw, "c"), 0);
	assert_int_equal(chain_create(&h.fw, "b"), 0);
	assert_int_equal(chain_create(&h.fw, "eightltr"), 0);
	assert_int_equal(chain_remove(&h.fw, "c"), 0);
	assert_int_equal(chain_create(&h.fw, "c"), 0);
	assert_int_equal(chain_remove(&h.fw, "eightltr"), 0);
	assert_int_equal(chain_append(&h.fw, "c", &r), 0);
	assert_int_equal(chain_append(&h.fw, "input", &r), 0);
	assert_int_equal(chain_policy(&h.fw, "output", "REJECT"), 0);
	chains_each(&h.fw, keep_chain, &t);
	assert_string_equal(t.s, "input ACCEPT 1\nforward ACCEPT 1\n"
				 "output REJECT 1\nb - 2\nc - 0\n");
	text_fini(&t);
	host22_close(&h);
}

static void a_full_table_is_no_memory(void **state)
{
	struct fw_rule r = rule_any("");
	struct host22 h;

	(void)state;
	host22_open(&h);
	for (int i = 0; i < FW_RULES_MAX; i++)
		if (chain_append(&h.fw, "input", &r))
			fail_msg("rule %d is refused", i);
	assert_int_equal(chain_append(&h.fw, "input", &r), -ENOMEM);
	assert_int_equal(chain_flush(&h.fw, "input"), 0);
	assert_int_equal(chain_append(&h.fw, "input", &r), 0);
	host22_close(&h);
}

/* A state that another process wrote wrongly is walked, not trusted. */
static void lying_links_end_a_walk(void **state)
{
	struct fw_rule r = rule_any("user");
	struct digits d = { .chain = "input" };
	struct host22 h;

	(void)state;
	host22_open(&h);
	assert_int_equal(chain_create(&h.fw, "user"), 0);
	assert_int_equal(chain_append(&h.fw, "input", &r), 0);
	assert_int_equal(chain_append(&h.fw, "input", &r), 0);
	h.state->rule[1].next = 0;
	h.state->chain[FW_INPUT].rules = FW_NIL;
	h.state->chain[3].next = FW_INPUT;
	rules_each(&h.fw, false, digit, &d);
	assert_int_equal(chain_zero(&h.fw, "input"), 0);
	assert_int_equal(chain_remove(&h.fw, "none"), -ENOENT);
	h.state->rule[0].next = FW_RULES_MAX;
	h.state->rule[0].jump = FW_CHAINS_MAX;
	assert_int_equal(chain_delete_num(&h.fw, "input", 2), -ENOENT);
	assert_int_equal(chain_flush(&h.fw, "input"), 0);
	host22_close(&h);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(operations_in_order),
		cmocka_unit_test(refused_rules),
		cmocka_unit_test(deletion_compares),
		cmocka_unit_test(an_empty_interface_is_a_wildcard),
		cmocka_unit_test(walks_of_a_circle_end),
		cmocka_unit_test(replacing_keeps_counters_and_zero_at_reading),
		cmocka_unit_test(redirect_forces_reassembly_once),
		cmocka_unit_test(chains_are_listed_by_age),
		cmocka_unit_test(a_full_table_is_no_memory),
		cmocka_unit_test(lying_links_end_a_walk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
