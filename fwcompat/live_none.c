/* fwcompat live where its libraries were missing when this was built. */
#include <errno.h>

#include "fwcompat/cmd.h"

int cmd_live(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return cmd_failed("live", -EOPNOTSUPP,
			  "this fwcompat was built without it, since libip4tc "
			  "or libmnl was missing");
}

const char cmd_live_usage[] =
	"fwcompat live\n"
	"\n"
	"This fwcompat was built without it: libip4tc or libmnl was missing.\n";
