/* The Internet checksum: sums 32-bit words into 64 bits, folds at the end. */
#include "core/cksum.h"

#include <endian.h>
#include <string.h>

static uint32_t fold16(uint64_t sum)
{
	while (sum >> 16)
		sum = (sum >> 16) + (sum & 0xFFFF);
	return (uint32_t)sum;
}

/*
 * A ones' complement sum may be taken in the machine's own byte order and
 * swapped once at the end (RFC 1071, 2 (B)), so words are loaded as they are.
 */
uint64_t cksum_add(uint64_t sum, const uint8_t *p, uint32_t n)
{
	uint64_t native = 0;
	uint32_t w;

	for (; n >= 4; p += 4, n -= 4) {
		memcpy(&w, p, 4);
		native += w;
	}
	if (n) {
		uint8_t tail[4] = { 0 };

		memcpy(tail, p, n);
		memcpy(&w, tail, 4);
		native += w;
	}
	return sum + be16toh((uint16_t)fold16(native));
}

uint16_t cksum_fold(uint64_t sum)
{
	return (uint16_t)~fold16(sum);
}

uint16_t cksum_update16(uint16_t old, uint16_t from, uint16_t to)
{
	return cksum_fold((uint64_t)(uint16_t)~old + (uint16_t)~from + to);
}

uint16_t cksum_update32(uint16_t old, uint32_t from, uint32_t to)
{
	uint64_t sum = (uint16_t)~old;

	sum += (uint64_t)(uint16_t) ~(from >> 16) + (uint16_t)~from;
	sum += (uint64_t)(to >> 16) + (to & 0xFFFF);
	return cksum_fold(sum);
}
