/* The calls of table.h where netfilter.so is loaded when they are made. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "libcompat/backend_load.h"
#include "netfilter/table_calls.h"

union symbol {
	void *address;
	nf_table_export_fn *call;
};

/* Those that netfilter.so shows, for the life of the process; NULL, with a
 * sentence in @why: it cannot be loaded. */
static const struct nf_table_calls *load(char *why, size_t n)
{
	static const struct nf_table_calls *calls;
	union symbol export;
	int r;

	if (calls)
		return calls;
	snprintf(why, n, "%s", backend_without);
	r = backend_symbol("netfilter", "backend_export", &export.address, why,
			   n);
	if (r == 0)
		calls = export.call(FWCOMPAT_VERSION, sizeof(*calls));
	if (r == 0 && !calls)
		snprintf(why, n,
			 "netfilter.so is of another version of fwcompat");
	return calls;
}

int nf_table_put(const struct nf_goal *goal, const struct nf_book_table *past,
		 const struct nf_fold *fold, char *why, size_t n)
{
	const struct nf_table_calls *calls = load(why, n);

	return calls ? calls->put(goal, past, fold, why, n) : -ENOEXEC;
}

int nf_table_differs(const struct nf_goal *goal,
		     const struct nf_book_table *past, bool *differs, char *why,
		     size_t n)
{
	const struct nf_table_calls *calls = load(why, n);

	return calls ? calls->differs(goal, past, differs, why, n) : -ENOEXEC;
}

int nf_table_look(enum nf_table table, const char *generation,
		  struct nf_seen *seen, char *why, size_t n)
{
	const struct nf_table_calls *calls = load(why, n);

	return calls ? calls->look(table, generation, seen, why, n) : -ENOEXEC;
}
