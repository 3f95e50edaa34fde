/*
 * Numbers written digit by digit where a table of 40,000 rows is printed: each
 * function writes at @to and returns the place behind. No NUL is written.
 */
#ifndef CORE_DIGITS_H
#define CORE_DIGITS_H

#include <stdint.h>
#include <string.h>

/* Exactly @n upper-case hexadecimal digits. */
static inline char *digits_hex(char *to, uint32_t v, unsigned n)
{
	for (unsigned i = n; i > 0; i--) {
		to[i - 1] = "0123456789ABCDEF"[v & 15];
		v >>= 4;
	}
	return to + n;
}

/* Decimal, as many digits as it takes: 20 at most. */
static inline char *digits_dec(char *to, uint64_t v)
{
	char d[20];
	unsigned n = 0;

	do {
		d[n++] = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	while (n > 0)
		*to++ = d[--n];
	return to;
}

/* Blanks up to @width columns from @from; nothing if @to is past them. */
static inline char *digits_pad(char *from, char *to, unsigned width)
{
	unsigned n = (unsigned)(to - from);

	if (n >= width)
		return to;
	memset(to, ' ', width - n);
	return from + width;
}

/* Decimal at the right of @width columns, wider if it does not fit: %*u, %*d.
 */
static inline char *digits_right(char *to, int64_t v, unsigned width)
{
	char d[21], *end = d;
	unsigned n;

	if (v < 0)
		*end++ = '-';
	end = digits_dec(end, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
	n = (unsigned)(end - d);
	if (n < width) {
		memset(to, ' ', width - n);
		to += width - n;
	}
	memcpy(to, d, n);
	return to + n;
}

/* Decimal at the left of @width columns: %-*u. */
static inline char *digits_left(char *to, uint64_t v, unsigned width)
{
	return digits_pad(to, digits_dec(to, v), width);
}

/* A string without its NUL. */
static inline char *digits_str(char *to, const char *s)
{
	size_t n = strlen(s);

	memcpy(to, s, n);
	return to + n;
}

#endif
