/* What is where in the tree of a view's files. */
#include "launcher/view_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "launcher/old_modules.h"
#include "launcher/view_host.h"
#include "libcompat/compat.h"
#include "proc-emu/proc.h"

const struct view_blend view_blends[VIEW_BLENDS] = {
	[VIEW_NET] = { "net", "/proc/thread-self/net", true, false },
	[VIEW_SYS] = { "sys", "/proc/sys", false, true },
	[VIEW_MODULES] = { "lib/modules", "/lib/modules", true, false },
};

/* Directories that are always there. Nobody waits for the state to be told so:
 * those who are inside it go through them, too. */
static const char *const fixed[] = { "sys/kernel", "sys/kernel/random",
				     "sys/net", "sys/net/ipv4" };

const char *tree_path(const struct view_fs *fs, fuse_ino_t ino)
{
	return ino >= 1 && ino <= fs->n_paths ? fs->path[ino - 1] : "";
}

fuse_ino_t tree_number(struct view_fs *fs, const char *path)
{
	char **grown, *copy;

	for (size_t i = 0; i < fs->n_paths; i++)
		if (!strcmp(fs->path[i], path))
			return i + 1;
	copy = strdup(path);
	grown = realloc(fs->path, (fs->n_paths + 1) * sizeof(*grown));
	if (grown)
		fs->path = grown;
	if (!copy || !grown) {
		free(copy);
		return 0;
	}
	fs->path[fs->n_paths++] = copy;
	return fs->n_paths;
}

const char *tree_below(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	if (!n)
		return *path ? path : NULL;
	return !strncmp(path, dir, n) && path[n] == '/' ? path + n + 1 : NULL;
}

int tree_enter(struct view_fs *fs)
{
	int r = fs->shown ? 0 : -EIO;

	if (r == 0 && !fs->c)
		r = compat_open(&fs->c);
	if (r == 0)
		r = compat_enter(fs->c);
	if (r == 0)
		fs->era = compat_era(fs->c);
	return r;
}

/* The era to show: before there is one, a fresh host's. Where it is the machine
 * that filters, what it was when last looked at, since who is inside the state
 * may have us look for it in vain. */
static enum fw_era tree_era(struct view_fs *fs)
{
	if (!fs->real_host && tree_enter(fs) == 0)
		compat_leave(fs->c);
	return fs->era;
}

void tree_each_old(struct view_fs *fs, void (*one)(void *ctx, const char *path),
		   void *ctx)
{
	if (!fs->shown)
		proc_each(NULL, one, ctx);
	if (tree_enter(fs))
		return;
	compat_proc_each(fs->c, one, ctx);
	compat_leave(fs->c);
}

/* Puts "lib/" in front. */
struct below_lib {
	void (*one)(void *ctx, const char *path);
	void *ctx;
};

static void one_below_lib(void *ctx, const char *path)
{
	const struct below_lib *b = ctx;
	char full[96];

	snprintf(full, sizeof(full), "lib/%s", path);
	b->one(b->ctx, full);
}

void tree_each_module(struct view_fs *fs,
		      void (*one)(void *ctx, const char *path), void *ctx)
{
	struct below_lib below = { one, ctx };

	if (fs->reach)
		old_modules_each(tree_era(fs), one_below_lib, &below);
}

void tree_each_gone(struct view_fs *fs,
		    void (*one)(void *ctx, const char *path), void *ctx)
{
	if (fs->real[VIEW_SYS] >= 0)
		view_switch_each_gone(tree_era(fs), one, ctx);
}

int tree_blend(const char *path, const char **name)
{
	for (int i = 0; i < VIEW_BLENDS; i++) {
		const char *rest = tree_below(path, view_blends[i].path);

		if (!strcmp(path, view_blends[i].path))
			rest = "";
		if (rest && (view_blends[i].deep || !strchr(rest, '/'))) {
			*name = rest;
			return i;
		}
	}
	return -1;
}

/*
 * What scripts would take for a later kernel than ours: files of its filter,
 * and, before 2.2, switches that came with that.
 */
bool tree_hides(struct view_fs *fs, const char *path)
{
	const char *net = tree_below(path, "net");

	if (net)
		return !strncmp(net, "ip_tables_", 10) ||
		       !strncmp(net, "ip6_tables_", 11);
	return tree_below(path, "sys/net/ipv4") && tree_era(fs) != ERA_2_2;
}

bool tree_is_fixed(const struct view_fs *fs, const char *path)
{
	for (int i = 0; i < VIEW_BLENDS; i++)
		if ((i != VIEW_MODULES || fs->reach) &&
		    (!strcmp(path, view_blends[i].path) ||
		     tree_below(view_blends[i].path, path)))
			return true;
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		if (!strcmp(path, fixed[i]))
			return true;
	return false;
}

int tree_open_real(const struct view_fs *fs, const char *path, int flags)
{
	const char *name;
	int b = tree_blend(path, &name), fd;

	if (b < 0 || fs->real[b] < 0)
		return -ENOENT;
	fd = openat(fs->real[b], name,
		    (flags & O_ACCMODE) | O_CLOEXEC | O_NOCTTY);
	return fd < 0 ? -errno : fd;
}

/* What is looked for in a list of paths: a path, or a directory on the way. */
struct search {
	const char *path;
	enum node_kind kind; /* of those in the list */
	enum node_kind found;
};

static void search_one(void *ctx, const char *path)
{
	struct search *s = ctx;

	if (!strcmp(path, s->path))
		s->found = s->kind;
	else if (s->found == NODE_NONE && tree_below(path, s->path))
		s->found = NODE_DIR;
}

/* Whether what is written to a real switch is to stay here. */
static bool is_kept(const struct view_fs *fs, const char *path)
{
	return !fs->real_host && tree_below(path, "sys") &&
	       !tree_below(path, "sys/net");
}

static enum node_kind find_real(struct view_fs *fs, const char *path,
				struct stat *st)
{
	const char *name;
	int b = tree_blend(path, &name);

	if (b < 0 || !*name || fs->real[b] < 0 ||
	    fstatat(fs->real[b], name, st, AT_SYMLINK_NOFOLLOW) ||
	    tree_hides(fs, path))
		return NODE_NONE;
	if (view_blends[b].links)
		return NODE_LINK;
	if (S_ISDIR(st->st_mode))
		return NODE_REAL_DIR;
	return is_kept(fs, path) ? NODE_KEPT : NODE_REAL;
}

/* An interface that only the emulated host has, while it is looked for. */
struct interface_search {
	const char *name;
	bool found;
};

static void match_interface(void *ctx, const struct compat_host_row *row)
{
	struct interface_search *s = ctx;

	if (!row->is_route && !strcmp(row->ifname, s->name))
		s->found = true;
}

/* Whether @path is of a switch of an emulated interface, or its directory. The
 * switches of the default are what each has. */
static enum node_kind find_conf(struct view_fs *fs, const char *path,
				struct stat *st)
{
	char ifname[VIEW_CONF_IFNAME], model[PATH_MAX];
	struct interface_search s = { ifname, false };

	if (fs->real_host || !view_conf_split(path, ifname, model))
		return NODE_NONE;
	if (find_real(fs, model, st) == NODE_NONE || tree_enter(fs))
		return NODE_NONE;
	compat_host_each(fs->c, match_interface, &s);
	compat_leave(fs->c);
	if (!s.found)
		return NODE_NONE;
	return S_ISDIR(st->st_mode) ? NODE_CONF_DIR : NODE_CONF;
}

/* Of interfaces, all have what the default has. */
static enum node_kind find_gone(struct view_fs *fs, const char *path,
				struct stat *st)
{
	char ifname[VIEW_CONF_IFNAME], model[PATH_MAX];

	if (!tree_below(path, "sys") || fs->real[VIEW_SYS] < 0)
		return NODE_NONE;
	if (view_conf_split(path, ifname, model))
		path = model;
	if (!view_switch_was(path) || !view_switch_gone(path, tree_era(fs)))
		return NODE_NONE;
	st->st_mode = S_IFREG | 0644;
	return NODE_KEPT;
}

static enum node_kind find_module(struct view_fs *fs, const char *path,
				  struct stat *st)
{
	struct search s = { path, NODE_MODULE, NODE_NONE };

	if (tree_below(path, "lib"))
		tree_each_module(fs, search_one, &s);
	st->st_mode = S_IFREG | 0644;
	return s.found;
}

/*
 * In the list of old files, or of those rendered here. The kernel is asked only
 * about what some kernel had.
 */
static enum node_kind find_old(struct view_fs *fs, const char *path,
			       struct stat *st)
{
	struct search s = { path, NODE_OWN, NODE_NONE };

	proc_each(NULL, search_one, &s);
	if (s.found != NODE_NONE) {
		s.found = NODE_NONE;
		tree_each_old(fs, search_one, &s);
	}
	st->st_mode = S_IFREG | proc_mode(path);
	if (s.found != NODE_NONE || fs->real_host || !view_host_has(path))
		return s.found;
	st->st_mode = S_IFREG | 0444;
	return NODE_HOST;
}

enum node_kind tree_find(struct view_fs *fs, const char *path, struct stat *st)
{
	static enum node_kind (*const finders[])(
		struct view_fs * fs, const char *path, struct stat *st) = {
		find_old, find_module, find_real, find_conf, find_gone,
	};
	enum node_kind kind =
		tree_is_fixed(fs, path) || !*path ? NODE_DIR : NODE_NONE;

	for (size_t i = 0;
	     kind == NODE_NONE && i < sizeof(finders) / sizeof(finders[0]);
	     i++) {
		*st = (struct stat){ .st_nlink = 1 };
		kind = finders[i](fs, path, st);
	}
	if (kind == NODE_LINK || kind == NODE_DIR)
		*st = (struct stat){ .st_nlink = 1 };
	if (kind == NODE_KEPT)
		st->st_uid = st->st_gid = 0; /* may be unknown to the reader */
	if (kind == NODE_LINK)
		st->st_mode = S_IFLNK | 0777;
	if (kind == NODE_DIR || kind == NODE_REAL_DIR || kind == NODE_CONF_DIR)
		st->st_mode = S_IFDIR | 0555;
	return kind;
}
