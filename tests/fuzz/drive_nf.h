/*
 * Old rules that bytes make up, valid as the old kernels took them, compiled
 * for today's netfilter; with what must hold of any such set looked at.
 */
#ifndef TESTS_FUZZ_DRIVE_NF_H
#define TESTS_FUZZ_DRIVE_NF_H

#include <stddef.h>
#include <stdint.h>

#include "core/text.h"

/* Aborts if something does not hold. The texts may be NULL. */
void drive_nf(const uint8_t *data, size_t size, struct text *iptables,
	      struct text *nft);

#endif
