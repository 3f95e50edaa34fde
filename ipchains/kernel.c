/* The way to the kernel and back. */
#include "ipchains/kernel.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

void kernel_refused(struct ipchains_end *end, const char *why)
{
	end->status = END_KERNEL;
	end->who = "ipchains";
	text_puts(&end->why, why);
}

/* Why the kernel could not be reached. Root cannot be told to be root. */
static void explain(struct ipchains_end *end, int error, const char *why)
{
	if (error == -EPERM && geteuid() != 0)
		why = "Permission denied (you must be root)";
	kernel_refused(end, why[0] ? why : strerror(-error));
}

struct compat *kernel_enter(struct ipchains_end *end)
{
	struct compat *c = NULL;
	int r = compat_open(&c);

	if (r < 0) {
		explain(end, r, compat_open_why());
		return NULL;
	}
	r = compat_enter(c);
	if (r == 0)
		return c;
	explain(end, r, compat_why(c));
	compat_close(c);
	return NULL;
}

bool kernel_claim(struct compat *c, struct ipchains_end *end)
{
	if (compat_claim_era(c, ERA_2_2) == CLAIM_OK)
		return true;
	kernel_refused(end, compat_why(c));
	return false;
}

bool kernel_commit(struct compat *c, struct ipchains_end *end)
{
	int r = compat_commit(c);

	if (r < 0)
		explain(end, r, compat_why(c));
	return r == 0;
}

static int read_file(struct compat *c, const char *path, bool zero,
		     int (*parse)(struct listing *, const char *),
		     struct listing *l)
{
	struct text file = { 0 };
	int r = compat_proc_read(c, path, zero, &file);

	if (r == 0 && file.bad)
		r = -ENOMEM;
	if (r == 0)
		r = parse(l, file.s ? file.s : "");
	text_fini(&file);
	return r;
}

int kernel_read_chains(struct compat *c, struct listing *l)
{
	return read_file(c, "net/ip_fwnames", false, listing_parse_chains, l);
}

int kernel_read_rules(struct compat *c, bool zero, struct listing *l)
{
	return read_file(c, "net/ip_fwchains", zero, listing_parse_rules, l);
}

bool kernel_forwarding_off(void *ctx)
{
	struct compat *c = NULL;
	struct text file = { 0 };
	bool off = false;

	(void)ctx;
	if (!isatty(STDIN_FILENO) || compat_open(&c) < 0)
		return false;
	if (compat_enter(c) == 0 &&
	    compat_proc_read(c, "sys/net/ipv4/ip_forward", false, &file) == 0)
		off = file.s && file.s[0] == '0';
	text_fini(&file);
	compat_close(c);
	return off;
}
