/* Does what an ipfwadm command says. */
#ifndef IPFWADM_RUN_H
#define IPFWADM_RUN_H

#include <stdbool.h>

#include "core/names.h"
#include "core/text.h"
#include "ipfwadm/options.h"

struct compat;

/* What the tool is to print, and its exit status. */
struct ipfwadm_result {
	int status;
	bool changed; /* something is to be kept */
	struct text out, err;
};

/* The file below /proc that -l of a category reads. */
const char *ipfwadm_file(enum ipfwadm_category category);

/*
 * Runs @cmd, which is no IPFWADM_HELP, on an opened and entered @c. @prog: the
 * name the tool was called by.
 */
void ipfwadm_run(struct compat *c, const struct ipfwadm_cmd *cmd,
		 const char *prog, const struct resolver *names,
		 struct ipfwadm_result *result);

#endif
