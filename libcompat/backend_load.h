/* Backends that need libraries of their own are shared objects, loaded when
 * they are chosen: who uses the engine does not pay for them. */
#ifndef LIBCOMPAT_BACKEND_LOAD_H
#define LIBCOMPAT_BACKEND_LOAD_H

#include <stddef.h>

#include "libcompat/backend.h"

/* What such an object shows the world, under the name "backend_export": fills
 * in @ops if it is of the same @version as who asks, and of the same make of
 * struct backend (@size). 0 or -ENOEXEC. */
typedef int backend_export_fn(struct backend *ops, const char *version,
			      size_t size);

/*
 * Loads the backend @name from the directory of this program, or from
 * ../libexec/fwcompat beside it, for the life of the process. -ENOENT: this
 * installation has none of that name; -ENOEXEC: it cannot be used, with a
 * sentence in @why.
 */
int backend_load(const char *name, struct backend *ops, char *why, size_t n);

/* The same for anything else that such an object shows: what has the name
 * @symbol. */
int backend_symbol(const char *name, const char *symbol, void **address,
		   char *why, size_t n);

#endif
