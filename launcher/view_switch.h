/*
 * Switches below /proc/sys that are kept while the view lasts, and mean nothing
 * to anybody else: those of interfaces that only the emulated host has, those
 * that the old kernels had and the running one has not, and what is written to
 * the machine's own outside its network.
 */
#ifndef LAUNCHER_VIEW_SWITCH_H
#define LAUNCHER_VIEW_SWITCH_H

#include <stdbool.h>
#include <stddef.h>

#include "core/era.h"

struct text;

/* The directory of interfaces' switches, below /proc. */
#define VIEW_CONF "sys/net/ipv4/conf"

enum { VIEW_CONF_IFNAME = 16 };

/* Those that were set. All zero: none. */
struct view_switches {
	struct view_switch *set;
	size_t n;
};

void view_switches_fini(struct view_switches *switches);

/*
 * Takes the path (below /proc) of an interface's directory, or of a switch in
 * it, apart: the interface, and in @model (PATH_MAX bytes) the same path of the
 * default for all. False: @path is no such path.
 */
bool view_conf_split(const char *path, char ifname[VIEW_CONF_IFNAME],
		     char *model);

/* What the switch @path stood at where the running kernel has it no more; NULL:
 * the kernel of @era had none of that name either. */
const char *view_switch_gone(const char *path, enum fw_era era);

/* The same, whatever the kernel: the newest one's. */
const char *view_switch_was(const char *path);

/* Calls @one for each such path. */
void view_switch_each_gone(enum fw_era era,
			   void (*one)(void *ctx, const char *path), void *ctx);

/* Appends the value of the switch @path, if it was set, as the kernel shows
 * it. Whether it was. */
bool view_switch_get(const struct view_switches *switches, const char *path,
		     struct text *out);

/* Sets it to what the @size bytes at @buf say. @numbers: -EINVAL where they
 * are no list of numbers. */
int view_switch_set(struct view_switches *switches, const char *path,
		    const char *buf, size_t size, bool numbers);

#endif
