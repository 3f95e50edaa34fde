/* Names of hosts, networks, services and protocols by the C library. */
#ifndef LIBCOMPAT_RESOLVER_H
#define LIBCOMPAT_RESOLVER_H

#include "core/names.h"

/*
 * What the machine knows. With FWCOMPAT_RESOLVE=files in the environment hosts
 * are looked up in its files alone, never over the network.
 */
extern const struct resolver libc_resolver;

#endif
