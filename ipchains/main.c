/* ipchains 1.3.9: edits and lists the chains of Linux 2.2. */
#include "ipchains/kernel.h"
#include "ipchains/output.h"
#include "ipchains/run.h"
#include "libcompat/compat.h"
#include "libcompat/resolver.h"

int main(int argc, char **argv)
{
	const struct ipchains_env env = {
		.prog = argc > 0 ? argv[0] : "ipchains",
		.names = &libc_resolver,
		.warn_forwarding = kernel_forwarding_off,
	};
	struct ipchains_cmd cmd;
	struct ipchains_end end = { 0 };
	struct text out = { 0 }, err = { 0 };

	if (ipchains_parse(argc, argv, &env, &cmd, &out, &end))
		ipchains_run(&cmd, env.names, &out, &end);
	ipchains_end_text(&end, env.prog, &err);
	compat_where((int)end.status, &err);
	text_fini(&end.why);
	output_text(stdout, &out);
	output_text(stderr, &err);
	return end.status;
}
