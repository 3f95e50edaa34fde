/* The mounts that make the old kernel's files and programs appear where they
 * were. */
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

/*
 * Ours in the place of /proc, and in that the directories that we show
 * ourselves, but for what the tools look at on their way.
 */
static int mount_proc(const char *dir)
{
	static const struct {
		const char *from, *to;
	} parts[] = {
		{ "pub/merge/proc", "/proc" },
		{ "pub/proc/net", "/proc/net" },
		{ "pub/proc/sys", "/proc/sys" },
		{ "pub/real/proc/sys/kernel/random",
		  "/proc/sys/kernel/random" },
	};
	char path[PATH_MAX];
	int r = 0;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && r == 0; i++)
		r = mounts_put(in_dir(dir, parts[i].from, path), parts[i].to,
			       true);
	return r;
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

/* What is covered stays in reach. */
static int keep_real(const char *dir, const char *real, const char *at)
{
	char path[PATH_MAX];

	return mount(real, in_dir(dir, at, path), NULL, MS_BIND | MS_REC, NULL)
		       ? -errno
		       : 0;
}

int view_mounts_prepare(const char *dir)
{
	static const char *const dirs[] = {
		"pub",      "pub/modules", "pub/merge",
		"pub/proc", "pub/real",    "pub/real/proc",
	};

	char path[PATH_MAX];

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		if (mkdir(in_dir(dir, dirs[i], path), 0755))
			return -errno;
	return 0;
}

/* A link over a link, or over the shell itself. */
int view_mounts_bash(const char *dir)
{
	static const char bash[] = "/bin/bash";
	static const char *const places[] = { "/usr/bin", "/bin" };
	char link[PATH_MAX], place[PATH_MAX];
	int r = 0;

	if (access(bash, X_OK))
		return 0;
	if (symlink(bash, in_dir(dir, "sh", link)))
		return -errno;
	for (size_t i = 0; i < sizeof(places) / sizeof(*places) && r == 0; i++)
		if (is_real_dir(places[i]) &&
		    access(in_dir(places[i], "sh", place), X_OK) == 0)
			r = mounts_put(link, place, false);
	return r;
}

int view_mounts_make(const char *dir, const char *const *programs,
		     const char *const *absent)
{
	int r = keep_real(dir, "/proc", "pub/real/proc");

	if (r == 0 && is_real_dir("/lib/modules/."))
		r = keep_real(dir, "/lib/modules", "pub/modules");
	if (r == 0)
		r = mount_programs(dir, programs, absent);
	if (r == 0)
		r = mount_proc(dir);
	if (r == 0)
		r = mount_modules(dir);
	return r ? r : mount_single(programs);
}
