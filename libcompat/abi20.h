/*
 * The structs that programs handed to setsockopt() on Linux 2.0 and 1.3, byte
 * by byte as on i386. Source: Linux 2.0 and 1.3.56, include/linux/ip_fw.h.
 */
#ifndef LIBCOMPAT_ABI20_H
#define LIBCOMPAT_ABI20_H

#include <stdint.h>

#include "core/masq_ctl.h"
#include "core/rule20.h"

enum abi20_size {
	ABI20_RULE = 84,     /* struct ip_fw of 2.0 */
	ABI20_RULE_64 = 112, /* the same in a 64-bit program */
	ABI20_CHECK = 60,    /* a packet, the interface's address and name */
	ABI13_RULE = 64,     /* struct ip_fw of 1.3.56 */
	ABI13_RULE_OLD = 60, /* the same without the priority word */
	ABI13_CHECK = 44,    /* a packet and the interface's address */
	ABI20_TIMEOUTS = 12,
	ABI20_PORTFW = 20,
	ABI20_AUTOFW = 32, /* what is read of the 52 bytes */
};

/*
 * @len is ABI20_RULE or ABI20_RULE_64: the struct has pointers and longs, so a
 * program that was compiled anew for x86-64 lays it out more widely.
 */
void abi20_rule(const uint8_t *bytes, uint32_t len, struct fw20_rule *rule);

/* @len is ABI13_RULE or ABI13_RULE_OLD. */
void abi13_rule(const uint8_t *bytes, uint32_t len, struct fw20_rule *rule);

/* A packet to be checked; the interface's own address goes to @via_addr. */
void abi20_probe(const uint8_t *bytes, struct fw_probe *probe,
		 uint32_t *via_addr);
void abi13_probe(const uint8_t *bytes, struct fw_probe *probe,
		 uint32_t *via_addr);

/* The port forwarding patch's entry, and autofw's. */
void abi20_portfw(const uint8_t *bytes, struct fwd_portfw_row *row);
void abi20_autofw(const uint8_t *bytes, struct fwd_autofw_row *row);

#endif
