/*
 * Numbers as the old tools read them: strtol() on a 32-bit long, the whole word
 * used, saturating at the ends, leading blanks and a sign allowed.
 */
#ifndef CORE_NUMBER_H
#define CORE_NUMBER_H

#include <stdint.h>

/* -EINVAL: no number, or text behind it; -ERANGE: outside @lo..@hi after
 * saturation. */
int number_parse(const char *word, int base, int32_t lo, int32_t hi,
		 int32_t *value);

/* The same by strtoul() on 32 bits: saturates at 0xFFFFFFFF, takes a minus
 * sign. */
int number_parse_u32(const char *word, int base, uint32_t *value);

#endif
