/*
 * The state file: header page, journal, struct fw_state, in this order, all of
 * it mapped, most of it a hole.
 *
 * What may be written of it is allocated before (libcompat/store_room.h).
 */
#include "libcompat/store.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "engine/path.h"
#include "libcompat/clock.h"
#include "libcompat/store_fast.h"
#include "libcompat/store_file.h"
#include "libcompat/store_header.h"
#include "libcompat/store_lock.h"
#include "libcompat/store_room.h"
#include "libcompat/store_seal.h"

enum {
	PAGE = 4096,
	BLOCKS = sizeof(struct fw_state) / JOURNAL_BLOCK,
	INDEX_AT = PAGE,
	INDEX_BYTES = (BLOCKS * 4 + PAGE - 1) / PAGE * PAGE,
	OLD_AT = INDEX_AT + INDEX_BYTES,
	STATE_AT = OLD_AT + BLOCKS * JOURNAL_BLOCK,
	FILE_BYTES = STATE_AT + sizeof(struct fw_state),
	COUNTS_AT = 2048,
	DIRTY_BYTES = (BLOCKS / 64 + 1) * 8,
};
_Static_assert(sizeof(struct fw_state) % PAGE == 0, "not a whole page");
_Static_assert(FW_STATE_FIXED % PAGE == 0, "not a whole page");

struct store {
	int fd;
	uint8_t *map;
	struct store_header *header; /* these three lie in .map */
	struct fw_state *state;
	struct journal journal;
	char boot_id[CLOCK_BOOT_ID];
	bool inside, was_inside;
	struct fw *fw;             /* inside: the handle that is attached */
	struct fw_env env;         /* what it sees: ours */
	const struct fw_env *host; /* the caller's, behind ours; or NULL */
	struct store_fast fast;
	char why[256];
};

static int fail(struct store *s, int r, const char *text)
{
	snprintf(s->why, sizeof(s->why), "%s", text);
	return r;
}

const char *store_why(const struct store *s)
{
	return s->why;
}

/* The engine's env->grow. */
static int grow(void *ctx, uint64_t offset, uint64_t bytes)
{
	static const struct store_places places = {
		.index = INDEX_AT,
		.old = OLD_AT,
		.state = STATE_AT,
		.blocks = BLOCKS,
	};
	struct store *s = ctx;
	uint32_t from = (uint32_t)(offset / JOURNAL_BLOCK);
	uint32_t to = (uint32_t)((offset + bytes + JOURNAL_BLOCK - 1) /
				 JOURNAL_BLOCK);
	int r = store_room_grow(&s->header->room, s->fd, &places, from, to);

	if (r)
		fail(s, r, strerror(-r));
	return r;
}

static void relay_out(void *ctx, const struct fw_out *out)
{
	const struct fw_env *host = ((struct store *)ctx)->host;

	if (host && host->out)
		host->out(host->ctx, out);
}

static void relay_log(void *ctx, int level, const char *line)
{
	const struct fw_env *host = ((struct store *)ctx)->host;

	if (host && host->log)
		host->log(host->ctx, level, line);
}

/*
 * Empties the file and gives it its full length, a hole. What is looked at
 * first, the header, is allocated before that.
 */
static int set_length(struct store *s)
{
	struct rlimit limit;
	int r;

	if (getrlimit(RLIMIT_FSIZE, &limit) == 0 &&
	    limit.rlim_cur != RLIM_INFINITY && limit.rlim_cur < FILE_BYTES)
		return -EFBIG;
	if (ftruncate(s->fd, 0))
		return -errno;
	r = store_room_allocate(s->fd, 0, PAGE);
	if (r)
		return r;
	if (ftruncate(s->fd, FILE_BYTES))
		return -errno;
	s->header->ready = MAKING;
	return 0;
}

/*
 * Makes the file that of a freshly booted host. Killed in the middle it leaves
 * one that is_unmade().
 */
static int make(struct store *s)
{
	struct store_header *h = s->header;
	struct fw fw = { 0 };
	int r;

	r = set_length(s);
	if (r == 0)
		r = grow(s, 0, FW_STATE_FIXED);
	if (r == 0)
		r = fw_boot(&fw, s->state, NULL, &s->env, ERA_2_2);
	if (r == 0 && s->why[0])
		r = -ENOSPC; /* the built-in chains found no room */
	if (r)
		goto fail;
	s->state->g.epoch = clock_ticks();
	fw_start_clock(&fw, clock_ticks());
	fw_fini(&fw);
	s->state->g.seal = store_seal_all(s->state, &h->room);
	store_header_make(h, FILE_BYTES, s->boot_id);
	atomic_signal_fence(memory_order_seq_cst);
	*(volatile uint32_t *)&h->ready = READY;
	store_file_stamp(s->fd);
	return 0;
fail:
	fw_fini(&fw);
	if (ftruncate(s->fd, 0))
		return -errno;
	return fail(s, r, strerror(-r));
}

/* Takes back what a killed process had not committed. */
static int recover(struct store *s)
{
	const struct store_header *h = s->header;

	if (!h->saved)
		return 0;
	if (h->saved > store_room_blocks(&h->room))
		return -EINVAL;
	for (uint64_t i = 0; i < h->saved; i++)
		if (!store_room_has(&h->room, s->journal.index[i],
				    (uint64_t)s->journal.index[i] + 1))
			return -EINVAL;
	return journal_rollback(&s->journal, s->state, sizeof(*s->state),
				store_room_blocks(&h->room));
}

/* What others rely on without looking: cheap, whatever the state holds. */
static bool state_ok(const struct store *s)
{
	const struct fw_state *st = s->state;
	uint64_t offset, bytes;

	if (st->g.version != FW_STATE_VERSION || st->g.era >= ERA_COUNT ||
	    st->host.n_ifs > HOST_IFS || st->host.n_routes > HOST_ROUTES)
		return false;
	for (int t = 0; t < FW_TABLES; t++)
		if (!fw_table_span(st, t, &offset, &bytes) ||
		    !store_room_has(&s->header->room, offset / JOURNAL_BLOCK,
				    (offset + bytes) / JOURNAL_BLOCK))
			return false;
	return true;
}

/* Whether the state is what stores have made of it, to the last bit. */
static bool seal_ok(const struct store *s)
{
	return store_seal_all(s->state, &s->header->room) == s->state->g.seal;
}

/* Makes final what was changed. */
static void commit(struct store *s, struct fw *fw)
{
	uint64_t *seal = fw_edit(fw, &fw->st->g.seal, sizeof(*seal));

	*seal += store_seal_change(&s->journal, s->state);
	journal_commit(&s->journal);
	store_fast_settle(&s->fast);
}

/* Whether the @n bytes of the file at @at are all zero. */
static bool is_zero(const struct store *s, off_t at, size_t n)
{
	static const uint8_t zero[256];
	uint8_t bytes[256];

	return n <= sizeof(bytes) && pread(s->fd, bytes, n, at) == (ssize_t)n &&
	       memcmp(bytes, zero, n) == 0;
}

/* An empty file, or one whose maker was killed. */
static bool is_unmade(const struct store *s, size_t size)
{
	if (size == 0)
		return true;
	if (size == FILE_BYTES && s->header->ready == MAKING)
		return true;
	if (s->header->ready || !is_zero(s, 0, sizeof(struct store_header)))
		return false;
	return size == PAGE ||
	       (size == FILE_BYTES &&
		is_zero(s, STATE_AT, sizeof(struct fw_globals)));
}

/* Whether it is a state file, if a damaged one; nothing else has its length. */
static bool is_ours(const struct store *s, size_t size)
{
	return size == FILE_BYTES || store_header_named(s->header);
}

/* Brings the file, locked, into a state that can be worked with. */
static int prepare(struct store *s)
{
	static const char damaged[] =
		"the state file is damaged; `fwcompat reset' makes a new one";
	const struct store_header *h = s->header;
	bool stamped;
	size_t size;
	int r = store_file_look(s->fd, &size, &stamped);

	if (r)
		return fail(s, r, "the state file was removed meanwhile");
	if (is_unmade(s, size))
		return make(s);
	if (!is_ours(s, size))
		return fail(s, -ENOEXEC, "not a state file");
	if (h->ready != READY || !store_header_whole(h))
		return fail(s, -EPROTO, damaged);
	if (memcmp(h->boot_id, s->boot_id, sizeof(s->boot_id)))
		return make(s);
	if (!store_header_fits(h, FILE_BYTES))
		return fail(s, -EPROTO,
			    "the state file is of another version of fwcompat; "
			    "`fwcompat reset' makes a new one");
	if (size != FILE_BYTES || !store_room_ok(&h->room, BLOCKS) ||
	    recover(s) || !state_ok(s) || !(stamped || seal_ok(s)))
		return fail(s, -EPROTO, damaged);
	if (!stamped)
		store_file_stamp(s->fd);
	return 0;
}

static int lock(struct store *s)
{
	int r = store_lock(s->fd, s->was_inside);

	return r ? fail(s, r, strerror(-r)) : 0;
}

/* Maps file and dirty bits; neither costs anything until it is touched. */
static int map(struct store *s)
{
	int flags = MAP_SHARED | MAP_NORESERVE;

	s->map =
		mmap(NULL, FILE_BYTES, PROT_READ | PROT_WRITE, flags, s->fd, 0);
	if (s->map == MAP_FAILED)
		return -errno;
	/* On a disk, the first touch of a hole would read megabytes of it. */
	madvise(s->map, FILE_BYTES, MADV_RANDOM);
	s->journal.dirty =
		mmap(NULL, DIRTY_BYTES, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (s->journal.dirty == MAP_FAILED) {
		int r = -errno;

		munmap(s->map, FILE_BYTES);
		return r;
	}
	s->header = (void *)s->map;
	s->state = (void *)(s->map + STATE_AT);
	s->journal.saved = &s->header->saved;
	s->journal.index = (void *)(s->map + INDEX_AT);
	s->journal.old = (void *)(s->map + OLD_AT);
	return 0;
}

/* A handle on the file, which nobody has looked into yet. */
static int open_unseen(struct store **sp, const char *path, char *why, size_t n)
{
	struct store *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		return -ENOMEM;
	s->fd = store_file_open(path, why, n);
	if (s->fd < 0) {
		r = s->fd;
		free(s);
		return r;
	}
	r = map(s);
	if (r) {
		snprintf(why, n, "%s", strerror(-r));
		close(s->fd);
		free(s);
		return r;
	}
	s->env = (struct fw_env){
		.ctx = s, .out = relay_out, .log = relay_log, .grow = grow
	};
	clock_boot_id(s->boot_id);
	*sp = s;
	return 0;
}

/* What store_why() says, with the file's name. */
static void say_why(const struct store *s, const char *path, char *why,
		    size_t n)
{
	char chosen[PATH_MAX] = "";

	if (!path && store_path(chosen, sizeof(chosen)) == 0)
		path = chosen;
	snprintf(why, n, "%s: %s", path ? path : "state file", s->why);
}

int store_open(struct store **sp, const char *path, char *why, size_t why_len)
{
	struct store *s;
	int r = open_unseen(&s, path, why, why_len);

	if (r)
		return r;
	r = lock(s);
	if (r == 0)
		r = prepare(s);
	flock(s->fd, LOCK_UN);
	if (r == 0) {
		*sp = s;
		return 0;
	}
	say_why(s, path, why, why_len);
	store_close(s);
	return r;
}

int store_discard(const char *path, char *why, size_t why_len)
{
	struct store *s;
	int r = open_unseen(&s, path, why, why_len);

	if (r)
		return r;
	r = lock(s);
	if (r == 0)
		r = prepare(s);
	if (r == -EPROTO)
		r = ftruncate(s->fd, 0) ? fail(s, -errno, strerror(errno)) : 0;
	flock(s->fd, LOCK_UN);
	if (r)
		say_why(s, path, why, why_len);
	store_close(s);
	return r;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	if (s->inside)
		store_leave(s, s->fw);
	store_fast_end(&s->fast);
	munmap(s->journal.dirty, DIRTY_BYTES);
	munmap(s->map, FILE_BYTES);
	close(s->fd);
	free(s);
}

/* A handle keeps its caches from one stay to the next, on the same host. */
static int attach(struct store *s, struct fw *fw)
{
	if (fw->st == s->state && fw->epoch == s->state->g.epoch)
		return 0;
	fw_fini(fw);
	return fw_attach(fw, s->state, &s->journal, &s->env);
}

void store_set_fast(struct store *s, struct fw *fw, struct fast_ctl *map,
		    uint32_t id)
{
	if (s->inside)
		store_fast_keep(&s->fast, fw, &s->header->fast_map, map, id);
}

/*
 * Does what is due by @now. A host that nobody entered for months is led there
 * in steps, since moments more than 2^31 ticks apart cannot be compared.
 */
static void run_until(struct fw *fw, ticks_t now)
{
	ticks_t at = fw->st->g.now, step = (ticks_t)1 << 30;

	while (now - at > step) {
		at += step;
		fw_run(fw, at);
	}
	fw_run(fw, now);
}

int store_enter(struct store *s, struct fw *fw, const struct fw_env *env)
{
	int r;

	s->why[0] = '\0';
	r = lock(s);
	if (r)
		return r;
	r = prepare(s);
	if (r == 0)
		r = attach(s, fw);
	if (r) {
		flock(s->fd, LOCK_UN);
		return r;
	}
	s->inside = s->was_inside = true;
	s->fw = fw;
	s->host = env;
	store_fast_join(&s->fast, fw, &s->header->fast_map);
	while (store_fast_absorb(&s->fast, fw))
		commit(s, fw);
	store_fast_fold(&s->fast, fw);
	run_until(fw, store_now(s));
	commit(s, fw);
	return 0;
}

int store_commit(struct store *s, struct fw *fw)
{
	commit(s, fw);
	return 0;
}

void store_leave(struct store *s, struct fw *fw)
{
	if (!s->inside)
		return;
	store_fast_leave(&s->fast, !*s->journal.saved);
	if (*s->journal.saved) {
		journal_rollback(&s->journal, s->state, sizeof(*s->state),
				 BLOCKS);
		/* Caches were built from what is no more. */
		fw_fini(fw);
	}
	s->inside = false;
	s->fw = NULL;
	s->host = NULL;
	store_file_stamp(s->fd);
	flock(s->fd, LOCK_UN);
}

ticks_t store_now(const struct store *s)
{
	const struct fw_globals *g = &s->state->g;

	return g->clock_virtual ? g->clock_now : clock_ticks();
}

bool store_is_virtual(const struct store *s)
{
	return s->state->g.clock_virtual;
}

int store_set_virtual(struct store *s, ticks_t now)
{
	struct fw *fw = s->fw;
	struct fw_globals *g;
	int r = 0;

	if (!s->inside)
		return -EINVAL;
	if (!fw->st->g.clock_virtual)
		r = fw_start_clock(fw, now);
	else if (!ticks_due(fw->st->g.clock_now, now))
		r = -EINVAL;
	if (r)
		return r;
	g = fw_edit(fw, &fw->st->g, sizeof(*g));
	g->clock_virtual = 1;
	g->clock_now = now;
	return 0;
}

int store_advance(struct store *s, uint64_t ticks)
{
	const uint64_t step_max = 1 << 30; /* moments compare within 2^31 */
	int r = 0;

	while (r == 0 && ticks > 0) {
		ticks_t step = (ticks_t)(ticks < step_max ? ticks : step_max);
		ticks_t now = store_now(s) + step;

		r = store_set_virtual(s, now);
		if (r == 0)
			fw_run(s->fw, now);
		ticks -= step;
	}
	return r;
}

int store_reset(struct store *s, struct fw *fw, enum fw_era era)
{
	uint32_t epoch = s->state->g.epoch + 1;
	uint64_t seal = s->state->g.seal; /* to which commit() adds */
	uint32_t births = s->state->g.births;
	struct fw_globals *g;
	int r;

	if (!s->inside)
		return -EINVAL;
	fw_fini(fw);
	r = fw_boot(fw, s->state, &s->journal, &s->env,
		    era == ERA_COUNT ? ERA_2_2 : era);
	if (r)
		return r;
	g = fw_edit(fw, &fw->st->g, sizeof(*g));
	g->seal = seal;
	g->births = births;
	g->epoch = fw->epoch = epoch;
	g->era_claimed = era != ERA_COUNT;
	return fw_start_clock(fw, clock_ticks());
}

static struct live_counts *counts_of(const struct store *s)
{
	return (void *)(s->map + COUNTS_AT);
}

void store_live_tell(struct store *s, const struct live_counts *counts)
{
	if (s->inside)
		*counts_of(s) = *counts;
}

int store_live_begin(struct store *s, const struct live_counts *counts)
{
	int r = s->inside ? store_lock_live(s->fd) : -EINVAL;

	if (r == 0)
		store_live_tell(s, counts);
	return r;
}

bool store_live_ask(const struct store *s, struct live_counts *counts)
{
	if (!store_lock_live_held(s->fd))
		return false;
	*counts = *counts_of(s);
	return true;
}
