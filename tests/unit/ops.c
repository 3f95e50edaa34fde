/* Random operations on a state. */
#include "tests/unit/ops.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "core/bytes.h"
#include "core/cksum.h"
#include "core/text.h"
#include "engine/path.h"
#include "engine/pkt.h"
#include "engine/state.h"

/* Marsaglia, Xorshift RNGs, 2003: the triple 13, 17, 5. */
uint32_t ops_random(uint32_t *seed)
{
	uint32_t x = *seed;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	*seed = x;
	return x;
}

static uint32_t pick(uint32_t *seed, uint32_t n)
{
	return ops_random(seed) % n;
}

static const char *pick_name(uint32_t *seed)
{
	static const char *const names[] = { "input",  "forward", "output",
					     "one",    "two",     "three",
					     "ACCEPT", "MASQ",    "" };

	return names[pick(seed, 9)];
}

static struct fw_rule pick_rule(uint32_t *seed)
{
	struct fw_rule rule = {
		.src = 0xC0A80100 | pick(seed, 4),
		.smask = pick(seed, 2) ? UINT32_MAX : 0,
		.proto = (uint16_t)(pick(seed, 2) ? IPPROTO_TCP : 0),
		.sport = { 0, FW_PORT_MAX },
		.dport = { 0, FW_PORT_MAX },
		.mark = pick(seed, 2),
		.tos_and = 0xFF,
	};

	snprintf(rule.target, sizeof(rule.target), "%s", pick_name(seed));
	return rule;
}

static void do_append(struct fw *fw, uint32_t *seed)
{
	struct fw_rule rule = pick_rule(seed);

	chain_append(fw, pick_name(seed), &rule);
}

static void do_insert(struct fw *fw, uint32_t *seed)
{
	struct fw_rule rule = pick_rule(seed);

	chain_insert(fw, pick_name(seed), pick(seed, 5), &rule);
}

static void do_replace(struct fw *fw, uint32_t *seed)
{
	struct fw_rule rule = pick_rule(seed);

	chain_replace(fw, pick_name(seed), pick(seed, 5), &rule);
}

static void do_delete(struct fw *fw, uint32_t *seed)
{
	struct fw_rule rule = pick_rule(seed);

	chain_delete(fw, pick_name(seed), &rule);
	chain_delete_num(fw, pick_name(seed), pick(seed, 5));
}

static void do_chain(struct fw *fw, uint32_t *seed)
{
	if (pick(seed, 3))
		chain_create(fw, pick_name(seed));
	else
		chain_remove(fw, pick_name(seed));
}

static void do_flush(struct fw *fw, uint32_t *seed)
{
	if (pick(seed, 4) == 0)
		chain_flush(fw, pick_name(seed));
	chain_zero(fw, pick_name(seed));
	chain_policy(fw, pick_name(seed), pick_name(seed));
}

static struct fw20_rule pick_rule20(uint32_t *seed)
{
	static const uint16_t kinds[] = { FW20_ALL, FW20_TCP, FW20_UDP };

	return (struct fw20_rule){
		.src = 0xC0A80100 | pick(seed, 4),
		.smask = UINT32_MAX,
		.flags = kinds[pick(seed, 3)] | FW20_ACCEPT,
		.tos_and = 0xFF,
	};
}

static void do_list(struct fw *fw, uint32_t *seed)
{
	enum fw20_list list = (enum fw20_list)pick(seed, FW20_LISTS);
	struct fw20_rule rule = pick_rule20(seed);

	switch (pick(seed, 6)) {
	case 0:
		list_delete(fw, list, &rule);
		break;
	case 1:
		list_insert(fw, list, &rule);
		break;
	case 2:
		list_policy(fw, list, pick(seed, 2) ? FW20_ACCEPT : 0);
		break;
	case 3:
		if (pick(seed, 4) == 0)
			list_flush(fw, list);
		list_zero(fw, list);
		break;
	default:
		list_append(fw, list, &rule);
	}
}

static void do_module(struct fw *fw, uint32_t *seed)
{
	static const char *const names[] = { "ip_masq_ftp",    "ip_masq_irc",
					     "ip_masq_portfw", "ip_masq_mfw",
					     "ip_masq_autofw", "ip_masq_user" };
	char *none[] = { NULL };
	struct text why = { 0 };

	if (pick(seed, 3))
		module_load(fw, names[pick(seed, 6)], none, &why);
	else
		module_unload(fw, names[pick(seed, 6)]);
	text_fini(&why);
}

static void do_forward(struct fw *fw, uint32_t *seed)
{
	struct masq_ctl ctl = {
		.target = MASQ_CTL_MODULE,
		.cmd = pick(seed, 3) ? MASQ_CMD_ADD : MASQ_CMD_DEL,
	};

	if (pick(seed, 2)) {
		memcpy(ctl.module, "portfw", sizeof("portfw"));
		ctl.u.portfw = (struct fwd_portfw_row){
			.proto = IPPROTO_TCP,
			.laddr = 0xC0000201,
			.raddr = 0xC0A80100 | pick(seed, 4),
			.lport = (uint16_t)(80 + pick(seed, 3)),
			.rport = 80,
			.pref = 10,
		};
	} else {
		memcpy(ctl.module, "mfw", sizeof("mfw"));
		ctl.u.mfw = (struct fwd_mfw_row){
			.mark = 1 + pick(seed, 3),
			.raddr = 0xC0A80100 | pick(seed, 4),
			.pref = 10,
		};
	}
	fwd_ctl(fw, &ctl);
}

static void do_host(struct fw *fw, uint32_t *seed)
{
	static const char *const names[] = { "eth0", "eth1", "ppp0", "none" };
	const char *name = names[pick(seed, 4)];
	uint32_t net = 0x0A000000 | pick(seed, 4) << 8;

	switch (pick(seed, 4)) {
	case 0:
		host_if_set(fw, name, net | 1, 0xFFFFFF00, HOST_IF_UP);
		break;
	case 1:
		host_route_add(fw, net, 0xFFFFFF00, name, 0);
		break;
	case 2:
		host_route_del(fw, net, 0xFFFFFF00, name);
		break;
	default:
		host_sysctl_set(fw, (enum host_sysctl)pick(seed, SYSCTLS),
				(int32_t)pick(seed, 3));
	}
}

static void do_masquerade(struct fw *fw, uint32_t *seed)
{
	struct masq_want want = {
		.proto = pick(seed, 2) ? IPPROTO_TCP : IPPROTO_UDP,
		.maddr = 0xC0000201,
		.saddr = 0xC0A80100 | pick(seed, 4),
		.daddr = 0xC6336401,
		.sport = (uint16_t)(1024 + pick(seed, 100)),
		.dport = 21,
	};
	uint32_t entry = masq_out_get(fw, want.proto, want.saddr, want.sport,
				      want.daddr, want.dport);

	if (entry == FW_NIL)
		entry = masq_new(fw, &want);
	if (entry == FW_NIL)
		return;
	masq_set_state(fw, entry, pick(seed, 2) ? MASQ_ESTABLISHED : MASQ_UDP);
	masq_put(fw, entry);
}

/* A packet of a few hosts on either side, its checksums right. */
static uint32_t make_packet(uint8_t *b, uint32_t *seed)
{
	bool tcp = pick(seed, 2), inward = pick(seed, 3) == 0;
	uint32_t len = 20 + (tcp ? 20 : 8), inside = 0x0A000002 | pick(seed, 2);

	memset(b, 0, len);
	b[0] = 0x45;
	put_be16(b + 2, (uint16_t)len);
	b[8] = 64;
	b[9] = tcp ? IPPROTO_TCP : IPPROTO_UDP;
	put_be32(b + 12, inward ? 0xC6336401 : inside);
	put_be32(b + 16, inward ? 0x0A000101 : 0xC6336401);
	put_be16(b + 10, cksum_fold(cksum_add(0, b, 20)));
	put_be16(b + (inward ? 20 : 22), (uint16_t)(20 + pick(seed, 3)));
	put_be16(
		b + (inward ? 22 : 20),
		(uint16_t)((inward ? MASQ_PORT_BEGIN : 1024) + pick(seed, 50)));
	if (tcp) {
		b[32] = 0x50;
		b[33] = (uint8_t)pick(seed, 32);
	} else {
		put_be16(b + 24, 8);
	}
	put_be16(b + (tcp ? 36 : 26),
		 cksum_fold(cksum_add(cksum_pseudo(get_be32(b + 12),
						   get_be32(b + 16), b[9],
						   len - 20),
				      b + 20, len - 20)));
	return len;
}

static void do_packets(struct fw *fw, uint32_t *seed)
{
	uint8_t bytes[256];

	host_if_set(fw, "eth0", 0x0A000001, 0xFFFFFF00, HOST_IF_UP);
	host_if_set(fw, "eth1", 0x0A000101, 0xFFFFFF00, HOST_IF_UP);
	host_route_add(fw, 0, 0, "eth1", 0);
	for (int i = 0; i < 10; i++) {
		struct pkt p = { .data = bytes,
				 .cap = sizeof(bytes),
				 .to_host = true };
		const char *in = pick(seed, 2) ? "eth0" : "eth1";

		p.len = make_packet(bytes, seed);
		fw_arrive(fw, fw->st->g.now + pick(seed, 5),
			  host_if_find(fw, in), &p);
	}
}

/* A host that masquerades whatever it forwards. */
static void do_masq_rule(struct fw *fw, uint32_t *seed)
{
	struct fw_rule rule = { .sport = { 0, FW_PORT_MAX },
				.dport = { 0, FW_PORT_MAX },
				.tos_and = 0xFF,
				.target = "MASQ" };
	struct fw20_rule rule20 = { .flags = FW20_ACCEPT | FW20_MASQ,
				    .tos_and = 0xFF };

	(void)seed;
	chain_insert(fw, "forward", 1, &rule);
	list_insert(fw, FW20_FORWARD, &rule20);
}

static void do_time(struct fw *fw, uint32_t *seed)
{
	int32_t seconds[3] = { (int32_t)pick(seed, 2000) * HZ, 0,
			       (int32_t)pick(seed, 300) * HZ };

	masq_timeouts(fw, seconds);
	fw_run(fw, fw->st->g.now + pick(seed, 100 * HZ));
}

static const struct op {
	const char *name;
	void (*run)(struct fw *fw, uint32_t *seed);
} ops[] = {
	{ "append", do_append },   { "insert", do_insert },
	{ "replace", do_replace }, { "delete", do_delete },
	{ "chain", do_chain },     { "flush", do_flush },
	{ "list", do_list },       { "module", do_module },
	{ "forward", do_forward }, { "host", do_host },
	{ "masq", do_masquerade }, { "time", do_time },
	{ "packets", do_packets }, { "masq rule", do_masq_rule },
};

const char *ops_do(struct fw *fw, uint32_t *seed)
{
	const struct op *op = &ops[pick(seed, sizeof(ops) / sizeof(ops[0]))];

	op->run(fw, seed);
	return op->name;
}
