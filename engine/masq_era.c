/* The masquerading of each era: numbers and switches. */
#include "engine/masq_era.h"

#include "engine/masq.h"

enum { FIN = 0x01, RST = 0x04, MINUTE = 60 * HZ };

/* Ticks an entry lives after its last packet; masq_timeout_table. */
static const ticks_t timeouts_2_2[] = {
	[MASQ_NONE] = 30 * MINUTE,    [MASQ_ESTABLISHED] = 15 * MINUTE,
	[MASQ_SYN_SENT] = 2 * MINUTE, [MASQ_SYN_RECV] = 1 * MINUTE,
	[MASQ_FIN_WAIT] = 2 * MINUTE, [MASQ_TIME_WAIT] = 2 * MINUTE,
	[MASQ_CLOSE] = 10 * HZ,       [MASQ_CLOSE_WAIT] = 1 * MINUTE,
	[MASQ_LAST_ACK] = 30 * HZ,    [MASQ_LISTEN] = 2 * MINUTE,
	[MASQ_UDP] = 5 * MINUTE,      [MASQ_ICMP] = 1 * MINUTE,
};

/*
 * The older ones had no states. Theirs are few: ESTABLISHED; FIN_WAIT and
 * CLOSE_WAIT, one side's FIN was seen; TIME_WAIT, both were; CLOSE, a RST.
 * LISTEN is an announced FTP data connection.
 */
static const ticks_t timeouts_2_0[] = {
	[MASQ_NONE] = 15 * MINUTE,
	[MASQ_ESTABLISHED] = 15 * MINUTE,
	[MASQ_SYN_SENT] = 15 * MINUTE,
	[MASQ_SYN_RECV] = 15 * MINUTE,
	[MASQ_FIN_WAIT] = 15 * MINUTE,
	[MASQ_TIME_WAIT] = 2 * MINUTE,
	[MASQ_CLOSE] = 1,
	[MASQ_CLOSE_WAIT] = 15 * MINUTE,
	[MASQ_LAST_ACK] = 15 * MINUTE,
	[MASQ_LISTEN] = 6 * MINUTE,
	[MASQ_UDP] = 5 * MINUTE,
	[MASQ_ICMP] = 125 * HZ,
};

static const ticks_t timeouts_1_3[] = {
	[MASQ_NONE] = 15 * MINUTE,     [MASQ_ESTABLISHED] = 15 * MINUTE,
	[MASQ_SYN_SENT] = 15 * MINUTE, [MASQ_SYN_RECV] = 15 * MINUTE,
	[MASQ_FIN_WAIT] = 2 * MINUTE,  [MASQ_TIME_WAIT] = 2 * MINUTE,
	[MASQ_CLOSE] = 15 * MINUTE,    [MASQ_CLOSE_WAIT] = 15 * MINUTE,
	[MASQ_LAST_ACK] = 15 * MINUTE, [MASQ_LISTEN] = 2 * MINUTE,
	[MASQ_UDP] = 5 * MINUTE,       [MASQ_ICMP] = 5 * MINUTE,
};

_Static_assert(sizeof(timeouts_2_2) == MASQ_STATES * sizeof(ticks_t) &&
		       sizeof(timeouts_2_0) == sizeof(timeouts_2_2) &&
		       sizeof(timeouts_1_3) == sizeof(timeouts_2_2),
	       "a state lacks its timeout");

/* A RST counts from then on, and so does a FIN. */
static enum masq_state tcp_next_2_0(enum masq_state state, enum masq_way way,
				    uint8_t flags)
{
	bool out_fin = state == MASQ_FIN_WAIT || state == MASQ_TIME_WAIT;
	bool in_fin = state == MASQ_CLOSE_WAIT || state == MASQ_TIME_WAIT;

	if (flags & FIN) {
		out_fin |= way == MASQ_OUT;
		in_fin |= way == MASQ_IN;
	}
	if (flags & RST || state == MASQ_CLOSE)
		return MASQ_CLOSE;
	if (out_fin && in_fin)
		return MASQ_TIME_WAIT;
	if (in_fin)
		return MASQ_CLOSE_WAIT;
	return out_fin ? MASQ_FIN_WAIT : MASQ_ESTABLISHED;
}

/* A FIN from inside is all that counts. */
static enum masq_state tcp_next_1_3(enum masq_state state, enum masq_way way,
				    uint8_t flags)
{
	if (way == MASQ_OUT && flags & FIN)
		return MASQ_FIN_WAIT;
	return state == MASQ_FIN_WAIT ? MASQ_FIN_WAIT : MASQ_ESTABLISHED;
}

const struct masq_era masq_eras[ERA_COUNT] = {
	[ERA_2_2] = {
		.port_begin = MASQ_PORT_BEGIN,
		.port_end = MASQ_PORT_END,
		.free_ports = MASQ_FREE_PORTS,
		.timeouts = timeouts_2_2,
		.settable = { 1 << MASQ_ESTABLISHED, 1 << MASQ_FIN_WAIT,
			      1 << MASQ_UDP },
		.kept = MASQ_TIME_WAIT,
		.tcp_next = masq_tcp_next,
		.prefix = "IP_MASQ:",
		.shares_ports = true,
		.icmp = true,
		.drops_others = true,
		.checks_shape = true,
		.checks_out = true,
		.settles_udp = true,
		.in_rearms = true,
		.dynaddr_on = -1,
		.dynaddr_told = ~1,
	},
	[ERA_2_0] = {
		.port_begin = 61000,
		.port_end = 65096,
		.free_ports = 4096,
		.timeouts = timeouts_2_0,
		.settable = { 1 << MASQ_NONE | 1 << MASQ_ESTABLISHED |
				      1 << MASQ_FIN_WAIT | 1 << MASQ_CLOSE_WAIT,
			      1 << MASQ_TIME_WAIT, 1 << MASQ_UDP },
		.listen_fins = 3,
		.kept = MASQ_ESTABLISHED,
		.tcp_next = tcp_next_2_0,
		.flags = MASQ_SIMPLE_HASH | MASQ_AUTOFW_FAR,
		.prefix = "",
		.icmp = true,
		.drops_others = true,
		.tells_wrong = true,
		.in_rearms = true,
		.type_first = true,
		.acks_plain = true,
		.dynaddr_on = 3,
		.dynaddr_told = 2,
		.dynaddr_replied = 4,
	},
	[ERA_1_3] = {
		.port_begin = 60000,
		.port_end = 64096,
		.free_ports = 4096,
		.timeouts = timeouts_1_3,
		.unknown_dport = 64097,
		.kept = MASQ_ESTABLISHED,
		.tcp_next = tcp_next_1_3,
		.flags = MASQ_SIMPLE_HASH | MASQ_ANY_MADDR,
		.prefix = "",
		.one_list = true,
		.tells_wrong = true,
		.acks_plain = true,
	},
};
