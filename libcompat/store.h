/*
 * The state file: one mapped file that holds a struct fw_state and its journal.
 * No daemon: one process at a time is inside (flock); one that dies inside
 * costs nothing that was committed, because the next one takes back what it had
 * not.
 */
#ifndef LIBCOMPAT_STORE_H
#define LIBCOMPAT_STORE_H

#include <stdbool.h>

#include "core/era.h"
#include "core/live_counts.h"
#include "core/ticks.h"
#include "engine/state.h"

struct store;

/*
 * Opens the state file @path (NULL: that of store_path()),
 * making it and its directory if missing. Returns 0 and *@s; or -errno with a
 * sentence in @why (borrowed text buffer of @why_len bytes): -EPERM a directory
 * of somebody else, -ENOEXEC not a state file, -EPROTO a damaged one or of
 * another version, -ENOSPC no room.
 */
int store_open(struct store **s, const char *path, char *why, size_t why_len);
void store_close(struct store *s);

/*
 * Empties a state file that store_open() refuses as damaged or of another
 * version; one that it accepts is left alone. -ENOEXEC: it is no state file.
 */
int store_discard(const char *path, char *why, size_t why_len);

/* Why the last call failed, a sentence; or "". */
const char *store_why(const struct store *s);

/* The path that a NULL stands for, in @buf. 0, -ENAMETOOLONG, or as
 * settings_read(). */
int store_path(char *buf, size_t n);

/*
 * Waits for the lock, takes back what a killed process left half done, makes
 * the state anew if it is of another boot (or fresh), attaches @fw to it with
 * @env (whose grow is the store's own; NULL: no packets, log lines go nowhere),
 * and does what is due; that is final. @fw is zeroed before the first time and
 * keeps its caches from one stay to the next; the caller ends it by fw_fini().
 */
int store_enter(struct store *s, struct fw *fw, const struct fw_env *env);
/* Makes the changes final and goes on inside: one transaction a batch. */
int store_commit(struct store *s, struct fw *fw);
/* Leaves; what was not committed is taken back. */
void store_leave(struct store *s, struct fw *fw);

/* The state's present moment: the machine's clock, or the virtual one. */
ticks_t store_now(const struct store *s);
bool store_is_virtual(const struct store *s);
/*
 * From now on the state's clock is virtual and stands at @now; inside only.
 * What is due by then is the caller's to do (fw_run). -EINVAL: @now lies before
 * the last virtual moment, or before timers that already run by the machine's
 * clock.
 */
int store_set_virtual(struct store *s, ticks_t now);
/* Moves the virtual clock on, however far, and does what is due on the way. 0,
 * or as store_set_virtual(). */
int store_advance(struct store *s, uint64_t ticks);

/*
 * A freshly booted host of that era, by the machine's clock; inside only.
 * ERA_COUNT: what a fresh state is, 2.2 until a tool settles it.
 */
int store_reset(struct store *s, struct fw *fw, enum fw_era era);

/*
 * The handle's owner carries live packets with this state, until it closes the
 * handle or dies; one at a time. It tells so at once, since what stands there
 * is another's; inside only. 0 or -EBUSY.
 */
int store_live_begin(struct store *s, const struct live_counts *counts);
/* What it tells of itself later; inside only. */
void store_live_tell(struct store *s, const struct live_counts *counts);
/* Whether somebody else does, and what that told last; inside only. */
bool store_live_ask(const struct store *s, struct live_counts *counts);

/*
 * The handle's owner keeps the gate of the fast path with that map (engine/
 * fast.h), which serves the state from now on; NULL: no more. Others who enter
 * shut the gate, and what was carried is told to the state first. Inside only.
 */
void store_set_fast(struct store *s, struct fw *fw, struct fast_ctl *map,
		    uint32_t id);

#endif
