/*
 * The private directory of a play:
 *
 *	state  the host
 *	log    what its kernel logged while commands ran
 *	feed/  files that are fed to the tools
 *	cwd/   where commands run: empty, so that a `*' stays one
 *	view/  what the view keeps, in its namespace alone
 */
#include "fwcompat/play_place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launcher/family.h"
#include "launcher/view.h"

enum { ENV_MAX = 24 };

/* Passed on to commands; all else would let the outcome depend on who plays. */
static const char *const env_kept[] = {
	"HOME",         "LOGNAME",       "TERM",
	"TMPDIR",       "USER",          "ASAN_OPTIONS",
	"LSAN_OPTIONS", "UBSAN_OPTIONS", "LD_LIBRARY_PATH",
};

char *place_path(const struct play_place *place, const char *name, char *path)
{
	snprintf(path, PATH_MAX, "%s/%s", place->dir, name);
	return path;
}

/* As much of a view as the machine allows; .warning says what it does not. */
static void open_view(struct play_place *place,
		      const struct view_options *options)
{
	char why[256] = "";
	const char *lacks = "are not there";

	if (view_open(&place->view, options, why, sizeof(why)))
		place->view = NULL;
	else if (view_is_whole(place->view))
		return;
	else
		lacks = "can be opened, but are not seen otherwise";
	snprintf(place->warning, sizeof(place->warning),
		 "the old /proc files %s: %s", lacks, why);
}

int place_open(struct play_place *place)
{
	const char *programs[3] = { place->programs.bin, NULL, NULL };
	char dir[PATH_MAX];
	const char *absent[] = { place->programs.absent, NULL };
	struct view_options options = { .dir = dir,
					.net = true,
					.programs = programs,
					.absent = absent,
					.or_opens = true };
	int r;

	*place = (struct play_place){ 0 };
	programs_find(&place->programs);
	if (*place->programs.tools)
		programs[1] = place->programs.tools;
	r = workdir_make(place->dir);
	if (r)
		return r;
	if (mkdir(place_path(place, "view", dir), 0755))
		return -errno;
	open_view(place, &options);
	return family_adopt();
}

void place_close(struct play_place *place)
{
	family_end();
	view_close(place->view);
	place->view = NULL;
	workdir_remove(place->dir);
}

int place_settle(struct play_place *place)
{
	return place->view && !view_is_whole(place->view)
		       ? view_show(place->view)
		       : 0;
}

void place_set(const struct play_place *place, const char *path,
	       const char *value)
{
	char full[PATH_MAX];
	int fd;

	if (!place->view || !view_is_whole(place->view) ||
	    strncmp(path, "sys/net/", 8) || strstr(path, ".."))
		return;
	snprintf(full, sizeof(full), "/proc/%s", path);
	fd = open(full, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	dprintf(fd, "%s\n", value);
	close(fd);
}

/* The network names that Debian comes with; hosts of before 2.2 had none. */
static const char *networks(enum fw_era era)
{
	return era == ERA_2_2 ? "default\t\t0.0.0.0\n"
				"loopback\t127.0.0.0\n"
				"link-local\t169.254.0.0\n"
			      : "";
}

/* The view of a new host. */
static int reset_view(struct play_place *place, enum fw_era era)
{
	const struct {
		const char *path, *text;
	} files[] = {
		{ "/etc/hosts", "127.0.0.1\tlocalhost\n" },
		{ "/etc/nsswitch.conf", "passwd: files\ngroup: files\n"
					"hosts: files\nnetworks: files\n"
					"protocols: files\nservices: files\n" },
		{ "/etc/networks", networks(era) },
	};
	int r = view_show(place->view);

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]) && r == 0; i++)
		if (access(files[i].path, F_OK) == 0)
			r = view_replace(place->view, files[i].path,
					 files[i].text);
	return r == -EOPNOTSUPP ? 0 : r;
}

int place_reset(struct play_place *place, enum fw_era era)
{
	char path[PATH_MAX];
	int fd;

	workdir_remove(place_path(place, "feed", path));
	workdir_remove(place_path(place, "cwd", path));
	if (mkdir(path, 0700))
		return -errno;
	unlink(place_path(place, "state", path));
	unsetenv("FWCOMPAT_PROC");
	if (setenv("FWCOMPAT_STATE", path, 1))
		return -ENOMEM;
	/* Said, too, as nothing may be mounted here. */
	setenv("FWCOMPAT_RESOLVE", *networks(era) ? "localhost" : "alone", 1);
	/* What people set is not the recorded host's. */
	setenv("FWCOMPAT_CONF", "/dev/null", 1);
	unsetenv("FWCOMPAT_BACKEND");
	unsetenv("FWCOMPAT_ERA");
	fd = open(place_path(place, "log", path),
		  O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	close(fd);
	setenv("FWCOMPAT_LOG", path, 1);
	return place->view ? reset_view(place, era) : 0;
}

/* Makes the directories of @path that lie below the play's. */
static int make_parents(const struct play_place *place, char *path)
{
	for (char *s = path + strlen(place->dir) + 1; (s = strchr(s, '/'));
	     s++) {
		int r;

		*s = '\0';
		r = mkdir(path, 0755) && errno != EEXIST ? -errno : 0;
		*s = '/';
		if (r)
			return r;
	}
	return 0;
}

static int feed_path(const struct play_place *place, const char *path,
		     char *full)
{
	int n = snprintf(full, PATH_MAX, "%s/feed/%s", place->dir, path);

	return n < 0 || n >= PATH_MAX ? -ENAMETOOLONG : 0;
}

int place_feed(struct play_place *place, const char *path)
{
	char full[PATH_MAX], feed[PATH_MAX];
	int r = feed_path(place, path, full), fd;

	if (r == 0)
		r = make_parents(place, full);
	if (r)
		return r;
	fd = open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	close(fd);
	if (setenv("FWCOMPAT_PROC", place_path(place, "feed", feed), 1))
		return -ENOMEM;
	return place->view ? view_show(place->view) : 0;
}

int place_feed_line(struct play_place *place, const char *path,
		    const char *line)
{
	char full[PATH_MAX];
	int r = feed_path(place, path, full);
	FILE *f;

	if (r)
		return r;
	f = fopen(full, "ae");
	if (!f)
		return -errno;
	fprintf(f, "%s\n", line);
	return fclose(f) ? -errno : 0;
}

/* NAME=VALUE, from the heap. */
static char *env_entry(const char *name, const char *value)
{
	char *entry = NULL;

	return asprintf(&entry, "%s=%s", name, value) < 0 ? NULL : entry;
}

char **place_env(const struct play_place *place)
{
	static const char *const ours[] = { "FWCOMPAT_STATE", "FWCOMPAT_PROC",
					    "FWCOMPAT_CONF", "FWCOMPAT_LOG",
					    "FWCOMPAT_RESOLVE" };
	char **env = calloc(ENV_MAX, sizeof(*env)), *path;
	size_t n = 0;

	if (!env)
		return NULL;
	for (size_t i = 0; i < sizeof(env_kept) / sizeof(env_kept[0]); i++)
		if (getenv(env_kept[i]))
			env[n++] = env_entry(env_kept[i], getenv(env_kept[i]));
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (getenv(ours[i]))
			env[n++] = env_entry(ours[i], getenv(ours[i]));
	env[n++] = env_entry("LANG", "C");
	path = programs_path(&place->programs, getenv("PATH"));
	env[n] = path ? env_entry("PATH", path) : NULL;
	free(path);
	return env;
}

void place_env_free(char **env)
{
	for (size_t i = 0; env && env[i]; i++)
		free(env[i]);
	free(env);
}
