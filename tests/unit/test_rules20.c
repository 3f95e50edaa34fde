/*
 * The rule files of 2.0 and 1.3: what proc-emu renders, ipfwadm's and ipfw's
 * listings read back.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ipfw/listing.h"
#include "ipfwadm/listing.h"
#include "ipfwadm/print.h"
#include "proc-emu/proc.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/names.h"
#include "tests/unit/ops.h"

enum { ROWS = 200 };

static struct fw20_rule_row rows[ROWS];
static enum fw_era source_era;

static enum fw_era era(void *ctx)
{
	(void)ctx;
	return source_era;
}

static int32_t policy(void *ctx, enum fw20_list list)
{
	(void)ctx;
	return list == FW20_OUTPUT ? -1 : FW20_ACCEPT | FW20_MASQ;
}

static void each_rule(void *ctx, enum fw20_list list, bool zero,
		      void (*row)(void *, const struct fw20_rule_row *),
		      void *arg)
{
	(void)ctx;
	(void)list;
	(void)zero;
	for (int i = 0; i < ROWS; i++)
		row(arg, &rows[i]);
}

static const struct proc_source source = {
	.era = era,
	.policy20 = policy,
	.rules20 = each_rule,
};

static uint32_t mask_of(uint32_t bits)
{
	return bits ? UINT32_MAX << (32 - bits) : 0;
}

/* Any rule at all, as long as its ports have room. */
static void make_row(struct fw20_rule_row *row, uint32_t *seed)
{
	static const char *const devices[] = { "", "eth0", "abcdefghijklmnop" };
	struct fw20_rule *r = &row->rule;
	const char *device = devices[ops_random(seed) % 3];

	*row = (struct fw20_rule_row){ .packets = ops_random(seed),
				       .bytes = ops_random(seed) };
	r->smask = mask_of(ops_random(seed) % 33);
	r->dmask = ops_random(seed) % 2 ? mask_of(ops_random(seed) % 33)
					: ops_random(seed);
	r->src = ops_random(seed) & r->smask;
	r->dst = ops_random(seed) & r->dmask;
	r->via_addr = ops_random(seed) % 2 ? ops_random(seed) : 0;
	memcpy(r->via.s, device, strlen(device));
	r->flags = ops_random(seed) & FW20_MASK;
	r->n_src = (uint16_t)(ops_random(seed) % 6);
	r->n_dst = (uint16_t)(ops_random(seed) % 5);
	for (int i = 0; i < FW20_PORTS; i++)
		r->port[i] = (uint16_t)ops_random(seed);
	r->tos_and = (uint8_t)ops_random(seed);
	r->tos_xor = (uint8_t)ops_random(seed);
}

static void fill_rows(void)
{
	uint32_t seed = 20;

	for (int i = 0; i < ROWS; i++)
		make_row(&rows[i], &seed);
}

static void render(const char *path, struct text *file)
{
	assert_int_equal(proc_read(&source, path, false, file), 0);
}

static void reads_what_is_rendered(void **state)
{
	static const struct {
		const char *path;
		enum ipfwadm_category category;
		const char *title;
	} files[] = {
		{ "net/ip_acct", IPFWADM_ACCT, "IP accounting rules\n" },
		{ "net/ip_forward", IPFWADM_FORWARD,
		  "IP firewall forward rules, default policy: "
		  "accept/masquerade\n" },
		{ "net/ip_output", IPFWADM_OUTPUT,
		  "IP firewall output rules, default policy: deny\n" },
	};

	(void)state;
	source_era = ERA_2_0;
	fill_rows();
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		bool acct = files[i].category == IPFWADM_ACCT;
		uint8_t show = IPFWADM_EXTENDED | IPFWADM_EXPAND;
		struct text file = { 0 }, got = { 0 }, want = { 0 };

		render(files[i].path, &file);
		text_puts(&want, files[i].title);
		ipfwadm_print_rule_header(acct, show, &want);
		for (int n = 0; n < ROWS; n++)
			ipfwadm_print_rule(&rows[n], acct, show, &test_names,
					   &want);
		assert_int_equal(ipfwadm_list_rules(file.s, files[i].category,
						    show, &test_names, &got),
				 IPFWADM_LISTED);
		assert_string_equal(got.s, want.s);
		text_fini(&file);
		text_fini(&got);
		text_fini(&want);
	}
}

static const char *const lines_1_3[] = {
	"C0A80100/FFFFFF00->00000000/00000000 00000000 204 0 0 0         0     "
	"    0 0 0 0 0 0 0 0 0 0 MFF00\n",
	"00000000/00000000->CB007105/FFFFFFFF C0A80101 11 0 2 4294967295 12345 "
	"    20 25 0 0 0 0 0 0 0 0 M0300\n",
};

static void renders_1_3(void **state)
{
	struct text file = { 0 };

	(void)state;
	source_era = ERA_1_3;
	memset(rows, 0, sizeof(rows));
	rows[0].rule = (struct fw20_rule){ .src = 0xC0A80100,
					   .smask = 0xFFFFFF00,
					   .flags = 0x204,
					   .tos_and = 0xFF };
	rows[1] = (struct fw20_rule_row){
		.rule = { .dst = 0xCB007105,
			  .dmask = UINT32_MAX,
			  .via_addr = 0xC0A80101,
			  .flags = 0x11,
			  .n_dst = 2,
			  .port = { 20, 25 },
			  .tos_and = 3 },
		.packets = UINT32_MAX,
		.bytes = 12345,
	};
	render("net/ip_block", &file);
	assert_ptr_equal(strstr(file.s, "IP firewall block rules, default "
					"516\n"),
			 file.s);
	assert_ptr_equal(strstr(file.s, lines_1_3[0]),
			 strchr(file.s, '\n') + 1);
	assert_non_null(strstr(file.s, lines_1_3[1]));
	text_fini(&file);
}

/* ipfw: what is shown of which line. */
static const struct row_case {
	const char *line, *want;
} row_cases[] = {
	{ "C0A80100/FFFFFF00->00000000/00000000 00000000 204 0 0 0 0 0 0 0 0 0 "
	  "0 0 0 0 0 MFF00",
	  "(masqueradeall   192.168.1.0/24      anywhere            \n" },
	{ "7F000001/FFFFFFFF->0A140000/FFFF0000 00000000 105 1 0 0 0 23 0 0 0 "
	  "0 0 0 0 0 0 MFF00",
	  "accept\ttcp   localhost           =branch             telnet -> "
	  "any\n" },
	{ "C0A80105/FFFFFFFF->0A000000/FF000000 00000000 12 1 4 0 0 53 1 9 23 "
	  "25 0 0 0 0 0 MFF00",
	  "deny\tudp   192.168.1.5/32      10.0.0.0/8          domain -> "
	  "1-9,23,25,0,0\n" },
	{ "C0A80105/FFFFFFFF->0A000000/FF000000 00000000 13 0 10 0 0 1 9 1 2 3 "
	  "4 5 6 7 8 MFF00",
	  "deny\ticmp  192.168.1.5/32      10.0.0.0/8          any -> "
	  "1-9,1,2,3,4,5,6,7,8,0,0\n" },
	{ "C0A80105/FFFFFFFF->0A000000/FF000000 00000000 13 0 11 0 0 1 9 1 2 3 "
	  "4 5 6 7 8 MFF00",
	  "" },
	{ "C0A80105/FFFFFFFF->0A0000", "" },
};

static void ipfw_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(row_cases) / sizeof(row_cases[0]); i++) {
		const struct row_case *c = &row_cases[i];
		struct text file = { 0 }, got = { 0 };
		const char *shown;

		text_printf(&file, "title\n%s\n", c->line);
		assert_int_equal(
			ipfw_list(file.s, false, false, &test_names, &got), 0);
		shown = strchr(got.s, '\n') + 1;
		if (strcmp(shown, c->want) != 0)
			fail_msg("%s: got %s, want %s", c->line, shown,
				 c->want);
		text_fini(&file);
		text_fini(&got);
	}
}

static const struct file_case {
	const char *name, *file;
	enum ipfwadm_category category;
	enum ipfwadm_listed want;
	const char *out;
} file_cases[] = {
	{ "empty", "", IPFWADM_FORWARD, IPFWADM_BAD_HEADER, NULL },
	{ "empty line", "\n", IPFWADM_FORWARD, IPFWADM_BAD_HEADER, NULL },
	{ "no policy", "IP rules, default\n", IPFWADM_FORWARD,
	  IPFWADM_BAD_HEADER, NULL },
	{ "a policy in words", "IP rules, default accept\n", IPFWADM_FORWARD,
	  IPFWADM_BAD_HEADER, NULL },
	{ "the comma on the next line", "IP rules\n, default 4\n",
	  IPFWADM_FORWARD, IPFWADM_BAD_HEADER, NULL },
	{ "no newline", "IP rules, default 256", IPFWADM_FORWARD,
	  IPFWADM_LISTED, "IP rules, default policy: reject\n" },
	{ "blank lines", "IP rules, default 4\n\n  \n", IPFWADM_INPUT,
	  IPFWADM_LISTED, "IP rules, default policy: accept\n" },
	{ "more ports than there is room for",
	  "x, default 4\n0/0->0/0 - 0 1 6 5 0 0 1 2 3 4 5 6 7 8 9 10 AFF X00\n",
	  IPFWADM_INPUT, IPFWADM_BAD_DATA, "x, default policy: accept\n" },
	{ "accounting", "whatever\n", IPFWADM_ACCT, IPFWADM_LISTED,
	  "whatever\n" },
};

static void odd_files(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(file_cases) / sizeof(file_cases[0]);
	     i++) {
		const struct file_case *c = &file_cases[i];
		struct text got = { 0 };
		enum ipfwadm_listed listed = ipfwadm_list_rules(
			c->file, c->category, 0, &test_names, &got);

		if (listed != c->want || (c->out && !got.s) ||
		    (c->out ? strcmp(got.s, c->out) != 0 : got.len != 0))
			fail_msg("%s: got %d, %s", c->name, listed, got.s);
		text_fini(&got);
	}
}

static const struct masq_case {
	const char *name, *lines;
	enum ipfwadm_listed want;
	const char *out; /* behind the header */
} masq_cases[] = {
	{ "none", "", IPFWADM_LISTED, "" },
	{ "2.0",
	  "TCP C0A80102:0401 0A000009:0017 EE48 00000000      0      0   "
	  "90000        \n",
	  IPFWADM_LISTED,
	  "tcp  15:00.00          0     0     0 192.168.1.2          10.0.0.9  "
	  "           1025 (61000) -> telnet\n" },
	{ "1.3",
	  "UDP C0A80102:0401 0A000009:0035 EA60 FFFFFFFF    -1 32767 30000\n",
	  IPFWADM_LISTED,
	  "udp  05:00.00 4294967295    -1 32767 192.168.1.2          10.0.0.9  "
	  "           1025 (60000) -> domain\n" },
	{ "a ping",
	  "TCP C0A80102:0401 0A000009:0017 EE48 00000000 0 0 90000\n"
	  "ICMP C0A80102:0401 0A000009:0800 EE48 00000000 0 0 12500\n",
	  IPFWADM_BAD_DATA, "" },
	{ "cut", "TCP C0A80102:0401 0A000009:0017 EE48 00000000 0 0",
	  IPFWADM_BAD_DATA, "" },
};

static void masquerade_entries(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(masq_cases) / sizeof(masq_cases[0]);
	     i++) {
		const struct masq_case *c = &masq_cases[i];
		struct text file = { 0 }, got = { 0 }, want = { 0 };
		enum ipfwadm_listed listed;

		text_printf(&file, "Prc FromIP ...\n%s", c->lines);
		text_puts(&want, "IP masquerading entries\n");
		if (c->out[0]) {
			ipfwadm_print_masq_header(IPFWADM_EXTENDED, &want);
			text_puts(&want, c->out);
		}
		listed = ipfwadm_list_masq(file.s, IPFWADM_EXTENDED,
					   &test_names, &got);
		if (listed != c->want || strcmp(got.s, want.s) != 0)
			fail_msg("%s: got %d, %s, want %d, %s", c->name, listed,
				 got.s, c->want, want.s);
		text_fini(&file);
		text_fini(&got);
		text_fini(&want);
	}
}

/* The ends of the steps in which counters are shown. */
static void counters(void **state)
{
	static const struct {
		uint32_t count;
		const char *want;
	} cases[] = {
		{ 99999, "99999 " },      { 100000, " 100K " },
		{ 9999499, "9999K " },    { 9999500, "  10M " },
		{ 4294467295, "4294M " }, { 4294967295, "   0K " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fw20_rule_row row = { .packets = cases[i].count };
		struct text got = { 0 };

		ipfwadm_print_rule(&row, true, 0, NULL, &got);
		if (strncmp(got.s, cases[i].want, 6) != 0)
			fail_msg("%u: got %.6s, want %s", cases[i].count, got.s,
				 cases[i].want);
		text_fini(&got);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_is_rendered),
		cmocka_unit_test(renders_1_3),
		cmocka_unit_test(ipfw_rows),
		cmocka_unit_test(odd_files),
		cmocka_unit_test(masquerade_entries),
		cmocka_unit_test(counters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
