/* The engine's backend, as another one builds on it. */
#ifndef LIBCOMPAT_BACKEND_ENGINE_H
#define LIBCOMPAT_BACKEND_ENGINE_H

#include "core/ticks.h"

struct compat;
struct fw;
struct proc_source;

/* As .open and .discard of backend_engine, on the state file @path (NULL: that
 * of store_path()). */
int engine_open_at(struct compat *c, const char *path, void **self);
int engine_discard_at(struct compat *c, const char *path);

/* The handle on the state: attached to it while inside. */
struct fw *engine_fw(void *self);
/* The host's time. */
ticks_t engine_now(void *self);
/* What the old /proc files are made from. */
void engine_source(void *self, struct proc_source *src);
/* The compat handle that it was opened for. */
struct compat *engine_compat(void *self);

/* What a backend that builds on this one keeps beside it; the engine does not
 * look at it. */
void engine_set_above(void *self, void *above);
void *engine_above(void *self);

#endif
