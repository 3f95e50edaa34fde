/* The lock that all who change the kernel's legacy tables take. */
#ifndef NETFILTER_LOCK_H
#define NETFILTER_LOCK_H

#include <stddef.h>

/*
 * Waits for /run/xtables.lock, or what $XTABLES_LOCKFILE names instead, as
 * iptables-legacy does. Returns a descriptor, whose end is the lock's; or
 * -errno with a sentence in @why. Who holds the lock of a state takes this one
 * after it, never before.
 */
int nf_lock(char *why, size_t n);

#endif
