/* The old /proc files as the tools see them: the kernel's, or saved ones. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libcompat/compat.h"
#include "proc-emu/proc.h"

static int open_below(const char *dir, const char *path)
{
	char full[PATH_MAX];
	int n = snprintf(full, sizeof(full), "%s/%s", dir, path);

	if (n < 0 || (size_t)n >= sizeof(full))
		return -1;
	return open(full, O_RDONLY | O_CLOEXEC | O_NOCTTY);
}

/* A file of @path below $FWCOMPAT_PROC, opened; or -1. Saved files may lie
 * there without the "net" that they had. */
static int open_given(const char *path)
{
	const char *dir = secure_getenv("FWCOMPAT_PROC");
	int fd;

	if (!dir || !*dir || strstr(path, ".."))
		return -1;
	fd = open_below(dir, path);
	if (fd < 0 && !strncmp(path, "net/", 4))
		fd = open_below(dir, path + 4);
	return fd;
}

bool compat_proc_given(const char *path)
{
	int fd = open_given(path);

	if (fd < 0)
		return false;
	close(fd);
	return true;
}

/* All that @fd has to read, appended. */
static int read_all(int fd, struct text *out)
{
	enum { CHUNK = 65536 };
	ssize_t n;

	do {
		char *to = text_room(out, CHUNK);

		if (!to)
			return -ENOMEM;
		n = read(fd, to, CHUNK);
		if (n < 0)
			return -errno;
		to[n] = '\0';
		out->len += (size_t)n;
	} while (n > 0);
	return 0;
}

int compat_proc_read(struct compat *c, const char *path, bool zero,
		     struct text *out)
{
	int fd = open_given(path), r;
	struct proc_source src;

	if (fd >= 0) {
		r = read_all(fd, out);
		close(fd);
		return r;
	}
	compat_source(c, &src);
	return proc_read(&src, path, zero, out);
}

int compat_proc_write(struct compat *c, const char *path, const char *text)
{
	struct proc_source src;

	compat_source(c, &src);
	return proc_write(&src, path, text);
}

/* Files that the kernel has not, but that were given. */
struct given {
	const struct proc_source *src;
	void (*path)(void *ctx, const char *path);
	void *ctx;
};

struct match {
	const char *path;
	bool found;
};

static void match_path(void *ctx, const char *path)
{
	struct match *m = ctx;

	m->found |= !strcmp(path, m->path);
}

static void each_given(void *ctx, const char *path)
{
	const struct given *g = ctx;
	struct match m = { path, false };

	if (!compat_proc_given(path))
		return;
	proc_each(g->src, match_path, &m);
	if (!m.found)
		g->path(g->ctx, path);
}

int compat_proc_each(struct compat *c,
		     void (*path)(void *ctx, const char *path), void *ctx)
{
	struct proc_source src;
	struct given given = { &src, path, ctx };
	const char *dir = secure_getenv("FWCOMPAT_PROC");

	compat_source(c, &src);
	proc_each(&src, path, ctx);
	if (dir && *dir)
		proc_each(NULL, each_given, &given);
	return 0;
}
