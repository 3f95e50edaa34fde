/*
 * An overlay over each directory of the root, its upper part in memory. Where
 * one cannot be made (in a user namespace where something is mounted below),
 * the files there are read-only; where even its mounts cannot be told, all are.
 */
#include "launcher/scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/mount.h>
#include <mntent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { COVERS = 128 };

/* What is to be covered: directories of the root, and what is mounted below
 * them, which a cover would hide. */
struct covers {
	int n;
	struct cover {
		char *path;
		int tree; /* the mount itself, detached; or -1 */
	} cover[COVERS];
};

/* In a user namespace what is mounted below must come along. */
static int open_tree_of(const char *path)
{
	unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC;
	int fd = (int)syscall(SYS_open_tree, AT_FDCWD, path, flags);

	return fd >= 0 ? fd
		       : (int)syscall(SYS_open_tree, AT_FDCWD, path,
				      flags | AT_RECURSIVE);
}

static int put_tree(int tree, const char *path)
{
	return syscall(SYS_move_mount, tree, "", AT_FDCWD, path,
		       MOVE_MOUNT_F_EMPTY_PATH)
		       ? -errno
		       : 0;
}

static int set_readonly(const char *path)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY };

	return syscall(SYS_mount_setattr, AT_FDCWD, path, AT_RECURSIVE, &attr,
		       sizeof(attr))
		       ? -errno
		       : 0;
}

/* The kernel's own; what is written there does not go to files. */
static bool is_kernels(const char *path)
{
	static const char *const own[] = { "/proc", "/sys", "/dev" };

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		size_t n = strlen(own[i]);

		if (!strncmp(path, own[i], n) && (path[n] == '/' || !path[n]))
			return true;
	}
	return false;
}

static void add(struct covers *c, const char *path)
{
	struct cover *at = &c->cover[c->n];

	if (c->n == COVERS || is_kernels(path) || !strcmp(path, "/"))
		return;
	for (int i = 0; i < c->n; i++)
		if (!strcmp(c->cover[i].path, path))
			return;
	at->path = strdup(path);
	at->tree = at->path ? open_tree_of(path) : -1;
	c->n += at->path != NULL;
}

static void add_root(struct covers *c)
{
	DIR *root = opendir("/");
	char path[PATH_MAX];
	struct stat st;

	if (!root)
		return;
	for (const struct dirent *d; (d = readdir(root));) {
		snprintf(path, sizeof(path), "/%s", d->d_name);
		if (strcmp(d->d_name, ".") && strcmp(d->d_name, "..") &&
		    lstat(path, &st) == 0 && S_ISDIR(st.st_mode))
			add(c, path);
	}
	closedir(root);
}

/* In the order they were mounted, so that none covers an earlier one. */
static void add_mounts(struct covers *c)
{
	FILE *f = setmntent("/proc/self/mounts", "re");
	char buf[PATH_MAX];
	struct mntent m;

	if (!f)
		return;
	while (getmntent_r(f, &m, buf, sizeof(buf)))
		add(c, m.mnt_dir);
	endmntent(f);
}

/* Mounts an overlay over @path, its own files in @dir. 0 or -errno. */
static int overlay(const struct cover *cover, const char *dir, int number)
{
	/* The second for those in a user namespace. */
	static const char *const more[] = { "", ",userxattr" };
	char upper[PATH_MAX], work[PATH_MAX], options[3 * PATH_MAX];
	struct stat st;
	int r = -EINVAL;

	snprintf(upper, sizeof(upper), "%s/upper%d", dir, number);
	snprintf(work, sizeof(work), "%s/work%d", dir, number);
	if (cover->tree < 0 || fstat(cover->tree, &st) ||
	    !S_ISDIR(st.st_mode) || mkdir(upper, 0700) || mkdir(work, 0700))
		return -EINVAL;
	/* Who is not known in our user namespace can own nothing here. */
	if (chown(upper, st.st_uid, st.st_gid) && errno != EINVAL &&
	    errno != EPERM)
		return -errno;
	if (chmod(upper, st.st_mode))
		return -errno;
	for (size_t i = 0; r && i < sizeof(more) / sizeof(more[0]); i++) {
		snprintf(options, sizeof(options),
			 "lowerdir=/proc/self/fd/%d,upperdir=%s,workdir=%s%s",
			 cover->tree, upper, work, more[i]);
		r = mount("fwcompat", cover->path, "overlay",
			  MS_NOSUID | MS_NODEV, options)
			    ? -errno
			    : 0;
	}
	return r;
}

static void cover_one(const struct cover *at, const char *dir, int number)
{
	if (overlay(at, dir, number) && at->tree >= 0 &&
	    put_tree(at->tree, at->path) == 0)
		set_readonly(at->path);
}

/* What is written lies in a file system in memory, which nobody else finds. */
static int cover_all(struct covers *c, const char *dir)
{
	char memory[64];
	int fd;

	if (mount("fwcompat", dir, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0700"))
		return -errno;
	fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	snprintf(memory, sizeof(memory), "/proc/self/fd/%d", fd);
	for (int i = 0; i < c->n; i++) {
		cover_one(&c->cover[i], memory, i);
		close(c->cover[i].tree);
		free(c->cover[i].path);
	}
	umount2(memory, MNT_DETACH);
	close(fd);
	return 0;
}

int scratch_make(const char *writable, const char *dir)
{
	int stays = open_tree_of(writable), r;
	struct covers *c = calloc(1, sizeof(*c));

	if (stays < 0 || !c) {
		free(c);
		return stays < 0 ? -errno : -ENOMEM;
	}
	add_root(c);
	add_mounts(c);
	r = set_readonly("/");
	if (r == 0)
		r = cover_all(c, dir);
	if (r == 0)
		r = put_tree(stays, writable);
	close(stays);
	free(c);
	return r;
}
