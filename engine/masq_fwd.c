/* Forwarding modules: which are active, and whom the masquerading core asks. */
#include "engine/masq_fwd.h"

#include <errno.h>

#include "engine/state.h"

void fwd_init(struct fw *fw)
{
	(void)fw;
}

bool fwd_in_rule(struct fw *fw, const struct pkt *p,
		 const struct pkt_info *info)
{
	(void)fw;
	(void)p;
	(void)info;
	return false;
}

uint32_t fwd_in_create(struct fw *fw, const struct pkt *p,
		       const struct pkt_info *info)
{
	(void)fw;
	(void)p;
	(void)info;
	return FW_NIL;
}

uint32_t fwd_out_create(struct fw *fw, uint32_t maddr,
			const struct pkt_info *info)
{
	(void)fw;
	(void)maddr;
	(void)info;
	return FW_NIL;
}

void fwd_out_update(struct fw *fw, uint32_t entry, const struct pkt_info *info)
{
	(void)fw;
	(void)entry;
	(void)info;
}

void fwd_run_timers(struct fw *fw, ticks_t now)
{
	(void)fw;
	(void)now;
}

int fwd_ctl(struct fw *fw, struct masq_ctl *ctl)
{
	(void)fw;
	(void)ctl;
	return ESRCH;
}

void fwd_portfw_each(const struct fw *fw,
		     void (*row)(void *ctx, const struct fwd_portfw_row *),
		     void *ctx)
{
	(void)fw;
	(void)row;
	(void)ctx;
}

void fwd_autofw_each(const struct fw *fw, ticks_t now,
		     void (*row)(void *ctx, const struct fwd_autofw_row *),
		     void *ctx)
{
	(void)fw;
	(void)now;
	(void)row;
	(void)ctx;
}

void fwd_mfw_each(const struct fw *fw,
		  void (*row)(void *ctx, const struct fwd_mfw_row *), void *ctx)
{
	(void)fw;
	(void)row;
	(void)ctx;
}
