/* Netfilter rules as the bytes of the kernel's tables. */
#include "netfilter/encode.h"

#include <linux/netfilter_ipv4/ip_tables.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* netfilter.h hides these names of ours behind the kernel's numbers. */
#undef NF_ACCEPT
#undef NF_DROP

static const struct target_case {
	const char *name;
	uint8_t revision;
	uint16_t size; /* of the target, with its head of 32 bytes */
} targets[NF_TARGETS] = {
	[NF_CONTINUE] = { "", 0, 40 },
	[NF_ACCEPT] = { "ACCEPT", 0, 40 },
	[NF_DROP] = { "DROP", 0, 40 },
	[NF_RETURN] = { "RETURN", 0, 40 },
	[NF_JUMP] = { "fwcA-f-forward", 0, 40 },
	[NF_GOTO] = { "fwcA-f-forward", 0, 40 },
	[NF_MARK] = { "MARK", 2, 40 },
	[NF_CONNMARK_SET] = { "CONNMARK", 2, 48 },
	[NF_CONNMARK_SAVE] = { "CONNMARK", 2, 48 },
	[NF_CONNMARK_RESTORE] = { "CONNMARK", 2, 48 },
	[NF_TOS] = { "TOS", 1, 40 },
	[NF_NFLOG] = { "NFLOG", 0, 112 },
	[NF_REJECT] = { "REJECT", 0, 40 },
	[NF_MASQUERADE] = { "MASQUERADE", 0, 56 },
	[NF_SNAT] = { "SNAT", 0, 56 },
	[NF_DNAT] = { "DNAT", 2, 80 },
	[NF_REDIRECT] = { "REDIRECT", 0, 56 },
	[NF_NOTRACK] = { "CT", 2, 104 },
	[NF_HELPER] = { "CT", 2, 104 },
};

static const struct xt_entry_target *target_of(const struct ipt_entry *e)
{
	return (const void *)((const uint8_t *)e + e->target_offset);
}

static void every_target_has_its_name_and_size(void **state)
{
	(void)state;
	for (int t = 0; t < NF_TARGETS; t++) {
		const struct nf_rule rule = { .target = (enum nf_target)t };
		const struct target_case *want = &targets[t];
		const struct xt_entry_target *got;
		struct nf_code code = { 0 };

		assert_int_equal(nf_encode(&code, &rule, "fwcA-f-forward"), 0);
		got = target_of(nf_code_entry(&code, 0));
		if (strcmp(got->u.user.name, want->name) ||
		    got->u.user.revision != want->revision ||
		    got->u.user.target_size != want->size)
			fail_msg("target %d: got %s %u, %u bytes; want %s %u, "
				 "%u bytes",
				 t, got->u.user.name, got->u.user.revision,
				 got->u.user.target_size, want->name,
				 want->revision, want->size);
		assert_int_equal(code.len,
				 sizeof(struct ipt_entry) + want->size);
		nf_code_fini(&code);
	}
}

static const struct match_case {
	const char *name;
	uint32_t ask;
	uint16_t proto;
	const char *matches; /* in their order */
} asked[] = {
	{ "nothing", 0, 6, "" },
	{ "TCP ports", NF_ASK_SPORT | NF_ASK_DPORT, 6, "tcp " },
	{ "UDP ports", NF_ASK_DPORT, 17, "udp " },
	{ "ports of what has none", NF_ASK_DPORT, 47, "" },
	{ "SYN", NF_ASK_TCP_FLAGS, 6, "tcp " },
	{ "ICMP", NF_ASK_ICMP, 1, "icmp " },
	{ "all of a connection once",
	  NF_ASK_CT_STATE | NF_ASK_CT_STATUS | NF_ASK_CT_DIR |
		  NF_ASK_CT_ORIGDST | NF_ASK_CT_ORIGDPORT,
	  6, "conntrack " },
	{ "several", NF_ASK_DPORT | NF_ASK_MARK | NF_ASK_CT_MARK, 6,
	  "tcp mark connmark " },
	{ "own addresses", NF_ASK_ADDRTYPE_LOCAL, 0, "addrtype " },
};

static void every_question_has_its_match(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		const struct nf_rule rule = {
			.match = { .ask = asked[i].ask,
				   .proto = asked[i].proto },
			.target = NF_ACCEPT,
		};
		const struct xt_entry_match *m;
		const struct ipt_entry *e;
		struct nf_code code = { 0 };
		char got[128] = "";
		size_t at, n = 0;

		assert_int_equal(nf_encode(&code, &rule, ""), 0);
		e = nf_code_entry(&code, 0);
		for (at = sizeof(*e); at < e->target_offset;
		     at += m->u.user.match_size) {
			m = (const void *)((const uint8_t *)e + at);
			n += (size_t)snprintf(got + n, sizeof(got) - n, "%s ",
					      m->u.user.name);
		}
		if (strcmp(got, asked[i].matches) || at != e->target_offset)
			fail_msg("%s: got \"%s\", want \"%s\"", asked[i].name,
				 got, asked[i].matches);
		nf_code_fini(&code);
	}
}

/* What the kernel gives back is what it was given, but for names' tails. */
static void a_rule_is_like_itself_and_no_other(void **state)
{
	struct nf_rule a = { .match = { .ask = NF_ASK_DPORT,
					.proto = 6,
					.dport = { 80, 80 } },
			     .target = NF_MARK,
			     .u.mark = { 1, 1 } };
	struct nf_rule b = a, c = a;
	struct nf_code code = { 0 };
	size_t at_b, at_c;

	(void)state;
	b.match.dport[1] = 81;
	c.u.mark.value = 0;
	assert_int_equal(nf_encode(&code, &a, ""), 0);
	at_b = code.len;
	assert_int_equal(nf_encode(&code, &b, ""), 0);
	at_c = code.len;
	assert_int_equal(nf_encode(&code, &c, ""), 0);
	assert_true(nf_entry_alike(nf_code_entry(&code, 0), "MARK",
				   nf_code_entry(&code, 0)));
	assert_false(nf_entry_alike(nf_code_entry(&code, 0), "MARK",
				    nf_code_entry(&code, at_b)));
	assert_false(nf_entry_alike(nf_code_entry(&code, 0), "MARK",
				    nf_code_entry(&code, at_c)));
	assert_false(nf_entry_alike(nf_code_entry(&code, 0), "DROP",
				    nf_code_entry(&code, 0)));
	nf_code_fini(&code);
}

/* Its few bytes take as much room as a verdict, but are not the kernel's. */
static void one_answer_of_REJECT_is_not_another(void **state)
{
	struct nf_rule port = { .target = NF_REJECT,
				.u.reject = NF_REJECT_PORT_UNREACH };
	struct nf_rule host = { .target = NF_REJECT,
				.u.reject = NF_REJECT_HOST_UNREACH };
	struct nf_code code = { 0 };
	size_t at;

	(void)state;
	assert_int_equal(nf_encode(&code, &port, ""), 0);
	at = code.len;
	assert_int_equal(nf_encode(&code, &host, ""), 0);
	assert_true(nf_entry_alike(nf_code_entry(&code, at), "REJECT",
				   nf_code_entry(&code, at)));
	assert_false(nf_entry_alike(nf_code_entry(&code, 0), "REJECT",
				    nf_code_entry(&code, at)));
	assert_false(nf_entry_is_verdict(nf_code_entry(&code, at)));
	nf_code_fini(&code);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_target_has_its_name_and_size),
		cmocka_unit_test(every_question_has_its_match),
		cmocka_unit_test(a_rule_is_like_itself_and_no_other),
		cmocka_unit_test(one_answer_of_REJECT_is_not_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
