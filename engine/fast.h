/*
 * The engine's side of the fast path: what the filter in the kernel is taught
 * (core/fast_map.h), when it must forget, and how what it did comes into the
 * state. Nothing is worked out twice: a packet that the engine carries leaves
 * its trace, and the next one like it goes the same way as long as nothing
 * changed that its way depends on.
 *
 * Who enters the state while a fast path serves it, shuts the gate first, then
 * folds, then lets timers run. The gate's keeper alone opens it, when it
 * leaves; its own stays need no shut gate, because what it changes forgets the
 * entries concerned (fast_forget) or everything (fast_open). All need the lock.
 */
#ifndef ENGINE_FAST_H
#define ENGINE_FAST_H

#include <stdbool.h>
#include <stdint.h>

#include "core/fast_map.h"
#include "core/ticks.h"
#include "engine/table.h"

struct fw;
struct pkt_info;

/* What a packet met on its way; it hangs off struct fw. */
struct fast_trace {
	uint32_t n;
	uint32_t counter[FAST_TRAIL_MAX]; /* as struct fast_trail's */
	bool odd;                         /* it was logged, or met too many */
	uint8_t tos_and, tos_xor;
	bool made;      /* it began that entry: */
	uint32_t entry; /* that it went through, or FW_NIL */
};

/* A packet that arrived, and left whole, by one interface. */
struct fast_seen {
	const struct pkt_info *came, *left;
	uint8_t tcp_flags;
	uint32_t in_if; /* the kernel's number of where it came in */
	uint32_t mtu;   /* of where it left */
	uint32_t mark;  /* with which it left */
	uint8_t hop;    /* by which it left, of struct fast_hop */
	uint64_t now;   /* when it came */
};

static inline void fast_trace_start(struct fast_trace *t)
{
	t->n = 0;
	t->odd = false;
	t->tos_and = 0xFF;
	t->tos_xor = 0;
	t->made = false;
	t->entry = FW_NIL;
}

/* The counter at @at in the state was moved; @narrow: a pair of 32 bits. */
void fast_trace_count(struct fw *fw, const void *at, bool narrow);
/* A rule matched that logs, or changes the TOS. */
void fast_trace_rule(struct fw *fw, bool logs, uint8_t tos_and,
		     uint8_t tos_xor);

/* Makes FAST_LINES lines a map that knows nothing, its gate shut. */
void fast_init(struct fast_ctl *map);

/* From now on no packet is carried, until fast_open(). Whether any was. */
bool fast_shut(struct fast_ctl *map);

/* All is void if what ways depend on has changed. For the gate's keeper. */
void fast_renew(struct fw *fw);

/* The gate's keeper leaves: what it taught counts until @lease, unless it is
 * renewed. All is void if what ways depend on has changed. */
void fast_open(struct fw *fw, uint64_t lease);

/* Teaches the packet's way, if any packet like it goes the same. */
void fast_learn(struct fw *fw, const struct fast_seen *seen);

/* All packets of the entry are the engine's again. */
void fast_forget(struct fw *fw, uint32_t entry);
/* The same for those that the entry, about to be hashed, will stand before. */
void fast_shadow(struct fw *fw, uint32_t entry);
/* The same for all entries. */
void fast_void(struct fw *fw);

/* Counters and timers take in what was carried: all, or one entry's; whether
 * that one's timer runs on. */
void fast_fold(struct fw *fw);
bool fast_fold_entry(struct fw *fw, uint32_t entry, ticks_t at);
/* What a way carried becomes the entry's. */
void fast_fold_way(struct fw *fw, struct fast_way *way, uint32_t entry);

/* What ways of one trail carried, that is not in its counters yet. */
struct fast_tally {
	uint64_t packets, bytes;
	uint32_t trail;
};

/* As fast_fold_way(), for the birth @b that is an entry now; it notes what that
 * got. Counters may wait until the end. */
void fast_tally_way(struct fw *fw, struct fast_tally *tally,
		    struct fast_birth *b, struct fast_way *way);
void fast_tally_end(struct fw *fw, struct fast_tally *tally);

#endif
