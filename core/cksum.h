/* The Internet checksum, RFC 1071. */
#ifndef CORE_CKSUM_H
#define CORE_CKSUM_H

#include <stdint.h>

/* Sum of 16-bit big-endian words, not folded; an odd last byte counts as its
 * high half. */
uint64_t cksum_add(uint64_t sum, const uint8_t *p, uint32_t n);

/* The checksum of a sum, in host order: to be stored with put_be16(). */
static inline uint16_t cksum_fold(uint64_t sum)
{
	sum = (sum >> 32) + (uint32_t)sum;
	sum = (sum >> 32) + (uint32_t)sum;
	sum = (sum >> 16) + (uint16_t)sum;
	sum = (sum >> 16) + (uint16_t)sum;
	return (uint16_t)~sum;
}

/* Sum of the TCP, UDP pseudo header (RFC 793, 3.1). Addresses in host order. */
static inline uint64_t cksum_pseudo(uint32_t src, uint32_t dst, uint8_t proto,
				    uint32_t len)
{
	return (uint64_t)(src >> 16) + (src & 0xFFFF) + (dst >> 16) +
	       (dst & 0xFFFF) + proto + len;
}

#endif
