/* Masquerading of ICMP: echo and friends by identifier, errors by what they
 * quote. */
#ifndef ENGINE_MASQ_ICMP_H
#define ENGINE_MASQ_ICMP_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/masq_pkt.h"

/* Whether errors of this type are translated: 3, 4, 11. */
bool masq_icmp_is_error(uint8_t type);

/* A request or an error from inside. @maddr: our address towards there. */
enum masq_result masq_icmp_out(struct fw *fw, uint32_t maddr, struct pkt *p,
			       struct pkt_info *info);

/* An error from inside, whatever the forward chain would say. */
enum masq_result masq_icmp_out_error(struct fw *fw, struct pkt *p,
				     struct pkt_info *info);

/* A reply or an error for one of our addresses. */
enum masq_result masq_icmp_in(struct fw *fw, struct pkt *p,
			      struct pkt_info *info);

/*
 * An error of the host's own quotes a demasqueraded packet: @quote gets the
 * addresses back with which the packet came.
 */
void masq_icmp_restore(const struct fw *fw, uint8_t *quote, uint32_t len);

#endif
