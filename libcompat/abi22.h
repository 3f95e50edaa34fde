/*
 * The structs that programs handed to setsockopt() on Linux 2.2, byte by byte
 * as on i386 (x86-64 lays them out alike). Source: Linux 2.2,
 * include/linux/ip_fwchains.h, include/linux/ip_masq.h.
 */
#ifndef LIBCOMPAT_ABI22_H
#define LIBCOMPAT_ABI22_H

#include <stdint.h>

#include "core/masq_ctl.h"
#include "core/rule.h"

enum abi22_size {
	ABI22_LABEL = 9,
	ABI22_RULE = 68,      /* ip_fw (56), target label, padding */
	ABI22_CHANGE = 80,    /* rule, chain label */
	ABI22_NEW = 84,       /* number, rule, chain label */
	ABI22_DELNUM = 16,    /* number, chain label */
	ABI22_POLICY = 18,    /* policy label, chain label */
	ABI22_TEST = 72,      /* packet (60), chain label */
	ABI22_TIMEOUTS = 12,  /* three ints, in ticks */
	ABI22_MASQ_HEAD = 40, /* target, command, module name */
	ABI22_MASQ_CTL = 296, /* head and 256 bytes of argument */
};

/* The label in 9 bytes, into @label. -EINVAL: no NUL ends it. */
int abi22_label(const uint8_t *bytes, char label[FW_LABEL_MAX + 1]);

/* ABI22_RULE bytes to a rule; a target label that is not ended is -EINVAL. */
int abi22_rule(const uint8_t *bytes, struct fw_rule *rule);

/* The 60 bytes of a packet to be checked. */
void abi22_probe(const uint8_t *bytes, struct fw_probe *probe);

/*
 * @len bytes (at most ABI22_MASQ_CTL) of a masquerading control call. What a
 * shorter one lacks is 0. Returns 0; -EINVAL: the target's or module's argument
 * cannot have that length (then *@quiet tells whether the old kernel said so,
 * or reported success: portfw and autofw).
 */
int abi22_masq_ctl(const uint8_t *bytes, uint32_t len, struct masq_ctl *ctl,
		   int *quiet);

/* What a call to ip_masq_user gives back, over the same bytes. */
void abi22_masq_user_back(const struct masq_ctl_user *user, uint8_t *bytes);

#endif
