/*
 * The old /proc files as a file system in user space.
 *
 * Its tree is /proc's: old files where proc-emu has some, and in a few
 * directories the running kernel's own entries beside them. What is there is
 * asked anew each time, since modules bring files and take them away; a node's
 * number only stands for a path.
 */
#include "launcher/view_fs.h"

#define FUSE_USE_VERSION 312
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse3/fuse_lowlevel.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/text.h"
#include "launcher/view_conf.h"
#include "launcher/view_host.h"
#include "libcompat/compat.h"
#include "proc-emu/proc.h"

const struct view_blend view_blends[VIEW_BLENDS] = {
	[VIEW_NET] = { "net", "/proc/thread-self/net", true, false },
	[VIEW_KERNEL] = { "sys/kernel", "/proc/sys/kernel", false, false },
	[VIEW_IPV4] = { "sys/net/ipv4", "/proc/sys/net/ipv4", false, true },
};

enum node_kind {
	NODE_NONE,
	NODE_DIR,
	NODE_OWN,  /* an old file */
	NODE_LINK, /* to a real file of the caller's /proc/net */
	NODE_REAL, /* a real file, passed through */
	NODE_REAL_DIR,
	NODE_HOST, /* of the emulated host's interfaces and routes */
	NODE_CONF, /* a switch of an emulated interface */
	NODE_CONF_DIR,
};

/* Seconds that the kernel may remember a directory of the machine's. */
enum { FOR_LONG = 3600 };

struct view_fs {
	struct fuse_session *session;
	struct fuse_buf buf;
	struct compat *c;      /* NULL: not opened yet */
	bool shown;            /* view_fs_show() was called */
	int real[VIEW_BLENDS]; /* the real directories, or -1 */
	struct view_conf conf; /* the emulated interfaces' switches */
	char **path;           /* of node number i + 1; "" is the root */
	size_t n_paths;
};

/* An open file. */
struct handle {
	enum node_kind kind;
	struct text text; /* an old file, as it was when it was read from its
			     start */
	bool rendered;
	bool zero; /* opened for reading and writing */
	int fd;    /* a real one, or -1 */
};

static struct view_fs *fs_of(fuse_req_t req)
{
	return fuse_req_userdata(req);
}

/* The path of a node; an unknown one is like the root. */
static const char *node_path(const struct view_fs *fs, fuse_ino_t ino)
{
	return ino >= 1 && ino <= fs->n_paths ? fs->path[ino - 1] : "";
}

/* The number that stands for @path from now on; 0: no memory. */
static fuse_ino_t node_number(struct view_fs *fs, const char *path)
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

/* Whether @path lies in the directory @dir, at any depth; the rest of it. */
static const char *path_below(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	if (!n)
		return *path ? path : NULL;
	return !strncmp(path, dir, n) && path[n] == '/' ? path + n + 1 : NULL;
}

/* What the old kernel has at a path. */
struct search {
	const char *path;
	enum node_kind found;
};

static void search_one(void *ctx, const char *path)
{
	struct search *s = ctx;

	if (!strcmp(path, s->path))
		s->found = NODE_OWN;
	else if (path_below(path, s->path))
		s->found = NODE_DIR;
}

/* Enters the kernel to show. 0 or -errno. */
static int enter(struct view_fs *fs)
{
	int r = fs->shown ? 0 : -EIO;

	if (r == 0 && !fs->c)
		r = compat_open(&fs->c);
	return r ? r : compat_enter(fs->c);
}

/*
 * Calls @one for each old file; none if the kernel cannot be asked. Before one
 * is shown, that is while mounts are made, all that there could be are there.
 */
static void each_old_file(struct view_fs *fs,
			  void (*one)(void *ctx, const char *path), void *ctx)
{
	if (!fs->shown)
		proc_each(NULL, one, ctx);
	if (enter(fs))
		return;
	compat_proc_each(fs->c, one, ctx);
	compat_leave(fs->c);
}

/* The blend whose directory @path is (@name: ""), or that shows it. */
static int find_blend(const char *path, const char **name)
{
	for (int i = 0; i < VIEW_BLENDS; i++) {
		const char *rest = path_below(path, view_blends[i].path);

		if (!strcmp(path, view_blends[i].path))
			rest = "";
		if (rest && (view_blends[i].deep || !strchr(rest, '/'))) {
			*name = rest;
			return i;
		}
	}
	return -1;
}

/* Whether scripts would take its being there for a later kernel than ours. */
static bool misleads(int blend, const char *name)
{
	return blend == VIEW_NET && (!strncmp(name, "ip_tables_", 10) ||
				     !strncmp(name, "ip6_tables_", 11));
}

static enum node_kind find_real(const struct view_fs *fs, const char *path,
				struct stat *st)
{
	const char *name;
	int b = find_blend(path, &name);

	if (b < 0)
		return NODE_NONE;
	if (!*name)
		return NODE_DIR;
	if (fs->real[b] < 0 || misleads(b, name) ||
	    fstatat(fs->real[b], name, st, AT_SYMLINK_NOFOLLOW))
		return NODE_NONE;
	if (view_blends[b].links)
		return NODE_LINK;
	return S_ISDIR(st->st_mode) ? NODE_REAL_DIR : NODE_REAL;
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

	if (!view_conf_split(path, ifname, model))
		return NODE_NONE;
	if (find_real(fs, model, st) == NODE_NONE || enter(fs))
		return NODE_NONE;
	compat_host_each(fs->c, match_interface, &s);
	compat_leave(fs->c);
	if (!s.found)
		return NODE_NONE;
	return S_ISDIR(st->st_mode) ? NODE_CONF_DIR : NODE_CONF;
}

/* What stands at @path, and its attributes (not its number). */
static enum node_kind find(struct view_fs *fs, const char *path,
			   struct stat *st)
{
	struct search s = { path, *path ? NODE_NONE : NODE_DIR };

	*st = (struct stat){ .st_nlink = 1 };
	each_old_file(fs, search_one, &s);
	if (s.found == NODE_NONE && view_host_has(path))
		s.found = NODE_HOST;
	for (int i = 0; i < VIEW_BLENDS && s.found == NODE_NONE; i++)
		if (path_below(view_blends[i].path, path))
			s.found = NODE_DIR;
	if (s.found == NODE_NONE)
		s.found = find_real(fs, path, st);
	if (s.found == NODE_NONE)
		s.found = find_conf(fs, path, st);
	switch (s.found) {
	case NODE_OWN:
		st->st_mode = S_IFREG | proc_mode(path);
		break;
	case NODE_HOST:
		st->st_mode = S_IFREG | 0444;
		break;
	case NODE_LINK:
		*st = (struct stat){ .st_nlink = 1 };
		st->st_mode = S_IFLNK | 0777;
		break;
	case NODE_DIR:
	case NODE_REAL_DIR:
	case NODE_CONF_DIR:
		st->st_mode = S_IFDIR | 0555;
		break;
	default:
		break;
	}
	return s.found;
}

static void fs_lookup(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	struct view_fs *fs = fs_of(req);
	const char *dir = node_path(fs, parent);
	struct fuse_entry_param e = { 0 };
	enum node_kind kind;
	char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s%s%s", dir, *dir ? "/" : "",
			 name);

	if (n < 0 || (size_t)n >= sizeof(path)) {
		fuse_reply_err(req, ENAMETOOLONG);
		return;
	}
	kind = find(fs, path, &e.attr);
	if (kind == NODE_NONE) {
		fuse_reply_err(req, ENOENT);
		return;
	}
	if (kind == NODE_REAL_DIR) /* on every tool's way to the boot's id */
		e.entry_timeout = e.attr_timeout = FOR_LONG;
	e.ino = e.attr.st_ino = node_number(fs, path);
	if (e.ino)
		fuse_reply_entry(req, &e);
	else
		fuse_reply_err(req, ENOMEM);
}

static void fs_getattr(fuse_req_t req, fuse_ino_t ino,
		       struct fuse_file_info *fi)
{
	struct view_fs *fs = fs_of(req);
	struct stat st;

	(void)fi;
	if (find(fs, node_path(fs, ino), &st) == NODE_NONE) {
		fuse_reply_err(req, ENOENT);
		return;
	}
	st.st_ino = ino;
	fuse_reply_attr(req, &st, 0);
}

/* A shell's ">" cuts a file off before it writes: nothing to do. */
static void fs_setattr(fuse_req_t req, fuse_ino_t ino, struct stat *attr,
		       int to_set, struct fuse_file_info *fi)
{
	(void)attr;
	if (to_set &
	    (FUSE_SET_ATTR_MODE | FUSE_SET_ATTR_UID | FUSE_SET_ATTR_GID))
		fuse_reply_err(req, EPERM);
	else
		fs_getattr(req, ino, fi);
}

static void fs_readlink(fuse_req_t req, fuse_ino_t ino)
{
	const char *path = node_path(fs_of(req), ino), *name;
	int b = find_blend(path, &name);
	char to[PATH_MAX];

	if (b < 0 || !*name) {
		fuse_reply_err(req, EINVAL);
		return;
	}
	snprintf(to, sizeof(to), "%s/%s", view_blends[b].real, name);
	fuse_reply_readlink(req, to);
}

/* As in the real /proc: no file can be made, so none of that name is there. */
static void fs_create(fuse_req_t req, fuse_ino_t parent, const char *name,
		      mode_t mode, struct fuse_file_info *fi)
{
	(void)parent;
	(void)name;
	(void)mode;
	(void)fi;
	fuse_reply_err(req, ENOENT);
}

static void handle_free(struct handle *h)
{
	if (h->fd >= 0)
		close(h->fd);
	text_fini(&h->text);
	free(h);
}

static struct handle *handle_of(const struct fuse_file_info *fi)
{
	return (struct handle *)(uintptr_t)fi->fh;
}

static int open_real(const struct view_fs *fs, const char *path, int flags)
{
	const char *name;
	int b = find_blend(path, &name), fd;

	if (b < 0 || fs->real[b] < 0)
		return -ENOENT;
	fd = openat(fs->real[b], name,
		    (flags & O_ACCMODE) | O_CLOEXEC | O_NOCTTY);
	return fd < 0 ? -errno : fd;
}

static void fs_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct view_fs *fs = fs_of(req);
	const char *path = node_path(fs, ino);
	struct handle *h = calloc(1, sizeof(*h));
	struct stat st;
	enum node_kind kind = find(fs, path, &st);

	if (!h) {
		fuse_reply_err(req, ENOMEM);
		return;
	}
	h->fd = -1;
	h->kind = kind;
	h->zero = (fi->flags & O_ACCMODE) == O_RDWR;
	if (kind == NODE_REAL)
		h->fd = open_real(fs, path, fi->flags);
	else if (kind != NODE_OWN && kind != NODE_HOST && kind != NODE_CONF)
		h->fd = -ENOENT;
	if (h->fd < -1) {
		fuse_reply_err(req, -h->fd);
		h->fd = -1;
		handle_free(h);
		return;
	}
	fi->fh = (uintptr_t)h;
	fi->direct_io = 1;
	if (fuse_reply_open(req, fi))
		handle_free(h);
}

/* A switch that was never set reads as the default's. */
static int render_conf(struct view_fs *fs, const char *path, struct handle *h)
{
	char ifname[VIEW_CONF_IFNAME], model[PATH_MAX], text[64];
	ssize_t n;
	int fd;

	if (view_conf_get(&fs->conf, path, &h->text))
		return 0;
	if (!view_conf_split(path, ifname, model))
		return -ENOENT;
	fd = open_real(fs, model, O_RDONLY);
	if (fd < 0)
		return fd;
	n = read(fd, text, sizeof(text));
	if (n > 0)
		text_add(&h->text, text, (size_t)n);
	close(fd);
	return n < 0 ? -EIO : 0;
}

/* Renders an old file when it is read from its start. */
static int handle_render(struct view_fs *fs, const char *path, struct handle *h)
{
	int r;

	h->text.len = 0;
	if (h->kind == NODE_CONF)
		return render_conf(fs, path, h);
	r = enter(fs);
	if (r)
		return r;
	if (h->kind == NODE_HOST)
		view_host_render(fs->c, path, &h->text);
	else
		r = compat_proc_read(fs->c, path, h->zero, &h->text);
	if (r == 0 && h->zero)
		r = compat_commit(fs->c);
	compat_leave(fs->c);
	h->rendered = r == 0;
	return r;
}

static void read_real(fuse_req_t req, const struct handle *h, size_t size,
		      off_t off)
{
	char buf[65536];
	ssize_t n =
		pread(h->fd, buf, size < sizeof(buf) ? size : sizeof(buf), off);

	if (n < 0)
		fuse_reply_err(req, errno);
	else
		fuse_reply_buf(req, buf, (size_t)n);
}

static void fs_read(fuse_req_t req, fuse_ino_t ino, size_t size, off_t off,
		    struct fuse_file_info *fi)
{
	struct view_fs *fs = fs_of(req);
	struct handle *h = handle_of(fi);
	size_t at = (size_t)off, left;
	int r = 0;

	if (h->fd >= 0) {
		read_real(req, h, size, off);
		return;
	}
	if (!h->rendered || off == 0)
		r = handle_render(fs, node_path(fs, ino), h);
	if (r) {
		fuse_reply_err(req, -r);
		return;
	}
	left = at < h->text.len ? h->text.len - at : 0;
	fuse_reply_buf(req, left ? h->text.s + at : NULL,
		       size < left ? size : left);
}

static int write_own(struct view_fs *fs, const char *path, const char *buf,
		     size_t size)
{
	char *text = strndup(buf, size);
	int r = text ? enter(fs) : -ENOMEM;

	if (r == 0) {
		r = compat_proc_write(fs->c, path, text);
		if (r == 0)
			r = compat_commit(fs->c);
		compat_leave(fs->c);
	}
	free(text);
	return r;
}

static void fs_write(fuse_req_t req, fuse_ino_t ino, const char *buf,
		     size_t size, off_t off, struct fuse_file_info *fi)
{
	struct view_fs *fs = fs_of(req);
	const struct handle *h = handle_of(fi);
	ssize_t n;
	int r;

	if (h->fd >= 0) {
		n = pwrite(h->fd, buf, size, off);
		r = n < 0 ? -errno : 0;
	} else if (h->kind == NODE_CONF) {
		r = view_conf_set(&fs->conf, node_path(fs, ino), buf, size);
		n = (ssize_t)size;
	} else {
		r = write_own(fs, node_path(fs, ino), buf, size);
		n = (ssize_t)size;
	}
	if (r)
		fuse_reply_err(req, -r);
	else
		fuse_reply_write(req, (size_t)n);
}

static void fs_release(fuse_req_t req, fuse_ino_t ino,
		       struct fuse_file_info *fi)
{
	(void)ino;
	handle_free(handle_of(fi));
	fuse_reply_err(req, 0);
}

/* Names of one directory, each with a NUL, while it is listed. */
struct listing {
	const char *dir;
	struct text names;
};

static void add_name(struct listing *l, const char *name, size_t n)
{
	for (size_t at = 0; at < l->names.len;
	     at += strlen(l->names.s + at) + 1)
		if (strlen(l->names.s + at) == n &&
		    !memcmp(l->names.s + at, name, n))
			return;
	text_add(&l->names, name, n);
	text_add(&l->names, "", 1);
}

static void add_old_file(void *ctx, const char *path)
{
	struct listing *l = ctx;
	const char *rest = path_below(path, l->dir);

	if (rest)
		add_name(l, rest, strcspn(rest, "/"));
}

static void add_interface(void *ctx, const struct compat_host_row *row)
{
	struct listing *l = ctx;

	if (!row->is_route && !strchr(row->ifname, ':'))
		add_name(l, row->ifname, strlen(row->ifname));
}

static void add_interfaces(struct view_fs *fs, struct listing *l)
{
	if (strcmp(l->dir, VIEW_CONF) || enter(fs))
		return;
	compat_host_each(fs->c, add_interface, l);
	compat_leave(fs->c);
}

/* The machine's names below the blend's directory @path. */
static void add_real(const struct view_fs *fs, const char *path,
		     struct listing *l)
{
	const char *name;
	int b = find_blend(path, &name), fd;
	DIR *dir;

	if (b < 0 || fs->real[b] < 0)
		return;
	fd = openat(fs->real[b], *name ? name : ".",
		    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		if (fd >= 0)
			close(fd);
		return;
	}
	for (const struct dirent *d; (d = readdir(dir));)
		if (strcmp(d->d_name, ".") && strcmp(d->d_name, "..") &&
		    !misleads(b, d->d_name))
			add_name(l, d->d_name, strlen(d->d_name));
	closedir(dir);
}

/* The directories on the way to a blend. */
static void add_blends(struct listing *l)
{
	for (int i = 0; i < VIEW_BLENDS; i++)
		add_old_file(l, view_blends[i].path);
}

static void fs_opendir(fuse_req_t req, fuse_ino_t ino,
		       struct fuse_file_info *fi)
{
	char ifname[VIEW_CONF_IFNAME], model[PATH_MAX];
	struct view_fs *fs = fs_of(req);
	struct listing *l = calloc(1, sizeof(*l));

	if (!l) {
		fuse_reply_err(req, ENOMEM);
		return;
	}
	l->dir = node_path(fs, ino);
	add_name(l, ".", 1);
	add_name(l, "..", 2);
	each_old_file(fs, add_old_file, l);
	add_blends(l);
	add_real(fs, l->dir, l);
	add_interfaces(fs, l);
	if (view_conf_split(l->dir, ifname, model))
		add_real(fs, model, l);
	fi->fh = (uintptr_t)l;
	if (fuse_reply_open(req, fi)) {
		text_fini(&l->names);
		free(l);
	}
}

/* An offset is the place of the next name in the listing's text. */
static void fs_readdir(fuse_req_t req, fuse_ino_t ino, size_t size, off_t off,
		       struct fuse_file_info *fi)
{
	const struct listing *l = (struct listing *)(uintptr_t)fi->fh;
	char buf[4096];
	size_t used = 0, room = size < sizeof(buf) ? size : sizeof(buf);
	const struct stat st = { .st_ino = 0xFFFFFFFF };

	(void)ino;
	for (size_t at = (size_t)off; at < l->names.len;) {
		const char *name = l->names.s + at;
		size_t next = at + strlen(name) + 1, n;

		n = fuse_add_direntry(req, buf + used, room - used, name, &st,
				      (off_t)next);
		if (n > room - used)
			break;
		used += n;
		at = next;
	}
	fuse_reply_buf(req, buf, used);
}

static void fs_releasedir(fuse_req_t req, fuse_ino_t ino,
			  struct fuse_file_info *fi)
{
	struct listing *l = (struct listing *)(uintptr_t)fi->fh;

	(void)ino;
	text_fini(&l->names);
	free(l);
	fuse_reply_err(req, 0);
}

static const struct fuse_lowlevel_ops operations = {
	.lookup = fs_lookup,
	.getattr = fs_getattr,
	.setattr = fs_setattr,
	.readlink = fs_readlink,
	.create = fs_create,
	.open = fs_open,
	.read = fs_read,
	.write = fs_write,
	.release = fs_release,
	.opendir = fs_opendir,
	.readdir = fs_readdir,
	.releasedir = fs_releasedir,
};

static void no_message(enum fuse_log_level level, const char *fmt, va_list ap)
{
	(void)level;
	(void)fmt;
	(void)ap;
}

static void fs_free(struct view_fs *fs)
{
	if (fs->session)
		fuse_session_destroy(fs->session);
	compat_close(fs->c);
	view_conf_fini(&fs->conf);
	for (int i = 0; i < VIEW_BLENDS; i++)
		close(fs->real[i]);
	for (size_t i = 0; i < fs->n_paths; i++)
		free(fs->path[i]);
	free(fs->path);
	free(fs->buf.mem);
	free(fs);
}

int view_fs_open(struct view_fs **fsp, const char *place, bool everybody,
		 const int real[VIEW_BLENDS])
{
	char name[] = "fwcompat", fsname[] = "-ofsname=fwcompat",
	     all[] = "-oallow_other,default_permissions";
	char *argv[] = { name, fsname, all, NULL };
	struct fuse_args args = FUSE_ARGS_INIT(everybody ? 3 : 2, argv);
	struct view_fs *fs = calloc(1, sizeof(*fs));

	if (!fs)
		return -ENOMEM;
	memcpy(fs->real, real, sizeof(fs->real));
	fuse_set_log_func(no_message);
	if (node_number(fs, "") == 1)
		fs->session = fuse_session_new(&args, &operations,
					       sizeof(operations), fs);
	fuse_opt_free_args(&args);
	if (fs->session && fuse_session_mount(fs->session, place) == 0) {
		*fsp = fs;
		return 0;
	}
	fs_free(fs);
	return -EPERM;
}

void view_fs_close(struct view_fs *fs)
{
	fuse_session_unmount(fs->session);
	fs_free(fs);
}

void view_fs_show(struct view_fs *fs)
{
	compat_close(fs->c);
	fs->c = NULL;
	fs->shown = true;
}

int view_fs_fd(const struct view_fs *fs)
{
	return fuse_session_fd(fs->session);
}

int view_fs_serve(struct view_fs *fs)
{
	int n = fuse_session_receive_buf(fs->session, &fs->buf);

	if (n > 0)
		fuse_session_process_buf(fs->session, &fs->buf);
	return n == 0 || fuse_session_exited(fs->session) ? -ENODEV : 0;
}
