/* Addresses, masks and dotted quads, in host order. */
#include "core/addr.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/digits.h"
#include "core/number.h"

int addr_parse_quad(const char *word, uint32_t *addr)
{
	uint32_t sum = 0;
	int32_t part;

	for (int dots = 3; dots >= 0; dots--) {
		const char *end = dots ? strchr(word, '.') : strchr(word, 0);
		char digits[32];

		if (!end || (size_t)(end - word) >= sizeof(digits))
			return -EINVAL;
		memcpy(digits, word, (size_t)(end - word));
		digits[end - word] = '\0';
		if (number_parse(digits, 10, 0, 255, &part))
			return -EINVAL;
		sum = sum << 8 | (uint32_t)part;
		word = end + 1;
	}
	*addr = sum;
	return 0;
}

int mask_parse(const char *word, uint32_t *mask)
{
	int32_t bits;

	if (addr_parse_quad(word, mask) == 0)
		return 0;
	if (number_parse(word, 10, 0, 32, &bits))
		return -EINVAL;
	*mask = bits ? UINT32_MAX << (32 - bits) : 0;
	return 0;
}

int mask_length(uint32_t mask)
{
	int bits = 0;

	while (bits < 32 && mask & 0x80000000U >> bits)
		bits++;
	return bits == 32 || !(mask << bits) ? bits : -1;
}

char *addr_format(uint32_t addr, char *buf)
{
	char *to = buf;

	for (int shift = 24; shift >= 0; shift -= 8) {
		to = digits_dec(to, addr >> shift & 255);
		*to++ = shift ? '.' : '\0';
	}
	return buf;
}

/* A host's name, else a network's, else dotted. */
static void name_format(uint32_t addr, const struct resolver *names, char *buf,
			size_t n)
{
	char dotted[ADDR_TEXT];

	if (names && (names->host_name(addr, buf, n) == 0 ||
		      names->network_name(addr, buf, n) == 0))
		return;
	if (n >= ADDR_TEXT)
		addr_format(addr, buf);
	else
		snprintf(buf, n, "%s", addr_format(addr, dotted));
}

void addr_mask_format(uint32_t addr, uint32_t mask,
		      const struct resolver *names, char *buf, size_t n)
{
	char dotted[ADDR_TEXT];
	size_t at;

	if (!mask && names) {
		snprintf(buf, n, "anywhere");
		return;
	}
	name_format(addr, names, buf, n);
	at = strlen(buf);
	if (mask == UINT32_MAX)
		return;
	if (mask_length(mask) >= 0)
		snprintf(buf + at, n - at, "/%d", mask_length(mask));
	else
		snprintf(buf + at, n - at, "/%s", addr_format(mask, dotted));
}
