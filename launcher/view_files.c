/* The open files of a view. */
#include "launcher/view_files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/text.h"
#include "launcher/view_host.h"
#include "launcher/view_switch.h"
#include "libcompat/compat.h"
#include "proc-emu/proc.h"

enum { SWITCH_MAX = 4096 };

/* An open file. */
struct handle {
	enum node_kind kind;
	struct text text; /* an old file, as it was when it was read from its
			     start */
	bool rendered;
	bool zero; /* opened for reading and writing */
	int fd;    /* a real one, or -1 */
};

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

/* Opens what has a real file behind it. 0 or -errno. */
static int handle_open(struct handle *h, struct view_fs *fs, const char *path,
		       int flags)
{
	int fd;

	switch (h->kind) {
	case NODE_REAL:
		fd = tree_open_real(fs, path, flags);
		if (fd >= 0)
			h->fd = fd;
		return fd < 0 ? fd : 0;
	case NODE_OWN:
	case NODE_HOST:
	case NODE_CONF:
	case NODE_KEPT:
	case NODE_MODULE:
		return 0;
	default:
		return -ENOENT;
	}
}

void view_file_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct view_fs *fs = tree_of(req);
	const char *path = tree_path(fs, ino);
	struct handle *h = calloc(1, sizeof(*h));
	struct stat st;
	int r;

	if (!h) {
		fuse_reply_err(req, ENOMEM);
		return;
	}
	h->fd = -1;
	h->kind = tree_find(fs, path, &st);
	h->zero = (fi->flags & O_ACCMODE) == O_RDWR;
	r = handle_open(h, fs, path, fi->flags);
	if (r) {
		fuse_reply_err(req, -r);
		handle_free(h);
		return;
	}
	fi->fh = (uintptr_t)h;
	fi->direct_io = 1;
	if (fuse_reply_open(req, fi))
		handle_free(h);
}

/* The real switch's value. */
static int render_real(struct view_fs *fs, const char *path, struct text *to)
{
	int fd = tree_open_real(fs, path, O_RDONLY);
	char *room;
	ssize_t n;

	if (fd < 0)
		return fd;
	room = text_room(to, SWITCH_MAX);
	n = room ? read(fd, room, SWITCH_MAX) : -1;
	if (n > 0)
		to->len += (size_t)n;
	close(fd);
	return n < 0 ? -EIO : 0;
}

/* What was never set reads as the machine's, or as it was then. */
static int render_value(struct view_fs *fs, const char *path, struct text *to)
{
	const char *gone = NULL;

	if (view_switch_get(&fs->switches, path, to) ||
	    render_real(fs, path, to) == 0)
		return 0;
	gone = view_switch_was(path);
	if (gone)
		text_printf(to, "%s\n", gone);
	return gone ? 0 : -EIO;
}

/* An interface's that was never set is the default's. */
static int render_switch(struct view_fs *fs, const char *path, struct handle *h)
{
	char ifname[VIEW_CONF_IFNAME], model[PATH_MAX];

	if (render_value(fs, path, &h->text) == 0)
		return 0;
	if (!view_conf_split(path, ifname, model))
		return -EIO;
	return render_value(fs, model, &h->text);
}

/* No more than its name: what it was is built in. */
static int render_module(struct view_fs *fs, const char *path, struct handle *h)
{
	(void)fs;
	text_printf(&h->text, "%s\n", strrchr(path, '/') + 1);
	return 0;
}

static int render_old(struct view_fs *fs, const char *path, struct handle *h)
{
	int r = tree_enter(fs);

	if (r)
		return r;
	if (h->kind == NODE_HOST)
		view_host_render(fs->c, path, &h->text);
	else
		r = compat_proc_read(fs->c, path, h->zero, &h->text);
	if (r == 0 && h->zero)
		r = compat_commit(fs->c);
	compat_leave(fs->c);
	return r;
}

/* Renders a file that is ours when it is read from its start. */
static int handle_render(struct view_fs *fs, const char *path, struct handle *h)
{
	int r;

	h->text.len = 0;
	if (h->kind == NODE_CONF || h->kind == NODE_KEPT)
		r = render_switch(fs, path, h);
	else if (h->kind == NODE_MODULE)
		r = render_module(fs, path, h);
	else
		r = render_old(fs, path, h);
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

void view_file_read(fuse_req_t req, fuse_ino_t ino, size_t size, off_t off,
		    struct fuse_file_info *fi)
{
	struct view_fs *fs = tree_of(req);
	struct handle *h = handle_of(fi);
	const char *path = tree_path(fs, ino), *rest;
	size_t at = (size_t)off, left;
	int r = 0;

	if (h->fd >= 0) {
		read_real(req, h, size, off);
		return;
	}
	if (!h->rendered || off == 0)
		r = handle_render(fs, path, h);
	if (r) {
		fuse_reply_err(req, -r);
		return;
	}
	left = at < h->text.len ? h->text.len - at : 0;
	rest = left ? h->text.s + at : NULL;
	fuse_reply_buf(req, rest, proc_piece(path, fs->era, rest, left, size));
}

static int write_own(struct view_fs *fs, const char *path, const char *buf,
		     size_t size)
{
	char *text = strndup(buf, size);
	int r = text ? tree_enter(fs) : -ENOMEM;

	if (r == 0) {
		r = compat_proc_write(fs->c, path, text);
		if (r == 0)
			r = compat_commit(fs->c);
		compat_leave(fs->c);
	}
	free(text);
	return r;
}

/* One of an interface is a number, and so is what the kernel has as numbers. */
static int write_switch(struct view_fs *fs, const struct handle *h,
			const char *path, const char *buf, size_t size)
{
	bool words = !strncmp(path, "sys/kernel/", 11);

	if (h->kind == NODE_MODULE || h->kind == NODE_HOST)
		return -EACCES;
	return view_switch_set(&fs->switches, path, buf, size, !words);
}

void view_file_write(fuse_req_t req, fuse_ino_t ino, const char *buf,
		     size_t size, off_t off, struct fuse_file_info *fi)
{
	struct view_fs *fs = tree_of(req);
	const struct handle *h = handle_of(fi);
	const char *path = tree_path(fs, ino);
	ssize_t n = (ssize_t)size;
	int r = 0;

	if (h->fd >= 0) {
		n = pwrite(h->fd, buf, size, off);
		r = n < 0 ? -errno : 0;
	} else if (h->kind == NODE_OWN) {
		r = write_own(fs, path, buf, size);
	} else {
		r = write_switch(fs, h, path, buf, size);
	}
	if (r)
		fuse_reply_err(req, -r);
	else
		fuse_reply_write(req, (size_t)n);
}

void view_file_release(fuse_req_t req, fuse_ino_t ino,
		       struct fuse_file_info *fi)
{
	(void)ino;
	handle_free(handle_of(fi));
	fuse_reply_err(req, 0);
}
