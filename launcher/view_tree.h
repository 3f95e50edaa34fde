/*
 * The tree of a view's files, and what stands at each path of it. What the
 * three parts of the file system share: see view_fs.c.
 */
#ifndef LAUNCHER_VIEW_TREE_H
#define LAUNCHER_VIEW_TREE_H

#define FUSE_USE_VERSION 312
#include <fuse3/fuse_lowlevel.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "core/era.h"
#include "launcher/view_fs.h"
#include "launcher/view_switch.h"

struct compat;
struct compat_host_row;

enum node_kind {
	NODE_NONE,
	NODE_DIR,
	NODE_OWN,  /* an old file */
	NODE_LINK, /* to a real file of the caller's /proc/net, or the like */
	NODE_REAL, /* a real file, passed through */
	NODE_REAL_DIR,
	NODE_HOST, /* of the emulated host's interfaces and routes */
	NODE_CONF, /* a switch of an emulated interface */
	NODE_CONF_DIR,
	NODE_KEPT,   /* a switch that is kept here; its real one, if any, is
			not touched */
	NODE_MODULE, /* stands for a module's file */
};

struct view_fs {
	struct fuse_session *session;
	struct fuse_buf buf;
	struct compat *c;              /* NULL: not opened yet */
	bool shown;                    /* view_fs_show() was called */
	bool real_host;                /* what is written goes to the machine */
	enum fw_era era;               /* when last looked at */
	int real[VIEW_BLENDS];         /* the real directories, or -1 */
	const char *reach;             /* see view_fs_open() */
	struct view_switches switches; /* kept here */
	char **path; /* of node number i + 1; "" is the root */
	size_t n_paths;
};

static inline struct view_fs *tree_of(fuse_req_t req)
{
	return fuse_req_userdata(req);
}

/* The path of a node; an unknown one is like the root. */
const char *tree_path(const struct view_fs *fs, fuse_ino_t node);

/* The number that stands for @path from now on; 0: no memory. */
fuse_ino_t tree_number(struct view_fs *fs, const char *path);

/* Whether @path lies in the directory @dir, at any depth: the rest of it; or
 * NULL. */
const char *tree_below(const char *path, const char *dir);

/* Enters the kernel to show. 0 or -errno. */
int tree_enter(struct view_fs *fs);

/*
 * Calls @one for each old file; none if the kernel cannot be asked. Before one
 * is shown, that is while mounts are made, all that there could be are there.
 */
void tree_each_old(struct view_fs *fs, void (*one)(void *ctx, const char *path),
		   void *ctx);

/* The same for what stands for modules, and for switches that are gone. */
void tree_each_module(struct view_fs *fs,
		      void (*one)(void *ctx, const char *path), void *ctx);
void tree_each_gone(struct view_fs *fs,
		    void (*one)(void *ctx, const char *path), void *ctx);

/* The blend whose directory @path is (@name: ""), or that shows it; or -1. */
int tree_blend(const char *path, const char **name);

/* Whether the running kernel's entry is not to be seen here. */
bool tree_hides(struct view_fs *fs, const char *path);

/* What stands at @path, and its attributes (not its number). */
enum node_kind tree_find(struct view_fs *fs, const char *path, struct stat *st);

/* Whether @path is a directory as long as there is the tree. */
bool tree_is_fixed(const struct view_fs *fs, const char *path);

/* Opens the running kernel's file. Returns its descriptor, or -errno. */
int tree_open_real(const struct view_fs *fs, const char *path, int flags);

#endif
