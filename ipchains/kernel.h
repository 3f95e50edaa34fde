/* The way to the kernel for ipchains and its kin: open, enter, read its files,
 * leave, with words for what goes wrong. */
#ifndef IPCHAINS_KERNEL_H
#define IPCHAINS_KERNEL_H

#include "ipchains/listing.h"
#include "ipchains/options.h"
#include "libcompat/compat.h"

/* Opens and enters. NULL: it could not, see @end. */
struct compat *kernel_enter(struct ipchains_end *end);
/* Makes it a 2.2 kernel, where it is none yet. */
bool kernel_claim(struct compat *c, struct ipchains_end *end);
bool kernel_commit(struct compat *c, struct ipchains_end *end);

/* Ends with status 1 and a text behind "ipchains: ", whatever the tool's name
 * is. */
void kernel_refused(struct ipchains_end *end, const char *why);

/* 0, -EBADMSG (a file that cannot be understood) or another -errno. */
int kernel_read_chains(struct compat *c, struct listing *l);
int kernel_read_rules(struct compat *c, bool zero, struct listing *l);

/* ipchains_env's warn_forwarding: forwarding is off and somebody watches. */
bool kernel_forwarding_off(void *ctx);

#endif
