/*
 * What the kernels' masquerading did differently: numbers and switches, a row
 * an era. Sources: Linux 1.3.56, 2.0.40 and 2.2.26, net/ipv4/ip_masq.c (1.3:
 * ip_fw.c).
 */
#ifndef ENGINE_MASQ_ERA_H
#define ENGINE_MASQ_ERA_H

#include <stdbool.h>
#include <stdint.h>

#include "core/era.h"
#include "core/masq_row.h"
#include "engine/masq_tcp.h"
#include "engine/state.h"

struct masq_era {
	uint16_t port_begin;
	uint16_t port_end; /* quirk: never given out, yet in range tests */
	int32_t free_ports;
	const ticks_t *timeouts; /* of each state, MASQ_STATES */
	/* The states whose timeouts can be set: TCP, TCP after FIN, UDP. */
	uint16_t settable[3];
	/* An announced connection has so many times the one after FIN; 0: its
	 * own. */
	uint8_t listen_fins;
	/* The outside port of an entry that does not know it yet. */
	uint16_t unknown_dport;
	enum masq_state kept; /* whose timeout a controller that stays gets */
	enum masq_state (*tcp_next)(enum masq_state state, enum masq_way way,
				    uint8_t flags);
	uint16_t flags;     /* of every entry */
	const char *prefix; /* of log lines */
	bool shares_ports;  /* entries with different far ends may */
	bool one_list;      /* entries lie in one list, not in 256 rows */
	bool icmp;          /* masquerades ICMP */
	bool drops_others;  /* other protocols that a rule masquerades */
	bool checks_shape;  /* packets that are too short, or say so */
	bool checks_out;  /* a wrong checksum is not repaired on the way out */
	bool tells_wrong; /* of wrong ones on the way in */
	bool settles_udp; /* a UDP entry learns its far end from the reply */
	bool in_rearms;   /* packets from outside start the timer anew */
	bool type_first;  /* ICMP: the outside port is type, code */
	/* Acknowledgements are compared with sequence numbers as they were
	 * before a helper shifted them. */
	bool acks_plain;
	/* Bits of ip_dynaddr: on; told in the log; also for entries that had a
	 * reply. */
	int32_t dynaddr_on, dynaddr_told, dynaddr_replied;
};

extern const struct masq_era masq_eras[ERA_COUNT];

/* That of the state's era. */
static inline const struct masq_era *masq_era(const struct fw *fw)
{
	uint32_t era = fw->st->g.era;

	return &masq_eras[era < ERA_COUNT ? era : ERA_2_2];
}

#endif
