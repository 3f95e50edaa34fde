/* Connections of today's kernel as masquerade entries of the old ones. */
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_conntrack_tcp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "netfilter/rows.h"
#include "tests/unit/cmocka.h"

enum {
	CLIENT = (int)0xC0A80102, /* 192.168.1.2 */
	OURS = (int)0xCB007165,   /* 203.0.113.101 */
	SERVER = (int)0xCB007109, /* 203.0.113.9 */
	OTHER = (int)0xC6336409,  /* 198.51.100.9 */
	/* Flags that a listing can show. */
	SHOWN = 0xFFFF & ~(MASQ_ANY_MADDR | MASQ_AUTOFW_FAR),
	SEEN = IPS_SEEN_REPLY | IPS_CONFIRMED,
};

/* From inside to outside, masqueraded. */
static struct nf_ct_entry outward(uint8_t proto, uint16_t sport, uint16_t dport,
				  uint16_t mport)
{
	return (struct nf_ct_entry){
		.dir = { { .src = CLIENT,
			   .dst = (uint32_t)SERVER,
			   .sport = sport,
			   .dport = dport,
			   .proto = proto },
			 { .src = (uint32_t)SERVER,
			   .dst = (uint32_t)OURS,
			   .sport = dport,
			   .dport = mport,
			   .proto = proto } },
		.status = SEEN | IPS_SRC_NAT,
		.timeout_s = 60,
	};
}

/* From outside to us, and in to the client. */
static struct nf_ct_entry inward(uint16_t sport, uint16_t mport, uint16_t port)
{
	return (struct nf_ct_entry){
		.dir = { { .src = (uint32_t)SERVER,
			   .dst = (uint32_t)OURS,
			   .sport = sport,
			   .dport = mport,
			   .proto = IPPROTO_TCP },
			 { .src = CLIENT,
			   .dst = (uint32_t)SERVER,
			   .sport = port,
			   .dport = sport,
			   .proto = IPPROTO_TCP } },
		.status = SEEN | IPS_DST_NAT,
		.tcp_state = TCP_CONNTRACK_ESTABLISHED,
		.timeout_s = 900,
	};
}

/* All that a row says. */
static void put_row(void *ctx, const struct masq_row *r)
{
	struct text *t = ctx;

	text_printf(t,
		    "%u %08X:%u %08X:%u %08X:%u %s %X seq %X %d %d in %X %d "
		    "%d ctl %d left %u at %u.%u\n",
		    r->proto, r->saddr, r->sport, r->daddr, r->dport, r->maddr,
		    r->mport, masq_state_name(r->state), r->flags & SHOWN,
		    r->out_seq.init_seq, r->out_seq.delta,
		    r->out_seq.previous_delta, r->in_seq.init_seq,
		    r->in_seq.delta, r->in_seq.previous_delta, r->control,
		    r->left, r->row, r->col);
}

static void expect_text(const char *name, struct text *got, const char *want)
{
	if (!got->s || strcmp(got->s, want))
		fail_msg("%s:\ngot  %s\nwant %s", name, got->s ? got->s : "",
			 want);
	text_fini(got);
}

static void expect_row(const char *name, enum fw_era era,
		       const struct nf_ct_entry *e, const char *want)
{
	struct text got = { 0 };
	struct masq_row r;

	nf_row_of(e, era, &r);
	put_row(&got, &r);
	expect_text(name, &got, want);
}

static void test_tcp(void **state)
{
	struct nf_ct_entry e = outward(IPPROTO_TCP, 1025, 80, 61000);

	(void)state;
	e.tcp_state = TCP_CONNTRACK_SYN_SENT;
	e.status &= ~(uint32_t)IPS_SEEN_REPLY;
	expect_row("without an answer", ERA_2_2, &e,
		   "6 C0A80102:1025 CB007109:80 CB007165:61000 SYN_SENT 180 "
		   "seq 0 0 0 in 0 0 0 ctl 0 left 6000 at 114.0\n");
	e.tcp_state = TCP_CONNTRACK_ESTABLISHED;
	e.status |= IPS_SEEN_REPLY;
	e.timeout_s = 432000;
	e.seq[NF_CT_ORIG] = (struct masq_seq){ 0x72619562, 28, 21 };
	e.seq[NF_CT_REPLY] = (struct masq_seq){ 7, -3, 0 };
	expect_row("shifted both ways", ERA_2_2, &e,
		   "6 C0A80102:1025 CB007109:80 CB007165:61000 ESTABLISHED 700 "
		   "seq 72619562 28 21 in 7 -3 0 ctl 0 left 43200000 at "
		   "114.0\n");
	expect_row("in 2.0, where the far end is no part of the key", ERA_2_0,
		   &e,
		   "6 C0A80102:1025 CB007109:80 CB007165:61000 ESTABLISHED "
		   "8700 seq 72619562 28 21 in 7 -3 0 ctl 0 left 43200000 at "
		   "43.0\n");
}

static void test_tcp_states(void **state)
{
	static const char *const names[] = {
		"NONE",     "SYN_SENT",   "SYN_RECV", "ESTABLISHED",
		"FIN_WAIT", "CLOSE_WAIT", "LAST_ACK", "TIME_WAIT",
		"CLOSE",    "SYN_SENT",   "NONE",
	};

	(void)state;
	for (uint8_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct nf_ct_entry e = outward(IPPROTO_TCP, 1, 2, 3);
		struct masq_row r;

		e.tcp_state = i;
		nf_row_of(&e, ERA_2_2, &r);
		assert_string_equal(masq_state_name(r.state), names[i]);
	}
}

static void test_udp(void **state)
{
	struct nf_ct_entry e = outward(IPPROTO_UDP, 1025, 53, 61001);

	(void)state;
	e.status &= ~(uint32_t)IPS_SEEN_REPLY;
	expect_row("without an answer, by its near end", ERA_2_2, &e,
		   "17 C0A80102:1025 CB007109:53 CB007165:61001 UDP 181 seq 0 "
		   "0 0 in 0 0 0 ctl 0 left 6000 at 61.0\n");
	e.status |= IPS_SEEN_REPLY;
	expect_row("answered", ERA_2_2, &e,
		   "17 C0A80102:1025 CB007109:53 CB007165:61001 UDP 100 seq 0 "
		   "0 0 in 0 0 0 ctl 0 left 6000 at 1.0\n");
}

static void test_icmp(void **state)
{
	struct nf_ct_entry e = outward(IPPROTO_ICMP, 300, 300, 4711);

	(void)state;
	e.dir[NF_CT_ORIG].icmp_type = 8;
	expect_row("a ping of 2.2", ERA_2_2, &e,
		   "1 C0A80102:300 CB007109:8 CB007165:4711 ICMP 100 seq 0 0 "
		   "0 in 0 0 0 ctl 0 left 6000 at 2.0\n");
	expect_row("a ping of 2.0", ERA_2_0, &e,
		   "1 C0A80102:300 CB007109:2048 CB007165:4711 ICMP 8100 seq 0 "
		   "0 0 in 0 0 0 ctl 0 left 6000 at 3.0\n");
}

static void test_from_outside(void **state)
{
	struct nf_ct_entry e = inward(20, 43885, 43885);

	(void)state;
	e.seq[NF_CT_REPLY] = (struct masq_seq){ 5, 2, 1 };
	expect_row("a forwarded port", ERA_2_2, &e,
		   "6 C0A80102:43885 CB007109:20 CB007165:43885 ESTABLISHED "
		   "1300 seq 5 2 1 in 0 0 0 ctl 0 left 90000 at 19.0\n");
	e.status |= IPS_EXPECTED;
	expect_row("FTP's data", ERA_2_2, &e,
		   "6 C0A80102:43885 CB007109:20 CB007165:43885 ESTABLISHED "
		   "300 seq 5 2 1 in 0 0 0 ctl 0 left 90000 at 19.0\n");
}

/* A control connection, its data connection (which comes first) and what it
 * announced besides. */
static void test_control(void **state)
{
	struct nf_ct_entry control = outward(IPPROTO_TCP, 1025, 21, 61000);
	struct nf_ct_entry data = inward(20, 43885, 43885);
	struct nf_ct_expect awaited = {
		.tuple = { .src = (uint32_t)SERVER,
			   .dst = (uint32_t)OURS,
			   .dport = 43886,
			   .proto = IPPROTO_TCP },
		.master = control.dir[NF_CT_ORIG],
		.inside = { .sport = 1030 },
		.timeout_s = 300,
	};
	struct text got = { 0 };
	struct nf_rows rows;

	(void)state;
	data.status |= IPS_EXPECTED;
	data.has_master = true;
	data.master = control.dir[NF_CT_ORIG];
	control.tcp_state = TCP_CONNTRACK_ESTABLISHED;
	nf_rows_init(&rows, ERA_2_2);
	nf_rows_add(&rows, &data);
	nf_rows_add(&rows, &control);
	nf_rows_add_expect(&rows, &awaited);
	awaited.tuple.dst = OTHER; /* it will go out: no row */
	nf_rows_add_expect(&rows, &awaited);
	awaited.tuple.dst = (uint32_t)OURS;
	awaited.master.sport++; /* of a stranger's */
	nf_rows_add_expect(&rows, &awaited);
	assert_int_equal(nf_rows_sort(&rows), 0);
	nf_rows_each(&rows, put_row, &got);
	expect_text("rows", &got,
		    "6 C0A80102:1030 CB007109:0 CB007165:43886 LISTEN 182 seq "
		    "0 0 0 in 0 0 0 ctl -1 left 30000 at 13.1\n"
		    "6 C0A80102:43885 CB007109:20 CB007165:43885 ESTABLISHED "
		    "100 seq 0 0 0 in 0 0 0 ctl -1 left 90000 at 19.1\n"
		    "6 C0A80102:1025 CB007109:21 CB007165:61000 ESTABLISHED "
		    "100 seq 0 0 0 in 0 0 0 ctl 2 left 6000 at 55.1\n");
	nf_rows_fini(&rows);
}

static void put_mport(void *ctx, const struct masq_row *r)
{
	text_printf(ctx, "%u.%u:%u ", r->row, r->col, r->mport);
}

static void test_order(void **state)
{
	static const struct {
		uint16_t mport;
		uint64_t started;
	} entries[] = {
		{ 61002, 5 }, { 61001, 1 }, { 61258, 9 },
		{ 61514, 7 }, { 61257, 0 }, { 61002, 5 },
	};

	(void)state;
	for (int dated = 0; dated < 2; dated++) {
		struct text got = { 0 };
		struct nf_rows rows;

		nf_rows_init(&rows, ERA_2_2);
		for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]);
		     i++) {
			struct nf_ct_entry e =
				outward(IPPROTO_TCP, 1, 2, entries[i].mport);

			e.dir[NF_CT_ORIG].sport = entries[i].mport;
			e.started = dated ? entries[i].started : 0;
			nf_rows_add(&rows, &e);
		}
		assert_int_equal(nf_rows_sort(&rows), 0);
		nf_rows_each(&rows, put_mport, &got);
		expect_text(dated ? "newest first" : "as they came", &got,
			    dated ? "33.1:61001 33.2:61257 34.1:61258 "
				    "34.2:61514 34.3:61002 "
				  : "33.1:61001 33.2:61257 34.1:61002 "
				    "34.2:61258 34.3:61514 ");
		nf_rows_fini(&rows);
	}
}

static void add_many(struct nf_rows *rows, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		struct nf_ct_entry e = outward(IPPROTO_UDP, (uint16_t)i, 53,
					       (uint16_t)(61000 + i % 4096));

		e.dir[NF_CT_ORIG].src += i >> 16;
		nf_rows_add(rows, &e);
		nf_rows_add(rows, &e); /* twice in one dump */
	}
}

static void count_row(void *ctx, const struct masq_row *r)
{
	(void)r;
	++*(uint32_t *)ctx;
}

static void test_many(void **state)
{
	int32_t free_ports[MASQ_PROTOS];
	struct nf_ct_entry e = inward(1, 80, 8080);
	struct nf_rows rows;
	uint32_t n = 0;

	(void)state;
	nf_rows_init(&rows, ERA_2_2);
	assert_int_equal(nf_rows_sort(&rows), 0);
	nf_rows_each(&rows, count_row, &n);
	assert_int_equal(n, 0);
	add_many(&rows, 70000);
	nf_rows_add(&rows, &e); /* a forwarded port takes none */
	assert_int_equal(nf_rows_sort(&rows), 0);
	nf_rows_each(&rows, count_row, &n);
	assert_int_equal(n, 70001);
	nf_rows_free_ports(&rows, free_ports);
	assert_int_equal(free_ports[MASQ_P_UDP], 40960 - 70000);
	assert_int_equal(free_ports[MASQ_P_TCP], 40960);
	assert_int_equal(free_ports[MASQ_P_ICMP], 40960);
	nf_rows_fini(&rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tcp),
		cmocka_unit_test(test_tcp_states),
		cmocka_unit_test(test_udp),
		cmocka_unit_test(test_icmp),
		cmocka_unit_test(test_from_outside),
		cmocka_unit_test(test_control),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
