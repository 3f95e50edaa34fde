/*
 * The fast path against the engine: two routers get the same packets, one of
 * them with the kernel's filter before it. What leaves, and what the states
 * show afterwards, is the same. Needs root and a kernel that loads the filter.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <cmocka.h>
#include <linux/bpf.h>
#include <netinet/in.h>
#include <sched.h>
#include <time.h>

#include "core/bytes.h"
#include "core/cksum.h"
#include "engine/fast.h"
#include "engine/fast_birth.h"
#include "engine/fast_lines.h"
#include "engine/path.h"
#include "gateway/fast.h"
#include "gateway/fast_live.h"
#include "tests/unit/router.h"

enum {
	ETHER = 14,
	LO = 1,
	TALKS = 24,
	ROUNDS = 6000,
	LONGEST = 1600,
	ACK = 0x10,
	PSH = 0x08,
	SYN = 0x02,
	FIN = 0x01,
	RST = 0x04,
	TC_ACT_REDIRECT = 7,
};

/* The gate stays open, however long a packet takes. */
static const uint64_t LEASE_NS = 60000000000;

/* One conversation from inside. */
struct talk {
	bool tcp, open;
	uint16_t sport, dport;
	uint32_t server;
};

struct both {
	struct router slow, fast; /* without and with the filter */
	struct fast *filter;
	struct fast_trace trace;
	struct live_passed passed;
	struct talk talk[TALKS];
	uint32_t carried, seed;
	uint64_t now;
};

static uint32_t pick(struct both *b, uint32_t n)
{
	b->seed = b->seed * 1103515245 + 12345;
	return (b->seed >> 8) % n;
}

static uint64_t boot_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void run_to(struct router *r, uint64_t ns)
{
	fw_run(&r->h.fw, (ticks_t)(ns / FAST_NS_A_TICK));
}

/* The fast router's packets come out as the slow one's, and teach. */
static void (*see_out)(void *ctx, const struct fw_out *out);
static struct both *both;

static void see_and_learn(void *ctx, const struct fw_out *out)
{
	struct live_passed *p = &both->passed;

	see_out(ctx, out);
	p->after = out->pkt;
	p->out_row = out->ifindex;
	if (out->kind == FW_OUT_SEND)
		fast_live_learn(both->filter, &both->fast.h.fw, p, both->now);
}

static void add_rule(struct router *r, const char *chain, const char *target,
		     uint8_t tos_xor)
{
	struct fw_rule rule = rule_any(target);

	rule.proto = IPPROTO_TCP;
	rule.tos_xor = tos_xor;
	rule.tos_and = tos_xor ? 0x01 : 0xFF;
	assert_int_equal(chain_append(&r->h.fw, chain, &rule), 0);
}

/* Rules with counters in all chains, jumps, and a TOS that changes. */
static void set_rules(struct router *r)
{
	assert_int_equal(chain_create(&r->h.fw, "acct"), 0);
	add_rule(r, "acct", "", 0);
	add_rule(r, "input", "", 0);
	add_rule(r, "input", "acct", 0);
	add_rule(r, "output", "acct", 0x08);
	run_to(r, boot_ns());
}

static int setup(void **state)
{
	struct both *b = calloc(1, sizeof(*b));
	char why[128];

	if (!b || unshare(CLONE_NEWNET) ||
	    fast_start(&b->filter, why, sizeof(why)) ||
	    fast_sit(b->filter, 1, LO, true) ||
	    fast_sit(b->filter, 2, LO, true)) {
		free(b);
		return 0;
	}
	router_open(&b->slow);
	router_open(&b->fast);
	set_rules(&b->slow);
	set_rules(&b->fast);
	see_out = b->fast.h.env.out;
	both = b;
	b->fast.h.fw.trace = &b->trace;
	b->fast.h.env.out = see_and_learn;
	b->fast.h.fw.fast = fast_map(b->filter);
	b->fast.h.fw.fast_keeps = true;
	b->seed = 1;
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct both *b = *state;

	if (!b)
		return 0;
	router_close(&b->slow);
	router_close(&b->fast);
	fast_stop(b->filter);
	free(b);
	return 0;
}

/* What the filter says, and the packet as it leaves it. */
static bool filter_takes(struct both *b, const uint8_t *p, uint32_t n,
			 uint8_t *out)
{
	uint8_t frame[ETHER + LONGEST] = { 0 }, left[ETHER + LONGEST];
	struct __sk_buff ctx = { .ingress_ifindex = LO, .ifindex = LO };
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = frame,
		    .data_size_in = ETHER + n, .data_out = left,
		    .data_size_out = sizeof(left), .ctx_in = &ctx,
		    .ctx_size_in = sizeof(ctx), .repeat = 1);

	put_be16(frame + 12, 0x0800);
	memcpy(frame + ETHER, p, n);
	assert_int_equal(
		bpf_prog_test_run_opts(fast_program(b->filter, true), &run), 0);
	assert_int_equal(run.data_size_out, ETHER + n);
	memcpy(out, left + ETHER, n);
	if (run.retval != TC_ACT_REDIRECT)
		assert_memory_equal(out, p, n);
	return run.retval == TC_ACT_REDIRECT;
}

static const char *engine_takes(struct both *b, const char *via,
				const uint8_t *p, uint32_t n)
{
	uint8_t bytes[LONGEST];
	struct pkt seen = { .data = bytes, .len = n, .cap = n };

	memcpy(bytes, p, n);
	pkt_look(&seen, &b->passed.before);
	b->passed.in_row = host_if_find(&b->fast.h.fw, via);
	return router_takes(&b->fast, via, p, n);
}

/* When the filter carried the packet that it got last, after @since: one way
 * alone was used so late. */
static uint64_t carried_at(struct both *b, uint64_t since)
{
	struct fast_ctl *map = fast_map(b->filter);
	const struct fast_ports *ports = fast_ports(map);
	uint64_t at = 0;

	for (uint32_t i = 0; i < b->fast.h.fw.st->table[FW_T_MASQ].used; i++)
		if (fast_way(map, 2 * i)->last >= since)
			at = fast_way(map, 2 * i)->last;
	for (uint32_t i = ports->made; i != ports->head; i++)
		if (fast_birth_way(map, i)->last >= since)
			at = fast_birth_way(map, i)->last;
	assert_in_range(at, since, boot_ns());
	return at;
}

/* The filter looks at the clock by itself; the router without it gets the
 * packet at the very same moment. */
static void both_take(struct both *b, const char *via, const uint8_t *p,
		      uint32_t n)
{
	uint8_t left[LONGEST];
	const char *slow;
	bool carried;

	b->now = boot_ns();
	run_to(&b->fast, b->now);
	fast_open(&b->fast.h.fw, b->now + LEASE_NS);
	carried = filter_takes(b, p, n, left);
	run_to(&b->slow, carried ? carried_at(b, b->now) : b->now);
	slow = router_takes(&b->slow, via, p, n);
	if (!carried) {
		assert_string_equal(engine_takes(b, via, p, n), slow);
		return;
	}
	b->carried++;
	assert_string_equal(slow, strcmp(via, "eth0") ? "eth0" : "ppp0");
	assert_int_equal(b->slow.last_len, n);
	assert_memory_equal(left, b->slow.last, n);
}

/* Spoils a packet now and then, or makes it one of the rarer kinds. */
static void vary(struct both *b, uint8_t *p, uint32_t n)
{
	static const struct {
		uint8_t at, value;
	} odd[] = { { 8, 1 },  { 8, 2 },     { 1, 0x10 }, { 1, 0xFF },
		    { 6, 32 }, { 10, 0xFF }, { 7, 1 } };
	uint32_t i = pick(b, 40);

	if (i < sizeof(odd) / sizeof(odd[0])) {
		p[odd[i].at] = odd[i].value;
		put_be16(p + 10, 0);
		put_be16(p + 10, cksum_fold(cksum_add(0, p, 20)));
	} else if (i == 20) {
		p[pick(b, n)] ^= (uint8_t)(1 << pick(b, 8));
	} else if (i == 21 && p[9] == IPPROTO_UDP) {
		put_be16(p + 26, 0);
	} else if (i == 22) {
		p[10] ^= 1;
	}
}

static uint8_t some_flags(struct both *b)
{
	static const uint8_t rare[] = { SYN, SYN | ACK, FIN | ACK, RST | ACK,
					RST, 0,         PSH,       0xFF };
	uint32_t i = pick(b, 60);

	return i < sizeof(rare) ? rare[i] : (uint8_t)(i & 1 ? ACK : ACK | PSH);
}

/* The masquerade port that the slow router gave to a talk, or 0. */
static uint16_t port_of(struct both *b, const struct talk *t)
{
	uint32_t e =
		masq_out_find(&b->slow.h.fw, t->tcp ? IPPROTO_TCP : IPPROTO_UDP,
			      ROUTER_INSIDE, t->sport, t->server, t->dport);

	return e == FW_NIL ? 0 : masq_at(&b->slow.h.fw, e)->mport;
}

static void say_one(struct both *b, struct talk *t)
{
	static const uint8_t text[LONGEST];
	uint16_t mport = port_of(b, t);
	bool out = !mport || pick(b, 2);
	struct flow f = { ROUTER_INSIDE, t->server, t->sport, t->dport };
	uint32_t n = pick(b, 4) ? pick(b, 64) : pick(b, 1460);
	uint8_t p[LONGEST], data[LONGEST];

	if (!out)
		f = (struct flow){ t->server, ROUTER_OURS, t->dport, mport };
	memcpy(data, text, n);
	for (uint32_t i = 0; i < n; i++)
		data[i] = (uint8_t)pick(b, 256);
	if (t->tcp)
		n = make_tcp(p, &f, t->open ? some_flags(b) : SYN, data, n);
	else
		n = make_udp(p, &f, data, n);
	t->open = true;
	vary(b, p, n);
	both_take(b, out ? "eth0" : "ppp0", p, n);
}

/* Counters of all rules and policies. */
static void same_counters(struct both *b)
{
	const struct fw_state *s = b->slow.h.fw.st, *f = b->fast.h.fw.st;

	for (uint32_t i = 0; i < s->table[FW_T_CHAIN].used; i++)
		assert_memory_equal(&s->chain[i].count, &f->chain[i].count,
				    sizeof(s->chain[i].count));
	for (uint32_t i = 0; i < s->table[FW_T_RULE].used; i++)
		assert_memory_equal(&s->rule[i].count, &f->rule[i].count,
				    sizeof(s->rule[i].count));
}

static void same_entries(struct both *b)
{
	const struct fw_state *s = b->slow.h.fw.st, *f = b->fast.h.fw.st;

	assert_int_equal(s->table[FW_T_MASQ].used, f->table[FW_T_MASQ].used);
	assert_int_equal(s->table[FW_T_MASQ].count, f->table[FW_T_MASQ].count);
	for (uint32_t i = 0; i < s->table[FW_T_MASQ].used; i++) {
		const struct masq_entry *a = &s->entry[i], *c = &f->entry[i];

		assert_int_equal(a->mport, c->mport);
		assert_int_equal(a->saddr, c->saddr);
		assert_int_equal(a->sport, c->sport);
		assert_int_equal(a->daddr, c->daddr);
		assert_int_equal(a->dport, c->dport);
		assert_int_equal(a->m_row, c->m_row);
		assert_int_equal(a->state, c->state);
		assert_int_equal(a->flags, c->flags);
		assert_int_equal(a->timeout, c->timeout);
		assert_int_equal(a->expires, c->expires);
		assert_int_equal(a->packets, c->packets);
		assert_int_equal(a->bytes, c->bytes);
	}
}

static void test_random(void **state)
{
	struct both *b = *state;

	if (!b)
		skip();
	for (int i = 0; i < TALKS; i++)
		b->talk[i] = (struct talk){
			.tcp = i & 1,
			.sport = (uint16_t)(1024 + i / 3),
			.dport = (uint16_t)(i % 5 ? 80 : 5000),
			.server = i % 3 ? ROUTER_OUTSIDE : ROUTER_OUTSIDE2,
		};
	for (int i = 0; i < ROUNDS; i++) {
		struct talk *t = &b->talk[pick(b, TALKS)];

		say_one(b, t);
		if (!pick(b, 200))
			t->sport = (uint16_t)(t->sport + 64);
		if (!pick(b, 500))
			fast_void(&b->fast.h.fw);
	}
	print_message("carried %u of %u\n", b->carried, ROUNDS);
	fast_fold(&b->fast.h.fw);
	same_counters(b);
	same_entries(b);
	assert_in_range(b->carried, ROUNDS / 2, ROUNDS);
}

/* A conversation of UDP from one of two hosts to one of four outside ends. */
static struct flow some_flow(struct both *b, uint32_t nth)
{
	return (struct flow){
		.src = ROUTER_INSIDE + nth % 2,
		.dst = nth % 3 ? ROUTER_OUTSIDE : ROUTER_OUTSIDE2,
		.sport = (uint16_t)(2000 + nth),
		.dport = (uint16_t)(nth % 5 ? 53 : 5000 + pick(b, 4)),
	};
}

/* The reply to a conversation, if it has an entry. */
static bool make_reply(struct both *b, const struct flow *f, uint8_t *p,
		       uint32_t *n)
{
	uint32_t e = masq_out_find(&b->slow.h.fw, IPPROTO_UDP, f->src, f->sport,
				   f->dst, f->dport);
	struct flow back = { f->dst, ROUTER_OURS, f->dport, 0 };

	if (e == FW_NIL)
		return false;
	back.dport = masq_at(&b->slow.h.fw, e)->mport;
	*n = make_udp(p, &back, "back", 4);
	return true;
}

/* The filter makes entries itself; the engine others among them. */
static void test_births(void **state)
{
	struct both *b = *state;
	struct flow f[64] = { { 0 } };
	uint8_t p[LONGEST];
	uint32_t n, made;

	if (!b)
		skip();
	for (uint32_t i = 0; i < ROUNDS; i++) {
		struct flow *one = &f[pick(b, 64)];

		switch (pick(b, 8)) {
		case 0:
			if (one->src && make_reply(b, one, p, &n))
				both_take(b, "ppp0", p, n);
			break;
		case 1:
			*one = some_flow(b, i);
			n = make_tcp(p, one, SYN, NULL, 0);
			both_take(b, "eth0", p, n);
			break;
		case 2:
			if (!one->src)
				break;
			n = make_udp(p, one, "again", 5);
			both_take(b, "eth0", p, n);
			break;
		default:
			*one = some_flow(b, i);
			n = make_udp(p, one, "new", 3);
			both_take(b, "eth0", p, n);
		}
		if (!pick(b, 500))
			fast_void(&b->fast.h.fw);
	}
	made = fast_ports(fast_map(b->filter))->head;
	print_message("the filter made %u of %u entries\n", made,
		      b->slow.h.fw.st->table[FW_T_MASQ].count);
	fast_absorb_all(&b->fast.h.fw);
	fast_fold(&b->fast.h.fw);
	same_counters(b);
	same_entries(b);
	assert_int_equal(b->slow.h.fw.st->masq.next_port,
			 b->fast.h.fw.st->masq.next_port);
	assert_in_range(made, ROUNDS / 4, ROUNDS);
}

/* Twenty conversations begin; returns how many entries the filter made. */
static uint32_t twenty_births(struct both *b)
{
	uint32_t before = fast_ports(fast_map(b->filter))->head;
	uint8_t p[LONGEST];

	for (uint16_t i = 0; i < 20; i++) {
		const struct flow f = { ROUTER_INSIDE, ROUTER_OUTSIDE,
					(uint16_t)(3000 + i), 53 };

		both_take(b, "eth0", p, make_udp(p, &f, "new", 3));
	}
	return fast_ports(fast_map(b->filter))->head - before;
}

/* Ends that had an entry begin another, once that has expired. Who does not
 * keep the gate takes births in, too, and loses no count. */
static void test_born_again(void **state)
{
	static const int32_t brief[] = { 0, 0, 2 }, usual[] = { 0, 0, 30000 };
	const struct timespec wait = { .tv_nsec = 50000000 };
	struct both *b = *state;

	if (!b)
		skip();
	assert_int_equal(twenty_births(b), 18);
	b->fast.h.fw.fast_keeps = false;
	fast_absorb_all(&b->fast.h.fw);
	b->fast.h.fw.fast_keeps = true;
	fast_fold(&b->fast.h.fw);
	same_counters(b);
	same_entries(b);
	masq_timeouts(&b->slow.h.fw, brief);
	masq_timeouts(&b->fast.h.fw, brief);
	twenty_births(b);
	fast_absorb_all(&b->fast.h.fw);
	nanosleep(&wait, NULL);
	masq_timeouts(&b->slow.h.fw, usual);
	masq_timeouts(&b->fast.h.fw, usual);
	b->now = boot_ns();
	run_to(&b->slow, b->now);
	run_to(&b->fast, b->now);
	assert_int_equal(b->fast.h.fw.st->table[FW_T_MASQ].count, 0);
	assert_int_equal(twenty_births(b), 18);
	fast_absorb_all(&b->fast.h.fw);
	same_entries(b);
}

/* The kernel follows each way through the filter before it takes it, and gives
 * up after 1,000,000 instructions (Linux, bpf.h, BPF_COMPLEXITY_LIMIT_INSNS): a
 * start waits as long as that lasts. */
static void test_soon_verified(void **state)
{
	struct both *b = *state;

	if (!b)
		skip();
	for (int ether = 0; ether < 2; ether++) {
		struct bpf_prog_info info = { 0 };
		uint32_t n = sizeof(info);

		assert_int_equal(
			bpf_obj_get_info_by_fd(fast_program(b->filter, ether),
					       &info, &n),
			0);
		assert_in_range(info.verified_insns, 1, 100000);
	}
}

/* Programs at the loopback's ingress, as kernels from 6.6 on tell it. */
static bool programs_at_lo(uint32_t *n)
{
	uint32_t id[64];

	*n = sizeof(id) / sizeof(id[0]);
	return bpf_prog_query(LO, (enum bpf_attach_type)46, 0, NULL, id, n) ==
	       0;
}

/* Who was killed left a filter there; the next one's takes its place. */
static void test_place(void **state)
{
	struct both *b = *state;
	struct fast *next;
	char why[128];
	uint32_t n = 0;

	if (!b || !programs_at_lo(&n))
		skip();
	assert_int_equal(n, 1);
	assert_int_equal(fast_start(&next, why, sizeof(why)), 0);
	assert_int_equal(fast_sit(next, 1, LO, false), 0);
	assert_true(programs_at_lo(&n));
	assert_int_equal(n, 1);
	fast_stop(next);
	assert_true(programs_at_lo(&n));
	assert_int_equal(n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_random, setup, teardown),
		cmocka_unit_test_setup_teardown(test_births, setup, teardown),
		cmocka_unit_test_setup_teardown(test_place, setup, teardown),
		cmocka_unit_test_setup_teardown(test_born_again, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_soon_verified, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
