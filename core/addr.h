/* Addresses, masks and dotted quads as the old tools read and wrote them. Host
 * order. */
#ifndef CORE_ADDR_H
#define CORE_ADDR_H

#include <stddef.h>
#include <stdint.h>

#include "core/names.h"

enum { ADDR_TEXT = 16 }; /* a dotted quad and its NUL */

/* Exactly four decimal numbers 0..255. -EINVAL. */
int addr_parse_quad(const char *word, uint32_t *addr);

/* A mask word: a dotted quad or 0..32. -EINVAL. */
int mask_parse(const char *word, uint32_t *mask);

/* Leading ones of a contiguous mask, or -1. */
int mask_length(uint32_t mask);

/* Into @buf of ADDR_TEXT bytes; returns @buf. */
char *addr_format(uint32_t addr, char *buf);

/*
 * An address as ipchains' and ipfwadm's listings show it, with its mask:
 * "anywhere", dotted, host or network name, "/N" or "/a.b.c.d" behind it.
 * @names NULL: numeric.
 */
void addr_mask_format(uint32_t addr, uint32_t mask,
		      const struct resolver *names, char *buf, size_t n);

#endif
