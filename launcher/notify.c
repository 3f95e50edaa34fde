/* Answers old programs' setsockopt() calls; all other calls run untouched. */
#include "launcher/notify.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/net.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/le.h"
#include "launcher/peek.h"
#include "launcher/stand_answer.h"
#include "libcompat/compat.h"
#include "libcompat/sockopt.h"

#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS /* Linux 6.6 */
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, __u64)
#endif

/* The lowest number of the old filters' calls; today's options are below. */
enum { OLD_OPTIONS = 64 };

/* A call as every way in says it: system calls of both sizes, and socketcall().
 */
struct call {
	enum { CALL_SETSOCKOPT, CALL_SOCKET } kind;
	uint64_t arg[5];
};

static int filter_x86_64(scmp_filter_ctx *filter, bool stands)
{
	int rc;

	*filter = seccomp_init(SCMP_ACT_ALLOW);
	if (!*filter)
		return -ENOMEM;
	rc = seccomp_rule_add(*filter, SCMP_ACT_NOTIFY, SCMP_SYS(setsockopt), 2,
			      SCMP_A1(SCMP_CMP_EQ, IPPROTO_IP, 0),
			      SCMP_A2(SCMP_CMP_GE, OLD_OPTIONS, 0));
	if (!rc)
		rc = seccomp_rule_add(*filter, SCMP_ACT_NOTIFY,
				      SCMP_SYS(socket), 2,
				      SCMP_A0(SCMP_CMP_EQ, AF_INET, 0),
				      SCMP_A2(SCMP_CMP_EQ, IPPROTO_RAW, 0));
	if (!rc && stands)
		rc = stand_answer_rules(*filter);
	return rc;
}

/* Its arguments may lie in memory (socketcall), where a filter cannot look. */
static int filter_i386(scmp_filter_ctx *filter)
{
	int rc;

	*filter = seccomp_init(SCMP_ACT_ALLOW);
	if (!*filter)
		return -ENOMEM;
	rc = seccomp_arch_remove(*filter, SCMP_ARCH_NATIVE);
	if (!rc)
		rc = seccomp_arch_add(*filter, SCMP_ARCH_X86);
	if (!rc)
		rc = seccomp_rule_add(*filter, SCMP_ACT_NOTIFY,
				      SCMP_SYS(setsockopt), 0);
	if (!rc)
		rc = seccomp_rule_add(*filter, SCMP_ACT_NOTIFY,
				      SCMP_SYS(socket), 0);
	return rc;
}

static int both_filters(scmp_filter_ctx *filter, bool stands)
{
	scmp_filter_ctx i386 = NULL;
	int rc;

	rc = filter_x86_64(filter, stands);
	if (!rc)
		rc = filter_i386(&i386);
	if (!rc)
		rc = seccomp_merge(*filter, i386); /* takes i386 over */
	else if (i386)
		seccomp_release(i386);
	if (!rc)
		rc = seccomp_attr_set(*filter, SCMP_FLTATR_ACT_BADARCH,
				      SCMP_ACT_ALLOW);
	return rc;
}

/* Without no_new_privs where the process may, so that su and ping still work.
 */
static int load(scmp_filter_ctx filter)
{
	int rc = seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP, 0);

	if (!rc)
		rc = seccomp_load(filter);
	if (!rc)
		return 0;
	rc = seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP, 1);
	return rc ? rc : seccomp_load(filter);
}

int notify_install(bool stands)
{
	scmp_filter_ctx filter = NULL;
	int rc, listener;

	rc = both_filters(&filter, stands);
	if (!rc)
		rc = load(filter);
	if (rc) {
		if (filter)
			seccomp_release(filter);
		return rc;
	}
	listener = seccomp_notify_fd(filter);
	if (listener >= 0) /* wakes the two on one core: 5 times as fast */
		ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, 1UL);
	return listener;
}

/* Makes one of the three ways in. Whether the call could be read at all. */
static bool read_call(const struct seccomp_notif *req, struct call *call)
{
	bool i386 = req->data.arch == SCMP_ARCH_X86;
	int nr = req->data.nr;
	uint8_t args[5 * 4];

	for (int i = 0; i < 5; i++)
		call->arg[i] = req->data.args[i];
	if (i386 && nr == seccomp_syscall_resolve_name_arch(SCMP_ARCH_X86,
							    "socketcall")) {
		int n = req->data.args[0] == SYS_SOCKET ? 3 : 5;

		call->kind = n == 3 ? CALL_SOCKET : CALL_SETSOCKOPT;
		if (!peek((pid_t)req->pid, req->data.args[1], args,
			  4U * (size_t)n))
			return false;
		for (int i = 0; i < n; i++)
			call->arg[i] = get_le32(args + 4 * i);
		return true;
	}
	call->kind = nr == (i386 ? seccomp_syscall_resolve_name_arch(
					   SCMP_ARCH_X86, "socket")
				 : SCMP_SYS(socket))
			     ? CALL_SOCKET
			     : CALL_SETSOCKOPT;
	return true;
}

/*
 * The raw socket of a program without the privilege for one. A datagram socket
 * stands in: it only has to be a descriptor on which setsockopt() is called.
 */
static void answer_socket(int listener, const struct seccomp_notif *req,
			  const struct call *call,
			  struct seccomp_notif_resp *resp)
{
	struct seccomp_notif_addfd add = {
		.id = req->id,
		.newfd_flags = call->arg[1] & SOCK_CLOEXEC ? O_CLOEXEC : 0,
	};
	int raw, fd;

	if (call->arg[0] != AF_INET || call->arg[2] != IPPROTO_RAW)
		return;
	raw = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	if (raw >= 0) {
		close(raw);
		return;
	}
	add.srcfd = (uint32_t)socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	fd = ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &add);
	close((int)add.srcfd);
	if (fd < 0)
		return;
	resp->flags = 0;
	resp->val = fd;
}

/*
 * One call, one transaction. Committed also where it fails: an old verdict is
 * an error number, and some failing calls leave a trace.
 */
static int carry_out(struct compat *c, pid_t pid, int number, uint8_t *bytes,
		     uint32_t len, uint32_t *back, bool *ours)
{
	int rc = compat_enter(c), kept;

	if (rc)
		return rc;
	compat_trace_as(c, pid);
	*ours = sockopt_is_old(compat_era(c), number, len);
	if (*ours) {
		rc = sockopt_set(c, number, bytes, len, back);
		if (!rc) /* as a tool of its time does */
			compat_claim_era(c, compat_era(c));
		kept = compat_commit(c);
		rc = kept ? kept : rc;
	}
	compat_leave(c);
	return rc;
}

/* Whether some old kernel took such an option. */
static bool may_be_old(int number, uint32_t len)
{
	bool old = false;

	for (int era = 0; era < ERA_COUNT; era++)
		old |= sockopt_is_old((enum fw_era)era, number, len);
	return old;
}

/* Where it is the machine that filters our tools speak to its filter by the
 * same numbers, and would have us wait for themselves. */
static bool is_our_tool(pid_t pid)
{
	char link[64], its[PATH_MAX], own[PATH_MAX];
	ssize_t n, m = readlink("/proc/self/exe", own, sizeof(own) - 1);
	const char *slash;

	snprintf(link, sizeof(link), "/proc/%d/exe", (int)pid);
	n = readlink(link, its, sizeof(its) - 1);
	if (n <= 0 || m <= 0)
		return false;
	its[n] = own[m] = '\0';
	slash = strrchr(own, '/');
	return slash && !strncmp(its, own, (size_t)(slash - own) + 1);
}

static void answer_option(struct compat *c, const struct seccomp_notif *req,
			  const struct call *call,
			  struct seccomp_notif_resp *resp)
{
	uint32_t len = (uint32_t)call->arg[4], back = 0;
	int number = (int)call->arg[2], rc;
	uint8_t bytes[SOCKOPT_MAX];
	bool ours = true;

	if (call->arg[1] != IPPROTO_IP || number < OLD_OPTIONS ||
	    len > sizeof(bytes) || !may_be_old(number, len) ||
	    (compat_is_machine() && is_our_tool((pid_t)req->pid)))
		return;
	if (!peek((pid_t)req->pid, call->arg[3], bytes, len)) {
		resp->flags = 0;
		resp->error = -EFAULT;
		return;
	}
	rc = carry_out(c, (pid_t)req->pid, number, bytes, len, &back, &ours);
	if (!ours)
		return;
	resp->flags = 0;
	resp->error = rc;
	if (!rc && back && !poke((pid_t)req->pid, call->arg[3], bytes, back))
		resp->error = -EFAULT;
}

static int answer(int listener, struct compat *c, const char *stands,
		  struct seccomp_notif *req, struct seccomp_notif_resp *resp)
{
	struct call call = { 0 };
	int rc = seccomp_notify_receive(listener, req);

	if (rc)
		return rc;
	resp->id = req->id;
	resp->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	if (!stand_answer(listener, req, stands, resp) &&
	    read_call(req, &call) &&
	    !seccomp_notify_id_valid(listener, req->id)) {
		if (call.kind == CALL_SOCKET)
			answer_socket(listener, req, &call, resp);
		else
			answer_option(c, req, &call, resp);
	}
	return seccomp_notify_respond(listener, resp);
}

int notify_answer(int listener, struct compat *c, const char *stands)
{
	struct seccomp_notif_resp *resp;
	struct seccomp_notif *req;
	int rc = seccomp_notify_alloc(&req, &resp);

	if (rc)
		return rc;
	rc = answer(listener, c, stands, req, resp);
	seccomp_notify_free(req, resp);
	return rc;
}
