/*
 * Fields of a text, read as fscanf() read the old /proc files: blanks and
 * newlines before a field do not matter, a field ends where its form does.
 */
#ifndef CORE_FIELDS_H
#define CORE_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is left to read; borrowed, ends with NUL. */
struct fields {
	const char *p;
};

/* Whether nothing but blanks and newlines is left. */
bool fields_end(struct fields *f);

/* A word into @buf of @n bytes, cut there. False: none is left. */
bool fields_word(struct fields *f, char *buf, size_t n);

/* This very character, without blanks before it. */
bool fields_char(struct fields *f, char c);

/* Numbers wrap at 32 bits. A decimal one may have a sign. */
bool fields_hex(struct fields *f, uint32_t *value);
bool fields_dec(struct fields *f, uint32_t *value);

#endif
