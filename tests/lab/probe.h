/*
 * Probes: packets described in words, one a line, that are sent into a router,
 * and what became of each, in words again. The router may be one of the
 * laboratory (probe_wire.c) or the engine (probe_engine.c); both say the same
 * where they do the same.
 *
 *	PLACE PROTOCOL SOURCE[:PORT] > DESTINATION[:PORT] [WORD...]
 *	answer N [WORD...]
 *	error N TYPE/CODE [WORD...]
 *
 * PLACE: c1, c2, s1, s2, or r, the router itself. PROTOCOL: tcp, udp, icmp or
 * a number. An answer comes from where probe N (lines count from 1) arrived,
 * and goes to where it said it was from; an error is an ICMP error about it.
 *
 *	S SA A F R P ...	flags of TCP; "none" where there are none
 *	TYPE/CODE		of ICMP
 *	tos N  ttl N		0, 64 where nothing is said
 *	frag N[+]		a piece of a packet from its 8*N-th byte on, +
 *				if not the last one
 *	pieces N		a whole packet, in so many pieces
 */
#ifndef TESTS_LAB_PROBE_H
#define TESTS_LAB_PROBE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum place { PLACE_C1, PLACE_C2, PLACE_S1, PLACE_S2, PLACE_R, PLACES };

enum probe_kind { PROBE_PACKET, PROBE_ANSWER, PROBE_ERROR };

enum { PROBE_SEEN = 128, PROBE_ROOM = 2048, PROBES = 4096 };

struct probe {
	char words[120];
	enum probe_kind kind;
	enum place from; /* PROBE_PACKET */
	uint32_t about;  /* PROBE_ANSWER, PROBE_ERROR: index of the other one */
	uint32_t src, dst; /* host order */
	uint16_t sport, dport;
	uint8_t proto, flags, tos, ttl, type, code;
	uint16_t frag; /* as in the IP header */
	uint16_t pieces;

	uint8_t sent_proto, sent_type; /* as it was made; type: of ICMP */
	uint16_t sent_seq;             /* of ICMP */

	/* What became of it. */
	uint32_t arrivals;
	enum place at;
	uint8_t seen[PROBE_SEEN]; /* how it began when it arrived first */
	uint32_t seen_len;
	bool refused; /* by an ICMP error of the router */
	uint8_t why_type, why_code;
};

struct probes {
	struct probe list[PROBES];
	uint32_t n;
};

/* The name of a place, and the router's interface to it; "" for r. */
extern const char *const place_name[PLACES];
extern const char *const place_ifname[PLACES];

/* Whether the address is one of the router's. */
bool place_is_router(uint32_t addr);

/*
 * Reads lines until the end. Returns 0, or the number of the first line that
 * is no probe (probes->n of them were read).
 */
uint32_t probes_read(struct probes *probes, FILE *from);

/*
 * The bytes of one piece (0 .. probe_pieces() - 1) of a probe, in a buffer of
 * PROBE_ROOM. Its IP identification tells the probe, and so does the sequence
 * number of an ICMP query. Returns the length; 0 where it is about one that did
 * not arrive.
 */
uint32_t probe_make(struct probes *probes, uint32_t index, uint32_t piece,
		    uint8_t *buf);
uint32_t probe_pieces(const struct probe *p);

/* Where it starts from. */
enum place probe_from(const struct probes *probes, uint32_t index);

/* A packet came to a place: notes it with the probe it belongs to, if any. */
void probes_see(struct probes *probes, enum place at, const uint8_t *data,
		uint32_t len);

/* A line for each: its words, and what became of it. */
void probes_print(const struct probes *probes, FILE *to);

#endif
