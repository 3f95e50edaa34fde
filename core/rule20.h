/*
 * A rule of the fixed lists of Linux 1.3 and 2.0, as tools, backends and /proc
 * files exchange it. Source: Linux 2.0, include/linux/ip_fw.h.
 */
#ifndef CORE_RULE20_H
#define CORE_RULE20_H

#include <stdint.h>

#include "core/rule.h"

/* In the order of the old socket option numbers. 1.3 calls the input list
 * "blocking". */
enum fw20_list { FW20_FORWARD, FW20_INPUT, FW20_OUTPUT, FW20_ACCT, FW20_LISTS };

enum fw20_flag {
	FW20_ALL = 0,
	FW20_TCP = 1,
	FW20_UDP = 2,
	FW20_ICMP = 3,
	FW20_KIND = 0x0003,
	FW20_ACCEPT = 0x0004,
	FW20_SRANGE = 0x0008, /* the first two source ports are a range */
	FW20_DRANGE = 0x0010,
	FW20_PRN = 0x0020,
	FW20_BIDIR = 0x0040,
	FW20_TCPSYN = 0x0080,
	FW20_ICMPRPL = 0x0100, /* reject with an ICMP error */
	FW20_MASQ = 0x0200,
	FW20_TCPACK = 0x0400,
	FW20_REDIR = 0x0800, /* from here on not in 1.3 */
	FW20_ACCTIN = 0x1000,
	FW20_ACCTOUT = 0x2000,
	FW20_MASK = 0x3FFF,
	FW20_MASK_1_3 = 0x07FF,
};

enum { FW20_PORTS = 10 };

struct fw20_rule {
	uint32_t src, smask; /* host order; the kernel does not mask src */
	uint32_t dst, dmask;
	uint32_t via_addr;         /* 0: any interface */
	struct fw_ifname via;      /* empty: any; never in 1.3 */
	uint16_t flags;            /* enum fw20_flag */
	uint16_t n_src, n_dst;     /* counts of ports */
	uint16_t port[FW20_PORTS]; /* source, destination, redirect port */
	uint8_t tos_and, tos_xor;  /* 1.3: the two bytes of the priority word */
};

/* A rule as a listing shows it; counters wrap at 32 bits. */
struct fw20_rule_row {
	struct fw20_rule rule;
	uint32_t packets, bytes;
};

#endif
