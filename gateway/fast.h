/*
 * The fast path: a packet filter in the kernel (fast.bpf.c) that carries
 * packets of masquerade entries by itself, as it was taught (engine/fast.h). It
 * sits at the ingress of the router's interfaces; what it does not carry goes
 * on to the engine.
 *
 * The filter stays where it is if its keeper dies, and carries nothing more as
 * soon as the lease has run out.
 */
#ifndef GATEWAY_FAST_H
#define GATEWAY_FAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fast;
struct fast_ctl;

/*
 * Loads the filter, which sits nowhere yet and knows nothing. Returns 0; or
 * -errno with a sentence in @why: -EOPNOTSUPP: this program was built without
 * it.
 */
int fast_start(struct fast **f, char *why, size_t n);
/* Takes the filter away from where it sits, and frees it. */
void fast_stop(struct fast *f);

/*
 * Puts it at the host's @port-th interface, the kernel's number @ifindex;
 * @ether: it has link addresses. What sat there before makes room. 0 or -errno.
 */
int fast_sit(struct fast *f, uint32_t port, uint32_t ifindex, bool ether);
/* Takes it away from there. */
void fast_rise(struct fast *f, uint32_t port);

/* An interface at which it sits. */
struct fast_seat {
	uint32_t ifindex; /* 0: it does not */
	bool ether;
};

/* That of the host's @port-th interface. */
struct fast_seat fast_seat(const struct fast *f, uint32_t port);

/* What the engine teaches, for fw->fast; and the number by which other
 * processes find it. */
struct fast_ctl *fast_map(const struct fast *f);
uint32_t fast_map_id(const struct fast *f);

/* The filter itself, as bpf(2) numbers it in this process. */
int fast_program(const struct fast *f, bool ether);

#endif
