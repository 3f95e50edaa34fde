/* Text that grows in memory. */
#include "core/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/digits.h"

void text_fini(struct text *t)
{
	free(t->s);
	*t = (struct text){ 0 };
}

char *text_room(struct text *t, size_t n)
{
	size_t cap = t->cap ? t->cap : 256;
	char *s;

	if (t->bad)
		return NULL;
	if (t->s && n < t->cap - t->len)
		return t->s + t->len;
	while (cap - t->len <= n) {
		if (cap > (size_t)-1 / 2)
			goto bad;
		cap *= 2;
	}
	s = realloc(t->s, cap);
	if (!s)
		goto bad;
	t->s = s;
	t->cap = cap;
	return t->s + t->len;
bad:
	t->bad = true;
	return NULL;
}

void text_add(struct text *t, const char *s, size_t n)
{
	char *to = text_room(t, n);

	if (!to)
		return;
	memcpy(to, s, n);
	to[n] = '\0';
	t->len += n;
}

void text_puts(struct text *t, const char *s)
{
	text_add(t, s, strlen(s));
}

void text_putc(struct text *t, char c)
{
	text_add(t, &c, 1);
}

/* Where there is room it is formatted once; else that tells how much. */
void text_vprintf(struct text *t, const char *fmt, va_list ap)
{
	size_t room = t->s && !t->bad ? t->cap - t->len : 0;
	va_list again;
	char *to;
	int n;

	va_copy(again, ap);
	n = vsnprintf(room ? t->s + t->len : NULL, room, fmt, ap);
	if (n < 0) {
		t->bad = true;
	} else if ((size_t)n < room) {
		t->len += (size_t)n;
	} else {
		to = text_room(t, (size_t)n);
		if (to) {
			vsnprintf(to, (size_t)n + 1, fmt, again);
			t->len += (size_t)n;
		}
	}
	va_end(again);
}

void text_printf(struct text *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	text_vprintf(t, fmt, ap);
	va_end(ap);
}

void text_dec(struct text *t, uint32_t v)
{
	char digits[10];
	const char *end = digits_dec(digits, v);

	text_add(t, digits, (size_t)(end - digits));
}

void text_left(struct text *t, const char *s, size_t width)
{
	size_t n = strlen(s);
	char *to = text_room(t, n > width ? n : width);

	if (!to)
		return;
	memcpy(to, s, n);
	if (n < width) {
		memset(to + n, ' ', width - n);
		n = width;
	}
	to[n] = '\0';
	t->len += n;
}

void text_pad(struct text *t, size_t from, size_t col)
{
	while (!t->bad && t->len < from + col)
		text_putc(t, ' ');
}
