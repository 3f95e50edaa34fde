/*
 * The running kernel's switches, of the network namespace that the caller is
 * in: what the old kernel's timeouts and switches became.
 */
#ifndef NETFILTER_SYSCTL_H
#define NETFILTER_SYSCTL_H

#include <stdbool.h>
#include <stdint.h>

#include "core/era.h"
#include "core/text.h"

/*
 * The timeouts that `-M -S' and `-M -s' set: TCP, TCP after FIN, UDP, in ticks;
 * a 0 leaves one as it is. All are set or none. -EINVAL: longer than the kernel
 * takes; -ENOENT: it tracks no connections.
 */
int nf_timeouts_set(enum fw_era era, const int32_t tcp_fin_udp[3]);
/* As the kernel has them: the longest of those that one value sets. */
int nf_timeouts_get(enum fw_era era, int32_t tcp_fin_udp[3]);

/* The sysctls that one of the three values, from 0, sets: for people. */
void nf_timeouts_each(enum fw_era era,
		      void (*name)(void *ctx, int value, const char *name),
		      void *ctx);

/* How many connections the namespace has; -1: not known. */
int32_t nf_connections(void);

/* Whether a switch of the old kernel, by its path below /proc, is one of the
 * running kernel too. */
bool nf_switch_is_real(const char *path);
int nf_switch_get(const char *path, struct text *out);
int nf_switch_set(const char *path, const char *text);

#endif
