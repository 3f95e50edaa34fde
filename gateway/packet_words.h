/*
 * An IPv4 packet in words, as people write and read it:
 *
 *	tcp 192.168.1.3:1025 209.1.106.178:8888 syn
 *	udp 10.0.0.1:53 10.0.0.2:1030 data hello
 *	icmp 10.0.0.1 10.0.0.2 type 8
 *	47 10.0.0.1 10.0.0.2 ttl 3
 *
 * Behind the ends: TCP's flags (fin syn rst psh ack urg; none of these: ack),
 * "noflags"; "type N", "code N"; "ttl N" (else 64), "tos N", "id N", "df",
 * "frag N" (its first byte in the whole packet, a multiple of 8), "more" (more
 * pieces follow), "data WORD", "length N" (bytes of data, zeros behind WORD).
 */
#ifndef GATEWAY_PACKET_WORDS_H
#define GATEWAY_PACKET_WORDS_H

#include <stdint.h>

#include "core/text.h"

struct pkt;

/*
 * Writes the packet that the @n words describe into p->data, of p->cap bytes,
 * with right checksums. 0; or -EINVAL and which word is wrong, and why, in
 * @why.
 */
int packet_from_words(struct pkt *p, char *const *word, int n,
		      struct text *why);

/* The packet in words; what is as always (ttl 64, no TOS) is left out. */
void packet_to_words(const struct pkt *p, struct text *out);

#endif
