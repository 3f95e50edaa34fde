/* insmod and its kin: what the tools of one program share. */
#ifndef LAUNCHER_MODTOOLS_H
#define LAUNCHER_MODTOOLS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/text.h"
#include "libcompat/compat.h"

struct modtools {
	const char *tool; /* the name it was called by, without directory */
	int argc;
	char **argv;
	struct compat *c; /* once modtools_kernel() was asked */
	struct text out, err;
};

/* Whether the emulated kernel loads it. */
bool modtools_is_ours(const char *module);

/* The module's name of a word that may be a file: "dir/ip_masq_ftp.o". False:
 * no name, or too long a one. */
bool modtools_name(const char *word, char *name, size_t n);

/*
 * Hands the whole command line to the machine's tool, quietly. Returns its
 * status, or 0 for what a modern kernel has anyway.
 */
int modtools_pass_on(struct modtools *t, const char *module);

/* The emulated kernel, entered; or NULL, after a complaint. */
struct compat *modtools_kernel(struct modtools *t);

/*
 * Loads a module as insmod does; @params ends with NULL. Returns as
 * compat_module_load(), after a complaint where it is neither -EEXIST nor
 * -ENOENT.
 */
int modtools_load(struct modtools *t, const char *word, char *const params[]);

/* Adds to what is complained of the file of a module, as insmod names it: a
 * bare name was searched for. */
void modtools_put_file(struct modtools *t, const char *word);

/* The tools: their exit status. */
int modtools_insmod(struct modtools *t);
int modtools_modprobe(struct modtools *t);
int modtools_rmmod(struct modtools *t);

#endif
