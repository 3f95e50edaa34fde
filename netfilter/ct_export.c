/* What conntrack.so shows of ct.h and route.h. */
#include <string.h>

#include "netfilter/ct_calls.h"

__attribute__((visibility("default"))) nf_ct_export_fn nf_ct_export;

const struct nf_ct_calls *nf_ct_export(const char *version, size_t size)
{
	static const struct nf_ct_calls calls = {
		.open = nf_ct_open,
		.close = nf_ct_close,
		.each = nf_ct_each,
		.each_expect = nf_ct_each_expect,
		.get = nf_ct_get,
		.delete = nf_ct_delete,
		.delete_marked = nf_ct_delete_marked,
		.route_open = nf_route_open,
		.route_close = nf_route_close,
		.route_by = nf_route_by,
	};

	return strcmp(version, FWCOMPAT_VERSION) || size != sizeof(calls)
		       ? NULL
		       : &calls;
}
