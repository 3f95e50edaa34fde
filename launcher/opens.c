/*
 * Answers open() by seccomp user notification: an old file is rendered into
 * memory, and a descriptor of that is what the caller gets. What is written to
 * one is carried out when the next call waits, or opens_show() is called; so a
 * wrong value is not complained of.
 */
#include "launcher/opens.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/text.h"
#include "launcher/peek.h"
#include "libcompat/compat.h"
#include "proc-emu/proc.h"

#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS /* Linux 6.6 */
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, __u64)
#endif

enum { WRITTEN_MAX = 16, WRITABLE = 0200 };

/* A file that somebody has open for writing. */
struct written {
	int fd; /* -1: a free place */
	off_t done;
	char path[64];
};

struct opens {
	int listener;
	struct compat *c; /* NULL: not opened yet */
	struct written written[WRITTEN_MAX];
	int next; /* place for the next one, in turn */
};

/* An open as all its system calls say it. */
struct call {
	int dir;
	uint64_t path;
	int flags;
};

int opens_install(void)
{
	static const int calls[] = { SCMP_SYS(open), SCMP_SYS(openat),
				     SCMP_SYS(creat) };
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int r = filter ? 0 : -ENOMEM, listener;

	for (size_t i = 0; r == 0 && i < sizeof(calls) / sizeof(*calls); i++)
		r = seccomp_rule_add(filter, SCMP_ACT_NOTIFY, calls[i], 0);
	if (r == 0)
		r = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH,
				     SCMP_ACT_ALLOW);
	if (r == 0)
		r = seccomp_load(filter);
	listener = r ? r : seccomp_notify_fd(filter);
	if (listener >= 0) /* wakes the two on one core: 5 times as fast */
		ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, 1UL);
	if (filter)
		seccomp_release(filter);
	return listener;
}

static struct call read_call(const struct seccomp_data *data)
{
	if (data->nr == SCMP_SYS(openat))
		return (struct call){ (int)data->args[0], data->args[1],
				      (int)data->args[2] };
	return (struct call){ AT_FDCWD, data->args[0],
			      data->nr == SCMP_SYS(creat)
				      ? O_WRONLY | O_CREAT | O_TRUNC
				      : (int)data->args[1] };
}

struct search {
	const char *name;
	bool found;
};

static void match_name(void *ctx, const char *path)
{
	struct search *s = ctx;
	const char *slash = strrchr(path, '/');

	s->found |= !strcmp(slash ? slash + 1 : path, s->name);
}

static void match_path(void *ctx, const char *path)
{
	struct search *s = ctx;

	s->found |= !strcmp(path, s->name);
}

/* Whether a path's last name is some old file's: most are not, and need no
 * closer look. */
static bool may_be_old(const char *path)
{
	const char *slash = strrchr(path, '/');
	struct search s = { .name = slash ? slash + 1 : path };

	proc_each(NULL, match_name, &s);
	return s.found;
}

/* Where @path begins, if it is not absolute: in the directory @dir of @pid. */
static bool begin(pid_t pid, int dir, const char *path, struct text *to)
{
	char link[64], base[PATH_MAX];
	ssize_t n;

	if (*path == '/')
		return true;
	if (dir == AT_FDCWD)
		snprintf(link, sizeof(link), "/proc/%d/cwd", pid);
	else
		snprintf(link, sizeof(link), "/proc/%d/fd/%d", pid, dir);
	n = readlink(link, base, sizeof(base));
	if (n < 0)
		return false;
	if (n > 1) /* "/" is "" here */
		text_add(to, base, (size_t)n);
	return true;
}

/* @path as seen from @dir of process @pid: absolute, without . and .. in it.
 * Cuts @path. */
static bool absolute(pid_t pid, int dir, char *path, struct text *to)
{
	char *save = NULL;

	if (!begin(pid, dir, path, to))
		return false;
	for (char *w = strtok_r(path, "/", &save); w;
	     w = strtok_r(NULL, "/", &save)) {
		if (!strcmp(w, "..")) {
			while (to->len && to->s[--to->len] != '/')
				;
			if (to->s)
				to->s[to->len] = '\0';
		} else if (strcmp(w, ".")) {
			text_putc(to, '/');
			text_puts(to, w);
		}
	}
	return to->len && !to->bad;
}

/* The path below /proc, where /proc/net may be any process's own: a process
 * that has gone there stands in /proc/NUMBER/net. */
static const char *below_proc(const char *path)
{
	static const char proc[] = "/proc/";
	const char *below = path + sizeof(proc) - 1, *net;

	if (strncmp(path, proc, sizeof(proc) - 1))
		return "";
	net = strstr(below, "/net/");
	if (net &&
	    (*below == 's' || *below == 't' ||
	     (*below >= '0' && *below <= '9')) &&
	    strncmp(below, "sys/", 4))
		return net + 1;
	return below;
}

static int enter(struct opens *o)
{
	int r = o->c ? 0 : compat_open(&o->c);

	return r ? r : compat_enter(o->c);
}

/* Carries out what was written to @w since the last look. */
static void carry_out(struct opens *o, struct written *w)
{
	char text[256];
	ssize_t n = pread(w->fd, text, sizeof(text) - 1, w->done);

	if (n <= 0 || enter(o))
		return;
	text[n] = '\0';
	w->done += n;
	if (compat_proc_write(o->c, w->path, text) == 0)
		compat_commit(o->c);
	compat_leave(o->c);
}

static void carry_out_all(struct opens *o)
{
	for (int i = 0; i < WRITTEN_MAX; i++)
		if (o->written[i].fd >= 0)
			carry_out(o, &o->written[i]);
}

static void forget(struct written *w)
{
	if (w->fd >= 0)
		close(w->fd);
	w->fd = -1;
}

/* A file in memory with @text, opened as @flags say. Its descriptor or -errno;
 * @keep: another one on the same file. */
static int memory_file(const struct text *text, int flags, int *keep)
{
	int fd = memfd_create("fwcompat", MFD_CLOEXEC), r;
	char path[32];

	if (fd < 0)
		return -errno;
	if (text->len && write(fd, text->s, text->len) != (ssize_t)text->len) {
		close(fd);
		return -ENOMEM;
	}
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	r = open(path, (flags & O_ACCMODE) | O_CLOEXEC);
	if (r < 0)
		r = -errno;
	*keep = fd;
	return r;
}

/* The text of an old file. -ENOENT: the kernel has none of that path. */
static int render(struct opens *o, const char *path, int flags,
		  struct text *text)
{
	struct search s = { .name = path };
	bool zero = (flags & O_ACCMODE) == O_RDWR;
	int r = enter(o);

	if (r)
		return r;
	compat_proc_each(o->c, match_path, &s);
	r = -ENOENT;
	if (s.found)
		r = (flags & O_ACCMODE) == O_WRONLY
			    ? 0
			    : compat_proc_read(o->c, path, zero, text);
	if (r == 0 && zero)
		r = compat_commit(o->c);
	compat_leave(o->c);
	return r;
}

/* What the caller gets; -ENOENT: not ours. */
static int open_old(struct opens *o, const char *path, int flags)
{
	struct text text = { 0 };
	int keep = -1, r, fd;

	if ((flags & O_ACCMODE) == O_WRONLY && !(proc_mode(path) & WRITABLE))
		return -EACCES;
	r = render(o, path, flags, &text);
	fd = r ? r : memory_file(&text, flags, &keep);
	text_fini(&text);
	if (fd >= 0 && (flags & O_ACCMODE) == O_WRONLY) {
		struct written *w = &o->written[o->next];

		o->next = (o->next + 1) % WRITTEN_MAX;
		forget(w);
		*w = (struct written){ .fd = keep };
		snprintf(w->path, sizeof(w->path), "%s", path);
	} else if (keep >= 0) {
		close(keep);
	}
	return fd;
}

/* The old path that a call means, in @full; or "". */
static const char *meant(const struct seccomp_notif *req,
			 const struct call *call, struct text *full)
{
	char path[PATH_MAX];
	const char *below;

	if (call->flags & (O_DIRECTORY | O_PATH) ||
	    !peek_string((pid_t)req->pid, call->path, path, sizeof(path)) ||
	    !may_be_old(path) ||
	    !absolute((pid_t)req->pid, call->dir, path, full))
		return "";
	below = below_proc(full->s);
	return proc_mode(below) ? below : "";
}

/* Hands @fd out, as the result of the call. */
static void give(struct opens *o, const struct call *call, int fd,
		 struct seccomp_notif_resp *resp)
{
	struct seccomp_notif_addfd add = {
		.id = resp->id,
		.srcfd = (uint32_t)fd,
		.newfd_flags = call->flags & O_CLOEXEC ? O_CLOEXEC : 0,
	};
	int given = ioctl(o->listener, SECCOMP_IOCTL_NOTIF_ADDFD, &add);

	resp->val = given < 0 ? 0 : given;
	resp->error = given < 0 ? -EMFILE : 0;
	close(fd);
}

static void answer(struct opens *o, const struct seccomp_notif *req,
		   struct seccomp_notif_resp *resp)
{
	struct call call = read_call(&req->data);
	struct text full = { 0 };
	const char *path = meant(req, &call, &full);
	int fd = -ENOENT;

	if (*path && !seccomp_notify_id_valid(o->listener, req->id))
		fd = open_old(o, path, call.flags);
	if (fd != -ENOENT) {
		resp->flags = 0;
		resp->error = fd;
		if (fd >= 0)
			give(o, &call, fd, resp);
	}
	text_fini(&full);
}

int opens_serve(struct opens *o)
{
	struct seccomp_notif_resp *resp;
	struct seccomp_notif *req;
	int r = seccomp_notify_alloc(&req, &resp);

	if (r)
		return r;
	r = seccomp_notify_receive(o->listener, req);
	if (r == 0) {
		carry_out_all(o);
		resp->id = req->id;
		resp->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
		answer(o, req, resp);
		seccomp_notify_respond(o->listener, resp);
	}
	seccomp_notify_free(req, resp);
	return r == -ENOENT ? 0 : r;
}

int opens_open(struct opens **op, int listener)
{
	struct opens *o = calloc(1, sizeof(*o));

	if (!o)
		return -ENOMEM;
	o->listener = listener;
	for (int i = 0; i < WRITTEN_MAX; i++)
		o->written[i].fd = -1;
	*op = o;
	return 0;
}

int opens_fd(const struct opens *o)
{
	return o->listener;
}

void opens_show(struct opens *o)
{
	carry_out_all(o);
	compat_close(o->c);
	o->c = NULL;
	for (int i = 0; i < WRITTEN_MAX; i++)
		forget(&o->written[i]);
}

void opens_close(struct opens *o)
{
	opens_show(o);
	close(o->listener);
	free(o);
}
