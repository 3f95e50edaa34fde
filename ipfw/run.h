/* Does what an ipfw command says. */
#ifndef IPFW_RUN_H
#define IPFW_RUN_H

#include <stdbool.h>

#include "ipfw/options.h"

struct compat;

/* The file below /proc that a chain is listed from. */
const char *ipfw_file(enum ipfw_chain chain);

/*
 * Runs @cmd on an opened and entered @c; what is printed is added to @output.
 * Returns the exit status; *@changed: something is to be kept.
 */
int ipfw_run(struct compat *c, const struct ipfw_cmd *cmd,
	     const struct resolver *names, struct ipfw_output *output,
	     bool *changed);

#endif
