/* What all subcommands do the same way. */
#include "fwcompat/cmd.h"

#include <stdio.h>
#include <string.h>

#include "libcompat/compat.h"

int cmd_try(const char *name)
{
	fprintf(stderr, "try: fwcompat %s --help\n", name);
	return CMD_USAGE;
}

int cmd_misused(const char *name, const char *text)
{
	fprintf(stderr, "fwcompat %s: %s\n", name, text);
	return cmd_try(name);
}

int cmd_failed(const char *name, int r, const char *why)
{
	fprintf(stderr, "fwcompat %s: %s\n", name, *why ? why : strerror(-r));
	return CMD_FAILED;
}

struct compat *cmd_enter(const char *name)
{
	struct compat *c;
	int r = compat_open(&c);

	if (r) {
		cmd_failed(name, r, compat_open_why());
		return NULL;
	}
	r = compat_enter(c);
	if (r == 0)
		return c;
	cmd_failed(name, r, compat_why(c));
	compat_close(c);
	return NULL;
}
