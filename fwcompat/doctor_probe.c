/* What this machine allows: one question, one process. */
#include "fwcompat/doctor_probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launcher/namespaces.h"
#include "launcher/notify.h"

enum { LINE = 4096 };

/*
 * Answers of a process, its exit status. Whoever may not even enter namespaces
 * cannot tell.
 */
enum { YES, NO, CANNOT_TELL };

static int ask_namespaces(void)
{
	return namespaces_enter(CLONE_NEWNS) ? NO : YES;
}

static int ask_fuse(void)
{
	return open("/dev/fuse", O_RDWR | O_CLOEXEC) < 0 ? NO : YES;
}

static int ask_notify(void)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return NO;
	return notify_install(false) < 0 ? NO : YES;
}

/*
 * The least program of 32 bits (System V ABI, i386): a header of 52 bytes, a
 * program header of 32, and exit(0) by int 0x80.
 */
static const uint8_t program32[] = {
	0x7f, 'E', 'L', 'F', 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	/* executable, i386, version, entry, program headers */
	2, 0, 3, 0, 1, 0, 0, 0, 0x54, 0x80, 4, 8, 52, 0, 0, 0,
	/* no sections, flags; sizes and numbers of headers */
	0, 0, 0, 0, 0, 0, 0, 0, 52, 0, 32, 0, 1, 0, 0, 0, 0, 0, 0, 0,
	/* load 96 bytes at 0x08048000, to be read and executed */
	1, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 4, 8, 0, 0x80, 4, 8, 96, 0, 0, 0, 96,
	0, 0, 0, 5, 0, 0, 0, 0, 0x10, 0, 0,
	/* mov $1, %eax; xor %ebx, %ebx; int $0x80 */
	0xb8, 1, 0, 0, 0, 0x31, 0xdb, 0xcd, 0x80, 0, 0, 0
};

static int ask_old32(void)
{
	char *argv[] = { NULL, NULL }, *env[] = { NULL };
	char name[] = "old";
	int fd = memfd_create(name, MFD_CLOEXEC);

	argv[0] = name;
	if (fd < 0 || write(fd, program32, sizeof(program32)) !=
			      (ssize_t)sizeof(program32))
		return CANNOT_TELL;
	fexecve(fd, argv, env);
	return NO;
}

/* Whether a file is there that this network namespace has of a module. */
static int ask_file(const char *path)
{
	if (namespaces_enter(CLONE_NEWNET))
		return CANNOT_TELL;
	return access(path, F_OK) ? NO : YES;
}

static int ask_xtables(void)
{
	return ask_file("/proc/self/net/ip_tables_names");
}

static int ask_conntrack(void)
{
	return ask_file("/proc/sys/net/netfilter/nf_conntrack_max");
}

static int ask_nflog(void)
{
	return ask_file("/proc/self/net/netfilter/nfnetlink_log");
}

static int ask_nfqueue(void)
{
	return ask_file("/proc/self/net/netfilter/nfnetlink_queue");
}

/* Whether a filter that does nothing may be loaded, attached to nothing. */
static int ask_bpf(void)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr = { 0 };

	if (geteuid() != 0)
		return CANNOT_TELL;
	attr.prog_type = BPF_PROG_TYPE_SCHED_CLS;
	attr.insns = (uintptr_t)insns;
	attr.insn_cnt = sizeof(insns) / sizeof(insns[0]);
	attr.license = (uintptr_t) "GPL";
	return syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr)) < 0 ? NO
									: YES;
}

static const struct {
	int (*ask)(void);
	const char *module;
} parts[PART_COUNT] = {
	[PART_NAMESPACES] = { ask_namespaces, "" },
	[PART_FUSE] = { ask_fuse, "fuse" },
	[PART_NOTIFY] = { ask_notify, "" },
	[PART_OLD32] = { ask_old32, "" },
	[PART_XTABLES] = { ask_xtables, "ip_tables" },
	[PART_CONNTRACK] = { ask_conntrack, "nf_conntrack" },
	[PART_NFLOG] = { ask_nflog, "nfnetlink_log" },
	[PART_NFQUEUE] = { ask_nfqueue, "nfnetlink_queue" },
	[PART_BPF] = { ask_bpf, "" },
};

/* The answer of a process of its own; one that dies says no. */
static int ask_apart(int (*ask)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(ask());
	if (pid < 0)
		return CANNOT_TELL;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return CANNOT_TELL;
	return WIFEXITED(status) ? WEXITSTATUS(status) : NO;
}

/* Whether the running kernel has a module of that name on disk. */
static bool has_module(const char *module)
{
	char path[sizeof(struct utsname)], name[64], line[LINE];
	struct utsname u;
	bool found = false;
	FILE *file;

	if (!*module || uname(&u))
		return false;
	snprintf(path, sizeof(path), "/lib/modules/%s/modules.dep", u.release);
	snprintf(name, sizeof(name), "/%s.ko", module);
	file = fopen(path, "re");
	while (file && !found && fgets(line, sizeof(line), file)) {
		line[strcspn(line, ":")] = '\0';
		found = strstr(line, name) != NULL;
	}
	if (file)
		fclose(file);
	return found;
}

enum part_state doctor_probe(enum machine_part part)
{
	switch (ask_apart(parts[part].ask)) {
	case YES:
		return PART_WORKS;
	case CANNOT_TELL:
		return PART_UNKNOWN;
	default:
		return has_module(parts[part].module) ? PART_LOADABLE
						      : PART_MISSING;
	}
}

const char *doctor_module(enum machine_part part)
{
	return parts[part].module;
}
