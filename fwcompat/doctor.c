/* fwcompat doctor: what this machine allows, and what to do about the rest. */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "fwcompat/cmd.h"
#include "fwcompat/doctor_probe.h"
#include "libcompat/backend_load.h"
#include "libcompat/compat.h"
#include "libcompat/settings.h"
#include "libcompat/store.h"

const char cmd_doctor_usage[] =
	"fwcompat doctor [--json]\n"
	"\n"
	"Says what this machine allows, which backend and which state are in "
	"use, what\n"
	"a script will find under fwcompat run, and what to install or load "
	"for what is\n"
	"lacking. Nothing is changed.\n"
	"\n"
	"  --json    the same for programs, as one line of JSON\n"
	"\n"
	"The status is 0 if the backend in use and fwcompat run have all they "
	"need,\n"
	"1 if not.\n";

/* Who cannot do without a part. */
enum need {
	NEED_RUN = 1 << 0,
	NEED_NETFILTER = 1 << 1,
};

static const struct part_row {
	const char *key, *name, *what, *how;
	int needs;
} rows[PART_COUNT] = {
	[PART_NAMESPACES] = { "namespaces", "namespaces", "fwcompat run, play",
			      "sysctl kernel.unprivileged_userns_clone=1, "
			      "user.max_user_namespaces=10000",
			      NEED_RUN },
	[PART_FUSE] = { "fuse", "/dev/fuse", "old files in their places",
			"read and write access to /dev/fuse", NEED_RUN },
	[PART_NOTIFY] = { "notify", "seccomp notification",
			  "old programs' own system calls",
			  "a kernel with CONFIG_SECCOMP_FILTER, not in a "
			  "sandbox of its own",
			  NEED_RUN },
	[PART_OLD32] = { "programs32", "32-bit programs", "old binaries",
			 "a kernel with CONFIG_IA32_EMULATION; libc6-i386 for "
			 "what is not static",
			 0 },
	[PART_XTABLES] = { "xtables", "legacy xtables",
			   "backend netfilter, live",
			   "a kernel with CONFIG_IP_NF_IPTABLES_LEGACY or "
			   "CONFIG_IP_NF_IPTABLES",
			   NEED_NETFILTER },
	[PART_CONNTRACK] = { "conntrack", "connection tracking",
			     "backend netfilter",
			     "a kernel with CONFIG_NF_CONNTRACK",
			     NEED_NETFILTER },
	[PART_NFLOG] = { "nflog", "NFLOG", "fwcompat logd",
			 "a kernel with CONFIG_NETFILTER_NETLINK_LOG", 0 },
	[PART_NFQUEUE] = { "nfqueue", "NFQUEUE", "fwcompat live",
			   "a kernel with CONFIG_NETFILTER_NETLINK_QUEUE", 0 },
	[PART_BPF] = { "bpf", "packet filters (BPF)", "fwcompat live --fast",
		       "a kernel with CONFIG_BPF_SYSCALL", 0 },
};

static const struct {
	const char *key, *text;
} states[] = {
	[PART_WORKS] = { "works", "yes" },
	[PART_LOADABLE] = { "loadable", "no" },
	[PART_MISSING] = { "missing", "no" },
	[PART_UNKNOWN] = { "unknown", "?" },
};

/* All that is told. */
struct findings {
	enum part_state parts[PART_COUNT];
	const char *backend;
	bool engine;    /* it is the emulated kernel */
	bool usable;    /* the backend's programs and parts are there */
	bool whole;     /* a script finds all there was */
	char why[512];  /* where not usable */
	bool has_state; /* there is a state, .status is its */
	char path[PATH_MAX];
	struct compat_status status;
};

/* Whether all that @need needs is there; what cannot be told counts. */
static bool has_all(const struct findings *f, int need)
{
	for (int i = 0; i < PART_COUNT; i++)
		if ((rows[i].needs & need) && f->parts[i] != PART_WORKS &&
		    f->parts[i] != PART_UNKNOWN)
			return false;
	return true;
}

/* The state as it is; one that is not there is not made. */
static void look_at_state(struct findings *f)
{
	struct compat *c;
	int r;

	if (store_path(f->path, sizeof(f->path)) || access(f->path, F_OK))
		return;
	r = compat_open(&c);
	if (r) {
		snprintf(f->why, sizeof(f->why), "%s", compat_open_why());
	} else {
		r = compat_enter(c);
		if (r)
			snprintf(f->why, sizeof(f->why), "%s", compat_why(c));
		else
			compat_status(c, &f->status);
		compat_close(c);
	}
	f->has_state = r == 0;
}

/* What keeps the netfilter backend from working, in .why; it is not opened, for
 * that might change the machine. */
static void look_at_netfilter(struct findings *f)
{
	void *address;
	int r = backend_symbol(f->backend, "backend_export", &address, f->why,
			       sizeof(f->why));

	if (r == -ENOENT)
		snprintf(f->why, sizeof(f->why), "this build is without it");
	else if (r == 0 && geteuid() != 0)
		snprintf(f->why, sizeof(f->why), "it is for root only");
	else if (r == 0 && !has_all(f, NEED_NETFILTER))
		snprintf(f->why, sizeof(f->why), "see what is lacking below");
}

static void look_at_backend(struct findings *f)
{
	static struct settings settings;
	int r = settings_read(&settings, f->why, sizeof(f->why));

	f->backend = *settings.backend ? settings.backend : "engine";
	f->engine = !strcmp(f->backend, "engine");
	if (r == 0 && f->engine)
		look_at_state(f);
	else if (r == 0 && !strcmp(f->backend, "netfilter"))
		look_at_netfilter(f);
	else if (r == 0)
		snprintf(f->why, sizeof(f->why), "there is no such backend");
	f->usable = !*f->why;
}

static void print_state(const struct findings *f)
{
	const struct compat_status *s = &f->status;

	if (f->has_state)
		printf("state      %s: Linux %s%s, %u rules\n", f->path,
		       compat_era_name(s->era), s->claimed ? "" : ", unsettled",
		       s->era == ERA_2_2 ? s->rules : s->rules20);
	else if (f->engine && f->usable)
		printf("state      %s: not there yet, the first tool makes "
		       "it\n",
		       f->path);
}

static void print_row(const struct part_row *row, enum part_state state,
		      const char *module)
{
	printf("%-4s %-22s for %s\n", states[state].text, row->name, row->what);
	if (state == PART_LOADABLE)
		printf("     to have it: modprobe %s\n", module);
	else if (state == PART_MISSING)
		printf("     to have it: %s\n", row->how);
	else if (state == PART_UNKNOWN)
		printf("     only root can tell\n");
}

static void print_text(const struct findings *f)
{
	struct utsname u;

	uname(&u);
	printf("machine    %s %s, %s, fwcompat %s\n", u.sysname, u.release,
	       geteuid() == 0 ? "root" : "an ordinary user", FWCOMPAT_VERSION);
	printf("backend    %s%s%s\n", f->backend,
	       f->usable ? "" : ": cannot be used: ", f->why);
	print_state(f);
	printf("scripts    %s\n\n",
	       f->whole ? "under fwcompat run find the old tools, files, "
			  "switches and modules"
			: "do not find all they knew, see below");
	for (int i = 0; i < PART_COUNT; i++)
		print_row(&rows[i], f->parts[i],
			  doctor_module((enum machine_part)i));
}

static const char *json_bool(bool b)
{
	return b ? "true" : "false";
}

/* One object, one line; members are only ever added. No string in it needs
 * quoting. */
static void print_json(const struct findings *f)
{
	printf("{\"version\": \"%s\", \"root\": %s, \"usable\": %s, "
	       "\"scripts\": %s, \"state\": %s",
	       FWCOMPAT_VERSION, json_bool(geteuid() == 0),
	       json_bool(f->usable), json_bool(f->whole),
	       json_bool(f->has_state));
	for (int i = 0; i < PART_COUNT; i++)
		printf(", \"%s\": \"%s\"", rows[i].key,
		       states[f->parts[i]].key);
	puts("}");
}

int cmd_doctor(int argc, char **argv)
{
	static struct findings f;
	bool json = argc == 2 && !strcmp(argv[1], "--json");

	if (argc != 1 && !json)
		return cmd_misused("doctor", "takes --json, or nothing");
	for (int i = 0; i < PART_COUNT; i++)
		f.parts[i] = doctor_probe((enum machine_part)i);
	f.whole = has_all(&f, NEED_RUN);
	look_at_backend(&f);
	if (json)
		print_json(&f);
	else
		print_text(&f);
	return f.usable && f.whole ? CMD_OK : CMD_FAILED;
}
