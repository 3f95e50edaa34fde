/*
 * A rule of Linux 2.2's chains, as tools, backends and /proc files exchange it.
 * The 1.3 and 2.0 rule, whose ports, flags and matching are other ones, is in
 * core/rule20.h. Source: Linux 2.2, include/linux/ip_fwchains.h.
 */
#ifndef CORE_RULE_H
#define CORE_RULE_H

#include <stdint.h>

enum {
	FW_LABEL_MAX = 8, /* letters of a chain's or target's name */
	FW_IFNAME =
		16, /* bytes of an interface name; no NUL where all are used */
	FW_PORT_MAX = 65535,
};

enum fw_rule_flag {
	FW_F_LOG = 0x01,
	FW_F_SYN = 0x02,
	FW_F_FRAG = 0x04,
	FW_F_MARKABS = 0x08, /* the mark is set, not added */
	FW_F_WILDIF = 0x10,  /* ifname is a prefix */
	FW_F_NETLINK = 0x20,
	FW_F_MASK = 0x3F,
};

enum fw_rule_inv {
	FW_INV_SRC = 0x01,
	FW_INV_DST = 0x02,
	FW_INV_PROTO = 0x04,
	FW_INV_SPORT = 0x08,
	FW_INV_DPORT = 0x10,
	FW_INV_VIA = 0x20,
	FW_INV_SYN = 0x40,
	FW_INV_FRAG = 0x80,
	FW_INV_MASK = 0xFF,
};

/* An interface name, filled up with NULs, so that names compare as 16 bytes. */
struct fw_ifname {
	char s[FW_IFNAME];
};

struct fw_rule {
	uint32_t src, smask; /* host order */
	uint32_t dst, dmask;
	uint32_t mark;
	uint16_t proto;      /* 0: any; 256 and more never match */
	uint16_t flags;      /* enum fw_rule_flag */
	uint16_t inv;        /* enum fw_rule_inv */
	uint16_t sport[2];   /* lowest, highest; ICMP: the type */
	uint16_t dport[2];   /* ICMP: the code */
	uint16_t redir_port; /* REDIRECT: 0 keeps the packet's */
	uint16_t outsize;    /* FW_F_NETLINK: bytes copied to user space */
	struct fw_ifname via;
	uint8_t tos_and, tos_xor;
	char target[FW_LABEL_MAX + 1]; /* "": none */
};

struct fw_counter {
	uint64_t packets, bytes;
};

/* A rule as a listing shows it. */
struct fw_rule_row {
	char chain[FW_LABEL_MAX + 1];
	struct fw_rule rule;
	struct fw_counter count;
};

/* A chain as a listing shows it. */
struct fw_chain_row {
	char label[FW_LABEL_MAX + 1];
	char policy[FW_LABEL_MAX + 1]; /* "-": a user chain has none */
	uint32_t refs;
	struct fw_counter count; /* packets that met the policy */
};

/* The packet that a CHECK asks about. Linux 2.2, struct ip_fwpkt. */
struct fw_probe {
	uint32_t src, dst;     /* host order */
	uint16_t sport, dport; /* ICMP: type, code */
	uint16_t frag;         /* IP flags and offset word, host order */
	uint16_t tot_len;      /* as the kernel reads it, host order */
	uint8_t proto;
	uint8_t ihl;       /* header length field, 32-bit words */
	uint8_t tcp_flags; /* byte 13 of the TCP header */
	struct fw_ifname via;
};

#endif
