/* The listings of a view's directories. */
#include "launcher/view_list.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/text.h"
#include "launcher/view_switch.h"
#include "libcompat/compat.h"

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

static void add_path(void *ctx, const char *path)
{
	struct listing *l = ctx;
	const char *rest = tree_below(path, l->dir);

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
	if (fs->real_host || strcmp(l->dir, VIEW_CONF) || tree_enter(fs))
		return;
	compat_host_each(fs->c, add_interface, l);
	compat_leave(fs->c);
}

static bool is_hidden(struct view_fs *fs, const char *dir, const char *name)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s/%s", dir, name);

	return n < 0 || n >= PATH_MAX || tree_hides(fs, path);
}

/* The machine's names below the blend's directory @path. */
static void add_real(struct view_fs *fs, const char *path, struct listing *l)
{
	const char *name;
	int b = tree_blend(path, &name), fd;
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
		    !is_hidden(fs, path, d->d_name))
			add_name(l, d->d_name, strlen(d->d_name));
	closedir(dir);
}

/* The directories on the way to a blend. */
static void add_blends(const struct view_fs *fs, struct listing *l)
{
	for (int i = 0; i < VIEW_BLENDS; i++)
		if (fs->real[i] >= 0)
			add_path(l, view_blends[i].path);
}

void view_list_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	char ifname[VIEW_CONF_IFNAME], model[PATH_MAX];
	struct view_fs *fs = tree_of(req);
	struct listing *l = calloc(1, sizeof(*l));

	if (!l) {
		fuse_reply_err(req, ENOMEM);
		return;
	}
	l->dir = tree_path(fs, ino);
	add_name(l, ".", 1);
	add_name(l, "..", 2);
	tree_each_old(fs, add_path, l);
	tree_each_module(fs, add_path, l);
	add_blends(fs, l);
	add_real(fs, l->dir, l);
	add_interfaces(fs, l);
	if (view_conf_split(l->dir, ifname, model)) {
		add_real(fs, model, l);
		l->dir = model; /* all have what the default has */
	}
	tree_each_gone(fs, add_path, l);
	l->dir = NULL;
	fi->fh = (uintptr_t)l;
	if (fuse_reply_open(req, fi)) {
		text_fini(&l->names);
		free(l);
	}
}

/* An offset is the place of the next name in the listing's text. */
void view_list_read(fuse_req_t req, fuse_ino_t ino, size_t size, off_t off,
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

void view_list_release(fuse_req_t req, fuse_ino_t ino,
		       struct fuse_file_info *fi)
{
	struct listing *l = (struct listing *)(uintptr_t)fi->fh;

	(void)ino;
	text_fini(&l->names);
	free(l);
	fuse_reply_err(req, 0);
}
