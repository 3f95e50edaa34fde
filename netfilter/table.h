/*
 * One table of the kernel, through libip4tc (no other file includes it): what
 * of it is ours is made as wanted, all at once; what is not ours is not
 * touched. Who calls holds nf_lock().
 */
#ifndef NETFILTER_TABLE_H
#define NETFILTER_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "netfilter/book.h"
#include "netfilter/encode.h"
#include "netfilter/rule.h"

enum { NF_NAME = NF_CHAIN_NAME + 4 }; /* bytes of a name in the kernel */

/* Ours are the chains "fwc-...", "fwcA-..." and "fwcB-...", the letter being a
 * generation's, and the rules of built-in chains that jump there. */
#define NF_PREFIX "fwc"
bool nf_name_ours(const char *name);
/* 'A', 'B', or '\0': it has none. */
char nf_name_letter(const char *name);

/* A rule of a built-in chain that jumps to one of ours. */
struct nf_jump {
	char chain[NF_NAME];
	bool asks; /* for packets of the mark alone, */
	bool not ; /* or for those without it */
	struct nf_masked mark;
};

enum { NF_JUMPS = 4 }; /* of one built-in chain, at most */

struct nf_jumps {
	struct nf_jump jump[NF_JUMPS];
	uint32_t n;
};

struct nf_goal_chain {
	char name[NF_NAME];
	uint32_t first, rules; /* in .at and .id */
};

/* What of ours a table is to hold. Own memory: nf_goal_fini(). */
struct nf_goal {
	enum nf_table table;
	char keep; /* chains of this letter stay as they are; or '\0' */
	struct nf_goal_chain *chain;
	uint32_t chains;
	struct nf_code code;
	size_t *at; /* a rule each: where in .code */
	nf_id *id;  /* and whose counters it counts */
	uint32_t rules;
	struct nf_jumps hook[NF_HOOKS];
};

void nf_goal_fini(struct nf_goal *goal);

/* Is told what rules that go had counted. */
struct nf_fold {
	void *ctx;
	void (*add)(void *ctx, nf_id id, uint64_t packets, uint64_t bytes);
};

const char *nf_table_name(enum nf_table table);

/* What netfilter/entries.h answers for a table that is left to the calls below.
 */
enum { NF_NOT_PLAIN = 1 };

/*
 * Makes ours in the table what @goal says, in one step that happens or does
 * not. Rules that stay keep their counters; @past tells whose those are that
 * are there (NULL: not known, and nobody is told). 0, or -errno with a sentence
 * in @why.
 */
int nf_table_put(const struct nf_goal *goal, const struct nf_book_table *past,
		 const struct nf_fold *fold, char *why, size_t n);

/* Whether nf_table_put() would change anything. */
int nf_table_differs(const struct nf_goal *goal,
		     const struct nf_book_table *past, bool *differs, char *why,
		     size_t n);

/* What of ours is in a table. */
struct nf_seen {
	bool letter[2];  /* there are chains of 'A', of 'B' */
	bool any;        /* there are chains or jumps of ours */
	bool generation; /* a chain of that name (mangle) */
	struct nf_jumps hook[NF_HOOKS];
};
int nf_table_look(enum nf_table table, const char *generation,
		  struct nf_seen *seen, char *why, size_t n);

#endif
