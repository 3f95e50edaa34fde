/*
 * The old files as a file system in user space.
 *
 * Its tree is /proc's, with what lay below /lib beside it: old files where
 * proc-emu has some, and in a few directories the running kernel's own entries
 * beside them. What is there is asked anew each time, since modules bring files
 * and take them away; a node's number only stands for a path.
 */
#include "launcher/view_fs.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "launcher/view_files.h"
#include "launcher/view_list.h"
#include "launcher/view_switch.h"
#include "launcher/view_tree.h"
#include "libcompat/compat.h"

/* Seconds that the kernel may remember a directory that is always there. */
enum { FOR_EVER = 1000000000 };

static void fs_lookup(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	struct view_fs *fs = tree_of(req);
	const char *dir = tree_path(fs, parent);
	struct fuse_entry_param e = { 0 };
	enum node_kind kind;
	char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s%s%s", dir, *dir ? "/" : "",
			 name);

	if (n < 0 || (size_t)n >= sizeof(path)) {
		fuse_reply_err(req, ENAMETOOLONG);
		return;
	}
	kind = tree_find(fs, path, &e.attr);
	if (kind == NODE_NONE) {
		fuse_reply_err(req, ENOENT);
		return;
	}
	if (tree_is_fixed(fs, path))
		e.entry_timeout = e.attr_timeout = FOR_EVER;
	e.ino = e.attr.st_ino = tree_number(fs, path);
	if (e.ino)
		fuse_reply_entry(req, &e);
	else
		fuse_reply_err(req, ENOMEM);
}

static void fs_getattr(fuse_req_t req, fuse_ino_t ino,
		       struct fuse_file_info *fi)
{
	struct view_fs *fs = tree_of(req);
	const char *path = tree_path(fs, ino);
	struct stat st;

	(void)fi;
	if (tree_find(fs, path, &st) == NODE_NONE) {
		fuse_reply_err(req, ENOENT);
		return;
	}
	st.st_ino = ino;
	fuse_reply_attr(req, &st, tree_is_fixed(fs, path) ? FOR_EVER : 0);
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
	const struct view_fs *fs = tree_of(req);
	const char *path = tree_path(fs, ino), *name;
	int b = tree_blend(path, &name);
	char to[PATH_MAX];

	if (b < 0 || !*name) {
		fuse_reply_err(req, EINVAL);
		return;
	}
	snprintf(to, sizeof(to), "%s/%s",
		 b == VIEW_MODULES ? fs->reach : view_blends[b].real, name);
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

static const struct fuse_lowlevel_ops operations = {
	.lookup = fs_lookup,
	.getattr = fs_getattr,
	.setattr = fs_setattr,
	.readlink = fs_readlink,
	.create = fs_create,
	.open = view_file_open,
	.read = view_file_read,
	.write = view_file_write,
	.release = view_file_release,
	.opendir = view_list_open,
	.readdir = view_list_read,
	.releasedir = view_list_release,
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
	view_switches_fini(&fs->switches);
	for (int i = 0; i < VIEW_BLENDS; i++)
		close(fs->real[i]);
	for (size_t i = 0; i < fs->n_paths; i++)
		free(fs->path[i]);
	free(fs->path);
	free(fs->buf.mem);
	free(fs);
}

int view_fs_open(struct view_fs **fsp, const char *place, bool everybody,
		 const int real[VIEW_BLENDS], const char *reach)
{
	char name[] = "fwcompat", fsname[] = "-ofsname=fwcompat",
	     all[] = "-oallow_other,default_permissions";
	char *argv[] = { name, fsname, all, NULL };
	struct fuse_args args = FUSE_ARGS_INIT(everybody ? 3 : 2, argv);
	struct view_fs *fs = calloc(1, sizeof(*fs));

	if (!fs)
		return -ENOMEM;
	memcpy(fs->real, real, sizeof(fs->real));
	fs->reach = reach;
	fuse_set_log_func(no_message);
	if (tree_number(fs, "") == 1)
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
	fs->real_host = compat_is_machine();
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
