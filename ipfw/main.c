/* ipfw: the administration tool of Linux 1.3's packet filter. */
#include <errno.h>
#include <stdio.h>

#include "ipfw/options.h"
#include "ipfw/run.h"
#include "libcompat/compat.h"
#include "libcompat/resolver.h"

static void put(FILE *stream, struct text *t)
{
	if (t->len)
		fwrite(t->s, 1, t->len, stream);
	fflush(stream);
	text_fini(t);
}

/* Opens and enters the kernel; 0 or what to exit with. */
static int open_kernel(struct compat **c)
{
	int error = compat_open(c);

	if (error == -EPERM)
		fputs("ipfw: raw socket creation: Operation not permitted\n",
		      stderr);
	else if (error)
		fprintf(stderr, "ipfw: %s\n", compat_open_why());
	return error ? 1 : 0;
}

/* A saved file is listed whatever the host is. */
static bool may_run(struct compat *c, const struct ipfw_cmd *cmd)
{
	return (cmd->operation == IPFW_LIST &&
		compat_proc_given(ipfw_file(cmd->chain))) ||
	       compat_claim_era(c, ERA_1_3) == CLAIM_OK;
}

static int run(struct compat *c, const struct ipfw_cmd *cmd,
	       struct ipfw_output *o)
{
	bool changed = false;
	int status = 1;

	if (compat_enter(c) || !may_run(c, cmd)) {
		text_printf(&o->err, "ipfw: %s\n", compat_why(c));
		return 1;
	}
	status = ipfw_run(c, cmd, &libc_resolver, o, &changed);
	if (changed && compat_commit(c)) {
		text_printf(&o->err, "ipfw: %s\n", compat_why(c));
		return 1;
	}
	return status;
}

int main(int argc, char **argv)
{
	struct ipfw_output o = { .out = { 0 } };
	struct ipfw_cmd cmd;
	struct compat *c;
	int status = open_kernel(&c);

	if (status)
		return status;
	status = ipfw_parse(argc, argv, &libc_resolver, &cmd, &o);
	if (status == 0)
		status = run(c, &cmd, &o);
	compat_close(c);
	compat_where(status, &o.err);
	put(stdout, &o.out);
	put(stderr, &o.err);
	return status;
}
