/* Masquerading helpers: which are loaded, and what a packet owes them. */
#include "engine/helper.h"

#include "engine/state.h"

void helper_bind(struct fw *fw, uint32_t entry)
{
	(void)fw;
	(void)entry;
}

void helper_bind_mark(struct fw *fw, uint32_t entry, uint32_t mark)
{
	(void)fw;
	(void)entry;
	(void)mark;
}

void helper_unbind(struct fw *fw, uint32_t entry)
{
	(void)fw;
	(void)entry;
}

void helper_out(struct helper_call *call)
{
	(void)call;
}

void helper_in(struct helper_call *call)
{
	(void)call;
}

void helpers_each(const struct fw *fw,
		  void (*row)(void *ctx, const struct fwd_helper_row *),
		  void *ctx)
{
	(void)fw;
	(void)row;
	(void)ctx;
}
