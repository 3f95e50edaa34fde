/* Looking for, and opening, files that others stand in for. */
#include "launcher/stand_answer.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launcher/peek.h"
#include "launcher/stand_in.h"

/* What stands in is a plain file that everybody may read, also where it is the
 * empty one, /dev/null. */
enum { STAND_MODE = S_IFREG | 0644 };

/* The caller's arguments. A path that is not absolute never is one of ours, so
 * the directory that it is in does not matter. */
struct look {
	int listener;
	const struct seccomp_notif *req;
	int file; /* what stands in */
};

static int give_open(const struct look *l, struct seccomp_notif_resp *resp)
{
	struct seccomp_notif_addfd add = {
		.id = l->req->id,
		.srcfd = (uint32_t)l->file,
		.newfd_flags = l->req->data.args[2] & O_CLOEXEC ? O_CLOEXEC : 0,
	};
	int fd = ioctl(l->listener, SECCOMP_IOCTL_NOTIF_ADDFD, &add);

	resp->val = fd;
	return fd < 0 ? -EMFILE : 0;
}

static int give(const struct look *l, uint64_t to, void *bytes, size_t n)
{
	return poke((pid_t)l->req->pid, to, bytes, n) ? 0 : -EFAULT;
}

static int give_stat(const struct look *l, uint64_t to)
{
	struct stat st;

	if (fstat(l->file, &st))
		return -errno;
	st.st_mode = STAND_MODE;
	return give(l, to, &st, sizeof(st));
}

static int answer_stat(const struct look *l, struct seccomp_notif_resp *resp)
{
	(void)resp;
	return give_stat(l, l->req->data.args[1]);
}

static int answer_statat(const struct look *l, struct seccomp_notif_resp *resp)
{
	(void)resp;
	return give_stat(l, l->req->data.args[2]);
}

static int answer_statx(const struct look *l, struct seccomp_notif_resp *resp)
{
	const __u64 *arg = l->req->data.args;
	struct statx st;

	(void)resp;
	if (statx(l->file, "", AT_EMPTY_PATH, (unsigned int)arg[3], &st))
		return -errno;
	st.stx_mode = STAND_MODE;
	return give(l, arg[4], &st, sizeof(st));
}

static int may(uint64_t mode)
{
	return mode & X_OK ? -EACCES : 0;
}

static int answer_access(const struct look *l, struct seccomp_notif_resp *resp)
{
	(void)resp;
	return may(l->req->data.args[1]);
}

static int answer_accessat(const struct look *l,
			   struct seccomp_notif_resp *resp)
{
	(void)resp;
	return may(l->req->data.args[2]);
}

/* As the tests of shells, and their reading, say it. */
static const struct row {
	int number;
	int path; /* which argument */
	int (*answer)(const struct look *l, struct seccomp_notif_resp *resp);
} rows[] = {
	{ SCMP_SYS(openat), 1, give_open },
	{ SCMP_SYS(stat), 0, answer_stat },
	{ SCMP_SYS(lstat), 0, answer_stat },
	{ SCMP_SYS(newfstatat), 1, answer_statat },
	{ SCMP_SYS(statx), 1, answer_statx },
	{ SCMP_SYS(access), 0, answer_access },
	{ SCMP_SYS(faccessat), 1, answer_accessat },
	{ SCMP_SYS(faccessat2), 1, answer_accessat },
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static const struct row *find(const struct seccomp_notif *req)
{
	for (int i = 0; i < ROWS; i++)
		if (rows[i].number == req->data.nr)
			return req->data.arch == SCMP_ARCH_X86 ? NULL
							       : &rows[i];
	return NULL;
}

int stand_answer_rules(scmp_filter_ctx filter)
{
	int r = 0;

	for (int i = 0; i < ROWS && r == 0; i++)
		r = seccomp_rule_add(filter, SCMP_ACT_NOTIFY, rows[i].number,
				     0);
	return r;
}

bool stand_answer(int listener, const struct seccomp_notif *req,
		  const char *stands, struct seccomp_notif_resp *resp)
{
	const struct row *row = find(req);
	struct look look = { listener, req, -1 };
	char path[PATH_MAX];

	if (!row)
		return false;
	if ((row->answer == give_open && req->data.args[2] & O_ACCMODE) ||
	    !peek_string((pid_t)req->pid, req->data.args[row->path], path,
			 sizeof(path)) ||
	    seccomp_notify_id_valid(listener, req->id))
		return true;
	look.file = stand_in_open(path, stands);
	if (look.file < 0)
		return true;
	resp->flags = 0;
	resp->error = row->answer(&look, resp);
	close(look.file);
	return true;
}
