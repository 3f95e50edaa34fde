/*
 * Masquerading of packets: outward (masquerade) and inward (demasquerade).
 * Linux 2.2, net/ipv4/ip_masq.c.
 */
#ifndef ENGINE_MASQ_PKT_H
#define ENGINE_MASQ_PKT_H

#include <stdbool.h>
#include <stdint.h>

struct fw;
struct pkt;
struct pkt_info;

enum masq_result {
	MASQ_DROP,
	MASQ_PASS, /* not for masquerading: it goes on as it is */
	MASQ_DONE, /* translated */
};

/* The rule said MASQ. @maddr: our address on the packet's way. */
enum masq_result masq_out(struct fw *fw, uint32_t maddr, struct pkt *p,
			  struct pkt_info *info);

/* The packet is for the host. MASQ_DONE: it has an inside destination now. */
enum masq_result masq_in(struct fw *fw, struct pkt *p, struct pkt_info *info);

/*
 * A packet of an entry without reply leaves by an address that is not the
 * entry's: with ip_dynaddr the entry takes the new one. @user: whose words are
 * logged.
 */
enum masq_user { MASQ_USER_PORTS, MASQ_USER_ICMP };
void masq_follow_address(struct fw *fw, uint32_t entry, uint32_t maddr,
			 enum masq_user user);

/* Whether a port lies in the era's masquerade ports, their end included. */
bool masq_port_in_range(const struct fw *fw, uint16_t port);

#endif
