/*
 * A cursor over a packet's payload taken as text. Nothing is read behind the
 * end, whatever the text says; the original's helpers ran on into whatever lay
 * behind it.
 */
#ifndef ENGINE_SCAN_H
#define ENGINE_SCAN_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct scan {
	const uint8_t *text; /* of the packet; valid until that grows */
	uint32_t len, at;    /* at <= len */
};

static inline uint32_t scan_left(const struct scan *s)
{
	return s->len - s->at;
}

/* Whether @word stands at the cursor. */
static inline bool scan_is(const struct scan *s, const char *word)
{
	size_t n = strlen(word);

	return scan_left(s) >= n && memcmp(s->text + s->at, word, n) == 0;
}

/* The same; the cursor goes behind it. */
static inline bool scan_take(struct scan *s, const char *word)
{
	if (!scan_is(s, word))
		return false;
	s->at += (uint32_t)strlen(word);
	return true;
}

/* A byte, if it stands at the cursor; the cursor goes behind it. */
static inline bool scan_byte(struct scan *s, char c)
{
	if (!scan_left(s) || s->text[s->at] != (uint8_t)c)
		return false;
	s->at++;
	return true;
}

static inline bool scan_digit(const struct scan *s)
{
	return scan_left(s) && s->text[s->at] >= '0' && s->text[s->at] <= '9';
}

/* The decimal digits at the cursor, modulo 2^32; none: 0. */
static inline uint32_t scan_number(struct scan *s)
{
	uint32_t v = 0;

	for (; scan_digit(s); s->at++)
		v = v * 10 + s->text[s->at] - '0';
	return v;
}

/*
 * From the cursor on, the first place where either word stands with at least
 * @room bytes from there to the end; the cursor goes behind the word. Where
 * there is none the cursor stays.
 */
static inline bool scan_find(struct scan *s, const char *either,
			     const char *other, uint32_t room)
{
	struct scan at = *s;

	for (; scan_left(&at) >= room && scan_left(&at); at.at++)
		if (scan_take(&at, either) || scan_take(&at, other)) {
			*s = at;
			return true;
		}
	return false;
}

/* A 16-bit or 32-bit big-endian field at the cursor; false: too few bytes. */
static inline bool scan_be16(struct scan *s, uint16_t *v)
{
	if (scan_left(s) < 2)
		return false;
	*v = (uint16_t)(s->text[s->at] << 8 | s->text[s->at + 1]);
	s->at += 2;
	return true;
}

#endif
