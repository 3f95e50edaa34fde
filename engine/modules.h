/*
 * The old kernel's modules: which are loaded, with which parameters, who uses
 * them. Source: Linux 2.2, kernel/module.c, and modutils of the time.
 */
#ifndef ENGINE_MODULES_H
#define ENGINE_MODULES_H

#include <stdbool.h>
#include <stdint.h>

#include "core/module_row.h"
#include "core/text.h"

struct fw;

enum { MODULES_MAX = 64, MODULE_NAME = 32 };

enum module_flag {
	MODULE_AUTOCLEAN = 1, /* loaded by the kernel itself */
	MODULE_WAS_USED = 2,  /* its use count has been more than 0 */
	MODULE_PARAMS = 4,    /* it was given parameters */
};

/* In the state. */
struct module {
	char name[MODULE_NAME]; /* "ip_masq_ftp"; empty: the place is free */
	uint32_t order;         /* age: lists show the newest first */
	int32_t uses;           /* use count; not 0: cannot be removed */
	uint32_t flags;         /* enum module_flag */
	uint32_t pad;
};

/* In the state. */
struct modules {
	struct module module[MODULES_MAX];
	uint32_t next_order;
	uint32_t pad[3];
};

/* Values of the switch SYSCTL_MODPROBE: what the kernel can load by itself. */
enum module_loader {
	LOADER_FAILS, /* kernel/modprobe names a program that loads nothing */
	LOADER_WORKS, /* /sbin/modprobe */
	LOADER_NONE,  /* the kernel was built without kmod */
};

/*
 * Loads a module of the old kernel with parameters ("ports=21,2121", NULL at
 * the end; @params NULL: none). Returns 0; -EEXIST: is loaded already; -ENOENT:
 * this kernel has no such module; -EINVAL: a bad parameter; -EBUSY: the module
 * itself refused to start (for these two @why says more, in insmod's words);
 * -ENOSPC: too many modules. With 0 @why says what such a module lacks here, if
 * anything.
 */
int module_load(struct fw *fw, const char *name, char *const params[],
		struct text *why);
/* -ENOENT: not loaded; -EBUSY: in use. */
int module_unload(struct fw *fw, const char *name);
bool module_loaded(const struct fw *fw, const char *name);

/* Loads it if it is missing and the kernel may load modules itself
 * (kernel/modprobe). */
bool module_request(struct fw *fw, const char *name);

/*
 * The host became one of another era, before anything was done with it: helpers
 * loaded without parameters serve that era's ports, and modules that there are
 * none of then go.
 */
void modules_change_era(struct fw *fw);

/* The place of a loaded module in the list, or MODULES_MAX. */
uint32_t module_find(const struct fw *fw, const char *name);

/* The use count of the module at that place; MODULES_MAX: there is none. */
void module_hold(struct fw *fw, uint32_t module);
void module_release(struct fw *fw, uint32_t module);

/* The loaded modules, newest first. */
void modules_each(const struct fw *fw,
		  void (*row)(void *ctx, const struct module_row *), void *ctx);

#endif
