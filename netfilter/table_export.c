/* What netfilter.so shows of table.h. */
#include <string.h>

#include "netfilter/table_calls.h"

__attribute__((visibility("default"))) nf_table_export_fn backend_export;

const struct nf_table_calls *backend_export(const char *version, size_t size)
{
	static const struct nf_table_calls calls = {
		.put = nf_table_put,
		.differs = nf_table_differs,
		.look = nf_table_look,
	};

	return strcmp(version, FWCOMPAT_VERSION) || size != sizeof(calls)
		       ? NULL
		       : &calls;
}
