/*
 * A recording's text, taken apart: its inputs in order. What came back then
 * (the lines with >, !, ?, = and .) is passed over.
 */
#ifndef FWCOMPAT_PLAY_PARSE_H
#define FWCOMPAT_PLAY_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/era.h"
#include "core/rule.h"
#include "core/text.h"

enum play_kind {
	PLAY_COMMENT, /* and % era, which .era of the recording tells */
	PLAY_IF,
	PLAY_ROUTE,
	PLAY_SET,
	PLAY_FEED,      /* .text: the path below /proc */
	PLAY_FEED_LINE, /* .text: the line */
	PLAY_CLOCK,
	PLAY_COMMAND, /* .text: for sh */
	PLAY_PACKET,
};

/* One input. Texts are borrowed from the recording. */
struct play_item {
	enum play_kind kind;
	unsigned line;    /* from 1 */
	const char *echo; /* the whole line */
	const char *text;
	char ifname[FW_IFNAME + 1]; /* PLAY_PACKET: "" is the host itself */
	uint32_t addr, mask;        /* PLAY_IF, PLAY_ROUTE; host order */
	uint32_t gateway;
	bool ppp;
	uint64_t ticks; /* PLAY_CLOCK */
};

struct recording {
	const char *name; /* borrowed */
	enum fw_era era;
	bool says_host; /* a first comment "host: ..." says what the host has */
	bool has_kmod;  /* and that is modules, loaded when needed */
	struct play_item *item;
	size_t n_items;
	char *owned; /* the text, cut into strings */
};

/*
 * Takes @text (@n bytes, named @name in messages) apart. Returns 0 and @rec, to
 * be freed; or -EINVAL with "NAME:LINE: what is wrong" in @why; or -ENOMEM.
 */
int recording_parse(struct recording *rec, const char *name, const char *text,
		    size_t n, struct text *why);
void recording_free(struct recording *rec);

/* The bytes that @hex stands for, into @to (which has room for half of it). */
size_t play_hex_decode(const char *hex, uint8_t *to);

/* Whether a recording's line is what came back, not an input. */
bool play_is_output(const char *line);

#endif
