/*
 * The rules of a state in the kernel: compiled, put there, counted. Who calls
 * is inside the state (its lock is held) from nf_rules_enter() to
 * nf_rules_leave().
 */
#ifndef NETFILTER_RULES_H
#define NETFILTER_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "netfilter/compile.h"
#include "netfilter/ids.h"
#include "netfilter/load.h"

struct fw;
struct proc_source;

struct nf_rules {
	char *book; /* its path */
	struct nf_config config;
	struct nf_load *load;    /* inside */
	struct nf_counts counts; /* the kernel's, once they were asked for */
	bool counted;
	void *filler; /* see prepare_heap() */
};

/* @state: the path of the state file, beside which the book lies. -ENOMEM. */
int nf_rules_init(struct nf_rules *rules, const char *state,
		  const struct nf_config *config);
void nf_rules_fini(struct nf_rules *rules);

int nf_rules_enter(struct nf_rules *rules);
void nf_rules_leave(struct nf_rules *rules);

/* Whether somebody was killed between the kernel and the state. */
bool nf_rules_interrupted(const struct nf_rules *rules);

/*
 * Brings the kernel to what the state @fw says, whose rows @src tells (NULL:
 * nothing of ours is to be there), and notes in the state what the kernel
 * counts for. 0, then nf_rules_done() when the state is final, or
 * nf_rules_undone() when it is not; or -errno with a sentence in @why, and the
 * kernel has what it had: -EOPNOTSUPP, the state cannot be expressed.
 */
int nf_rules_put(struct nf_rules *rules, struct fw *fw,
		 const struct proc_source *src, char *why, size_t n);
/* Whether that may have changed which connections are translated. */
bool nf_rules_translated(const struct nf_rules *rules);
int nf_rules_done(struct nf_rules *rules);
void nf_rules_undone(struct nf_rules *rules);

/* Tells what of the state's rules is done otherwise than then, and what cannot
 * be done. */
void nf_rules_check(const struct nf_rules *rules, const struct proc_source *src,
		    const struct nf_listener *listener);

/* What the kernel has counted, asked once in a stay; all nought if it cannot be
 * told. */
const struct nf_counts *nf_rules_counts(struct nf_rules *rules,
					const struct fw *fw);

#endif
