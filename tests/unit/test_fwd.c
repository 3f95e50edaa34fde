/* Forwarding modules: what their calls answer, whose turn it is, timers, and a
 * full table. */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/masq_ctl.h"
#include "engine/masq.h"
#include "engine/masq_fwd.h"
#include "engine/modules.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/host22.h"

enum {
	LOCAL = 0xC0000201,  /* 192.0.2.1 */
	PEER = 0xC6336407,   /* 198.51.100.7 */
	INSIDE = 0x0A000001, /* 10.0.0.1 and the next */
	COPIED_USER = 92
};

static const struct fwd_portfw_row portfw = { IPPROTO_TCP, LOCAL, INSIDE, 80,
					      8080,        0,     10 };
static const struct fwd_autofw_row autofw = { .type = AUTOFW_RANGE,
					      .proto = IPPROTO_UDP,
					      .low = 6970,
					      .high = 7170,
					      .ctl_proto = IPPROTO_TCP,
					      .ctl_port = 7070,
					      .flags = AUTOFW_USETIME |
						       AUTOFW_SECURE };
static const struct fwd_mfw_row mfw = { 1, INSIDE, 80, 0, 2 };
static const struct masq_ctl_user user = { .proto = IPPROTO_TCP,
					   .saddr = INSIDE,
					   .sport = 1000,
					   .maddr = LOCAL,
					   .mport = 5000 };

/* A call to @module (or "user", "portfw20", "autofw20") with the row above. */
static struct masq_ctl call_of(const char *module, enum masq_ctl_cmd cmd)
{
	struct masq_ctl ctl = { .target = MASQ_CTL_MODULE, .cmd = cmd };

	snprintf(ctl.module, sizeof(ctl.module), "%s", module);
	if (strncmp(module, "portfw", 6) == 0)
		ctl.u.portfw = portfw;
	else if (strncmp(module, "autofw", 6) == 0)
		ctl.u.autofw = autofw;
	else if (strcmp(module, "mfw") == 0)
		ctl.u.mfw = mfw;
	else
		ctl.u.user = user;
	if (strcmp(module, "user") == 0)
		ctl.target = MASQ_CTL_USER;
	if (strcmp(module, "portfw20") == 0)
		ctl.target = MASQ_CTL_PORTFW20;
	if (strcmp(module, "autofw20") == 0)
		ctl.target = MASQ_CTL_AUTOFW20;
	return ctl;
}

/* On a host with nothing, or (@twice) after the same call was made once. */
static const struct answer {
	const char *name;
	enum fw_era era;
	const char *module;
	enum masq_ctl_cmd cmd;
	bool twice;
	int want;
} answers[] = {
	{ "peek", ERA_2_2, "portfw", MASQ_CMD_NONE, false, 0 },
	{ "add", ERA_2_2, "portfw", MASQ_CMD_ADD, false, 0 },
	{ "add again edits", ERA_2_2, "portfw", MASQ_CMD_ADD, true, 0 },
	{ "insert", ERA_2_2, "portfw", MASQ_CMD_INSERT, false, EINVAL },
	{ "delete nothing", ERA_2_2, "portfw", MASQ_CMD_DEL, false, ESRCH },
	{ "flush nothing", ERA_2_2, "portfw", MASQ_CMD_FLUSH, false, 0 },
	{ "no such module", ERA_2_2, "nothing", MASQ_CMD_ADD, false, ESRCH },
	{ "a helper takes no calls", ERA_2_2, "ftp", MASQ_CMD_ADD, false,
	  ESRCH },
	{ "autofw peek", ERA_2_2, "autofw", MASQ_CMD_NONE, false, EINVAL },
	{ "autofw insert", ERA_2_2, "autofw", MASQ_CMD_INSERT, false, 0 },
	{ "autofw delete", ERA_2_2, "autofw", MASQ_CMD_DEL, false, EINVAL },
	{ "mfw set", ERA_2_2, "mfw", MASQ_CMD_SET, false, -EINVAL },
	{ "mfw delete", ERA_2_2, "mfw", MASQ_CMD_DEL, false, -ESRCH },
	{ "mfw list", ERA_2_2, "mfw", MASQ_CMD_LIST, false, -EINVAL },
	{ "mfw insert", ERA_2_2, "mfw", MASQ_CMD_INSERT, true, 0 },
	{ "user add", ERA_2_2, "user", MASQ_CMD_ADD, false, COPIED_USER },
	{ "user add again", ERA_2_2, "user", MASQ_CMD_ADD, true, -EBUSY },
	{ "user get nothing", ERA_2_2, "user", MASQ_CMD_GET, false, -ESRCH },
	{ "user flush", ERA_2_2, "user", MASQ_CMD_FLUSH, false, -EINVAL },
	{ "2.0's call on 2.2", ERA_2_2, "portfw20", MASQ_CMD_ADD, false,
	  -ENOPROTOOPT },
	{ "2.2's call on 2.0", ERA_2_0, "portfw", MASQ_CMD_ADD, false,
	  -ENOPROTOOPT },
	{ "2.0 add twice", ERA_2_0, "portfw20", MASQ_CMD_ADD, true, 0 },
	{ "2.0 delete", ERA_2_0, "portfw20", MASQ_CMD_DEL, false, -ESRCH },
	{ "2.0 autofw delete", ERA_2_0, "autofw20", MASQ_CMD_DEL, false,
	  -EINVAL },
	{ "1.3 has none", ERA_1_3, "portfw20", MASQ_CMD_ADD, false,
	  -ENOPROTOOPT },
};

static void test_answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		const struct answer *a = &answers[i];
		struct masq_ctl ctl = call_of(a->module, a->cmd);
		struct host22 h;
		int got;

		host22_open(&h);
		if (a->era != ERA_2_2)
			assert_int_equal(fw_change_era(&h.fw, a->era), 0);
		got = fwd_ctl(&h.fw, &ctl);
		if (a->twice) {
			ctl = call_of(a->module, a->cmd);
			got = fwd_ctl(&h.fw, &ctl);
		}
		if (got != a->want)
			fail_msg("%s: got %d, want %d", a->name, got, a->want);
		host22_close(&h);
	}
}

/* Rows that 2.2's kernel refused, each in one thing. */
static const struct bad_row {
	const char *name;
	struct fwd_portfw_row row;
} bad_rows[] = {
	{ "port 0", { IPPROTO_TCP, LOCAL, INSIDE, 0, 80, 0, 10 } },
	{ "port 61000", { IPPROTO_TCP, LOCAL, INSIDE, 61000, 80, 0, 10 } },
	{ "ICMP", { IPPROTO_ICMP, LOCAL, INSIDE, 80, 80, 0, 10 } },
	{ "no preference", { IPPROTO_TCP, LOCAL, INSIDE, 80, 80, 0, 0 } },
};

static void test_bad_rows(void **state)
{
	struct host22 h;

	(void)state;
	host22_open(&h);
	for (size_t i = 0; i < sizeof(bad_rows) / sizeof(bad_rows[0]); i++) {
		struct masq_ctl ctl = call_of("portfw", MASQ_CMD_ADD);
		int got;

		ctl.u.portfw = bad_rows[i].row;
		got = fwd_ctl(&h.fw, &ctl);
		if (got != EINVAL || h.state->table[FW_T_FORWARD].count)
			fail_msg("%s: got %d", bad_rows[i].name, got);
	}
	host22_close(&h);
}

/* A packet from outside to the local port, as what it becomes: the inside host
 * of its new entry, or 0. */
static uint32_t arrive(struct host22 *h, uint8_t proto, uint16_t from,
		       uint16_t to, uint8_t tcp_flags, uint32_t mark)
{
	struct sample s = { .src = PEER,
			    .dst = LOCAL,
			    .proto = proto,
			    .sport = from,
			    .dport = to,
			    .tcp_flags = tcp_flags };
	uint8_t buf[SAMPLE_BYTES];
	struct pkt_info info;
	struct pkt p;
	uint32_t entry;

	sample_make(&s, buf, &p, &info);
	p.mark = mark;
	if (!fwd_in_rule(&h->fw, &p, &info))
		return 0;
	entry = fwd_in_create(&h->fw, &p, &info);
	return entry == FW_NIL ? 0 : masq_at(&h->fw, entry)->saddr;
}

static int call(struct host22 *h, struct masq_ctl *ctl)
{
	return fwd_ctl(&h->fw, ctl);
}

/* Newest first; each serves as often as its preference says. */
static void test_portfw_turns(void **state)
{
	static const uint32_t want[] = { INSIDE + 1, INSIDE + 1, INSIDE,
					 INSIDE + 1, INSIDE + 1, INSIDE };
	struct masq_ctl ctl = call_of("portfw", MASQ_CMD_ADD);
	struct host22 h;

	(void)state;
	host22_open(&h);
	ctl.u.portfw.pref = 1;
	assert_int_equal(call(&h, &ctl), 0);
	assert_int_equal(arrive(&h, IPPROTO_TCP, 1, 81, 2, 0), 0);
	ctl.u.portfw.raddr = INSIDE + 1;
	ctl.u.portfw.pref = 2;
	assert_int_equal(call(&h, &ctl), 0);
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		assert_int_equal(
			arrive(&h, IPPROTO_TCP, (uint16_t)(1000 + i), 80, 2, 0),
			want[i]);
	host22_close(&h);
}

static void test_mfw_turns(void **state)
{
	struct masq_ctl ctl = call_of("mfw", MASQ_CMD_ADD);
	struct host22 h;

	(void)state;
	host22_open(&h);
	assert_int_equal(call(&h, &ctl), 0);
	ctl.u.mfw.raddr = INSIDE + 1;
	ctl.u.mfw.pref = 0; /* its turn never passes */
	assert_int_equal(call(&h, &ctl), 0);
	assert_int_equal(arrive(&h, IPPROTO_TCP, 1, 99, 2, 0), 0);
	assert_int_equal(arrive(&h, IPPROTO_TCP, 1, 99, 0x10, 1), 0);
	for (uint16_t i = 2; i < 6; i++)
		assert_int_equal(arrive(&h, IPPROTO_TCP, i, 99, 2, 1),
				 i < 4 ? INSIDE : INSIDE + 1);
	assert_int_equal(arrive(&h, IPPROTO_UDP, 7, 99, 0, 1), INSIDE + 1);
	host22_close(&h);
}

/* The module that got its first rule last is asked first. */
static void test_order_of_modules(void **state)
{
	struct masq_ctl pf = call_of("portfw", MASQ_CMD_ADD);
	struct masq_ctl mf = call_of("mfw", MASQ_CMD_ADD);
	struct masq_ctl flush = call_of("portfw", MASQ_CMD_FLUSH);
	struct host22 h;

	(void)state;
	host22_open(&h);
	mf.u.mfw.raddr = INSIDE + 7;
	call(&h, &pf);
	call(&h, &mf);
	assert_int_equal(arrive(&h, IPPROTO_TCP, 1, 80, 2, 1), INSIDE + 7);
	assert_int_equal(arrive(&h, IPPROTO_TCP, 2, 80, 2, 0), INSIDE);
	call(&h, &flush);
	assert_int_equal(arrive(&h, IPPROTO_TCP, 3, 80, 2, 0), 0);
	call(&h, &pf);
	assert_int_equal(arrive(&h, IPPROTO_TCP, 4, 80, 2, 1), INSIDE);
	assert_int_equal(h.state->fwd.active, 2);
	host22_close(&h);
}

static void keep_autofw(void *ctx, const struct fwd_autofw_row *row)
{
	*(struct fwd_autofw_row *)ctx = *row;
}

static struct fwd_autofw_row autofw_now(struct host22 *h, ticks_t now)
{
	struct fwd_autofw_row row = { 0 };

	fwd_run_timers(&h->fw, now);
	fwd_autofw_each(&h->fw, now, keep_autofw, &row);
	return row;
}

/* A client uses the control port: 15 seconds the range is its own. */
static void test_autofw_timer(void **state)
{
	struct masq_ctl ctl = call_of("autofw", MASQ_CMD_ADD);
	struct pkt_info info = { .proto = IPPROTO_TCP,
				 .dst = PEER,
				 .dport = 7070 };
	struct masq_want want = { .proto = IPPROTO_TCP,
				  .maddr = LOCAL,
				  .saddr = INSIDE,
				  .sport = 1000,
				  .daddr = PEER,
				  .dport = 7070 };
	struct fwd_autofw_row row;
	struct host22 h;

	(void)state;
	host22_open(&h);
	assert_int_equal(call(&h, &ctl), 0);
	fwd_out_update(&h.fw, masq_new(&h.fw, &want), &info);
	row = autofw_now(&h, 0);
	assert_int_equal(row.timer, FWD_AUTOFW_HOLD);
	assert_int_equal(row.flags, 7);
	assert_int_equal(row.where, INSIDE);
	assert_int_equal(row.last, PEER);
	row = autofw_now(&h, FWD_AUTOFW_HOLD - 1);
	assert_int_equal(row.timer, 1);
	row = autofw_now(&h, FWD_AUTOFW_HOLD);
	assert_int_equal(row.timer, 0);
	assert_int_equal(row.flags, 6);
	assert_int_equal(row.where, 0);
	assert_int_equal(row.last, 0);
	assert_int_equal(h.state->fwd.timers, 0);
	host22_close(&h);
}

/* A rule that goes while its timer runs takes the timer along. */
static void test_autofw_flush_stops_timer(void **state)
{
	struct masq_ctl ctl = call_of("autofw", MASQ_CMD_ADD);
	struct pkt_info info = { .proto = IPPROTO_TCP, .dport = 7070 };
	struct masq_want want = { .proto = IPPROTO_TCP, .maddr = LOCAL };
	struct host22 h;

	(void)state;
	host22_open(&h);
	call(&h, &ctl);
	fwd_out_update(&h.fw, masq_new(&h.fw, &want), &info);
	assert_int_equal(h.state->fwd.timers, 1);
	ctl.cmd = MASQ_CMD_FLUSH;
	call(&h, &ctl);
	assert_int_equal(h.state->fwd.timers, 0);
	host22_close(&h);
}

/* Quirk: a full table is no error to portfw's caller; to mfw's it is. */
static void test_full_table(void **state)
{
	struct masq_ctl pf = call_of("portfw", MASQ_CMD_ADD);
	struct masq_ctl mf = call_of("mfw", MASQ_CMD_ADD);
	struct host22 h;
	int got = 0;
	uint32_t n = 0;

	(void)state;
	host22_open(&h);
	pf.u.portfw.raddr = INSIDE;
	while (fw_slot_new(&h.fw, FW_T_FORWARD) != FW_NIL)
		n++;
	assert_int_equal(n, FWD_SLOTS_MAX);
	got = call(&h, &pf);
	assert_int_equal(got, ENOMEM);
	assert_int_equal(call(&h, &mf), -ENOMEM);
	/* Room for a mark, or for a host, but not for both. */
	fw_slot_free(&h.fw, FW_T_FORWARD, 5);
	assert_int_equal(call(&h, &mf), -ENOMEM);
	assert_int_equal(h.state->table[FW_T_FORWARD].count, FWD_SLOTS_MAX - 1);
	assert_int_equal(h.state->fwd.active, 0);
	host22_close(&h);
}

/* Without a masquerade address: that of the route to the peer. */
static void test_user_route(void **state)
{
	struct masq_ctl ctl = call_of("user", MASQ_CMD_ADD);
	struct host22 h;

	(void)state;
	host22_open(&h);
	ctl.u.user.maddr = 0;
	assert_int_equal(call(&h, &ctl), -EINVAL);
	ctl.u.user.daddr = PEER;
	assert_int_equal(call(&h, &ctl), -ENETUNREACH);
	host_if_set(&h.fw, "ppp0", LOCAL, 0xFFFFFFFF, HOST_IF_UP | HOST_IF_PPP);
	host_route_add(&h.fw, 0, 0, "ppp0", 0);
	assert_int_equal(call(&h, &ctl), COPIED_USER);
	assert_int_equal(ctl.u.user.maddr, LOCAL);
	host22_close(&h);
}

static void count_portfw(void *ctx, const struct fwd_portfw_row *row)
{
	(void)row;
	++*(int *)ctx;
}

static void count_autofw(void *ctx, const struct fwd_autofw_row *row)
{
	(void)row;
	++*(int *)ctx;
}

static void count_mfw(void *ctx, const struct fwd_mfw_row *row)
{
	(void)row;
	++*(int *)ctx;
}

/* A damaged state, in which the older of two rules leads back to the newer: no
 * walk is longer than the table. */
static void test_circle_of_portfw(void **state)
{
	struct pkt_info info = { .proto = IPPROTO_TCP, .dport = 80 };
	struct masq_ctl ctl = call_of("portfw", MASQ_CMD_ADD);
	struct host22 h;
	int n = 0;

	(void)state;
	host22_open(&h);
	assert_int_equal(call(&h, &ctl), 0);
	ctl.u.portfw.lport++;
	assert_int_equal(call(&h, &ctl), 0);
	h.state->forward[0].next = 1;
	fwd_portfw_each(&h.fw, count_portfw, &n);
	assert_int_equal(n, 2);
	assert_false(fwd_in_rule(&h.fw, NULL, &info));
	ctl.cmd = MASQ_CMD_DEL;
	ctl.u.portfw.raddr = PEER;
	assert_int_equal(call(&h, &ctl), ESRCH);
	ctl.cmd = MASQ_CMD_FLUSH;
	assert_int_equal(call(&h, &ctl), 0);
	host22_close(&h);
}

static void test_circle_of_autofw(void **state)
{
	struct pkt_info info = { .proto = IPPROTO_TCP };
	struct masq_ctl ctl = call_of("autofw", MASQ_CMD_ADD);
	struct host22 h;
	int n = 0;

	(void)state;
	host22_open(&h);
	assert_int_equal(call(&h, &ctl), 0);
	assert_int_equal(call(&h, &ctl), 0);
	h.state->forward[0].next = 1;
	fwd_autofw_each(&h.fw, 0, count_autofw, &n);
	assert_int_equal(n, 2);
	assert_false(fwd_in_rule(&h.fw, NULL, &info));
	h.state->fwd.timers = 1;
	fwd_run_timers(&h.fw, 1);
	ctl.cmd = MASQ_CMD_DEL;
	ctl.u.autofw.low++;
	assert_int_equal(call(&h, &ctl), EINVAL);
	ctl.cmd = MASQ_CMD_FLUSH;
	assert_int_equal(call(&h, &ctl), 0);
	host22_close(&h);
}

/* Marks 1 and 17 share a row; a mark's only host is also its next one. */
static void test_circle_of_mfw(void **state)
{
	struct pkt p = { .mark = 33 };
	struct masq_ctl ctl = call_of("mfw", MASQ_CMD_ADD);
	struct host22 h;
	int n = 0;

	(void)state;
	host22_open(&h);
	assert_int_equal(call(&h, &ctl), 0);
	ctl.u.mfw.mark = 17;
	assert_int_equal(call(&h, &ctl), 0);
	for (uint32_t i = 0; i < 4; i++)
		h.state->forward[i].next = i ^ 2;
	fwd_mfw_each(&h.fw, count_mfw, &n);
	assert_int_equal(n, 16);
	assert_false(fwd_in_rule(&h.fw, &p, NULL));
	assert_int_equal(call(&h, &ctl), 0); /* at the end, if there was one */
	ctl.u.mfw.raddr = PEER;
	ctl.cmd = MASQ_CMD_DEL;
	assert_int_equal(call(&h, &ctl), -ESRCH);
	ctl.cmd = MASQ_CMD_FLUSH;
	assert_int_equal(call(&h, &ctl), 0);
	host22_close(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_bad_rows),
		cmocka_unit_test(test_portfw_turns),
		cmocka_unit_test(test_mfw_turns),
		cmocka_unit_test(test_order_of_modules),
		cmocka_unit_test(test_autofw_timer),
		cmocka_unit_test(test_autofw_flush_stops_timer),
		cmocka_unit_test(test_full_table),
		cmocka_unit_test(test_user_route),
		cmocka_unit_test(test_circle_of_portfw),
		cmocka_unit_test(test_circle_of_autofw),
		cmocka_unit_test(test_circle_of_mfw),
	};

	return cmocka_run_group_tests_name("forwarding modules", tests, NULL,
					   NULL);
}
