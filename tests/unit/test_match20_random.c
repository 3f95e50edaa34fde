/*
 * engine/match20 against a walk that says the specification once more, slowly:
 * the same verdicts, redirect ports, counters, TOS bytes, checksums and log
 * lines for random rules and packets, in 2.0 and in 1.3.
 *
 * FWCOMPAT_RANDOM_PACKETS: how many packets an era (default 100,000).
 */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/cksum.h"
#include "core/text.h"
#include "engine/lists.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/host20.h"
#include "tests/unit/random22.h"

enum {
	MAX_RULES = 24,
	PACKETS = 100000,
	A_SET = 200, /* packets for one set of rules */
	SYN = 0x02,
	RST = 0x04,
	ACK = 0x10,
};

/* The plain walk's own picture of the lists, and of the packet. */
static struct plain {
	bool old; /* 1.3 */
	struct fw20_rule_row row[FW20_LISTS][MAX_RULES];
	int rows[FW20_LISTS];
	struct text log; /* the last line */
	const struct pkt_info *ip;
	const uint8_t *bytes; /* of the whole packet */
	uint16_t sport, dport;
	bool no_ack, not_syn;
} pl;

static struct host20 h;

static bool is_proto(uint8_t proto)
{
	return pl.ip->proto == proto;
}

static bool has_ports(void)
{
	return is_proto(IPPROTO_TCP) || is_proto(IPPROTO_UDP);
}

/* What becomes of a packet that no rule is asked about; FW_V_NONE: they are. */
static enum fw_verdict plain_judge(bool acct)
{
	int offset = pl.ip->frag & IP_OFFSET,
	    size = pl.ip->tot_len - pl.ip->ihl;
	int least = is_proto(IPPROTO_TCP)                          ? 16
		    : is_proto(IPPROTO_UDP) || pl.old /* of all */ ? 8
								   : 0;

	if (offset == 1 && is_proto(IPPROTO_TCP))
		return FW_V_DENY;
	if (offset && !acct &&
	    (has_ports() || (is_proto(IPPROTO_ICMP) && !pl.old)))
		return FW_V_ACCEPT;
	return size < least ? FW_V_DENY : FW_V_NONE;
}

static void plain_look(void)
{
	const uint8_t *t = pl.bytes + pl.ip->ihl;
	bool later = pl.ip->frag & IP_OFFSET;
	bool tcp = is_proto(IPPROTO_TCP) && !later;
	bool ack = tcp && t[13] & (pl.old ? ACK : ACK | RST);

	pl.sport = pl.dport = 65535;
	if (later) {
		pl.sport = pl.old ? 0 : is_proto(IPPROTO_ICMP) ? 255 : 65535;
		pl.dport = pl.old ? 0 : 65535;
	} else if (has_ports()) {
		pl.sport = get_be16(t);
		pl.dport = get_be16(t + 2);
	} else if (is_proto(IPPROTO_ICMP)) {
		pl.sport = pl.ip->tot_len > pl.ip->ihl ? t[0] : 255;
	}
	/* Of packets that are not TCP 2.0 says neither, 1.3 says both. */
	pl.no_ack = tcp ? !ack : pl.old;
	pl.not_syn = tcp ? !(t[13] & SYN) || ack : pl.old;
}

static bool plain_listed(const uint16_t *port, int n, bool range, uint16_t p)
{
	bool found = n == 0;

	for (int i = 0; i < n; i++)
		found |= range && i < 2 ? port[0] <= p && p <= port[1]
					: port[i] == p;
	return found;
}

static bool plain_ports(const struct fw20_rule *r, uint16_t src, uint16_t dst)
{
	return plain_listed(r->port, r->n_src, r->flags & FW20_SRANGE, src) &&
	       (is_proto(IPPROTO_ICMP) ||
		plain_listed(r->port + r->n_src, r->n_dst,
			     r->flags & FW20_DRANGE, dst));
}

static bool plain_matches(const struct fw20_rule *r, int direction)
{
	static const uint8_t protos[] = { 0, IPPROTO_TCP, IPPROTO_UDP,
					  IPPROTO_ICMP };
	int kind = r->flags & FW20_KIND;
	uint32_t src = pl.ip->src, dst = pl.ip->dst;
	bool there = (src & r->smask) == r->src && (dst & r->dmask) == r->dst;
	bool back = r->flags & FW20_BIDIR && (dst & r->smask) == r->src &&
		    (src & r->dmask) == r->dst;
	bool flags_asked = !pl.old || kind != FW20_ALL;

	if (!there && !back)
		return false;
	if ((r->via_addr && r->via_addr != HOST20_OUR) ||
	    (r->via.s[0] && strcmp(r->via.s, "eth0") != 0))
		return false;
	if ((direction == ACCT_IN && r->flags & FW20_ACCTOUT) ||
	    (direction == ACCT_OUT && r->flags & FW20_ACCTIN))
		return false;
	if (flags_asked && r->flags & FW20_TCPSYN && pl.not_syn)
		return false;
	if (flags_asked && r->flags & FW20_TCPACK && pl.no_ack &&
	    (back || !pl.old))
		return false;
	if (kind == FW20_ALL)
		return true;
	if (!is_proto(protos[kind]))
		return false;
	if (kind == FW20_ICMP)
		return plain_ports(r, pl.sport, 0);
	return (there && plain_ports(r, pl.sport, pl.dport)) ||
	       (back && plain_ports(r, pl.dport, pl.sport));
}

static void say_end(uint32_t addr, uint16_t port)
{
	text_printf(&pl.log, " %u.%u.%u.%u", addr >> 24, addr >> 16 & 255,
		    addr >> 8 & 255, addr & 255);
	if (has_ports())
		text_printf(&pl.log, ":%u", port);
}

static void say_2_0(const struct fw20_rule *r, enum fw20_list list,
		    int direction)
{
	static const char *const lists[] = { "fw-fwd", "fw-in", "fw-out" };
	const struct pkt_info *ip = pl.ip;

	if (list == FW20_ACCT)
		text_printf(&pl.log, "IP acct %s",
			    direction == ACCT_IN ? "in" : "out");
	else if (!(r->flags & FW20_ACCEPT))
		text_printf(&pl.log, "IP %s %s", lists[list],
			    r->flags & FW20_ICMPRPL ? "rej" : "deny");
	else if (r->flags & FW20_REDIR)
		text_printf(&pl.log, "IP %s acc/r%u", lists[list],
			    r->port[r->n_src + r->n_dst]);
	else
		text_printf(&pl.log, "IP %s acc%s", lists[list],
			    r->flags & FW20_MASQ ? "/masq" : "");
	text_puts(&pl.log, " eth0 ");
	if (has_ports())
		text_puts(&pl.log, is_proto(IPPROTO_TCP) ? "TCP" : "UDP");
	else if (is_proto(IPPROTO_ICMP))
		text_printf(&pl.log, "ICMP/%u", pl.sport);
	else
		text_printf(&pl.log, "PROTO=%u", ip->proto);
	say_end(ip->src, pl.sport);
	say_end(ip->dst, pl.dport);
	text_printf(&pl.log, " L=%u S=0x%02X I=%u F=0x%04X T=%u", ip->tot_len,
		    ip->tos, ip->id, ip->frag, ip->ttl);
	for (int i = 20; i < ip->ihl; i += 4)
		text_printf(&pl.log, " O=0x%02X%02X%02X%02X", pl.bytes[i + 3],
			    pl.bytes[i + 2], pl.bytes[i + 1], pl.bytes[i]);
}

static void say_1_3(const struct fw20_rule *r, enum fw20_list list)
{
	if (list != FW20_ACCT)
		text_puts(&pl.log, r->flags & FW20_ACCEPT    ? "Accept "
				   : r->flags & FW20_ICMPRPL ? "Reject "
							     : "Deny ");
	if (has_ports())
		text_puts(&pl.log, is_proto(IPPROTO_TCP) ? "TCP" : "UDP ICMP");
	else if (is_proto(IPPROTO_ICMP))
		text_puts(&pl.log, "ICMP");
	else
		text_printf(&pl.log, "p=%u", pl.ip->proto);
	say_end(pl.ip->src, pl.sport);
	say_end(pl.ip->dst, pl.dport);
}

/* The first rule that matches; @direction, if not -1: counts in all that do. */
static const struct fw20_rule *plain_walk(enum fw20_list list, int direction)
{
	for (int i = 0; i < pl.rows[list]; i++) {
		struct fw20_rule_row *row = &pl.row[list][i];

		if (!plain_matches(&row->rule, direction))
			continue;
		row->packets++;
		row->bytes += pl.ip->tot_len;
		if (row->rule.flags & FW20_PRN) {
			text_fini(&pl.log);
			text_puts(&pl.log, "6 "); /* its level */
			if (pl.old)
				say_1_3(&row->rule, list);
			else
				say_2_0(&row->rule, list, direction);
		}
		if (direction == -1)
			return &row->rule;
	}
	return NULL;
}

static enum fw_verdict plain_verdict(uint32_t flags, const struct fw20_rule *r)
{
	if (!(flags & FW20_ACCEPT))
		return flags & FW20_ICMPRPL ? FW_V_REJECT : FW_V_DENY;
	if (r && flags & FW20_REDIR)
		return FW_V_REDIRECT;
	return flags & FW20_MASQ ? FW_V_MASQ : FW_V_ACCEPT;
}

static uint16_t plain_redirect(const struct fw20_rule *r)
{
	uint16_t port = r->port[r->n_src + r->n_dst];

	return port ? port : pl.dport;
}

/* Random rules and packets that meet each other often. */

static uint32_t some_addr(void)
{
	static const uint32_t addrs[] = { 0x0A000001, 0x0A000002, 0x0A010203,
					  0xC0A80105 };

	return addrs[random_below(4)];
}

static uint16_t some_port(void)
{
	static const uint16_t ports[] = { 0, 8, 23, 255, 1024, 65535 };

	return ports[random_below(6)];
}

static void some_side(uint32_t *addr, uint32_t *mask)
{
	static const uint32_t masks[] = { 0,          0,          UINT32_MAX,
					  0xFF000000, 0xFFFFFF00, 0xFF00FF };

	*mask = masks[random_below(6)];
	*addr = some_addr();
	if (!random_one_in(20))
		*addr &= *mask;
}

static struct fw20_rule some_rule(void)
{
	static const uint16_t policies[] = { FW20_ACCEPT, 0, FW20_ICMPRPL,
					     FW20_ACCEPT | FW20_MASQ };
	static const struct fw_ifname devices[] = { { "eth0" }, { "eth1" } };
	struct fw20_rule r = { .n_src = (uint16_t)random_below(4),
			       .n_dst = (uint16_t)random_below(4) };

	some_side(&r.src, &r.smask);
	some_side(&r.dst, &r.dmask);
	r.flags = (uint16_t)(random_below(4) | policies[random_below(4)]);
	if (random_one_in(3))
		r.flags |= FW20_BIDIR;
	if (random_one_in(4))
		r.flags |= random_one_in(2) ? FW20_TCPSYN : FW20_TCPACK;
	if (random_one_in(4))
		r.flags |= FW20_PRN;
	if (r.n_src >= 2 && random_one_in(2))
		r.flags |= FW20_SRANGE;
	if (r.n_dst >= 2 && random_one_in(2))
		r.flags |= FW20_DRANGE;
	for (int i = 0; i < FW20_PORTS; i++)
		r.port[i] = some_port();
	r.tos_and = (uint8_t)random_below(256);
	r.tos_xor = (uint8_t)random_below(256);
	if (random_one_in(6))
		r.via_addr = HOST20_OUR - random_below(2);
	if (pl.old)
		return r;
	if (random_one_in(8))
		r.flags |= FW20_REDIR;
	if (random_one_in(4))
		r.flags |= random_one_in(2) ? FW20_ACCTIN : FW20_ACCTOUT;
	if (random_one_in(6))
		r.via = devices[random_below(2)];
	return r;
}

static void some_packet(struct made20 *m)
{
	static const uint8_t protos[] = { IPPROTO_TCP,  IPPROTO_TCP,
					  IPPROTO_UDP,  IPPROTO_ICMP,
					  IPPROTO_IGMP, 47 };
	static const uint16_t frags[] = { 0, 0,     0,     0,         1,
					  2, IP_DF, IP_MF, IP_MF | 2, 0x8000 };
	static const uint8_t tcp_flags[] = { SYN, ACK, SYN | ACK, RST,
					     0,   1,   RST | ACK };
	uint8_t *b = m->bytes;
	uint32_t ihl = 20 + 4 * (random_one_in(8) ? random_below(3) : 0);
	uint32_t len = random_one_in(4) ? random_below(21) : 20;

	*m = (struct made20){ .bytes = { 0 } };
	b[0] = (uint8_t)(0x40 | ihl / 4);
	b[1] = (uint8_t)random_below(256);
	put_be16(b + 2, (uint16_t)(ihl + len));
	put_be16(b + 4, (uint16_t)random_below(65536));
	put_be16(b + 6, frags[random_below(10)]);
	b[8] = (uint8_t)random_below(256);
	b[9] = protos[random_below(6)];
	put_be32(b + 12, some_addr());
	put_be32(b + 16, some_addr());
	for (uint32_t i = 20; i < ihl; i++) /* options */
		b[i] = (uint8_t)random_below(256);
	put_be16(b + 10, cksum_fold(cksum_add(0, b, ihl)));
	put_be16(b + ihl, some_port());
	put_be16(b + ihl + 2, some_port());
	if (b[9] == IPPROTO_ICMP)
		b[ihl] = (uint8_t)some_port();
	b[ihl + 13] = tcp_flags[random_below(7)];
	m->pkt = (struct pkt){ .data = b, .len = ihl + len, .cap = ihl + len };
	assert_int_equal(pkt_parse(&m->pkt, &m->info), 0);
}

/* One packet to both. */

static void compare_log(void)
{
	if (strcmp(h.log, pl.log.s ? pl.log.s : "") != 0)
		fail_msg("logged: got %s\nwant %s", h.log,
			 pl.log.s ? pl.log.s : "");
	h.log[0] = '\0';
	text_fini(&pl.log);
}

static void one_count(enum acct_direction direction)
{
	struct made20 m;

	some_packet(&m);
	pl.ip = &m.info;
	pl.bytes = m.bytes;
	plain_look();
	if (plain_judge(true) == FW_V_NONE)
		plain_walk(FW20_ACCT, (int)direction);
	list_account(&h.fw, direction, HOST20_ETH0, &m.pkt, &m.info);
	compare_log();
}

static void one_packet(enum fw20_list list)
{
	struct made20 m;
	struct pkt_info before;
	const struct fw20_rule *r = NULL;
	enum fw_verdict want;
	struct fw_answer got;

	some_packet(&m);
	before = m.info;
	pl.ip = &before;
	pl.bytes = m.bytes;
	plain_look();
	want = plain_judge(false);
	if (want == FW_V_NONE) {
		r = plain_walk(list, -1);
		want = plain_verdict(r ? r->flags
				       : (uint32_t)h.state->lists.policy[list],
				     r);
	}
	got = list_run(&h.fw, list, HOST20_ETH0, &m.pkt, &m.info);
	assert_int_equal(got.verdict, want);
	if (r && want == FW_V_REDIRECT)
		assert_int_equal(got.redir_port, plain_redirect(r));
	/* 1.3 changed the TOS of the wrong ones. */
	if (r && !(r->flags & FW20_ACCEPT) == pl.old)
		before.tos = (uint8_t)((before.tos & r->tos_and) ^ r->tos_xor);
	assert_int_equal(m.info.tos, before.tos);
	assert_int_equal(m.bytes[1], before.tos);
	assert_int_equal(cksum_fold(cksum_add(0, m.bytes, m.info.ihl)), 0);
	compare_log();
}

static enum fw20_list this_list;
static int this_row;

static void take_row(void *ctx, const struct fw20_rule_row *row)
{
	(void)ctx;
	pl.row[this_list][pl.rows[this_list]++] = *row;
}

static void compare_row(void *ctx, const struct fw20_rule_row *row)
{
	const struct fw20_rule_row *want = &pl.row[this_list][this_row++];

	(void)ctx;
	assert_int_equal(row->packets, want->packets);
	assert_int_equal(row->bytes, want->bytes);
}

static void one_set(enum fw_era era)
{
	static const int32_t policies[] = { FW20_ACCEPT, 0, FW20_ICMPRPL,
					    FW20_ACCEPT | FW20_MASQ };

	host20_boot(&h, era);
	pl = (struct plain){ .old = era == ERA_1_3 };
	for (int i = 0; i < FW20_LISTS; i++) {
		this_list = (enum fw20_list)i;
		if (pl.old && this_list == FW20_OUTPUT)
			continue;
		for (uint32_t n = random_below(MAX_RULES); n > 0; n--) {
			struct fw20_rule r = some_rule();

			assert_int_equal(list_append(&h.fw, this_list, &r), 0);
		}
		list_each(&h.fw, this_list, false, take_row, NULL);
		list_policy(&h.fw, this_list, policies[random_below(4)]);
	}
	for (int i = 0; i < A_SET; i++)
		if (random_one_in(4))
			one_count(random_below(2));
		else
			one_packet(random_below(pl.old ? 2 : 3));
	for (int i = 0; i < FW20_LISTS; i++) {
		this_list = (enum fw20_list)i;
		this_row = 0;
		list_each(&h.fw, this_list, false, compare_row, NULL);
	}
}

static void both_walks_agree(enum fw_era era)
{
	const char *many = getenv("FWCOMPAT_RANDOM_PACKETS");
	uint64_t left = many ? strtoull(many, NULL, 10) : PACKETS;

	for (; left >= A_SET; left -= A_SET)
		one_set(era);
	host20_free(&h);
	h = (struct host20){ .state = NULL };
}

static void both_walks_agree_on_2_0(void **state)
{
	(void)state;
	both_walks_agree(ERA_2_0);
}

static void both_walks_agree_on_1_3(void **state)
{
	(void)state;
	both_walks_agree(ERA_1_3);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_walks_agree_on_2_0),
		cmocka_unit_test(both_walks_agree_on_1_3),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
