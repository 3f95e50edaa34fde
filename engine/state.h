/*
 * Everything the kernel kept, as one plain struct without pointers: it lies in
 * a mapped file (libcompat/store.c) or in plain memory (tests, bench, fuzzers),
 * the same bytes for 32- and 64-bit programs.
 *
 * Reading goes through fw->st, which is const. Changing goes through fw_edit(),
 * which first saves the old bytes in the journal: so whoever forgets it does
 * not compile.
 */
#ifndef ENGINE_STATE_H
#define ENGINE_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/era.h"
#include "core/ticks.h"
#include "engine/chains.h"
#include "engine/env.h"
#include "engine/helper.h"
#include "engine/host.h"
#include "engine/journal.h"
#include "engine/lists.h"
#include "engine/masq.h"
#include "engine/masq_fwd.h"
#include "engine/masq_table.h"
#include "engine/modules.h"
#include "engine/rate.h"
#include "engine/table.h"

enum { FW_STATE_VERSION = 1 };

/* In the state: the moment up to which everything was done, and what kernel
 * this is. */
struct fw_globals {
	uint32_t version;     /* FW_STATE_VERSION */
	uint32_t era;         /* enum fw_era */
	uint32_t era_claimed; /* a tool made a change: the era is settled */
	ticks_t now;
	uint32_t clock_virtual; /* the clock stands at .clock_now, as told */
	ticks_t clock_now;
	uint32_t epoch; /* changes whenever the host is booted anew */
	uint32_t pad;
	_Alignas(8) uint64_t seal; /* libcompat/store_seal.h; no other's */
	/* Of those that the fast path's filter made (core/fast_map.h, .head),
	 * so many are entries. */
	uint32_t births;
	uint32_t pad2[5];
};
_Static_assert(sizeof(struct fw_globals) == 64, "state file format changed");

struct fw_state {
	_Alignas(64) struct fw_globals g;
	_Alignas(64) struct fw_table table[FW_TABLES];
	_Alignas(64) struct host host;
	_Alignas(64) struct fw_chains chains;
	_Alignas(64) struct fw20_lists lists;
	_Alignas(64) struct helpers helpers;
	_Alignas(64) struct modules modules;
	_Alignas(64) struct rate_limits rate;
	_Alignas(64) struct masq_table masq;
	_Alignas(64) struct fwd_mods fwd;
	/* From here on tables that grow, sparse in the file. */
	_Alignas(4096) struct fw_chain chain[FW_CHAINS_MAX];
	_Alignas(4096) struct fw_slot rule[FW_RULES_MAX];
	_Alignas(4096) struct fw20_slot rule20[FW_RULES20_MAX];
	_Alignas(4096) struct fwd_slot forward[FWD_SLOTS_MAX];
	_Alignas(4096) struct masq_entry entry[MASQ_MAX];
};

struct match22;
struct match20;
struct frags;
struct routes;
struct fast_ctl;
struct fast_trace;

/* A process's handle on a state. The pointers behind @st are this process's own
 * caches. */
struct fw {
	const struct fw_state *st;
	struct fw_state *rw;     /* fw_edit() alone uses it */
	struct journal *journal; /* NULL: changes are final at once */
	const struct fw_env *env;
	uint32_t epoch;          /* of the state when the caches below began */
	struct match22 *match22; /* these four: NULL until one is needed */
	struct match20 *match20;
	struct frags *frags; /* fragments that wait for their siblings */
	struct routes *routes;
	struct fast_ctl *fast; /* the fast path's map, or NULL; borrowed */
	/* See engine/fast_birth.c. */
	bool fast_keeps, fast_held, fast_making, fast_absorbing;
	struct fast_trace *trace; /* of the packet in hand, or NULL; borrowed */
};

/* Announces that the @n bytes at @p, inside the state, are about to change;
 * returns them. */
static inline void *fw_edit(struct fw *fw, const void *p, uint32_t n)
{
	uint64_t off = (uint64_t)((const uint8_t *)p - (const uint8_t *)fw->st);

	if (fw->journal) {
		uint32_t last =
			(uint32_t)((off + n - 1) >> JOURNAL_BLOCK_SHIFT);

		for (uint32_t b = (uint32_t)(off >> JOURNAL_BLOCK_SHIFT);
		     b <= last; b++)
			if (!(fw->journal->dirty[b >> 6] >> (b & 63) & 1))
				journal_save(fw->journal, fw->st, b);
	}
	return (uint8_t *)fw->rw + off;
}

/* Whether @slot may be used as an index into @table; every index read from the
 * state is asked. */
static inline bool fw_slot_ok(const struct fw *fw, enum fw_table_id table,
			      uint32_t slot)
{
	return slot < fw->st->table[table].used;
}

/* A masquerade entry to read; to change fields that are in no key. */
static inline const struct masq_entry *masq_at(const struct fw *fw,
					       uint32_t entry)
{
	return &fw->st->entry[entry];
}

static inline struct masq_entry *masq_edit(struct fw *fw, uint32_t entry)
{
	return fw_edit(fw, &fw->st->entry[entry], sizeof(struct masq_entry));
}

/* As masq_edit(), but only for what lies before .out_seq. */
static inline struct masq_entry *masq_edit_hot(struct fw *fw, uint32_t entry)
{
	return fw_edit(fw, &fw->st->entry[entry],
		       offsetof(struct masq_entry, out_seq));
}

/* Whether the interface is there and up. */
static inline bool host_if_up(const struct fw *fw, uint32_t ifindex)
{
	return ifindex < HOST_IFS && fw->st->host.ifs[ifindex].name.s[0] &&
	       fw->st->host.ifs[ifindex].flags & HOST_IF_UP;
}

/* Name and address of an interface that is there. */
static inline const struct fw_ifname *host_if_name(const struct fw *fw,
						   uint32_t ifindex)
{
	return &fw->st->host.ifs[ifindex % HOST_IFS].name;
}

static inline uint32_t host_if_addr(const struct fw *fw, uint32_t ifindex)
{
	return fw->st->host.ifs[ifindex % HOST_IFS].addr;
}

/* Bytes of an IP packet that the interface takes, 68..HOST_MTU (RFC 791). */
static inline uint32_t host_if_mtu(const struct fw *fw, uint32_t ifindex)
{
	uint32_t mtu = fw->st->host.ifs[ifindex % HOST_IFS].mtu;

	return mtu < 68 || mtu > HOST_MTU ? HOST_MTU : mtu;
}

/* Bytes of the state that are there from the start; tables behind it grow by
 * env->grow. */
enum { FW_STATE_FIXED = offsetof(struct fw_state, chain) };

/*
 * A handle on @state, whose memory the caller keeps until fw_fini().
 * fw_attach() takes the state as it is (-EINVAL: not one of this version);
 * fw_boot() makes it a freshly booted host of that era. @journal may be NULL.
 * fw_fini() frees what the handle owns, not the state.
 */
int fw_attach(struct fw *fw, struct fw_state *state, struct journal *journal,
	      const struct fw_env *env);
int fw_boot(struct fw *fw, struct fw_state *state, struct journal *journal,
	    const struct fw_env *env, enum fw_era era);
void fw_fini(struct fw *fw);

/*
 * Nothing was due up to @now: the moment from which the host's timers run.
 * -EINVAL: timers are running already, and @now lies before fw->st->g.now.
 */
int fw_start_clock(struct fw *fw, ticks_t now);

/* Makes the host one of @era that keeps its interfaces, switches and modules.
 * -EBUSY: it has rules, chains or entries, which that era has not. */
int fw_change_era(struct fw *fw, enum fw_era era);

/* A line of the kernel's log, formatted, to the environment. */
void fw_log(struct fw *fw, int level, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
