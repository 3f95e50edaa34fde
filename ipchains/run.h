/* A command of ipchains, carried out. */
#ifndef IPCHAINS_RUN_H
#define IPCHAINS_RUN_H

#include "core/text.h"
#include "ipchains/options.h"
#include "libcompat/compat.h"

/*
 * Makes the kernel calls of @cmd, one for each pair of addresses, all of them
 * even if one fails; inside @c. -v's lines and verdicts go to @out. Returns 0
 * or the last -errno; -EBADMSG: an old /proc file that cannot be understood.
 */
int ipchains_apply(struct compat *c, const struct ipchains_cmd *cmd,
		   const struct resolver *names, struct text *out);

/* The original's words for an ipchains_apply() that failed with @error. */
void ipchains_explain(const struct compat *c, const struct ipchains_cmd *cmd,
		      int error, struct text *why);

/* One command from opening the kernel to leaving it. */
void ipchains_run(const struct ipchains_cmd *cmd, const struct resolver *names,
		  struct text *out, struct ipchains_end *end);

#endif
