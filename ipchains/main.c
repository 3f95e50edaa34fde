/* ipchains 1.3.9: edits and lists the chains of Linux 2.2. */
#include <stdio.h>

#include "ipchains/options.h"
#include "ipchains/run.h"
#include "libcompat/resolver.h"

static void write_text(FILE *file, struct text *t)
{
	if (t->len > 0)
		fwrite(t->s, 1, t->len, file);
	text_fini(t);
}

int main(int argc, char **argv)
{
	const struct ipchains_env env = {
		.prog = argc > 0 ? argv[0] : "ipchains",
		.names = &libc_resolver,
		.warn_forwarding = ipchains_forwarding_off,
	};
	struct ipchains_cmd cmd;
	struct ipchains_end end = { 0 };
	struct text out = { 0 }, err = { 0 };

	if (ipchains_parse(argc, argv, &env, &cmd, &out, &end))
		ipchains_run(&cmd, env.names, &out, &end);
	ipchains_end_text(&end, env.prog, &err);
	text_fini(&end.why);
	write_text(stdout, &out);
	write_text(stderr, &err);
	return end.status;
}
