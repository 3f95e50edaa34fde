/*
 * What rules do with a packet: verdict, log, TOS, mark. Outcomes are numbered,
 * so that they can be values of diagrams.
 */
#ifndef COMPARE_OUTCOME_H
#define COMPARE_OUTCOME_H

#include <stdbool.h>
#include <stdint.h>

#include "core/text.h"

enum verdict {
	VERDICT_NONE, /* the chain's end: who jumped here goes on */
	VERDICT_ACCEPT,
	VERDICT_DENY,
	VERDICT_REJECT,
	VERDICT_MASQ,
	VERDICT_REDIRECT,
};

/* Set to 0 before it is filled: outcomes are compared byte by byte. */
struct outcome {
	uint32_t verdict;         /* enum verdict */
	uint32_t port;            /* VERDICT_REDIRECT: 0 is the packet's */
	uint32_t mark;            /* added, or set */
	uint8_t mark_set;         /* 1: set */
	uint8_t logged;           /* 1: at least one line */
	uint8_t tos_and, tos_xor; /* tos = (tos & and) ^ xor */
};

struct outcomes {
	struct outcome *list;
	uint32_t used, room;
	bool verdict_only; /* nothing else makes a difference */
	bool bad;          /* no memory */
};

void outcomes_fini(struct outcomes *o);

/* The number of an outcome; 0 where there is no memory. */
uint32_t outcome_number(struct outcomes *o, const struct outcome *what);

/* First @a (whose verdict is none), then @b. */
struct outcome outcome_then(const struct outcome *a, const struct outcome *b);

/* In words: "accepted, logged". */
void outcome_text(const struct outcome *what, struct text *out);

#endif
