/* Names of hosts, networks, services and protocols by the C library. */
#ifndef LIBCOMPAT_RESOLVER_H
#define LIBCOMPAT_RESOLVER_H

#include "core/names.h"

/*
 * What the machine knows. With FWCOMPAT_RESOLVE in the environment, of hosts
 * only what its files know ("files": nothing goes over the network), or only
 * that localhost is 127.0.0.1 ("localhost").
 */
extern const struct resolver libc_resolver;

#endif
