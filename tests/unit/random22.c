/* Random rules and packets of Linux 2.2. */
#include "tests/unit/random22.h"

#include <string.h>

/* xorshift64* by Vigna: the same numbers on every machine. */
static uint64_t seed = 0x9E3779B97F4A7C15;

uint32_t random_below(uint32_t n)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return (uint32_t)(((seed * 0x2545F4914F6CDD1D) >> 32) * n >> 32);
}

bool random_one_in(uint32_t n)
{
	return random_below(n) == 0;
}

const char *const random_chains[RANDOM_CHAINS] = { "input", "forward", "output",
						   "u1",    "u2",      "u3",
						   "u4",    "u5" };
static const char *const ifs[] = { "eth0",          "eth1",         "eth10",
				   "ppp0",          "lo",           "e",
				   "averylongname", "averylonghand" };
static const uint8_t protos[] = { 6, 6, 6, 17, 17, 1, 2, 47, 0, 255 };

static uint32_t some_addr(void)
{
	static const uint32_t nets[] = { 0x0A000000, 0xC0A80100, 0xCB007100,
					 0xFFFFFF00, 0 };

	return nets[random_below(5)] |
	       (random_one_in(3) ? random_below(65536) : random_below(8));
}

static uint32_t some_mask(void)
{
	static const uint32_t odd[] = { 0xFFFF00FF, 0x0000000F, 0xFF00FF00,
					0x7FFFFFFF, 0xFFFFFFFE };

	if (random_one_in(3))
		return 0;
	if (random_one_in(10))
		return odd[random_below(5)];
	return random_one_in(2) ? UINT32_MAX
				: (uint32_t)(~0ULL << random_below(33));
}

static void some_ports(uint16_t port[2])
{
	port[0] = 0;
	port[1] = FW_PORT_MAX;
	if (random_one_in(2))
		return;
	port[0] = (uint16_t)random_below(random_one_in(2) ? 16 : 65536);
	port[1] = random_one_in(2) ? port[0]
				   : (uint16_t)(port[0] + random_below(2000));
	if (random_one_in(20))
		port[1] = (uint16_t)random_below(65536);
}

struct fw_rule random_rule(bool narrow)
{
	static const char *const targets[] = { "",         "",     "",
					       "ACCEPT",   "DENY", "REJECT",
					       "REDIRECT", "MASQ", "RETURN" };
	struct fw_rule r = rule_any(
		targets[random_below(random_one_in(narrow ? 400 : 4) ? 9 : 3)]);

	if (random_one_in(narrow ? 400 : 12))
		memcpy(r.target,
		       random_chains[3 + random_below(RANDOM_CHAINS - 3)], 3);
	r.smask = narrow ? UINT32_MAX : some_mask();
	r.dmask = random_one_in(2) ? 0 : some_mask();
	r.src = random_one_in(30) ? some_addr() : some_addr() & r.smask;
	r.dst = some_addr() & r.dmask;
	r.proto = random_one_in(3) ? 0 : protos[random_below(10)];
	if (random_one_in(40))
		r.proto = (uint16_t)(256 + r.proto);
	if (r.proto == 6 || r.proto == 17 || r.proto == 1) {
		some_ports(r.sport);
		some_ports(r.dport);
	} else if (random_one_in(8)) {
		r.inv = FW_INV_PROTO;
	}
	if (random_one_in(3))
		r.via = ifname(ifs[random_below(8)]);
	if (random_one_in(60))
		memset(r.via.s, 'x', FW_IFNAME);
	r.flags = random_one_in(2) ? FW_F_WILDIF : 0;
	if (random_one_in(8))
		r.flags |= random_below(FW_F_MASK + 1);
	if (random_one_in(5))
		r.inv |= 1u << random_below(8);
	if (random_one_in(30))
		r.inv = random_below(256);
	if ((r.inv & FW_INV_PROTO) &&
	    (r.sport[0] || r.dport[0] || r.sport[1] != FW_PORT_MAX ||
	     r.dport[1] != FW_PORT_MAX))
		r.inv &= ~FW_INV_PROTO;
	if (random_one_in(10))
		r.mark = random_below(3);
	if (random_one_in(10))
		r.tos_and = (uint8_t)random_below(256);
	if (random_one_in(10))
		r.tos_xor = (uint8_t)random_below(256);
	r.redir_port = random_one_in(2) ? 0 : (uint16_t)random_below(100);
	r.outsize = (uint16_t)random_below(100);
	return r;
}

struct sample random_packet(void)
{
	struct sample s = {
		.src = some_addr(),
		.dst = some_addr(),
		.proto = protos[random_below(10)],
		.tos = (uint8_t)random_below(256),
		.via = ifs[random_below(8)],
		.tcp_flags = random_one_in(2) ? 2 : (uint8_t)random_below(256),
		.sport = (uint16_t)random_below(random_one_in(2) ? 16 : 65536),
		.dport = (uint16_t)random_below(random_one_in(2) ? 16 : 65536)
	};

	if (random_one_in(6))
		s.frag = (uint16_t)(random_below(4) |
				    (random_one_in(2) ? IP_MF : 0));
	if (random_one_in(6))
		s.tot_len = (uint16_t)(20 + random_below(30));
	return s;
}
