/*
 * The calls of ct.h and route.h across the border of a shared object: who asks
 * for no connections does not load the libraries that ask the kernel for them.
 */
#ifndef NETFILTER_CT_CALLS_H
#define NETFILTER_CT_CALLS_H

#include <stddef.h>

#include "netfilter/ct.h"
#include "netfilter/route.h"

struct nf_ct_calls {
	int (*open)(struct nf_ct **ct);
	void (*close)(struct nf_ct *ct);
	int (*each)(struct nf_ct *ct, struct nf_masked mark,
		    void (*entry)(void *ctx, const struct nf_ct_entry *),
		    void *ctx);
	int (*each_expect)(struct nf_ct *ct,
			   void (*expect)(void *ctx,
					  const struct nf_ct_expect *),
			   void *ctx);
	int (*get)(struct nf_ct *ct, const struct nf_ct_tuple *orig,
		   struct nf_ct_entry *entry);
	int (*delete)(struct nf_ct *ct, const struct nf_ct_tuple *orig);
	int (*delete_marked)(struct nf_ct *ct, struct nf_masked mark);
	int (*route_open)(struct nf_route **route);
	void (*route_close)(struct nf_route *route);
	int (*route_by)(struct nf_route *route, uint32_t dst,
			char name[IF_NAMESIZE]);
};

/* What conntrack.so shows under the name "nf_ct_export". NULL: it is not of
 * that version, or of other calls. */
typedef const struct nf_ct_calls *nf_ct_export_fn(const char *version,
						  size_t size);

#endif
