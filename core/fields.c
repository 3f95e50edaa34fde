/* Fields of a text, as fscanf() told them apart. */
#include "core/fields.h"

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static void skip_blanks(struct fields *f)
{
	while (is_blank(*f->p))
		f->p++;
}

/* The value of a digit, or 16: none. */
static unsigned int digit(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned int)(c - '0');
	if (c >= 'A' && c <= 'F')
		return (unsigned int)(c - 'A') + 10;
	if (c >= 'a' && c <= 'f')
		return (unsigned int)(c - 'a') + 10;
	return 16;
}

static bool fields_digits(struct fields *f, unsigned int base, uint32_t *value)
{
	uint32_t v = 0;

	if (digit(*f->p) >= base)
		return false;
	for (; digit(*f->p) < base; f->p++)
		v = v * base + digit(*f->p);
	*value = v;
	return true;
}

bool fields_end(struct fields *f)
{
	skip_blanks(f);
	return *f->p == '\0';
}

bool fields_word(struct fields *f, char *buf, size_t n)
{
	size_t len = 0;

	if (fields_end(f))
		return false;
	for (; *f->p && !is_blank(*f->p); f->p++)
		if (len + 1 < n)
			buf[len++] = *f->p;
	buf[len] = '\0';
	return true;
}

bool fields_char(struct fields *f, char c)
{
	if (*f->p != c)
		return false;
	f->p++;
	return true;
}

bool fields_hex(struct fields *f, uint32_t *value)
{
	skip_blanks(f);
	return fields_digits(f, 16, value);
}

bool fields_dec(struct fields *f, uint32_t *value)
{
	bool minus;

	skip_blanks(f);
	minus = fields_char(f, '-');
	if (!minus)
		fields_char(f, '+');
	if (!fields_digits(f, 10, value))
		return false;
	if (minus)
		*value = -*value;
	return true;
}
