/* ipfwadm: the administration tool of Linux 2.0's packet filter. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "ipfwadm/options.h"
#include "ipfwadm/print.h"
#include "ipfwadm/run.h"
#include "ipfwadm/wrapper.h"
#include "libcompat/compat.h"
#include "libcompat/resolver.h"

static void put(FILE *stream, const struct text *t)
{
	if (t->len)
		fwrite(t->s, 1, t->len, stream);
}

/* Opens and enters the kernel; 0 or what to exit with. */
static int open_kernel(struct compat **c)
{
	int error = compat_open(c);

	if (error == -EPERM) {
		fputs("ipfwadm: socket creation failed: Operation not "
		      "permitted\n",
		      stderr);
		return 1;
	}
	if (error == 0) {
		error = compat_enter(*c);
		if (error == 0)
			return 0;
		fprintf(stderr, "ipfwadm: %s\n", compat_why(*c));
		compat_close(*c);
		return 1;
	}
	fprintf(stderr, "ipfwadm: %s\n", compat_open_why());
	return 1;
}

/* Whether it is a listing that needs no host of 2.0. */
static bool lists_anywhere(const struct ipfwadm_cmd *cmd)
{
	if (cmd->category == IPFWADM_MASQ)
		return cmd->command != IPFWADM_TIMEOUTS;
	return cmd->command == IPFWADM_LIST &&
	       compat_proc_given(ipfwadm_file(cmd->category));
}

/* How the tool may go on with the state as it is. */
static enum compat_claim claim(struct compat *c, const struct ipfwadm_cmd *cmd)
{
	return lists_anywhere(cmd) ? CLAIM_OK : compat_claim_era(c, ERA_2_0);
}

static int run(struct compat *c, const struct ipfwadm_cmd *cmd,
	       const char *prog)
{
	struct ipfwadm_result r;
	int status, error;

	switch (claim(c, cmd)) {
	case CLAIM_OK:
		ipfwadm_run(c, cmd, prog, &libc_resolver, &r);
		break;
	case CLAIM_WRAPPER:
		wrapper_run(c, cmd, prog, &libc_resolver, &r);
		break;
	case CLAIM_REFUSED:
	default:
		fprintf(stderr, "ipfwadm: %s\n", compat_why(c));
		return 1;
	}
	error = r.changed ? compat_commit(c) : 0;
	put(stdout, &r.out);
	fflush(stdout);
	put(stderr, &r.err);
	if (error)
		fprintf(stderr, "ipfwadm: %s\n", compat_why(c));
	status = error ? 1 : r.status;
	text_fini(&r.out);
	text_fini(&r.err);
	return status;
}

int main(int argc, char **argv)
{
	static struct ipfwadm_cmd cmd;
	struct text text = { 0 };
	struct compat *c;
	int status;

	status = ipfwadm_parse(argc, argv, &libc_resolver, &cmd, &text);
	if (status) {
		put(stderr, &text);
	} else if (cmd.command == IPFWADM_HELP) {
		ipfwadm_print_help(argv[0], &text);
		put(stdout, &text);
	} else {
		status = open_kernel(&c);
		if (status == 0) {
			status = run(c, &cmd, argv[0]);
			compat_close(c);
		}
	}
	text_fini(&text);
	compat_where(status, &text);
	put(stderr, &text);
	text_fini(&text);
	return status;
}
