/* A rule set into the kernel, all of it or nothing. */
#include "netfilter/load.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "libcompat/machine.h"
#include "netfilter/entries.h"
#include "netfilter/goal.h"
#include "netfilter/image.h"
#include "netfilter/lock.h"

/* A generation's bit stays in mangle until that is changed again where it has
 * more rules than this: the bit costs packets little. */
enum { BIG = 256 };

struct nf_load {
	char *path;
	struct nf_book book;
	int lock, raw;           /* descriptors, or -1 */
	bool in_use[NF_TABLES];  /* the kernel has the table at all */
	bool changed[NF_TABLES]; /* it is to hold something else now */
	bool suspect[NF_TABLES]; /* or somebody else changed the table */
	struct nf_goal goal[NF_TABLES];
	bool translates; /* there are, or were, rules of nat */
	const struct nf_want *want;
	const struct nf_fold *fold;
	char *why;
	size_t why_room;
};

int nf_load_open(struct nf_load **load, const char *path)
{
	struct nf_load *l = calloc(1, sizeof(*l));

	if (l)
		l->path = strdup(path);
	if (!l || !l->path) {
		free(l);
		return -ENOMEM;
	}
	l->lock = l->raw = -1;
	*load = l;
	return nf_book_read(&l->book, path);
}

static void leave(struct nf_load *l)
{
	for (int t = 0; t < NF_TABLES; t++) {
		nf_goal_fini(&l->goal[t]);
		l->goal[t] = (struct nf_goal){ 0 };
	}
	if (l->lock >= 0)
		close(l->lock);
	l->lock = -1;
}

void nf_load_close(struct nf_load *l)
{
	if (!l)
		return;
	leave(l);
	if (l->raw >= 0)
		close(l->raw);
	nf_book_fini(&l->book);
	free(l->path);
	free(l);
}

int nf_load_socket(struct nf_load *l)
{
	if (l->raw < 0)
		l->raw = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	return l->raw < 0 ? -errno : l->raw;
}

bool nf_load_interrupted(const struct nf_load *l)
{
	return l->book.changing;
}

static int say(struct nf_load *l, int r, const char *what)
{
	snprintf(l->why, l->why_room, "%s: %s", what, strerror(-r));
	return r;
}

/* Only the tables filter and nat have generations. */
static bool has_letters(enum nf_table table)
{
	return table == NF_T_FILTER || table == NF_T_NAT;
}

static char other(char letter)
{
	return letter == 'A' ? 'B' : 'A';
}

/* The letter of what is there; 'A' where nothing is. */
static char letter_of(const struct nf_load *l, enum nf_table t)
{
	char letter = l->book.table[t].letter;

	if (!has_letters(t))
		return '\0';
	return letter ? letter : 'A';
}

/*
 * Which tables the kernel has: to ask for another would make it, and a packet
 * passes all that are there. Source: Linux, net/netfilter/x_tables.c,
 * ip_tables_names.
 */
static void find_tables(struct nf_load *l)
{
	char path[PATH_MAX], names[256] = "", *rest;
	ssize_t n;
	int fd;

	machine_proc("thread-self/net/ip_tables_names", path, sizeof(path));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, names, sizeof(names) - 1);

	if (fd >= 0)
		close(fd);
	/* Who cannot see it asks for them all. */
	for (int t = 0; t < NF_TABLES; t++)
		l->in_use[t] = n < 0;
	for (char *name = strtok_r(names, "\n", &rest); name;
	     name = strtok_r(NULL, "\n", &rest))
		for (int t = 0; t < NF_TABLES; t++)
			if (!strcmp(name, nf_table_name((enum nf_table)t)))
				l->in_use[t] = true;
}

/* As the kernel is to hold it when nothing is in between. */
static int make_goal(struct nf_load *l, enum nf_table t, char letter)
{
	const struct nf_masked none = { 0 };

	nf_goal_fini(&l->goal[t]);
	return nf_goal_make(&l->goal[t], l->want->set, t, letter, l->want->id,
			    none);
}

/* Whether the goal is what was put there last. */
static bool is_noted(const struct nf_book_table *b, const struct nf_goal *goal)
{
	return b->ids == goal->rules && b->digest == nf_goal_digest(goal) &&
	       !memcmp(b->id, goal->id, b->ids * sizeof(*b->id));
}

/* Whether the kernel's table may be other than what the goal says. */
static bool differs(struct nf_load *l, enum nf_table t)
{
	struct nf_book_table *b = &l->book.table[t];
	const struct nf_goal *goal = &l->goal[t];
	struct nf_shape shape;

	l->suspect[t] = false;
	if (!b->known && !l->in_use[t] && !goal->chains)
		b->known = true; /* and there is nothing of ours */
	if (!b->known || l->book.changing)
		return goal->chains || l->in_use[t];
	if (!b->chains && !goal->chains)
		return false;
	if (!is_noted(b, goal))
		return true;
	l->suspect[t] = nf_image_shape(l->raw, t, &shape) ||
			memcmp(&shape, &b->shape, sizeof(shape));
	return l->suspect[t];
}

/* Whether the book lacks a table. */
static bool needs_looking(const struct nf_load *l)
{
	for (int t = 0; t < NF_TABLES; t++)
		if (!l->book.table[t].known)
			return true;
	return l->book.changing;
}

/* Finds out what is to be changed; how many tables. -errno. */
static int compare(struct nf_load *l)
{
	int n = 0, fd = nf_load_socket(l);

	if (fd < 0)
		return say(l, fd, "the kernel's tables");
	if (needs_looking(l))
		find_tables(l);
	for (int t = 0; t < NF_TABLES; t++) {
		int r = make_goal(l, (enum nf_table)t,
				  letter_of(l, (enum nf_table)t));

		if (r)
			return say(l, r, "the kernel's tables");
		l->changed[t] = differs(l, (enum nf_table)t);
		n += l->changed[t];
	}
	l->translates =
		l->book.table[NF_T_NAT].chains || l->goal[NF_T_NAT].chains;
	return n;
}

/* What the book is to say of a table that holds the goal now. */
static int note(struct nf_load *l, enum nf_table t, char letter)
{
	struct nf_book_table *b = &l->book.table[t];
	const struct nf_goal *goal = &l->goal[t];

	nf_book_forget(b);
	b->chain = calloc(goal->chains + 1, sizeof(*b->chain));
	b->id = calloc(goal->rules + 1, sizeof(*b->id));
	if (!b->chain || !b->id)
		return 0; /* not known, then */
	for (uint32_t i = 0; i < goal->chains; i++) {
		memcpy(b->chain[i].name, goal->chain[i].name, NF_NAME);
		b->chain[i].first = goal->chain[i].first;
		b->chain[i].rules = goal->chain[i].rules;
	}
	for (uint32_t i = 0; i < goal->rules; i++)
		b->id[i] = goal->id[i] & ~(nf_id)NF_ID_NEW;
	b->chains = goal->chains;
	b->ids = goal->rules;
	b->letter = letter;
	b->digest = nf_goal_digest(goal);
	b->known = nf_image_shape(l->raw, t, &b->shape) == 0;
	return 0;
}

static int put(struct nf_load *l, const struct nf_goal *goal)
{
	const struct nf_book_table *past = &l->book.table[goal->table];
	int r = nf_entries_put(l->raw, goal, past, l->fold, l->why,
			       l->why_room);

	return r == NF_NOT_PLAIN
		       ? nf_table_put(goal, past, l->fold, l->why, l->why_room)
		       : r;
}

/* Replaces a table in place. */
static int put_in_place(struct nf_load *l, enum nf_table t)
{
	int r = put(l, &l->goal[t]);

	if (t == NF_T_MANGLE && r == 0)
		l->book.generation = false;
	return r ? r : note(l, t, letter_of(l, t));
}

/* The mark of packets of the first generation, or of the second. */
static struct nf_masked mark_of(const struct nf_load *l, bool second)
{
	struct nf_masked mark = l->want->generation;

	if (!second)
		mark.value = 0;
	return mark;
}

/* Step 2: the new chains beside the old ones, which all packets still take. */
static int put_beside(struct nf_load *l, enum nf_table t, bool generation)
{
	char old = letter_of(l, t);
	struct nf_goal *goal = &l->goal[t], was;
	struct nf_seen seen;
	int r = make_goal(l, t, other(old));

	if (r)
		return say(l, r, "the kernel's tables");
	r = nf_table_look(t, NF_GENERATION, &seen, l->why, l->why_room);
	if (r)
		return r;
	was = (struct nf_goal){ .table = t };
	memcpy(was.hook, seen.hook, sizeof(was.hook));
	nf_goal_ask(goal, mark_of(l, generation), false);
	nf_goal_ask(&was, mark_of(l, generation), true);
	for (int hook = 0; hook < NF_HOOKS; hook++) {
		struct nf_jumps *to = &goal->hook[hook];

		for (uint32_t i = 0; i < was.hook[hook].n && to->n < NF_JUMPS;
		     i++)
			to->jump[to->n++] = was.hook[hook].jump[i];
	}
	goal->keep = old;
	return put(l, goal);
}

/* Step 3: what makes the new chains those that packets take. */
static int put_generation(struct nf_load *l, bool generation)
{
	struct nf_goal goal;
	int r = nf_goal_make(&goal, l->want->set, NF_T_MANGLE, '\0',
			     l->want->id, mark_of(l, generation));

	if (r)
		say(l, r, "the kernel's tables");
	else
		r = put(l, &goal);
	nf_goal_fini(&goal);
	if (r)
		return r;
	l->book.generation = generation;
	return note(l, NF_T_MANGLE, '\0');
}

/* Step 4: the old chains go. */
static int put_alone(struct nf_load *l, enum nf_table t)
{
	struct nf_goal *goal = &l->goal[t];
	char letter = other(letter_of(l, t));
	int r = make_goal(l, t, letter);

	for (uint32_t i = 0; r == 0 && i < goal->rules; i++)
		goal->id[i] &= ~(nf_id)NF_ID_NEW;
	if (r == 0)
		r = put(l, goal);
	return r ? r : note(l, t, letter);
}

/* Whether packets with this generation's mark take the jump. */
static bool takes(const struct nf_jump *jump, struct nf_masked mark)
{
	return !jump->asks || ((mark.value & jump->mark.mask) ==
			       jump->mark.value) != jump->not ;
}

/* The letter of the chains that packets take; '\0': of none. */
static char active_letter(const struct nf_seen *seen, struct nf_masked mark)
{
	for (int hook = 0; hook < NF_HOOKS; hook++)
		for (uint32_t i = 0; i < seen->hook[hook].n; i++)
			if (takes(&seen->hook[hook].jump[i], mark))
				return nf_name_letter(
					seen->hook[hook].jump[i].chain);
	return '\0';
}

/* A table as if nothing had been begun: with the chains that packets take, and
 * jumps that ask for nothing. */
static int tidy_table(struct nf_load *l, enum nf_table t, struct nf_masked mark)
{
	struct nf_goal goal = { .table = t };
	struct nf_seen seen;
	int r = nf_table_look(t, NF_GENERATION, &seen, l->why, l->why_room);

	if (r || !seen.any)
		return r;
	goal.keep = active_letter(&seen, mark);
	for (int hook = 0; hook < NF_HOOKS; hook++)
		for (uint32_t i = 0; i < seen.hook[hook].n; i++) {
			struct nf_jumps *to = &goal.hook[hook];
			const struct nf_jump *jump = &seen.hook[hook].jump[i];

			if (to->n || nf_name_letter(jump->chain) != goal.keep)
				continue;
			to->jump[to->n] = *jump;
			to->jump[to->n++].asks = false;
		}
	r = put(l, &goal);
	if (r == 0)
		l->book.table[t].letter = goal.keep;
	return r;
}

/* After somebody who was killed, and after a failure. */
static int tidy(struct nf_load *l)
{
	struct nf_seen seen = { 0 };
	int r = 0;

	if (l->in_use[NF_T_MANGLE])
		r = nf_table_look(NF_T_MANGLE, NF_GENERATION, &seen, l->why,
				  l->why_room);
	l->book.generation = seen.generation;
	for (int t = 0; r == 0 && t < NF_TABLES; t++)
		if (has_letters((enum nf_table)t) && l->in_use[t])
			r = tidy_table(l, (enum nf_table)t,
				       mark_of(l, seen.generation));
	return r;
}

/* Several tables: see the top of load.h. */
static int put_several(struct nf_load *l)
{
	static const enum nf_table beside[] = { NF_T_FILTER, NF_T_NAT };
	bool generation = !l->book.generation;
	int r = l->changed[NF_T_RAW] ? put_in_place(l, NF_T_RAW) : 0;

	for (int i = 0; r == 0 && i < 2; i++)
		if (l->changed[beside[i]])
			r = put_beside(l, beside[i], generation);
	if (r == 0)
		r = put_generation(l, generation);
	for (int i = 0; r == 0 && i < 2; i++)
		if (l->changed[beside[i]])
			r = put_alone(l, beside[i]);
	if (r == 0 && generation && l->goal[NF_T_MANGLE].rules < BIG)
		r = put_in_place(l, NF_T_MANGLE);
	return r;
}

/* How many tables other than raw are to change, and the last of them. */
static int changed_tables(const struct nf_load *l, enum nf_table *last)
{
	int n = 0;

	for (int t = 0; t < NF_TABLES; t++) {
		if (t == NF_T_RAW || !l->changed[t])
			continue;
		*last = (enum nf_table)t;
		n++;
	}
	return n;
}

static int put_changed(struct nf_load *l)
{
	enum nf_table last = NF_T_RAW;
	int n = changed_tables(l, &last), r = 0;

	if (n > 1)
		return put_several(l);
	if (l->changed[NF_T_RAW])
		r = put_in_place(l, NF_T_RAW);
	return r || n == 0 ? r : put_in_place(l, last);
}

/* Whether the book cannot be relied on: what is there must be looked at. */
static bool is_unknown(const struct nf_load *l)
{
	for (int t = 0; t < NF_TABLES; t++)
		if (l->changed[t] && l->in_use[t] && !l->book.table[t].known)
			return true;
	return l->book.changing;
}

/* Reads a table: whether ours in it is other than it should be. */
static int look_at(struct nf_load *l, enum nf_table t)
{
	int r = make_goal(l, t, letter_of(l, t));

	if (r)
		return say(l, r, "the kernel's tables");
	r = nf_entries_differs(l->raw, &l->goal[t], &l->book.table[t],
			       &l->changed[t]);
	if (r == NF_NOT_PLAIN)
		r = nf_table_differs(&l->goal[t], &l->book.table[t],
				     &l->changed[t], l->why, l->why_room);
	return r || l->changed[t] ? r : note(l, t, letter_of(l, t));
}

/* Reads what the book cannot tell: all, or what others changed. */
static int look(struct nf_load *l, bool all)
{
	int r = all ? tidy(l) : 0;

	for (int t = 0; r == 0 && t < NF_TABLES; t++)
		if (l->changed[t] && (all || l->suspect[t]))
			r = look_at(l, (enum nf_table)t);
	return r;
}

static int change(struct nf_load *l)
{
	bool unknown = is_unknown(l);
	int r = nf_book_begin(&l->book, l->path);

	if (r)
		return say(l, r, l->path);
	r = look(l, unknown);
	if (r == 0)
		r = put_changed(l);
	if (r)
		tidy(l);
	return r;
}

int nf_load_put(struct nf_load *l, const struct nf_want *want,
		const struct nf_fold *fold, char *why, size_t n)
{
	int r;

	l->want = want;
	l->fold = fold;
	l->why = why;
	l->why_room = n;
	r = compare(l);
	if (r > 0) {
		l->lock = nf_lock(why, n);
		r = l->lock < 0 ? l->lock : change(l);
	}
	return r;
}

bool nf_load_translated(const struct nf_load *l)
{
	return l->translates &&
	       (l->changed[NF_T_NAT] || l->changed[NF_T_FILTER]);
}

int nf_load_done(struct nf_load *l)
{
	int r = l->lock < 0 ? 0 : nf_book_write(&l->book);

	leave(l);
	return r;
}

void nf_load_undone(struct nf_load *l)
{
	leave(l);
}

void nf_load_each(struct nf_load *l,
		  void (*row)(void *ctx, const struct nf_load_row *), void *ctx)
{
	int fd = nf_load_socket(l);

	find_tables(l);
	for (int t = 0; fd >= 0 && t < NF_TABLES; t++) {
		const struct nf_book_table *b = &l->book.table[t];
		struct nf_shape shape = { 0 };
		struct nf_load_row r = { .table = nf_table_name(
						 (enum nf_table)t) };

		if (!l->in_use[t] ||
		    nf_image_shape(fd, (enum nf_table)t, &shape))
			continue;
		r.chains = b->chains;
		r.rules = b->ids;
		r.entries = shape.entries;
		r.differs = b->known && b->chains &&
			    memcmp(&shape, &b->shape, sizeof(shape));
		row(ctx, &r);
	}
}

/* Whether any rule of the table counts for somebody. */
static bool counts(const struct nf_book_table *b)
{
	for (uint32_t i = 0; b->known && i < b->ids; i++)
		if (b->id[i])
			return true;
	return false;
}

int nf_load_count(struct nf_load *l, const struct nf_fold *fold)
{
	int fd = nf_load_socket(l), r = fd < 0 ? fd : 0;

	for (int t = 0; r == 0 && t < NF_TABLES; t++)
		if (counts(&l->book.table[t]))
			r = nf_entries_count(fd, (enum nf_table)t,
					     &l->book.table[t], fold);
	return r;
}
