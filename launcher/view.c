/* A view: its namespaces, its server, and its mounts. */
#include "launcher/view.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launcher/mounts.h"
#include "launcher/namespaces.h"
#include "launcher/opens.h"
#include "launcher/scratch.h"
#include "launcher/view_mounts.h"
#include "launcher/view_server.h"

struct view {
	char dir[256]; /* a tmpfs of the namespace's own, if .mounted */
	bool mounted;
	int server;    /* the socket */
	bool served;   /* it has got what to serve */
	bool covered;  /* that stands in the places of real files */
	bool answered; /* or what to answer opens by */
};

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

/* A real directory, or, where there is none, what no file can be opened in. */
static int open_real(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* What the server is to serve, and among what. 0 or -errno. */
static int open_served(const struct view *v, int fds[VIEW_FDS])
{
	char path[PATH_MAX];
	int r = 0;

	for (int i = 0; i < VIEW_FDS; i++)
		fds[i] = -1;
	fds[VIEW_FD_MERGE] = mount_fuse(in_dir(v, "pub/merge", path));
	if (fds[VIEW_FD_MERGE] >= 0)
		fds[VIEW_FD_FUSE] = mount_fuse(in_dir(v, "pub/proc", path));
	fds[VIEW_FD_PROC] = open_real("/proc");
	for (int i = 0; i < VIEW_BLENDS; i++)
		fds[VIEW_FD_REAL + i] = open_real(view_blends[i].real);
	for (int i = 0; i < VIEW_FDS && r == 0; i++)
		r = fds[i] < 0 ? fds[i] : 0;
	return r;
}

/* Mounts our files and has them served. */
static int start_files(struct view *v)
{
	int fds[VIEW_FDS], r = open_served(v, fds);

	if (r == 0)
		r = view_server_give(v->server, fds, VIEW_FDS);
	v->served = r == 0;
	for (int i = 0; i < VIEW_FDS; i++)
		if (fds[i] >= 0)
			close(fds[i]);
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

/* Where we stand is covered, too: so we go there again, or, where we may not,
 * stay in the directory below, which is read-only now. */
static int make_scratch(const char *writable, const char *dir)
{
	char *here = getcwd(NULL, 0);
	int r = scratch_make(writable, dir);

	if (r == 0 && here && chdir(here) && errno != EACCES)
		r = -errno;
	free(here);
	return r;
}

/* All that is mounted. */
static int make_mounts(struct view *v, const struct view_options *options,
		       char *why, size_t n)
{
	int r = enter_namespaces(options, why, n);

	if (r)
		return r;
	if (options->writable)
		r = make_scratch(options->writable, v->dir);
	if (r)
		return fail(r, options->writable, why, n);
	if (mount("fwcompat", v->dir, "tmpfs", MS_NOSUID | MS_NODEV,
		  "mode=0755"))
		return fail(-errno, v->dir, why, n);
	v->mounted = true;
	r = view_mounts_prepare(v->dir);
	if (r)
		return fail(r, v->dir, why, n);
	r = start_files(v);
	if (r)
		return fail(r,
			    "/dev/fuse, by which the old /proc files are shown",
			    why, n);
	r = view_mounts_make(v->dir, options->programs, options->absent);
	v->covered = r == 0;
	if (r == 0 && options->bash)
		r = view_mounts_bash(v->dir);
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
	v->server = view_server_start(options->litter);
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
	if (v->mounted)
		umount2(v->dir, MNT_DETACH);
	if (v->covered) /* what stands there has nobody to answer any more */
		umount2("/proc", MNT_DETACH);
	/* Without its server who has its opens answered could open nothing any
	 * more; so that lives as long as we. */
	if (v->server >= 0 && !v->answered)
		view_server_end(v->server);
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
	return r ? r : mounts_put(copy, path, true);
}
