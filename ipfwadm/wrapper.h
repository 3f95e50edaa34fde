/*
 * ipfwadm on a host of chains (Linux 2.2): what the script ipfwadm-wrapper did.
 * Each of ipfwadm's lists is a chain of the wrapper's own, which the built-in
 * chains call:
 *
 *	input	-> acctin, acctboth, inp
 *	forward -> fwd
 *	output	-> acctout, acctboth, out
 *
 * A default policy is the built-in chain's. Rules that somebody made with
 * ipchains stay as they are, behind the wrapper's.
 */
#ifndef IPFWADM_WRAPPER_H
#define IPFWADM_WRAPPER_H

#include "ipfwadm/run.h"

/*
 * Runs @cmd like ipfwadm_run(), on a @c of era 2.2. All of it or, with the
 * words of ipchains, nothing.
 */
void wrapper_run(struct compat *c, const struct ipfwadm_cmd *cmd,
		 const char *prog, const struct resolver *names,
		 struct ipfwadm_result *result);

#endif
