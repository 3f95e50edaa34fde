/*
 * What was put into the kernel's tables last, kept in a file beside the state:
 * so a table that is to hold what it holds already need not be read, and the
 * counters of its rules are known to be whose. The book is only ever a hint:
 * whoever finds it missing, or the kernel other than it says, reads the tables.
 *
 * While tables are being changed the book says so. One that is found so was
 * left by a killed process, and the kernel holds the old rules or the new ones:
 * the state, which tells which of them, is put there again.
 */
#ifndef NETFILTER_BOOK_H
#define NETFILTER_BOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "netfilter/rule.h"

/* Whose counters a rule counts, as the state numbers them; 0: nobody's. */
typedef uint32_t nf_id;
enum { NF_ID_NEW = (int)0x80000000 }; /* in an id: it counts from nought on */

/* How the kernel describes a table. Source: linux/netfilter_ipv4/ip_tables.h,
 * struct ipt_getinfo. */
struct nf_shape {
	uint32_t entries, bytes;
	uint32_t hook[NF_HOOKS], underflow[NF_HOOKS];
};

struct nf_book_chain {
	char name[NF_CHAIN_NAME + 4]; /* in the kernel */
	uint32_t first, rules;        /* in .id */
};

struct nf_book_table {
	bool known;
	char letter;     /* of its chains' names */
	uint64_t digest; /* of what was to be there */
	struct nf_shape shape;
	struct nf_book_chain *chain;
	uint32_t chains;
	nf_id *id;
	uint32_t ids;
};

struct nf_book {
	int fd; /* the file, or -1 */
	bool changing;
	bool generation; /* mangle has the chain that tells of the second one */
	struct nf_book_table table[NF_TABLES];
};

/* Reads the book @path; what is not there, or not to be trusted, is unknown.
 * -ENOMEM alone is an error. */
int nf_book_read(struct nf_book *book, const char *path);
void nf_book_fini(struct nf_book *book);

/* Forgets a table. */
void nf_book_forget(struct nf_book_table *table);

/* The chain of that name, or NULL. */
const struct nf_book_chain *nf_book_chain(const struct nf_book_table *table,
					  const char *name);

/* Notes that tables are about to be changed. 0 or -errno. */
int nf_book_begin(struct nf_book *book, const char *path);
/* Writes all of it, once changes were begun; if that fails, the file goes on
 * saying that tables were being changed. */
int nf_book_write(struct nf_book *book);

#endif
