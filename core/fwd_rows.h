/* Rows of /proc/net/ip_masq/{app,portfw,autofw,mfw}. */
#ifndef CORE_FWD_ROWS_H
#define CORE_FWD_ROWS_H

#include <stdint.h>

/* One port or mark that a helper serves. */
struct fwd_helper_row {
	uint32_t type;     /* as 2.2 made it: side, protocol << 16, port */
	uint32_t attached; /* entries bound */
	const char *name;  /* borrowed */
};

struct fwd_portfw_row {
	uint8_t proto;         /* IPPROTO_TCP, IPPROTO_UDP */
	uint32_t laddr, raddr; /* host order */
	uint16_t lport, rport;
	int32_t counter, pref;
};

struct fwd_autofw_row {
	uint16_t type; /* 1 range, 2 port, 3 direct */
	uint16_t proto;
	uint16_t low, high, visible, hidden;
	uint32_t where, last; /* host order */
	uint16_t ctl_proto, ctl_port;
	uint32_t timer; /* ticks left */
	uint16_t flags; /* 1 active, 2 use time, 4 secure */
};

struct fwd_mfw_row {
	uint32_t mark;
	uint32_t raddr; /* host order */
	uint16_t rport;
	int32_t counter, pref;
};

#endif
