/* Numbers as the old tools read them. */
#include "core/number.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

int number_parse(const char *word, int base, int32_t lo, int32_t hi,
		 int32_t *value)
{
	char *end;
	long n;

	n = strtol(word, &end, base);
	if (end == word || *end)
		return -EINVAL;
	if (n > INT32_MAX)
		n = INT32_MAX;
	if (n < INT32_MIN)
		n = INT32_MIN;
	if (n < lo || n > hi)
		return -ERANGE;
	*value = (int32_t)n;
	return 0;
}

/* Base 0 as it was then: today's C libraries take "0b1" for a number, too. */
static int base_of(const char *digits)
{
	if (digits[0] != '0')
		return 10;
	return digits[1] == 'x' || digits[1] == 'X' ? 16 : 8;
}

int number_parse_u32(const char *word, int base, uint32_t *value)
{
	const char *sign = word;
	unsigned long long n;
	bool minus;
	char *end;

	while (isspace((unsigned char)*sign))
		sign++;
	minus = *sign == '-';
	if (base == 0)
		base = base_of(minus || *sign == '+' ? sign + 1 : sign);
	n = strtoull(word, &end, base);
	if (end == word || *end)
		return -EINVAL;
	if (minus)
		n = -n;
	if (n > UINT32_MAX)
		*value = UINT32_MAX;
	else
		*value = minus ? -(uint32_t)n : (uint32_t)n;
	return 0;
}
