/* The calls of ct.h and route.h where conntrack.so is loaded when they are
 * made. */
#include <errno.h>

#include "libcompat/backend_load.h"
#include "netfilter/ct_calls.h"

union symbol {
	void *address;
	nf_ct_export_fn *call;
};

/* Set by the first nf_ct_open() or nf_route_open(), for the life of the
 * process. */
static const struct nf_ct_calls *calls;

static void load(void)
{
	char why[256];
	union symbol export;

	if (backend_symbol("conntrack", "nf_ct_export", &export.address, why,
			   sizeof(why)) == 0)
		calls = export.call(FWCOMPAT_VERSION, sizeof(*calls));
}

int nf_ct_open(struct nf_ct **ct)
{
	if (!calls)
		load();
	return calls ? calls->open(ct) : -ENOEXEC;
}

/* Who has a handle has it from there. */
void nf_ct_close(struct nf_ct *ct)
{
	if (ct)
		calls->close(ct);
}

int nf_ct_each(struct nf_ct *ct, struct nf_masked mark,
	       void (*entry)(void *ctx, const struct nf_ct_entry *), void *ctx)
{
	return calls->each(ct, mark, entry, ctx);
}

int nf_ct_each_expect(struct nf_ct *ct,
		      void (*expect)(void *ctx, const struct nf_ct_expect *),
		      void *ctx)
{
	return calls->each_expect(ct, expect, ctx);
}

int nf_ct_get(struct nf_ct *ct, const struct nf_ct_tuple *orig,
	      struct nf_ct_entry *entry)
{
	return calls->get(ct, orig, entry);
}

int nf_ct_delete(struct nf_ct *ct, const struct nf_ct_tuple *orig)
{
	return calls->delete (ct, orig);
}

int nf_ct_delete_marked(struct nf_ct *ct, struct nf_masked mark)
{
	return calls->delete_marked(ct, mark);
}

int nf_route_open(struct nf_route **route)
{
	if (!calls)
		load();
	return calls ? calls->route_open(route) : -ENOEXEC;
}

void nf_route_close(struct nf_route *route)
{
	if (route)
		calls->route_close(route);
}

int nf_route_by(struct nf_route *route, uint32_t dst, char name[IF_NAMESIZE])
{
	return calls->route_by(route, dst, name);
}
