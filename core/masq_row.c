/* Names that go with masquerade entries. */
#include "core/masq_row.h"

/* Linux 2.2, ip_masq.c, masq_state_name. */
static const char *const state_names[] = {
	[MASQ_NONE] = "NONE",         [MASQ_ESTABLISHED] = "ESTABLISHED",
	[MASQ_SYN_SENT] = "SYN_SENT", [MASQ_SYN_RECV] = "SYN_RECV",
	[MASQ_FIN_WAIT] = "FIN_WAIT", [MASQ_TIME_WAIT] = "TIME_WAIT",
	[MASQ_CLOSE] = "CLOSE",       [MASQ_CLOSE_WAIT] = "CLOSE_WAIT",
	[MASQ_LAST_ACK] = "LAST_ACK", [MASQ_LISTEN] = "LISTEN",
	[MASQ_UDP] = "UDP",           [MASQ_ICMP] = "ICMP",
};
_Static_assert(sizeof(state_names) / sizeof(state_names[0]) == MASQ_STATES,
	       "a state lacks its name");

const char *masq_state_name(uint8_t state)
{
	return state < MASQ_STATES ? state_names[state] : "BUG!";
}
