/*
 * Where each rule of a host was written: of a script, as the trace of its run
 * tells it.
 */
#ifndef FWCOMPAT_SKETCH_PLACES_H
#define FWCOMPAT_SKETCH_PLACES_H

#include <stddef.h>
#include <stdint.h>

/* A chain's, or list's, rules in their order. */
struct places_chain {
	char name[16];
	char **rule; /* "FILE:LINE: COMMAND", one a rule */
	char **text; /* as the trace has it, for deletion */
	size_t n, room;
	char *policy;
};

struct places {
	struct places_chain *chain;
	size_t n;
	char *forward; /* the last command of ipmasqadm */
};

/* Follows a trace (libcompat/trace.h) to its end. 0 or -ENOMEM. */
int places_follow(struct places *p, const char *trace);
/* Appends a rule written at @where. 0 or -ENOMEM. */
int places_append(struct places *p, const char *chain, const char *where);
/* @num 0: the policy. @chain NULL: a forward. NULL: not known. */
const char *places_find(const struct places *p, const char *chain,
			uint32_t num);
void places_fini(struct places *p);

#endif
