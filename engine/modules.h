/*
 * The old kernel's modules: which are loaded, with which parameters, who uses
 * them.
 */
#ifndef ENGINE_MODULES_H
#define ENGINE_MODULES_H

#include <stdbool.h>
#include <stdint.h>

#include "core/text.h"

struct fw;

enum { MODULES_MAX = 64, MODULE_NAME = 32 };

/* In the state. */
struct module {
	char name[MODULE_NAME]; /* "ip_masq_ftp"; empty: the place is free */
	uint32_t order;         /* age: lists show the newest first */
	int32_t uses;           /* use count; not 0: cannot be removed */
	uint32_t autoclean;     /* loaded by the kernel itself */
	uint32_t pad;
};

/* In the state. */
struct modules {
	struct module module[MODULES_MAX];
	uint32_t next_order;
	uint32_t pad[3];
};

/*
 * Loads a module of the old kernel with parameters ("ports=21,2121", NULL at
 * the end). Returns 0; -EEXIST: is loaded already; -ENOENT: there is no such
 * module; -EINVAL: a bad parameter (@why says which, in insmod's words).
 */
int module_load(struct fw *fw, const char *name, char *const params[],
		struct text *why);
/* -ENOENT: not loaded; -EBUSY: in use. */
int module_unload(struct fw *fw, const char *name);
bool module_loaded(const struct fw *fw, const char *name);

/* Loads it if it is missing and the kernel may load modules itself
 * (kernel/modprobe). */
bool module_request(struct fw *fw, const char *name);

#endif
