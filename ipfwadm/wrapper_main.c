/* ipfwadm-wrapper: ipfwadm for a host of chains. */
#include <stdio.h>

#include "ipchains/kernel.h"
#include "ipchains/output.h"
#include "ipfwadm/options.h"
#include "ipfwadm/print.h"
#include "ipfwadm/wrapper.h"
#include "libcompat/resolver.h"

static int run(const struct ipfwadm_cmd *cmd, const char *prog)
{
	struct ipchains_end end = { 0 };
	struct compat *c = kernel_enter(&end);
	struct ipfwadm_result r = { 0 };

	if (c && kernel_claim(c, &end)) {
		wrapper_run(c, cmd, prog, &libc_resolver, &r);
		if (r.changed)
			kernel_commit(c, &end);
	}
	compat_close(c);
	output_text(stdout, &r.out);
	ipchains_end_text(&end, prog, &r.err);
	output_text(stderr, &r.err);
	text_fini(&end.why);
	return end.status ? (int)end.status : r.status;
}

int main(int argc, char **argv)
{
	static struct ipfwadm_cmd cmd;
	struct text text = { 0 };
	int status = ipfwadm_parse(argc, argv, &libc_resolver, &cmd, &text);

	if (status) {
		output_text(stderr, &text);
	} else if (cmd.command == IPFWADM_HELP) {
		ipfwadm_print_help(argv[0], &text);
		output_text(stdout, &text);
	} else {
		status = run(&cmd, argv[0]);
	}
	text_fini(&text);
	compat_where(status, &text);
	output_text(stderr, &text);
	return status;
}
