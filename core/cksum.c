/* The Internet checksum: sums 64-bit words, folds at the end. */
#include "core/cksum.h"

#include <endian.h>
#include <string.h>

/*
 * A ones' complement sum may be taken in the machine's own byte order and
 * swapped once at the end (RFC 1071, 2 (B)), so words are loaded as they are;
 * what is carried out of the top comes in again at the bottom.
 */
uint64_t cksum_add(uint64_t sum, const uint8_t *p, uint32_t n)
{
	uint64_t native = 0, w;
	uint16_t folded;
	uint32_t half;

	for (; n >= 8; p += 8, n -= 8) {
		memcpy(&w, p, 8);
		native += w;
		native += native < w;
	}
	if (n & 4) {
		memcpy(&half, p, 4);
		native += half;
		native += native < half;
		p += 4;
	}
	if (n & 3) {
		half = 0;
		memcpy(&half, p, n & 3);
		native += half;
		native += native < half;
	}
	folded = (uint16_t)~cksum_fold(native);
	return sum + be16toh(folded);
}
