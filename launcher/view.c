/*
 * The mounts that make the old kernel's files and programs appear where they
 * were.
 *
 * /proc/net is a link to self/net, which differs from process to process; so
 * another link is mounted on top of it, to a directory of the file system of
 * view_fs.c, whose real entries are links to the caller's own again.
 */
#include "launcher/view.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/mount.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "launcher/namespaces.h"
#include "launcher/opens.h"
#include "launcher/view_server.h"

struct view {
	char dir[256]; /* a tmpfs of the namespace's own, if .mounted */
	bool mounted;
	int server;    /* the socket */
	bool served;   /* it has got what to serve */
	bool answered; /* or what to answer opens by */
};

/* Where scripts look for programs by full path. */
static const char *const program_places[] = { "/usr/sbin", "/sbin",
					      "/usr/local/sbin" };

/* DIR/NAME in @path (PATH_MAX bytes). */
static const char *in_dir(const struct view *v, const char *name, char *path)
{
	snprintf(path, PATH_MAX, "%s/%s", v->dir, name);
	return path;
}

static int write_file(const char *path, const char *text, int flags)
{
	size_t n = strlen(text);
	int fd = open(path, O_WRONLY | O_CLOEXEC | flags, 0644), r = 0;
	ssize_t done;

	if (fd < 0)
		return -errno;
	done = write(fd, text, n);
	if (done < 0 || (size_t)done != n)
		r = done < 0 ? -errno : -ENOSPC;
	close(fd);
	return r;
}

/* What @from is becomes what @to is; neither link is followed if told so. */
static int mount_over(int from_dir, const char *from, const char *to,
		      bool follow)
{
	unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE |
			 (follow ? 0 : AT_SYMLINK_NOFOLLOW);
	int fd = (int)syscall(SYS_open_tree, from_dir, from, flags), r = 0;

	if (fd < 0)
		return -errno;
	if (syscall(SYS_move_mount, fd, "", AT_FDCWD, to,
		    MOVE_MOUNT_F_EMPTY_PATH |
			    (follow ? MOVE_MOUNT_T_SYMLINKS : 0)))
		r = -errno;
	close(fd);
	return r;
}

/* The file system that the server is to serve, on @dir. Returns its
 * descriptor, or -errno. */
static int mount_fuse(const char *dir)
{
	char options[128];
	int fuse = open("/dev/fuse", O_RDWR | O_CLOEXEC), r;

	if (fuse < 0)
		return -errno;
	snprintf(options, sizeof(options),
		 "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other,"
		 "default_permissions",
		 fuse);
	if (mount("fwcompat", dir, "fuse", MS_NOSUID | MS_NODEV, options) == 0)
		return fuse;
	r = -errno;
	close(fuse);
	return r;
}

/* Mounts our /proc on @dir and has it served. */
static int start_files(struct view *v, const char *dir)
{
	int fds[VIEW_FDS], n = VIEW_FD_REAL, r;

	fds[VIEW_FD_FUSE] = mount_fuse(dir);
	if (fds[VIEW_FD_FUSE] < 0)
		return fds[VIEW_FD_FUSE];
	for (r = 0; r == 0 && n < VIEW_FDS; n++) {
		fds[n] = open(view_blends[n - VIEW_FD_REAL].real,
			      O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fds[n] < 0)
			r = -errno;
	}
	if (r == 0)
		r = view_server_give(v->server, fds, VIEW_FDS);
	v->served = r == 0;
	while (n > 0)
		close(fds[--n]);
	return r;
}

/* The link over /proc/net. */
static int mount_net(const struct view *v)
{
	char link[PATH_MAX], to[PATH_MAX];

	if (symlink(in_dir(v, "proc/net", to), in_dir(v, "net", link)))
		return -errno;
	return mount_over(AT_FDCWD, link, "/proc/net", false);
}

/* Our directory over a real one; its subdirectories go back into it, where we
 * do not show them ourselves. */
static int mount_sysctls(const struct view *v, const struct view_blend *blend)
{
	char name[64], from[PATH_MAX], to[PATH_MAX];
	DIR *real = opendir(blend->real);
	int r;

	if (!real)
		return -errno;
	snprintf(name, sizeof(name), "proc/%s", blend->path);
	r = mount_over(AT_FDCWD, in_dir(v, name, from), blend->real, true);
	for (const struct dirent *d;
	     r == 0 && !blend->deep && (d = readdir(real));) {
		if (d->d_type != DT_DIR || d->d_name[0] == '.')
			continue;
		snprintf(to, sizeof(to), "%s/%s", blend->real, d->d_name);
		r = mount_over(dirfd(real), d->d_name, to, true);
	}
	closedir(real);
	return r;
}

/* Whether scripts would take its being there for another kernel than ours. */
static bool misleads(const char *program)
{
	return !strcmp(program, "iptables") || !strcmp(program, "ip6tables");
}

/* A link in @to for each entry of @from; a link is copied as it is. */
static int link_entries(const char *from, const char *to)
{
	DIR *dir = opendir(from);
	int r = 0;

	if (!dir)
		return -errno;
	for (const struct dirent *d; r == 0 && (d = readdir(dir));) {
		char old[PATH_MAX], new[PATH_MAX], text[PATH_MAX];
		ssize_t n;

		if (!strcmp(d->d_name, ".") || !strcmp(d->d_name, "..") ||
		    misleads(d->d_name))
			continue;
		snprintf(old, sizeof(old), "%s/%s", from, d->d_name);
		snprintf(new, sizeof(new), "%s/%s", to, d->d_name);
		n = readlink(old, text, sizeof(text) - 1);
		if (n > 0)
			text[n] = '\0';
		if (symlink(n > 0 ? text : old, new) && errno != EEXIST)
			r = -errno;
	}
	closedir(dir);
	return r;
}

/*
 * Puts a directory of links over a place of programs: to ours, and to the real
 * ones, which a bind mount keeps in reach.
 */
static int mount_programs(const struct view *v, const char *place,
			  const char *const *programs, int number)
{
	char name[32], ours[PATH_MAX], real[PATH_MAX];
	struct stat st;
	int r = 0;

	if (lstat(place, &st) || !S_ISDIR(st.st_mode))
		return 0; /* missing, or a link to another place */
	snprintf(name, sizeof(name), "programs%d", number);
	in_dir(v, name, ours);
	snprintf(name, sizeof(name), "real%d", number);
	in_dir(v, name, real);
	if (mkdir(ours, 0755) || mkdir(real, 0755))
		return -errno;
	if (mount(place, real, NULL, MS_BIND | MS_REC, NULL))
		return -errno;
	for (; r == 0 && *programs; programs++)
		r = link_entries(*programs, ours);
	if (r == 0)
		r = link_entries(real, ours);
	if (r == 0)
		r = mount_over(AT_FDCWD, ours, place, true);
	return r;
}

/* Old files that stand directly in /proc, over the real ones. */
static int mount_top(const struct view *v)
{
	static const char *const names[] = { "modules", "version" };
	char name[32], from[PATH_MAX], to[32];
	int r = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names) && r == 0; i++) {
		snprintf(name, sizeof(name), "proc/%s", names[i]);
		snprintf(to, sizeof(to), "/proc/%s", names[i]);
		if (access(to, F_OK) == 0)
			r = mount_over(AT_FDCWD, in_dir(v, name, from), to,
				       true);
	}
	return r;
}

static int mount_files(const struct view *v)
{
	int r = mount_net(v);

	if (r == 0)
		r = mount_top(v);
	if (r == 0)
		r = mount_sysctls(v, &view_blends[VIEW_IPV4]);
	if (r == 0)
		r = mount_sysctls(v, &view_blends[VIEW_KERNEL]);
	return r;
}

static int mount_places(const struct view *v, const char *const *programs)
{
	int n = sizeof(program_places) / sizeof(program_places[0]), r = 0;

	for (int i = 0; programs && r == 0 && i < n; i++)
		r = mount_programs(v, program_places[i], programs, i);
	return r;
}

/* Where scripts put what is of the moment. */
static const char *const temporary[] = { "/tmp", "/var/tmp", "/run",
					 "/var/lock" };

static bool lies_in(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	return !strncmp(path, dir, n) && (path[n] == '/' || path[n] == '\0');
}

/* Makes all that is mounted so far read-only, but for @writable. */
static int protect(const char *writable)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY };
	int r = 0;

	if (syscall(SYS_mount_setattr, AT_FDCWD, "/", AT_RECURSIVE, &attr,
		    sizeof(attr)))
		return -errno;
	for (size_t i = 0; i < sizeof(temporary) / sizeof(*temporary); i++)
		if (!lies_in(writable, temporary[i]) &&
		    access(temporary[i], F_OK) == 0 &&
		    mount("fwcompat", temporary[i], "tmpfs",
			  MS_NOSUID | MS_NODEV, "mode=1777"))
			return -errno;
	attr = (struct mount_attr){ .attr_clr = MOUNT_ATTR_RDONLY };
	if (mount(writable, writable, NULL, MS_BIND, NULL) ||
	    syscall(SYS_mount_setattr, AT_FDCWD, writable, 0, &attr,
		    sizeof(attr)))
		r = -errno;
	return r;
}

static int fail(int r, const char *what, char *why, size_t n)
{
	snprintf(why, n, "%s: %s", what, strerror(-r));
	return r;
}

static int enter_namespaces(const struct view_options *options, char *why,
			    size_t n)
{
	int r = namespaces_enter(CLONE_NEWNS |
				 (options->net ? CLONE_NEWNET : 0) |
				 (options->writable ? CLONE_NEWPID : 0));

	if (r == 0)
		return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL)
			       ? fail(-errno, "no private mounts", why, n)
			       : 0;
	/* errno says "no space" or "not permitted", which helps nobody. */
	snprintf(why, n,
		 "it takes a mount namespace, and for who is not root a user "
		 "namespace, which this machine or container does not allow");
	return r;
}

/* All that is mounted. */
static int make_mounts(struct view *v, const struct view_options *options,
		       char *why, size_t n)
{
	char path[PATH_MAX];
	int r = enter_namespaces(options, why, n);

	if (r)
		return r;
	if (options->writable)
		r = protect(options->writable);
	if (r)
		return fail(r, options->writable, why, n);
	if (mount("fwcompat", v->dir, "tmpfs", MS_NOSUID | MS_NODEV,
		  "mode=0755"))
		return fail(-errno, v->dir, why, n);
	v->mounted = true;
	r = mount_places(v, options->programs);
	if (r)
		return fail(r, "mounting", why, n);
	if (mkdir(in_dir(v, "proc", path), 0755))
		return fail(-errno, path, why, n);
	r = start_files(v, path);
	if (r)
		return fail(r,
			    "/dev/fuse, by which the old /proc files are shown",
			    why, n);
	r = mount_files(v);
	return r ? fail(r, "mounting", why, n) : 0;
}

/* The next best: opens are answered, and nothing needs to be mounted. */
static int answer_opens(struct view *v)
{
	int listener = opens_install(), r;

	if (listener < 0)
		return listener;
	v->answered = true;
	r = view_server_give(v->server, &listener, 1);
	close(listener);
	return r;
}

int view_open(struct view **vp, const struct view_options *options, char *why,
	      size_t why_len)
{
	struct view *v = calloc(1, sizeof(*v));
	int r;

	if (!v)
		return -ENOMEM;
	snprintf(v->dir, sizeof(v->dir), "%s", options->dir);
	v->server = view_server_start();
	r = v->server < 0 ? fail(v->server, "no server", why, why_len)
			  : make_mounts(v, options, why, why_len);
	if (r && options->or_opens && v->server >= 0 && !v->served)
		r = answer_opens(v);
	if (r == 0)
		*vp = v;
	else
		view_close(v);
	return r;
}

void view_close(struct view *v)
{
	if (!v)
		return;
	/* Without its server who has its opens answered could open nothing any
	 * more; so that lives as long as we. */
	if (v->server >= 0 && !v->answered)
		close(v->server);
	if (v->mounted)
		umount2(v->dir, MNT_DETACH);
	free(v);
}

int view_show(struct view *v)
{
	return view_server_show(v->server);
}

bool view_is_whole(const struct view *v)
{
	return v->served;
}

int view_replace(struct view *v, const char *path, const char *text)
{
	char copy[PATH_MAX], name[256];
	struct stat st;
	int r;

	if (!v->mounted)
		return -EOPNOTSUPP;
	snprintf(name, sizeof(name), "file%s", path);
	for (char *s = name; (s = strchr(s, '/'));)
		*s = '-';
	in_dir(v, name, copy);
	if (stat(copy, &st) == 0)
		return write_file(copy, text, O_TRUNC);
	r = write_file(copy, text, O_CREAT | O_EXCL);
	return r ? r : mount_over(AT_FDCWD, copy, path, true);
}
