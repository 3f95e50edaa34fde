/*
 * A rule set into the kernel, all of it or nothing, with its counters kept.
 *
 * A table is replaced in one step, four tables are not. Where one table alone
 * differs, it is replaced in place. Where more do:
 *
 *  1. raw, which only assigns helpers and decides nothing about packets;
 *  2. in filter and nat the new chains are put beside the old ones, under the
 *     other letter; packets with the new generation's bit in their mark take
 *     them, which as yet none has;
 *  3. mangle, which packets pass first, is replaced, and from then on gives
 *     packets that bit or takes it from them: this is the step that counts;
 *  4. in filter and nat the old chains go, and no mark is asked for any more.
 *
 * Who is killed before step 3 leaves the old rules, who is killed after it the
 * new ones, with chains beside them that no packet takes. The book
 * (netfilter/book.h) says that tables were being changed. The state's
 * transaction ends after step 4, so the state of one that was killed is the old
 * one: who comes next, finding the book so, puts the state's rules there again.
 *
 * Locks: the state's, then nf_lock(). The latter is held from nf_load_put() to
 * nf_load_done() or nf_load_undone(), if there was something to change.
 */
#ifndef NETFILTER_LOAD_H
#define NETFILTER_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "netfilter/book.h"
#include "netfilter/rule.h"
#include "netfilter/table.h"

struct nf_load;

/* Reads the book that lies at @path; who calls holds the state's lock as long
 * as there is the handle. 0 or -ENOMEM. */
int nf_load_open(struct nf_load **load, const char *path);
void nf_load_close(struct nf_load *load);

/* A socket by which the kernel is asked of this network namespace; the handle's
 * own. -errno. */
int nf_load_socket(struct nf_load *load);

/* Whether somebody was killed while tables were changed. */
bool nf_load_interrupted(const struct nf_load *load);

struct nf_want {
	const struct nf_set *set;
	const nf_id *id; /* a rule each; with NF_ID_NEW, if it counts from
			    nought on */
	struct nf_masked generation; /* the bit of the mark: value and mask */
};

/*
 * Makes @want what of ours is in the kernel; @fold is told what rules had
 * counted that go. 0: the kernel has it, and nf_load_done() says that the state
 * has it too; nf_load_undone(), that it has not. -errno, with a sentence in
 * @why: the kernel has what it had.
 */
int nf_load_put(struct nf_load *load, const struct nf_want *want,
		const struct nf_fold *fold, char *why, size_t n);
/* Whether that may have changed which connections are translated. */
bool nf_load_translated(const struct nf_load *load);
int nf_load_done(struct nf_load *load);
void nf_load_undone(struct nf_load *load);

/* Tells what the kernel's rules have counted since they were put there; not 0:
 * that cannot be told. */
int nf_load_count(struct nf_load *load, const struct nf_fold *fold);

/* Chains and rules of ours in a table, as the book has them, and what the
 * kernel has of it in all. */
struct nf_load_row {
	const char *table;
	uint32_t chains, rules;
	uint32_t entries; /* of everybody; 0: the table is not in use */
	bool differs;     /* from the book */
};
void nf_load_each(struct nf_load *load,
		  void (*row)(void *ctx, const struct nf_load_row *),
		  void *ctx);

#endif
