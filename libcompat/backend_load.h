/* What of a backend needs libraries of its own is a shared object, loaded when
 * it is needed: who uses the engine, or only changes rules, does not pay for
 * them.
 */
#ifndef LIBCOMPAT_BACKEND_LOAD_H
#define LIBCOMPAT_BACKEND_LOAD_H

#include <stdbool.h>
#include <stddef.h>

/*
 * In @address, what the object @name shows under the name @symbol: it is loaded
 * from the directory of this program, or from ../libexec/fwcompat beside it,
 * for the life of the process. -ENOENT: this installation has none of that
 * name; -ENOEXEC: it cannot be used, with a sentence in @why.
 */
int backend_symbol(const char *name, const char *symbol, void **address,
		   char *why, size_t n);

/* Whether there is such an object. */
bool backend_found(const char *name);

/* The sentence where what the netfilter backend needs is not there. */
extern const char backend_without[];

#endif
