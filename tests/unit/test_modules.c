/* Modules of the old kernel: what insmod accepts and what the list of helpers
 * shows then. */
#include "engine/modules.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/helper.h"
#include "engine/state.h"
#include "tests/unit/cmocka.h"

static const struct load_case {
	const char *name;
	enum fw_era era;
	const char *module, *param;
	int err;
	const char *why;
	const char *list; /* "NAME/PROTO/PORT " in the list's order */
} cases[] = {
	{ "defaults", ERA_2_2, "ip_masq_raudio", NULL, 0, "",
	  "RealAudio/6/7070 RealAudio/6/554 " },
	{ "defaults of 2.0", ERA_2_0, "ip_masq_raudio", NULL, 0, "",
	  "RealAudio/6/7070 " },
	{ "names by port", ERA_2_2, "ip_masq_quake", NULL, 0, "",
	  "Quake_26/17/26000 Quake_27/17/27000 " },
	{ "leading elements", ERA_2_2, "ip_masq_raudio", "ports=8080", 0, "",
	  "RealAudio/6/8080 RealAudio/6/7070 " },
	{ "a port of 0", ERA_2_2, "ip_masq_raudio", "ports=0", 0, "",
	  "RealAudio/6/7070 " },
	{ "hexadecimal, octal", ERA_2_2, "ip_masq_irc", "ports=0x1A0B,010", 0,
	  "", "irc/6/6667 irc/6/8 " },
	{ "marks", ERA_2_2, "ip_masq_ftp", "in_mark=131079", 0, "",
	  "ftp/6/21 ftp/2/7 " },
	{ "a mark too large", ERA_2_2, "ip_masq_ftp", "mark=16777216", -EBUSY,
	  "init_module: Device or resource busy\n"
	  "Hint: insmod errors can be caused by incorrect module parameters, "
	  "including invalid IO or IRQ parameters",
	  "" },
	{ "too many", ERA_2_2, "ip_masq_irc",
	  "ports=1,2,3,4,5,6,7,8,9,10,11,12,13", -EINVAL,
	  "too many values for ports (max 12)", "" },
	{ "ftp takes one less", ERA_2_2, "ip_masq_ftp",
	  "ports=1,2,3,4,5,6,7,8,9,10,11,12", -EINVAL,
	  "too many values for ports (max 11)", "" },
	{ "no number", ERA_2_2, "ip_masq_irc", "ports=x", -EINVAL,
	  "invalid argument syntax for ports: 'x'", "" },
	{ "quake has none", ERA_2_2, "ip_masq_quake", "ports=26000", -EINVAL,
	  "invalid parameter parm_ports", "" },
	{ "but 2.0's had", ERA_2_0, "ip_masq_quake", "ports=1", 0, "",
	  "Quake/17/1 Quake/17/27000 " },
	{ "no debug", ERA_2_2, "ip_masq_ftp", "debug=1", -EINVAL,
	  "invalid parameter parm_debug", "" },
	{ "user has debug", ERA_2_2, "ip_masq_user", "debug=1", 0, "", "" },
	{ "no such module", ERA_2_2, "ip_masq_nothing", NULL, -ENOENT, "", "" },
	{ "not in 2.0", ERA_2_0, "ip_masq_portfw", NULL, -ENOENT, "", "" },
	{ "a word without =", ERA_2_2, "ip_masq_irc", "6668", 0, "",
	  "irc/6/6667 " },
};

static void put_row(void *ctx, const struct fwd_helper_row *row)
{
	text_printf(ctx, "%s/%u/%u ", row->name, row->type >> 16 & 0xFF,
		    row->type & 0xFFFF);
}

static void run_case(struct fw_state *st, const struct load_case *c)
{
	char param[64];
	char *const params[] = { param, NULL };
	struct text why = { 0 }, list = { 0 };
	struct fw fw;
	int err;

	snprintf(param, sizeof(param), "%s", c->param ? c->param : "");
	assert_int_equal(fw_boot(&fw, st, NULL, NULL, c->era), 0);
	err = module_load(&fw, c->module, c->param ? params : NULL, &why);
	helpers_each(&fw, put_row, &list);
	if (err != c->err || strcmp(why.s ? why.s : "", c->why) != 0 ||
	    strcmp(list.s ? list.s : "", c->list) != 0)
		fail_msg("%s: got %d \"%s\" \"%s\", want %d \"%s\" \"%s\"",
			 c->name, err, why.s ? why.s : "", list.s ? list.s : "",
			 c->err, c->why, c->list);
	assert_true(module_loaded(&fw, c->module) == (err == 0));
	text_fini(&why);
	text_fini(&list);
	fw_fini(&fw);
}

static void test_loading(void **state)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		run_case(*state, &cases[i]);
}

static void test_twice_and_away(void **state)
{
	struct text why = { 0 };
	struct fw fw;

	fw_boot(&fw, *state, NULL, NULL, ERA_2_2);
	assert_int_equal(module_load(&fw, "ip_masq_irc", NULL, &why), 0);
	assert_int_equal(module_load(&fw, "ip_masq_irc", NULL, &why), -EEXIST);
	assert_int_equal(module_unload(&fw, "ip_masq_irc"), 0);
	assert_int_equal(module_unload(&fw, "ip_masq_irc"), -ENOENT);
	assert_int_equal(fw.st->helpers.count, 0);
	fw_fini(&fw);
}

static void test_by_itself(void **state)
{
	static const struct {
		enum module_loader loader;
		bool loads;
	} loaders[] = { { LOADER_WORKS, true },
			{ LOADER_FAILS, false },
			{ LOADER_NONE, false } };
	struct fw fw;

	for (size_t i = 0; i < sizeof(loaders) / sizeof(loaders[0]); i++) {
		fw_boot(&fw, *state, NULL, NULL, ERA_2_2);
		host_sysctl_set(&fw, SYSCTL_MODPROBE,
				(int32_t)loaders[i].loader);
		assert_int_equal(module_request(&fw, "ip_masq_portfw"),
				 loaders[i].loads);
		assert_int_equal(module_loaded(&fw, "ip_masq_portfw"),
				 loaders[i].loads);
		assert_false(module_request(&fw, "ip_masq_nothing"));
		fw_fini(&fw);
	}
}

static void first_row(void *ctx, const struct module_row *row)
{
	struct module_row *first = ctx;

	if (!first->name)
		*first = (struct module_row){ .name = "x",
					      .uses = row->uses,
					      .autoclean = row->autoclean,
					      .was_used = row->was_used };
}

static void test_use_count(void **state)
{
	struct module_row row = { 0 };
	struct fw fw;
	uint32_t module;

	fw_boot(&fw, *state, NULL, NULL, ERA_2_2);
	module_request(&fw, "ip_masq_mfw");
	module = module_find(&fw, "ip_masq_mfw");
	module_hold(&fw, module);
	assert_int_equal(module_unload(&fw, "ip_masq_mfw"), -EBUSY);
	module_hold(&fw, module);
	module_release(&fw, module);
	modules_each(&fw, first_row, &row);
	assert_int_equal(row.uses, 1);
	assert_true(row.autoclean && row.was_used);
	module_release(&fw, module);
	module_release(&fw, MODULES_MAX);
	assert_int_equal(module_unload(&fw, "ip_masq_mfw"), 0);
	fw_fini(&fw);
}

static void test_other_era(void **state)
{
	struct text why = { 0 }, list = { 0 };
	struct fw fw;

	fw_boot(&fw, *state, NULL, NULL, ERA_2_2);
	module_load(&fw, "ip_masq_raudio", NULL, &why);
	module_load(&fw, "ip_masq_mfw", NULL, &why);
	assert_int_equal(fw_change_era(&fw, ERA_2_0), 0);
	helpers_each(&fw, put_row, &list);
	assert_string_equal(list.s, "RealAudio/6/7070 ");
	assert_false(module_loaded(&fw, "ip_masq_mfw"));
	text_fini(&list);
	fw_fini(&fw);
}

static int make_state(void **state)
{
	*state = aligned_alloc(_Alignof(struct fw_state),
			       sizeof(struct fw_state));
	return *state ? 0 : -1;
}

static int free_state(void **state)
{
	free(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_loading),
		cmocka_unit_test(test_twice_and_away),
		cmocka_unit_test(test_by_itself),
		cmocka_unit_test(test_use_count),
		cmocka_unit_test(test_other_era),
	};

	return cmocka_run_group_tests_name("modules", tests, make_state,
					   free_state);
}
