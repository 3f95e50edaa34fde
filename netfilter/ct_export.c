/* What conntrack.so shows of ct.h. */
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
	};

	return strcmp(version, FWCOMPAT_VERSION) || size != sizeof(calls)
		       ? NULL
		       : &calls;
}
