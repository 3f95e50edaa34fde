/* /proc/net/dev and /proc/net/route of the emulated host. */
#ifndef LAUNCHER_VIEW_HOST_H
#define LAUNCHER_VIEW_HOST_H

#include <stdbool.h>

struct compat;
struct text;

/* Whether @path (below /proc) is one of them. */
bool view_host_has(const char *path);

/* Appends the text of the one at @path; @c is entered. */
void view_host_render(struct compat *c, const char *path, struct text *out);

#endif
