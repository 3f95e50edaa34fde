/*
 * Text that grows in memory: what renderers write into. A text that could not
 * get memory is "bad" and stays so; the caller looks once, at the end.
 */
#ifndef CORE_TEXT_H
#define CORE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
	char *s;    /* NUL-terminated once something was written; else NULL */
	size_t len; /* without the NUL */
	size_t cap;
	bool bad; /* no memory: what was written since is missing */
};

/* An empty text, `struct text t = { 0 };`, owns nothing. */
void text_fini(struct text *t);

/* Room for @n more bytes and a NUL; returns where they go, or NULL (and the
 * text is bad). */
char *text_room(struct text *t, size_t n);

void text_add(struct text *t, const char *s, size_t n);
void text_puts(struct text *t, const char *s);
void text_putc(struct text *t, char c);
void text_printf(struct text *t, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void text_vprintf(struct text *t, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));

/* A decimal number, as %u; a string at the left of @width columns, as %-*s. */
void text_dec(struct text *t, uint32_t v);
void text_left(struct text *t, const char *s, size_t width);

/* Pads with blanks up to column @col, counted from byte @from of the text. */
void text_pad(struct text *t, size_t from, size_t col);

#endif
