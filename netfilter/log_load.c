/* Finds the calls that read NFLOG in the object that asks for connections. */
#include <errno.h>
#include <stdio.h>

#include "libcompat/backend_load.h"
#include "netfilter/log.h"

union symbol {
	void *address;
	nf_log_export_fn *call;
};

const struct nf_log_calls *nf_log_load(char *why, size_t room)
{
	const struct nf_log_calls *calls = NULL;
	union symbol export;
	int r;

	*why = '\0';
	r = backend_symbol("conntrack", "nf_log_export", &export.address, why,
			   room);
	if (r == 0)
		calls = export.call(FWCOMPAT_VERSION);
	if (r == -ENOENT)
		snprintf(why, room, "this build is without netfilter");
	else if (!calls && !*why)
		snprintf(why, room,
			 "conntrack.so is of another version of fwcompat");
	return calls;
}
