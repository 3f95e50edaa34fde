/* The last step of a packet: to the environment, in pieces where the link wants
 * them. */
#ifndef ENGINE_TRANSMIT_H
#define ENGINE_TRANSMIT_H

#include <stdint.h>

#include "engine/env.h"

struct fw;
struct pkt;
struct pkt_info;

/*
 * Sends a finished packet out of the interface; one that is longer than its MTU
 * goes in pieces, whatever DF says (Linux 2.2, net/ipv4/ip_output.c).
 */
void transmit(struct fw *fw, uint32_t ifindex, const struct pkt *p,
	      const struct pkt_info *info);

/* A result, as it is, to the environment. */
void report(struct fw *fw, const struct fw_out *out);

#endif
