/*
 * The mounts that make the old kernel's files and programs appear where they
 * were.
 *
 * /proc/net is a link to self/net, which differs from process to process; so
 * another link is mounted on top of it, to a directory of the file system of
 * view_fs.c, whose real entries are links to the caller's own again.
 */
#include "launcher/view_mounts.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launcher/mounts.h"

static const char *in_dir(const char *dir, const char *name, char *path)
{
	snprintf(path, PATH_MAX, "%s/%s", dir, name);
	return path;
}

static bool is_real_dir(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Whether scripts would take its being there for another kernel than ours. */
static bool misleads(const char *program)
{
	return !strcmp(program, "iptables") || !strcmp(program, "ip6tables");
}

/* Whether the machine has it where no directory of ours is put over. */
static bool is_elsewhere(const char *program)
{
	static const char *const places[] = { "/usr/local/sbin",
					      "/usr/local/bin", "/usr/bin",
					      "/sbin", "/bin" };
	char path[PATH_MAX];

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (access(in_dir(places[i], program, path), F_OK) == 0)
			return true;
	return false;
}

/* The places where scripts look for programs by full path: links to ours, and
 * to real ones. */
static int mount_programs(const char *dir, const char *const *programs,
			  const char *const *absent)
{
	static const char *const places[] = { "/usr/sbin", "/sbin",
					      "/usr/local/sbin" };
	char name[32], path[PATH_MAX], pub[PATH_MAX];
	int r = 0;

	for (size_t i = 0; i < sizeof(places) / sizeof(*places) && r == 0;
	     i++) {
		struct mounts_farm farm = {
			.place = places[i],
			.before = programs,
			.behind = i == 0 ? absent : NULL,
			.spares = is_elsewhere,
			.hides = misleads,
			.with = i == 0 ? in_dir(dir, "pub", pub) : NULL,
		};

		snprintf(name, sizeof(name), "programs%zu", i);
		farm.farm = in_dir(dir, name, path);
		if (is_real_dir(farm.place))
			r = mounts_farm(&farm);
	}
	return r;
}

/* Those of ours that lie where all others do: uname. */
static int mount_single(const char *const *programs)
{
	static const char *const places[] = { "/usr/bin", "/bin" };
	char ours[PATH_MAX], place[PATH_MAX];
	int r = 0;

	for (; *programs; programs++) {
		in_dir(*programs, "uname", ours);
		for (size_t i = 0;
		     i < sizeof(places) / sizeof(*places) && r == 0; i++)
			if (is_real_dir(places[i]) && access(ours, X_OK) == 0 &&
			    access(in_dir(places[i], "uname", place), F_OK) ==
				    0)
				r = mounts_put(ours, place, true);
	}
	return r;
}

/* The link over /proc/net. */
static int mount_net(const char *dir)
{
	char link[PATH_MAX];

	if (symlink(VIEW_REACH "/proc/net", in_dir(dir, "net", link)))
		return -errno;
	return mounts_put(link, "/proc/net", false);
}

/* Old files that stand directly in /proc, over the real ones. */
static int mount_top(const char *dir)
{
	static const char *const names[] = { "modules", "version" };
	char name[32], from[PATH_MAX], to[32];
	int r = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names) && r == 0; i++) {
		snprintf(name, sizeof(name), "pub/proc/%s", names[i]);
		snprintf(to, sizeof(to), "/proc/%s", names[i]);
		if (access(to, F_OK) == 0)
			r = mounts_put(in_dir(dir, name, from), to, true);
	}
	return r;
}

/* Ours over the real ones, but for what the tools look at on their way. */
static int mount_sysctls(const char *dir)
{
	static const char ids[] = "/proc/sys/kernel/random";
	char from[PATH_MAX], kept[PATH_MAX];
	int r;

	if (mkdir(in_dir(dir, "random", kept), 0755) ||
	    mount(ids, kept, NULL, MS_BIND, NULL))
		return -errno;
	r = mounts_put(in_dir(dir, "pub/proc/sys", from), "/proc/sys", true);
	return r ? r : mounts_put(kept, ids, true);
}

/* The files of modules, among what stands beside them. */
static int mount_modules(const char *dir)
{
	static const char *const places[] = { "/usr/lib", "/lib" };
	const char *ours[] = { VIEW_REACH "/proc/lib", NULL };
	char path[PATH_MAX], name[32];
	int r = 0;

	for (size_t i = 0; i < sizeof(places) / sizeof(*places) && r == 0;
	     i++) {
		struct mounts_farm farm = { .place = places[i],
					    .before = ours };

		snprintf(name, sizeof(name), "lib%zu", i);
		farm.farm = in_dir(dir, name, path);
		if (is_real_dir(farm.place))
			r = mounts_farm(&farm);
	}
	return r;
}

int view_mounts_prepare(const char *dir, char *files)
{
	static const char *const dirs[] = { "pub", "pub/modules", "pub/proc" };

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		if (mkdir(in_dir(dir, dirs[i], files), 0755))
			return -errno;
	return 0;
}

int view_mounts_make(const char *dir, const char *const *programs,
		     const char *const *absent)
{
	static int (*const makers[])(const char *dir) = { mount_net, mount_top,
							  mount_sysctls,
							  mount_modules };
	char path[PATH_MAX];
	int r = 0;

	if (is_real_dir("/lib/modules/.") &&
	    mount("/lib/modules", in_dir(dir, "pub/modules", path), NULL,
		  MS_BIND | MS_REC, NULL))
		return -errno;
	r = mount_programs(dir, programs, absent);
	for (size_t i = 0; i < sizeof(makers) / sizeof(makers[0]) && r == 0;
	     i++)
		r = makers[i](dir);
	return r ? r : mount_single(programs);
}
