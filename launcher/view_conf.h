/*
 * The switches below /proc/sys/net/ipv4/conf of interfaces that the machine has
 * not, but the emulated host has. They are kept while the view lasts; to the
 * emulated packets they mean nothing.
 */
#ifndef LAUNCHER_VIEW_CONF_H
#define LAUNCHER_VIEW_CONF_H

#include <stdbool.h>
#include <stddef.h>

struct text;

/* Their directory, below /proc. */
#define VIEW_CONF "sys/net/ipv4/conf"

enum { VIEW_CONF_IFNAME = 16 };

/* Those that were set. All zero: none. */
struct view_conf {
	struct view_conf_switch *set;
	size_t n;
};

void view_conf_fini(struct view_conf *conf);

/*
 * Takes the path (below /proc) of an interface's directory, or of a switch in
 * it, apart: the interface, and in @model (PATH_MAX bytes) the same path of the
 * default for all. False: @path is no such path.
 */
bool view_conf_split(const char *path, char ifname[VIEW_CONF_IFNAME],
		     char *model);

/* Appends the value of the switch @path, if it was set, as the kernel shows
 * it. Whether it was. */
bool view_conf_get(const struct view_conf *conf, const char *path,
		   struct text *out);

/* Sets it to what the @size bytes at @buf say. -EINVAL: no number. */
int view_conf_set(struct view_conf *conf, const char *path, const char *buf,
		  size_t size);

#endif
