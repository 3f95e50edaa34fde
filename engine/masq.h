/*
 * Masquerade entries: making, finding, releasing, expiry. Linux 2.2,
 * net/ipv4/ip_masq.c.
 *
 * Life of an entry: masq_new() makes it and hands out a hold; masq_in_get() and
 * masq_out_get() find one, disarm its timer and hand out a hold; masq_put()
 * gives a hold back and arms the timer with .timeout when it was the last. A
 * timer that fires frees the entry, unless it controls others.
 */
#ifndef ENGINE_MASQ_H
#define ENGINE_MASQ_H

#include <stdbool.h>
#include <stdint.h>

#include "core/masq_row.h"
#include "engine/table.h"

struct fw;
struct pkt;
struct pkt_info;

enum {
	MASQ_ROWS = 256, /* rows of the old tables, observable in listings */
	MASQ_PORT_BEGIN = 61000, /* of 2.2; see masq_era.h */
	/* Quirk: never given out, yet inside every range test. */
	MASQ_PORT_END = 65096,
	MASQ_FREE_PORTS = 40960, /* for each protocol: 10 * 4096 */
	/* Quirk: 2.0's autofw let any host answer from this outside port. */
	MASQ_AUTOFW_PORT = 1558,
	/* With room for entries whose port was asked for. */
	MASQ_MAX = 3 * MASQ_FREE_PORTS + 8192,
	MASQ_IDLE_REFS = 3,
};

enum masq_timer {
	TIMER_OFF,
	TIMER_ON,
	TIMER_REARMED /* armed by a timer that fired */
};

/* In the state. The first 64 bytes are what a packet touches. */
struct masq_entry {
	uint32_t next_m; /* in the look-up bucket, + 1; or of the free slots */
	uint32_t next_s;
	uint32_t saddr, daddr, maddr; /* host order */
	uint16_t sport, dport, mport;
	uint8_t proto;    /* IPPROTO_* */
	uint8_t state;    /* enum masq_state */
	uint16_t flags;   /* enum masq_flag */
	uint16_t helper;  /* number of its helper's registration + 1; 0: none */
	ticks_t timeout;  /* what the timer gets when it is next armed */
	ticks_t expires;  /* moment; shown whether or not the timer is armed */
	ticks_t armed_at; /* and when it was armed, and as the how manyth: */
	uint32_t armed_seq; /* together they tell who fires first at one tick */
	int16_t refs;
	uint8_t timer_on; /* enum masq_timer */
	uint8_t odd;      /* a key field was changed in place: masq_find.c */
	ticks_t wheel_at; /* moment of its wheel slot; not after its expiry */
	uint32_t hashed;  /* as the how manyth it was hashed */
	uint16_t wheel;   /* timer slot + 1; 0: in none */
	uint8_t m_row, s_row; /* chosen when it was hashed */
	/* second half */
	struct masq_seq out_seq, in_seq;
	uint32_t row_next, row_prev;     /* + 1, in the m-table, newest first */
	uint32_t wheel_next, wheel_prev; /* + 1 */
	uint32_t control;     /* entry that controls this one, or FW_NIL */
	int32_t n_control;    /* how many this one controls */
	uint32_t helper_data; /* the helper's own, 0 at first */
	uint32_t pad;
	/* What went through it, both ways. */
	_Alignas(8) uint64_t packets;
	uint64_t bytes;
};
_Static_assert(sizeof(struct masq_entry) == 128, "state file format changed");

/* What a new entry is to be. */
struct masq_want {
	uint8_t proto;
	uint16_t flags; /* e.g. MASQ_NO_DPORT */
	uint16_t mport; /* 0: one is allocated; else this one (MASQ_MPORT) */
	uint32_t maddr, saddr, daddr;
	uint16_t sport, dport;
};

void masq_init(struct fw *fw);

/* Makes an entry and holds it. FW_NIL: no free port, port in use, table full
 * (logged as then). */
uint32_t masq_new(struct fw *fw, const struct masq_want *want);

/* The same with the port that is the next in order and that nobody uses, for
 * sure: there is nothing to look up. */
uint32_t masq_new_at(struct fw *fw, const struct masq_want *want,
		     uint16_t mport);
/* Memory that masq_new_at() will touch is on its way into the caches. */
void masq_send_for(const struct fw *fw, const struct masq_want *want,
		   uint16_t mport);
/* The same for what looking up a packet between these ends will touch, in
 * either direction. */
void masq_expect(const struct fw *fw, uint8_t proto, uint32_t src,
		 uint16_t sport, uint32_t dst, uint16_t dport);

/* Find, hold and disarm; FW_NIL: none. @d: outside, @m: ours, @s: inside. */
uint32_t masq_in_get(struct fw *fw, uint8_t proto, uint32_t d, uint16_t dport,
		     uint32_t m, uint16_t mport);
uint32_t masq_out_get(struct fw *fw, uint8_t proto, uint32_t s, uint16_t sport,
		      uint32_t d, uint16_t dport);

/* The same, but the entry is not touched. */
uint32_t masq_in_find(const struct fw *fw, uint8_t proto, uint32_t d,
		      uint16_t dport, uint32_t m, uint16_t mport);
uint32_t masq_out_find(const struct fw *fw, uint8_t proto, uint32_t s,
		       uint16_t sport, uint32_t d, uint16_t dport);

/* Whether any entry has the port, whatever its outside end. Only of eras that
 * hash without that. */
bool masq_port_taken(const struct fw *fw, uint8_t proto, uint32_t maddr,
		     uint16_t mport);

/* Gives a hold back; the last one arms the timer. */
void masq_put(struct fw *fw, uint32_t entry);

/* To take an entry out of the tables, and to put it in anew. */
void masq_unhash(struct fw *fw, uint32_t entry);
void masq_hash(struct fw *fw, uint32_t entry);

/* The state's timeout becomes the entry's. */
void masq_set_state(struct fw *fw, uint32_t entry, enum masq_state state);

/* A packet of @bytes went through it, either way. The old kernels did not count
 * that; it is for `fwcompat top`. */
void masq_count(struct fw *fw, uint32_t entry, uint32_t bytes);

/* @parent is not deleted while @child lives. */
void masq_set_control(struct fw *fw, uint32_t child, uint32_t parent);

/* Changes the outside port in place, without re-hashing: Quake's quirk. */
void masq_dport_in_place(struct fw *fw, uint32_t entry, uint16_t dport);

/* Runs all timers due up to and including @now, tick by tick. */
void masq_run_timers(struct fw *fw, ticks_t now);

/* Rows of the listing in its order: row 0 to 255, newest first. */
void masq_each(const struct fw *fw, ticks_t now,
	       void (*row)(void *ctx, const struct masq_row *), void *ctx);

/* A zero leaves that timeout as it is. In ticks. */
void masq_timeouts(struct fw *fw, const int32_t tcp_fin_udp[3]);

#endif
