/* Text that grows in memory. */
#include "core/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

void text_vprintf(struct text *t, const char *fmt, va_list ap)
{
	va_list again;
	char *to;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	if (n < 0)
		t->bad = true;
	to = n < 0 ? NULL : text_room(t, (size_t)n);
	if (to) {
		vsnprintf(to, (size_t)n + 1, fmt, again);
		t->len += (size_t)n;
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

void text_pad(struct text *t, size_t from, size_t col)
{
	while (!t->bad && t->len < from + col)
		text_putc(t, ' ');
}
