/*
 * A control call to the masquerading modules (portfw, autofw, mfw) and to
 * ip_masq_user, as the old setsockopt number 76 carried it, and the calls of
 * 2.0's forwarding patches (numbers 1601 to 1603 and 1345 to 1347). Addresses
 * and ports in host order. Source: Linux 2.2, include/linux/ip_masq.h.
 */
#ifndef CORE_MASQ_CTL_H
#define CORE_MASQ_CTL_H

#include <stdint.h>

#include "core/fwd_rows.h"

enum masq_ctl_target {
	MASQ_CTL_CORE = 1,
	MASQ_CTL_MODULE = 2,
	MASQ_CTL_USER = 3,
	/* Not in that struct: 2.0's own option numbers. Their errors are real.
	 */
	MASQ_CTL_PORTFW20 = 0x100, /* add, delete, flush */
	MASQ_CTL_AUTOFW20
};

enum masq_ctl_cmd {
	MASQ_CMD_NONE,
	MASQ_CMD_INSERT,
	MASQ_CMD_ADD,
	MASQ_CMD_SET,
	MASQ_CMD_DEL,
	MASQ_CMD_GET,
	MASQ_CMD_FLUSH,
	MASQ_CMD_LIST,
	MASQ_CMD_ENABLE,
	MASQ_CMD_DISABLE,
};

/* An entry made or looked for from user space. */
struct masq_ctl_user {
	int32_t proto;
	uint16_t sport, dport, mport;
	uint32_t saddr, daddr, maddr;
	uint32_t rt_daddr, rt_saddr;
	uint32_t timeout; /* ticks */
};

struct masq_ctl {
	enum masq_ctl_target target;
	enum masq_ctl_cmd cmd;
	char module[32];    /* MASQ_CTL_MODULE: "portfw", "autofw", "mfw" */
	uint32_t mfw_flags; /* 1: schedule */
	union {
		struct fwd_portfw_row portfw;
		struct fwd_autofw_row autofw;
		struct fwd_mfw_row mfw;
		struct masq_ctl_user user;
	} u;
};

#endif
