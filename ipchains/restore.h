/*
 * What ipchains-restore does: a text of ipchains-save, understood whole before
 * anything is touched, then carried out inside one transaction.
 */
#ifndef IPCHAINS_RESTORE_H
#define IPCHAINS_RESTORE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/text.h"
#include "ipchains/options.h"
#include "libcompat/compat.h"

/* A line of the text: a chain or a rule. */
struct restore_line {
	int number;         /* counts from 1 */
	const char *source; /* as it was written; borrowed */
	size_t source_len;
	struct ipchains_cmd cmd; /* -P, -N or -A */
};

/* What becomes of a chain of the user's that is there already. */
enum restore_fate { FATE_UNKNOWN, FATE_SKIP, FATE_FLUSH };

/* A chain of the user's that the text makes. */
struct restore_chain {
	const char *label;
	bool there; /* before anything was restored */
	enum restore_fate fate;
};

struct restore {
	const char *name; /* of the text, in messages */
	bool create;      /* chains that rules name and nobody made */
	bool verbose;
	char *words; /* the text cut into the words that lines borrow */
	struct restore_line *lines;
	size_t n_lines;
	struct restore_chain *chains;
	size_t n_chains;
};

/* Understands @text, which is borrowed. False: some lines are wrong; they stand
 * in @err. */
bool restore_parse(struct restore *r, const char *text, size_t len,
		   const struct resolver *names, struct text *err);
void restore_fini(struct restore *r);

/* Empties all chains inside @c, and takes away those of the user's. 0 or
 * -errno. */
int restore_clear(struct compat *c);

/* Finds out which chains are there. Returns how many of these still have no
 * fate, or -errno. */
int restore_survey(struct restore *r, struct compat *c);

/* Carries it out inside @c. False: something was refused; it stands in @err,
 * and the caller must not commit. */
bool restore_apply(const struct restore *r, struct compat *c,
		   const struct resolver *names, struct text *out,
		   struct text *err);

#endif
