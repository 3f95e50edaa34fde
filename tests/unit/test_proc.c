/* The old /proc files: exact lines, from a table of rows. */
#include "proc-emu/proc.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/cmocka.h"

/* One source of everything; a case switches era and what modules there are. */
struct world {
	enum fw_era era;
	const char *absent;
	bool no_user;
	bool zeroed;
	int marks;
};

static enum fw_era world_era(void *ctx)
{
	return ((struct world *)ctx)->era;
}

static bool world_has(void *ctx, const char *path)
{
	const struct world *w = ctx;

	return !w->absent || strcmp(path, w->absent) != 0;
}

static int world_unreadable(void *ctx, const char *path)
{
	const struct world *w = ctx;

	return w->no_user && strcmp(path, "net/ip_masq/tcp") == 0 ? -ENOPKG : 0;
}

static void world_chains(void *ctx,
			 void (*row)(void *, const struct fw_chain_row *),
			 void *arg)
{
	static const struct fw_chain_row rows[] = {
		{ "input", "ACCEPT", 1, { 0, 0 } },
		{ "forward", "DENY", 1, { 5000000000, 7 } },
		{ "eightlet", "-", 12, { 0, 0 } },
	};

	(void)ctx;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		row(arg, &rows[i]);
}

static void world_rules(void *ctx, bool zero,
			void (*row)(void *, const struct fw_rule_row *),
			void *arg)
{
	static const struct fw_rule_row rows[] = {
		{ "input",
		  { .src = 0x0A000000,
		    .smask = 0xFF000000,
		    .via = { "eth0" },
		    .flags = FW_F_LOG,
		    .sport = { 0, 65535 },
		    .dport = { 0, 65535 },
		    .tos_and = 0xFF,
		    .target = "DENY" },
		  { 0, 0 } },
		{ "forward",
		  { .dst = 0xC0A80101,
		    .dmask = 0xFFFFFFFF,
		    .via = { "abcdefghijklmnop" },
		    .flags = FW_F_SYN | FW_F_WILDIF,
		    .inv = FW_INV_SRC | FW_INV_FRAG,
		    .proto = 6,
		    .sport = { 1024, 65535 },
		    .dport = { 80, 80 },
		    .tos_and = 0x01,
		    .tos_xor = 0x10,
		    .redir_port = 8080,
		    .mark = 4294967295,
		    .outsize = 128 },
		  { 12884901889, 4294967295 } },
	};

	((struct world *)ctx)->zeroed = zero;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		row(arg, &rows[i]);
}

static void world_free(void *ctx, int32_t free_ports[MASQ_PROTOS])
{
	(void)ctx;
	free_ports[MASQ_P_UDP] = 40960;
	free_ports[MASQ_P_TCP] = 40959;
	free_ports[MASQ_P_ICMP] = -1;
}

static void world_masq(void *ctx, void (*row)(void *, const struct masq_row *),
		       void *arg)
{
	static const struct masq_row rows[] = {
		{ .saddr = 0xC0A8860D,
		  .daddr = 0x12AA481D,
		  .maddr = 0xC6CF4EF7,
		  .sport = 0x0C86,
		  .dport = 80,
		  .mport = 61000,
		  .proto = 6,
		  .state = MASQ_ESTABLISHED,
		  .flags = MASQ_HASHED,
		  .out_seq = { 0xDEADBEEF, -12, 345 },
		  .refs = 3,
		  .left = 90000,
		  .row = 244,
		  .col = 1 },
		{ .saddr = 0x01020304,
		  .daddr = 0x05060708,
		  .maddr = 0xFFFFFFFF,
		  .sport = 11,
		  .dport = 8,
		  .mport = 0xEE53,
		  .proto = 1,
		  .state = MASQ_ICMP,
		  .flags = 0x1F83,
		  .refs = 12345,
		  .control = -1,
		  .left = 4294967290,
		  .row = 0,
		  .col = 12 },
	};

	(void)ctx;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		row(arg, &rows[i]);
}

static void world_helpers(void *ctx,
			  void (*row)(void *, const struct fwd_helper_row *),
			  void *arg)
{
	const struct world *w = ctx;
	static const struct fwd_helper_row rows[] = {
		{ 0x01060015, 2, "ftp" },
		{ 0x02020007, 0, "ftp" },
		{ 0x01000005, 0, "ftp" },
	};

	for (int i = 0; i < 1 + w->marks; i++)
		row(arg, &rows[i]);
}

static void world_portfw(void *ctx,
			 void (*row)(void *, const struct fwd_portfw_row *),
			 void *arg)
{
	static const struct fwd_portfw_row rows[] = {
		{ 17, 0xC0000201, 0x0A000002, 525, 525, 10, 10 },
		{ 6, 0xC0000201, 0x0A000001, 80, 8080, 123456, 5 },
	};

	(void)ctx;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		row(arg, &rows[i]);
}

static void world_autofw(void *ctx,
			 void (*row)(void *, const struct fwd_autofw_row *),
			 void *arg)
{
	static const struct fwd_autofw_row one = {
		1,          17,         0x1B3A, 0x1C02, 0,    0,
		0xC0A80102, 0xC6336408, 6,      70,     1500, 3
	};

	(void)ctx;
	row(arg, &one);
}

static void
world_mfw(void *ctx, void (*row)(void *, const struct fwd_mfw_row *), void *arg)
{
	static const struct fwd_mfw_row one = { 0x1F, 0xC0A80102, 0, 50, 50 };

	(void)ctx;
	row(arg, &one);
}

static int world_sysctl_get(void *ctx, const char *path, struct text *out)
{
	(void)ctx;
	(void)path;
	text_puts(out, "1\n");
	return 0;
}

static void world_modules(void *ctx,
			  void (*row)(void *, const struct module_row *),
			  void *arg)
{
	static const struct module_row rows[] = {
		{ "ip_masq_portfw", 2404, 2, true, true },
		{ "ip_masq_ftp", 3576, 0, false, false },
	};

	(void)ctx;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		row(arg, &rows[i]);
}

static int world_sysctl_set(void *ctx, const char *path, const char *text)
{
	(void)ctx;
	(void)path;
	return strcmp(text, "x") == 0 ? -EINVAL : 0;
}

static struct proc_source source(struct world *w)
{
	return (struct proc_source){
		.ctx = w,
		.era = world_era,
		.has = world_has,
		.unreadable = world_unreadable,
		.chains = world_chains,
		.rules = world_rules,
		.masq_free = world_free,
		.masq = world_masq,
		.helpers = world_helpers,
		.portfw = world_portfw,
		.autofw = world_autofw,
		.mfw = world_mfw,
		.modules = world_modules,
		.sysctl_get = world_sysctl_get,
		.sysctl_set = world_sysctl_set,
	};
}

static const struct text_case {
	const char *name;
	const char *path;
	enum fw_era era;
	int marks;
	int err;
	const char *want;
} cases[] = {
	{ "chains", "net/ip_fwnames", ERA_2_2, 0, 0,
	  "input ACCEPT 1 0 0 0 0\n"
	  "forward DENY 1 1 705032704 0 7\n"
	  "eightlet - 12 0 0 0 0\n" },
	{ "rules", "net/ip_fwchains", ERA_2_2, 0, 0,
	  "    input 0A000000/FF000000->00000000/00000000 eth0 1 0 0 0     "
	  "    0         0         0         0-65535 0-65535 AFF X00 "
	  "00000000 0 0      DENY\n"
	  "  forward 00000000/00000000->C0A80101/FFFFFFFF abcdefghijklmnop "
	  "12 81 6 3         1         0         4294967295 1024-65535 80-80 "
	  "A01 X10 00001F90 4294967295 128         -\n" },
	{ "modules", "modules", ERA_2_2, 0, 0,
	  "ip_masq_portfw          2404   2 (autoclean)\n"
	  "ip_masq_ftp             3576   0 (unused)\n" },
	{ "modules of 2.0 in pages", "modules", ERA_2_0, 0, 0,
	  "ip_masq_portfw     1\t\t2 (autoclean)\n"
	  "ip_masq_ftp        1\t\t0\n" },
	{ "chains are not of 2.0", "net/ip_fwnames", ERA_2_0, 0, -ENOENT, "" },
	{ "no such file", "net/ip_fwnothing", ERA_2_2, 0, -ENOENT, "" },
	{ "conversations", "net/ip_masquerade", ERA_2_2, 0, 0,
	  "Prc FromIP   FPrt ToIP     TPrt Masq Init-seq  Delta PDelta "
	  "Expires (free=40960,40959,-1)                                      "
	  "\n"
	  "TCP C0A8860D:0C86 12AA481D:0050 EE48 DEADBEEF    -12    345 "
	  "  90000                                                            "
	  "\n"
	  "ICMP 01020304:000B 05060708:0008 EE53 00000000      0      0"
	  " 4294967290                                                        "
	  "\n" },
	{ "TCP conversations", "net/ip_masq/tcp", ERA_2_2, 0, 0,
	  "Prot SrcIP    SPrt DstIP    DPrt MAddr    MPrt State        "
	  "Flgs Ref Ctl Expires HRow HCol (free=40960,40959,-1)               "
	  "\n"
	  "TCP  C0A8860D:0C86 12AA481D:0050 C6CF4EF7:EE48 ESTABLISHED  "
	  "100    3   0     900  244    1                                     "
	  "\n" },
	{ "ICMP conversations", "net/ip_masq/icmp", ERA_2_2, 0, 0,
	  "Prot SrcIP    SPrt DstIP    DPrt MAddr    MPrt State        "
	  "Flgs Ref Ctl Expires HRow HCol (free=40960,40959,-1)               "
	  "\n"
	  "ICMP 01020304:000B 05060708:0008 FFFFFFFF:EE53 ICMP         "
	  "1F83 12345  -1 42949672    0   12                                  "
	  "\n" },
	{ "helpers", "net/ip_masq/app", ERA_2_2, 0, 0,
	  "prot port    n_attach name             \n"
	  "TCP  21      2        ftp              \n" },
	{ "helpers bound by mark cut the beginning", "net/ip_masq/app", ERA_2_2,
	  2, 0,
	  "ot port    n_attach name             \n"
	  "TCP  21      2        ftp              \n"
	  "IP_2  7       0        ftp              \n"
	  "IP_0  5       0        ftp              \n" },
	{ "helpers by the 2.0 name", "net/ip_masq_app", ERA_2_0, 0, 0,
	  "prot port    n_attach name             \n"
	  "TCP  21      2        ftp              \n" },
	{ "portfw", "net/ip_masq/portfw", ERA_2_2, 0, 0,
	  "Prot LAddr    LPort > RAddr    RPort PrCnt  Pref               \n"
	  "UDP  C0000201   525 > 0A000002   525    10    10               \n"
	  "TCP  C0000201    80 > 0A000001  8080 123456     5              "
	  "\n" },
	{ "portfw of 2.0", "net/ip_portfw", ERA_2_0, 0, 0,
	  "Prot Local Addr/Port > Remote Addr/Port                        \n"
	  "TCP 192.0.2.1/80 > 10.0.0.1/8080                               \n"
	  "UDP 192.0.2.1/525 > 10.0.0.2/525                               \n" },
	{ "autofw", "net/ip_masq/autofw", ERA_2_2, 0, 0,
	  "Type Prot Low  High Vis  Hid  Where    Last     CPto CPrt Timer "
	  "Flags\n"
	  "   1   11 1B3A-1C02/0000 0000 C0A80102 C6336408 0006 0046   1500  "
	  "  3\n" },
	{ "mfw", "net/ip_masq/mfw", ERA_2_2, 0, 0,
	  "FwMark > RAddr    RPort PrCnt  Pref                            \n"
	  "0x1f > C0A80102     0    50    50                              \n" },
	{ "a switch", "sys/net/ipv4/ip_forward", ERA_2_0, 0, 0, "1\n" },
};

static void test_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct world w = { .era = cases[i].era,
				   .marks = cases[i].marks };
		struct proc_source src = source(&w);
		struct text out = { 0 };
		int err = proc_read(&src, cases[i].path, false, &out);
		const char *got = out.s ? out.s : "";

		if (err != cases[i].err || strcmp(got, cases[i].want) != 0)
			fail_msg("%s: got %d\n%swant %d\n%s", cases[i].name,
				 err, got, cases[i].err, cases[i].want);
		text_fini(&out);
	}
}

/* Text that is there already stays, also before the shortened one. */
static void test_appends(void **state)
{
	struct world w = { .marks = 2 };
	struct proc_source src = source(&w);
	struct text out = { 0 };

	(void)state;
	text_puts(&out, "before\n");
	assert_int_equal(proc_read(&src, "net/ip_masq/app", false, &out), 0);
	assert_memory_equal(out.s, "before\not port", 14);
	text_fini(&out);
}

static void test_refusals(void **state)
{
	struct world w = { .absent = "net/ip_masq/mfw", .no_user = true };
	struct proc_source src = source(&w);
	struct text out = { 0 };

	(void)state;
	assert_int_equal(proc_read(&src, "net/ip_masq/mfw", false, &out),
			 -ENOENT);
	assert_int_equal(proc_read(&src, "net/ip_masq/tcp", false, &out),
			 -ENOPKG);
	assert_int_equal(proc_write(&src, "net/ip_fwchains", "1"), -EACCES);
	assert_int_equal(proc_write(&src, "net/ip_masq/mfw", "1"), -ENOENT);
	assert_int_equal(proc_write(&src, "sys/net/ipv4/ip_forward", "x"),
			 -EINVAL);
	assert_int_equal(proc_write(&src, "sys/net/ipv4/ip_forward", "1"), 0);
	assert_null(out.s);
}

static void test_zero(void **state)
{
	struct world w = { 0 };
	struct proc_source src = source(&w);
	struct text out = { 0 };

	(void)state;
	proc_read(&src, "net/ip_fwchains", true, &out);
	assert_true(w.zeroed);
	proc_read(&src, "net/ip_fwchains", false, &out);
	assert_false(w.zeroed);
	text_fini(&out);
}

struct seen {
	int files;
	bool absent;
};

static void see(void *ctx, const char *path)
{
	struct seen *s = ctx;

	s->files++;
	s->absent |= strcmp(path, "net/ip_masq/mfw") == 0;
	assert_int_not_equal(proc_mode(path), 0);
}

static void test_each(void **state)
{
	struct world w = { .absent = "net/ip_masq/mfw" };
	struct proc_source src = source(&w);
	struct seen seen = { 0 };

	(void)state;
	proc_each(&src, see, &seen);
	assert_int_equal(seen.files, 21);
	assert_false(seen.absent);
	assert_int_equal(proc_mode("net/ip_fwchains"), 0600);
	assert_int_equal(proc_mode("net/none"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),    cmocka_unit_test(test_appends),
		cmocka_unit_test(test_refusals), cmocka_unit_test(test_zero),
		cmocka_unit_test(test_each),
	};

	return cmocka_run_group_tests_name("proc", tests, NULL, NULL);
}
