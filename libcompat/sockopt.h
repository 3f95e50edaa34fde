/*
 * setsockopt() on a raw socket at level IPPROTO_IP, as the old kernels answered
 * it: a number and bytes in, the call of libcompat/compat.h that they mean, an
 * errno out.
 */
#ifndef LIBCOMPAT_SOCKOPT_H
#define LIBCOMPAT_SOCKOPT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/era.h"

struct compat;

enum { SOCKOPT_MAX = 512 }; /* no old call carries more bytes */

/*
 * Whether @number with @len bytes is a call that the old kernel of that era
 * knew. Today's iptables uses two of the same numbers for structs that are
 * larger than any of these, or of another size: not ours.
 */
bool sockopt_is_old(enum fw_era era, int number, uint32_t len);

/*
 * Carries it out on @c, which is entered; the caller commits. @bytes is what
 * came, and holds afterwards what the old kernel copied back (*@back bytes, 0:
 * nothing). Returns 0 or -errno: -EINVAL for a wrong size; -ENOPROTOOPT for a
 * number that era did not have; otherwise what the call itself returns.
 */
int sockopt_set(struct compat *c, int number, uint8_t *bytes, uint32_t len,
		uint32_t *back);

#endif
