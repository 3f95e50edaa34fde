/* Mounts by which things of ours stand in the places of real ones. */
#include "launcher/mounts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/mount.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Where the real entries are, in the directory of links. */
static const char reach[] = ".real";

int mounts_put(const char *from, const char *to, bool follow)
{
	unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE |
			 (follow ? 0 : AT_SYMLINK_NOFOLLOW);
	int fd = (int)syscall(SYS_open_tree, AT_FDCWD, from, flags), r = 0;

	if (fd < 0)
		return -errno;
	if (syscall(SYS_move_mount, fd, "", AT_FDCWD, to,
		    MOVE_MOUNT_F_EMPTY_PATH |
			    (follow ? MOVE_MOUNT_T_SYMLINKS : 0)))
		r = -errno;
	close(fd);
	return r;
}

/* A link in @farm to DIR/NAME; @as: how the farm reaches DIR, and if that is
 * the place's own, a link is copied as it is. One that is there already stays.
 */
static int link_entry(const char *farm, const char *dir, const char *as,
		      const char *name)
{
	char old[PATH_MAX], new[PATH_MAX], text[PATH_MAX];
	ssize_t n;

	snprintf(old, sizeof(old), "%s/%s", dir, name);
	snprintf(new, sizeof(new), "%s/%s", farm, name);
	n = *as == '/' ? 0 : readlink(old, text, sizeof(text) - 1);
	if (n > 0)
		text[n] = '\0';
	else
		snprintf(text, sizeof(text), "%s/%s", as, name);
	return symlink(text, new) && errno != EEXIST ? -errno : 0;
}

static int link_entries(const char *farm, const char *from, const char *as,
			bool (*hides)(const char *name))
{
	DIR *dir = opendir(from);
	int r = 0;

	if (!dir)
		return errno == ENOENT ? 0 : -errno;
	for (const struct dirent *d; r == 0 && (d = readdir(dir));)
		if (strcmp(d->d_name, ".") && strcmp(d->d_name, "..") &&
		    !(hides && hides(d->d_name)))
			r = link_entry(farm, from, as, d->d_name);
	closedir(dir);
	return r;
}

/* What stands in @place itself is a real entry. */
static int link_dirs(const struct mounts_farm *f, const char *const *dirs,
		     bool (*hides)(const char *name))
{
	int r = 0;

	for (; dirs && *dirs && r == 0; dirs++)
		if (strcmp(*dirs, f->place) != 0)
			r = link_entries(f->farm, *dirs, *dirs, hides);
	return r;
}

static int bind_with(const struct mounts_farm *f)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", f->farm, MOUNTS_WITH);
	if (mkdir(path, 0755) ||
	    mount(f->with, path, NULL, MS_BIND | MS_REC, NULL))
		return -errno;
	return 0;
}

int mounts_farm(const struct mounts_farm *f)
{
	char real[PATH_MAX];
	int r;

	snprintf(real, sizeof(real), "%s/%s", f->farm, reach);
	if (mkdir(f->farm, 0755) || mkdir(real, 0755))
		return -errno;
	if (mount(f->place, real, NULL, MS_BIND | MS_REC, NULL))
		return -errno;
	r = link_dirs(f, f->before, NULL);
	if (r == 0)
		r = link_entries(f->farm, real, reach, f->hides);
	if (r == 0)
		r = link_dirs(f, f->behind, f->spares);
	if (r == 0 && f->with)
		r = bind_with(f);
	return r ? r : mounts_put(f->farm, f->place, true);
}
