/* The states of a masqueraded TCP conversation. Linux 2.2, ip_masq.c. */
#ifndef ENGINE_MASQ_TCP_H
#define ENGINE_MASQ_TCP_H

#include <stdint.h>

#include "core/masq_row.h"

/* Which way a packet goes: from the inside out, or from the outside in. */
enum masq_way { MASQ_OUT, MASQ_IN };

/* The state after a packet; @flags: byte 13 of its TCP header. */
enum masq_state masq_tcp_next(enum masq_state state, enum masq_way way,
			      uint8_t flags);

#endif
