/*
 * Answers for each name anew. Number 1 is the root; the directories have the
 * numbers behind it, and each other number stands for a name in one of them.
 */
#include "launcher/merge_fs.h"

#define FUSE_USE_VERSION 312
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse3/fuse_lowlevel.h>
#include <limits.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/text.h"

/* Seconds that the kernel may remember what a name stands for: those that begin
 * with a digit are processes. */
enum { FOR_EVER = 1000000000 };

/* A name in a directory. */
struct node {
	const struct merge_dir *dir;
	char *name;
};

struct merge_fs {
	struct fuse_session *session;
	const struct merge_dir *dirs;
	unsigned n_dirs;
	struct node *node;
	size_t n_nodes;
};

static struct merge_fs *fs_of(fuse_req_t req)
{
	return fuse_req_userdata(req);
}

static const struct merge_dir *dir_of(const struct merge_fs *fs, fuse_ino_t ino)
{
	return ino > FUSE_ROOT_ID && ino <= FUSE_ROOT_ID + fs->n_dirs
		       ? &fs->dirs[ino - FUSE_ROOT_ID - 1]
		       : NULL;
}

static const struct node *node_of(const struct merge_fs *fs, fuse_ino_t ino)
{
	fuse_ino_t first = FUSE_ROOT_ID + fs->n_dirs + 1;

	return ino >= first && ino - first < fs->n_nodes
		       ? &fs->node[ino - first]
		       : NULL;
}

/* The number that stands for @name from now on; 0: no memory. */
static fuse_ino_t number_of(struct merge_fs *fs, const struct merge_dir *dir,
			    const char *name)
{
	fuse_ino_t first = FUSE_ROOT_ID + fs->n_dirs + 1;
	struct node *grown;
	char *copy;

	for (size_t i = 0; i < fs->n_nodes; i++)
		if (fs->node[i].dir == dir && !strcmp(fs->node[i].name, name))
			return first + i;
	copy = strdup(name);
	grown = realloc(fs->node, (fs->n_nodes + 1) * sizeof(*grown));
	if (grown)
		fs->node = grown;
	if (!copy || !grown) {
		free(copy);
		return 0;
	}
	grown[fs->n_nodes] = (struct node){ dir, copy };
	return first + fs->n_nodes++;
}

static const struct merge_name *find_ours(const struct merge_dir *dir,
					  const char *name)
{
	for (const struct merge_name *n = dir->ours; n->name; n++)
		if (!strcmp(n->name, name))
			return n;
	return NULL;
}

/* 0; -ENOENT: no such name. */
static int stat_node(const struct merge_dir *dir, const char *name,
		     struct stat *to)
{
	const struct merge_name *ours = find_ours(dir, name);
	struct stat st;

	if (!ours && (dir->real < 0 ||
		      fstatat(dir->real, name, &st, AT_SYMLINK_NOFOLLOW)))
		return -ENOENT;
	*to = (struct stat){ .st_nlink = 1 };
	to->st_mode = ours && !ours->target ? S_IFDIR | 0555 : S_IFLNK | 0777;
	return 0;
}

static void reply_dir(fuse_req_t req, struct fuse_entry_param *e)
{
	e->attr.st_mode = S_IFDIR | 0555;
	e->attr.st_nlink = 2;
	e->attr.st_ino = e->ino;
	e->entry_timeout = e->attr_timeout = FOR_EVER;
	fuse_reply_entry(req, e);
}

static void merge_lookup(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	struct merge_fs *fs = fs_of(req);
	const struct merge_dir *dir = dir_of(fs, parent);
	struct fuse_entry_param e = { 0 };

	for (unsigned i = 0; parent == FUSE_ROOT_ID && i < fs->n_dirs; i++)
		if (!strcmp(fs->dirs[i].name, name)) {
			e.ino = FUSE_ROOT_ID + 1 + i;
			reply_dir(req, &e);
			return;
		}
	if (!dir || stat_node(dir, name, &e.attr)) {
		fuse_reply_err(req, ENOENT);
		return;
	}
	e.ino = e.attr.st_ino = number_of(fs, dir, name);
	if (!isdigit((unsigned char)*name))
		e.entry_timeout = e.attr_timeout = FOR_EVER;
	if (e.ino)
		fuse_reply_entry(req, &e);
	else
		fuse_reply_err(req, ENOMEM);
}

static void merge_getattr(fuse_req_t req, fuse_ino_t ino,
			  struct fuse_file_info *fi)
{
	const struct merge_fs *fs = fs_of(req);
	const struct node *node = node_of(fs, ino);
	struct stat st = { .st_mode = S_IFDIR | 0555, .st_nlink = 2 };
	int r = node ? stat_node(node->dir, node->name, &st) : 0;

	(void)fi;
	st.st_ino = ino;
	if (r)
		fuse_reply_err(req, -r);
	else
		fuse_reply_attr(req, &st, node ? 0 : FOR_EVER);
}

static void merge_readlink(fuse_req_t req, fuse_ino_t ino)
{
	const struct node *node = node_of(fs_of(req), ino);
	const struct merge_name *ours;
	char to[PATH_MAX];

	if (!node) {
		fuse_reply_err(req, EINVAL);
		return;
	}
	ours = find_ours(node->dir, node->name);
	snprintf(to, sizeof(to), "%s/%s", node->dir->reach, node->name);
	fuse_reply_readlink(req, ours && ours->target ? ours->target : to);
}

/* As in the real /proc: no file can be made, so none of that name is there. */
static void merge_create(fuse_req_t req, fuse_ino_t parent, const char *name,
			 mode_t mode, struct fuse_file_info *fi)
{
	(void)parent;
	(void)name;
	(void)mode;
	(void)fi;
	fuse_reply_err(req, ENOENT);
}

static void add_name(struct text *names, const char *name)
{
	text_add(names, name, strlen(name) + 1);
}

static void add_names(const struct merge_dir *dir, struct text *names)
{
	int fd = openat(dir->real, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *real = fd < 0 ? NULL : fdopendir(fd);

	for (const struct merge_name *n = dir->ours; n->name; n++)
		add_name(names, n->name);
	if (!real) {
		if (fd >= 0)
			close(fd);
		return;
	}
	for (const struct dirent *d; (d = readdir(real));)
		if (strcmp(d->d_name, ".") && strcmp(d->d_name, "..") &&
		    !find_ours(dir, d->d_name))
			add_name(names, d->d_name);
	closedir(real);
}

static void merge_opendir(fuse_req_t req, fuse_ino_t ino,
			  struct fuse_file_info *fi)
{
	const struct merge_fs *fs = fs_of(req);
	const struct merge_dir *dir = dir_of(fs, ino);
	struct text *names = calloc(1, sizeof(*names));

	if (!names) {
		fuse_reply_err(req, ENOMEM);
		return;
	}
	add_name(names, ".");
	add_name(names, "..");
	if (dir)
		add_names(dir, names);
	fi->fh = (uintptr_t)names;
	if (fuse_reply_open(req, fi)) {
		text_fini(names);
		free(names);
	}
}

/* An offset is the place of the next name in the text. */
static void merge_readdir(fuse_req_t req, fuse_ino_t ino, size_t size,
			  off_t off, struct fuse_file_info *fi)
{
	const struct text *names = (const struct text *)(uintptr_t)fi->fh;
	char buf[4096];
	size_t used = 0, room = size < sizeof(buf) ? size : sizeof(buf);
	const struct stat st = { .st_ino = 0xFFFFFFFF };

	(void)ino;
	for (size_t at = (size_t)off; at < names->len;) {
		size_t next = at + strlen(names->s + at) + 1, n;

		n = fuse_add_direntry(req, buf + used, room - used,
				      names->s + at, &st, (off_t)next);
		if (n > room - used)
			break;
		used += n;
		at = next;
	}
	fuse_reply_buf(req, buf, used);
}

static void merge_releasedir(fuse_req_t req, fuse_ino_t ino,
			     struct fuse_file_info *fi)
{
	struct text *names = (struct text *)(uintptr_t)fi->fh;

	(void)ino;
	text_fini(names);
	free(names);
	fuse_reply_err(req, 0);
}

static const struct fuse_lowlevel_ops operations = {
	.lookup = merge_lookup,
	.getattr = merge_getattr,
	.readlink = merge_readlink,
	.create = merge_create,
	.opendir = merge_opendir,
	.readdir = merge_readdir,
	.releasedir = merge_releasedir,
};

static void *serve(void *arg)
{
	struct merge_fs *fs = arg;

	fuse_session_loop(fs->session);
	return NULL;
}

static int start(struct merge_fs *fs, const char *place)
{
	char name[] = "fwcompat";
	char *argv[] = { name, NULL };
	struct fuse_args args = FUSE_ARGS_INIT(1, argv);
	pthread_t thread;

	fs->session =
		fuse_session_new(&args, &operations, sizeof(operations), fs);
	fuse_opt_free_args(&args);
	if (!fs->session || fuse_session_mount(fs->session, place))
		return -EPERM;
	return -pthread_create(&thread, NULL, serve, fs);
}

int merge_fs_start(int fuse, const struct merge_dir *dirs)
{
	struct merge_fs *fs = calloc(1, sizeof(*fs));
	char place[32];
	int r;

	if (!fs)
		return -ENOMEM;
	fs->dirs = dirs;
	while (dirs[fs->n_dirs].name)
		fs->n_dirs++;
	snprintf(place, sizeof(place), "/dev/fd/%d", fuse);
	r = start(fs, place);
	if (r) {
		if (fs->session)
			fuse_session_destroy(fs->session);
		free(fs);
	}
	return r;
}
