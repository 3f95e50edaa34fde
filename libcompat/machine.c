/* Where the machine's own /proc is. */
#include "libcompat/machine.h"

#include <stdio.h>
#include <unistd.h>

void machine_proc(const char *below, char *path, size_t n)
{
	static const char covered[] = MACHINE_REACH "/real/proc";

	snprintf(path, n, "%s/%s",
		 access(covered, F_OK) == 0 ? covered : "/proc", below);
}
