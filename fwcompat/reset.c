/* fwcompat reset: a freshly booted host. */
#include <errno.h>
#include <string.h>

#include "fwcompat/cmd.h"
#include "libcompat/compat.h"

/* The era of the command line; ERA_COUNT: none. -EINVAL: it cannot be read. */
static int parse(int argc, char **argv, enum fw_era *era)
{
	*era = ERA_COUNT;
	if (argc == 1)
		return 0;
	if (argc == 3 && !strcmp(argv[1], "--era"))
		return compat_era_parse(argv[2], era);
	if (argc == 2 && !strncmp(argv[1], "--era=", 6))
		return compat_era_parse(argv[1] + 6, era);
	return -EINVAL;
}

int cmd_reset(int argc, char **argv)
{
	enum fw_era era;
	struct compat *c;
	int r, status = CMD_OK;

	if (parse(argc, argv, &era))
		return cmd_misused("reset", "takes --era 1.3, 2.0 or 2.2, or "
					    "nothing");
	r = compat_discard();
	if (r)
		return cmd_failed("reset", r, compat_open_why());
	c = cmd_enter("reset");
	if (!c)
		return CMD_FAILED;
	r = compat_reset(c, era);
	if (r == 0)
		r = compat_commit(c);
	if (r)
		status = cmd_failed("reset", r, compat_why(c));
	compat_close(c);
	return status;
}

const char cmd_reset_usage[] =
	"fwcompat reset [--era 1.3|2.0|2.2]\n"
	"\n"
	"Forgets all rules, masqueraded connections, interfaces and loaded "
	"modules. With\n"
	"--era the host runs the kernel of that tool from now on: 1.3 ipfw, "
	"2.0 ipfwadm,\n"
	"2.2 ipchains; else it takes the one of the first tool that changes "
	"something.\n";
