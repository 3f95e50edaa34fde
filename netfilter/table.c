/* One table of the kernel, through libip4tc. */
#include "netfilter/table.h"

#include <errno.h>
#include <libiptc/libiptc.h>
#include <linux/netfilter/xt_mark.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "netfilter/goal.h"

enum { TRIES = 20 }; /* others may change a table between our look and commit */

/* libip4tc wants names in its own arrays. */
struct label {
	xt_chainlabel s;
};

static struct label label(const char *name)
{
	struct label l = { "" };

	memcpy(l.s, name, strnlen(name, sizeof(l.s) - 1));
	return l;
}

static struct label hook_label(enum nf_hook hook)
{
	static const char *const names[NF_HOOKS] = {
		[NF_H_PREROUTING] = "PREROUTING",   [NF_H_INPUT] = "INPUT",
		[NF_H_FORWARD] = "FORWARD",         [NF_H_OUTPUT] = "OUTPUT",
		[NF_H_POSTROUTING] = "POSTROUTING",
	};

	return label(names[hook]);
}

/* What a rule that goes had counted. */
struct drop {
	nf_id id;
	uint64_t packets, bytes;
};

/* A rule that the kernel has. */
struct has {
	const struct ipt_entry *entry;
};

/* One attempt at a table. */
struct edit {
	struct xtc_handle *h;
	const struct nf_goal *goal;
	const struct nf_book_table *past; /* or NULL */
	struct has *has;                  /* rules of the chain in question */
	uint32_t n_has, has_room;
	struct drop *drop;
	uint32_t drops, drop_room;
	bool changed;
};

static void edit_fini(struct edit *e)
{
	if (e->h)
		iptc_free(e->h);
	free(e->has);
	free(e->drop);
}

/* Room for one more in an array; NULL: no memory. */
static void *room_for(void *at, uint32_t used, uint32_t *room, size_t size)
{
	uint32_t want = *room ? *room * 2 : 64;
	void *more = at;

	if (used == *room) {
		more = reallocarray(at, want, size);
		if (more)
			*room = want;
	}
	return more;
}

/* The rules that the kernel's chain has. */
static int read_chain(struct edit *e, const char *name)
{
	e->n_has = 0;
	for (const struct ipt_entry *r = iptc_first_rule(name, e->h); r;
	     r = iptc_next_rule(r, e->h)) {
		void *more = room_for(e->has, e->n_has, &e->has_room,
				      sizeof(*e->has));

		if (!more)
			return -ENOMEM;
		e->has = more;
		e->has[e->n_has++].entry = r;
	}
	return 0;
}

static int note_drop(struct edit *e, nf_id id, const struct ipt_entry *r)
{
	struct drop *more =
		room_for(e->drop, e->drops, &e->drop_room, sizeof(*e->drop));

	if (!more)
		return -ENOMEM;
	e->drop = more;
	e->drop[e->drops++] =
		(struct drop){ id, r->counters.pcnt, r->counters.bcnt };
	return 0;
}

/* Whose counters the chain's rules count, a rule each; NULL: not known. */
static const nf_id *past_ids(const struct edit *e, const char *name)
{
	const struct nf_book_chain *c =
		e->past && e->past->known ? nf_book_chain(e->past, name) : NULL;

	return c && c->rules == e->n_has ? e->past->id + c->first : NULL;
}

/* The last call of libip4tc failed. */
static int iptc_error(void)
{
	return errno ? -errno : -EINVAL;
}

/* Takes out the rules [@from, @to) that were read, whose counters are not
 * lost. */
static int drop_rules(struct edit *e, const char *name, uint32_t from,
		      uint32_t to)
{
	const nf_id *id = past_ids(e, name);
	struct label l = label(name);
	int r = 0;

	for (uint32_t i = from; r == 0 && i < to; i++) {
		if (id && id[i])
			r = note_drop(e, id[i], e->has[i].entry);
		if (r == 0 && !iptc_delete_num_entry(l.s, from, e->h))
			r = iptc_error();
		e->changed = true;
	}
	return r;
}

static const struct ipt_entry *wanted(const struct edit *e,
				      const struct nf_goal_chain *c, uint32_t i)
{
	return nf_code_entry(&e->goal->code, e->goal->at[c->first + i]);
}

/* Whether rule @i of the kernel's may stay as the goal's rule @j. */
static bool stays(const struct edit *e, const struct nf_goal_chain *c,
		  const nf_id *past, uint32_t i, uint32_t j)
{
	if (past && past[i] != e->goal->id[c->first + j])
		return false;
	return nf_entry_alike(e->has[i].entry,
			      iptc_get_target(e->has[i].entry, e->h),
			      wanted(e, c, j));
}

static int add_rules(struct edit *e, const struct nf_goal_chain *c,
		     uint32_t from, uint32_t to)
{
	struct label l = label(c->name);

	for (uint32_t i = from; i < to; i++) {
		if (!iptc_insert_entry(l.s, wanted(e, c, i), i, e->h))
			return iptc_error();
		e->changed = true;
	}
	return 0;
}

/* Only what differs is changed, so that the rest goes on counting. */
static int put_chain(struct edit *e, const struct nf_goal_chain *c)
{
	int r = read_chain(e, c->name);
	const nf_id *past = past_ids(e, c->name);
	uint32_t same = 0, end = 0, n = e->n_has, m = c->rules;

	if (r)
		return r;
	while (same < n && same < m && stays(e, c, past, same, same))
		same++;
	while (same + end < n && same + end < m &&
	       stays(e, c, past, n - 1 - end, m - 1 - end))
		end++;
	r = drop_rules(e, c->name, same, n - end);
	return r ? r : add_rules(e, c, same, m - end);
}

static const struct nf_goal_chain *goal_chain(const struct nf_goal *goal,
					      const char *name)
{
	for (uint32_t i = 0; i < goal->chains; i++)
		if (!strcmp(goal->chain[i].name, name))
			return &goal->chain[i];
	return NULL;
}

/* Whether a chain of ours is there that is to go. */
static bool is_left_over(const struct edit *e, const char *name)
{
	return nf_name_ours(name) &&
	       !(e->goal->keep && nf_name_letter(name) == e->goal->keep) &&
	       !goal_chain(e->goal, name);
}

/* Chains that are to go, by name: a list that libip4tc does not change. */
struct left_over {
	struct label *name;
	uint32_t n, room;
};

static int list_left_over(struct edit *e, struct left_over *list)
{
	for (const char *name = iptc_first_chain(e->h); name;
	     name = iptc_next_chain(e->h)) {
		void *more;

		if (!is_left_over(e, name))
			continue;
		more = room_for(list->name, list->n, &list->room,
				sizeof(*list->name));
		if (!more)
			return -ENOMEM;
		list->name = more;
		list->name[list->n++] = label(name);
	}
	return 0;
}

static int empty_left_over(struct edit *e, const struct left_over *list)
{
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < list->n; i++) {
		r = read_chain(e, list->name[i].s);
		if (r == 0)
			r = drop_rules(e, list->name[i].s, 0, e->n_has);
	}
	return r;
}

/* One that somebody else's rule jumps to stays, empty. */
static int delete_left_over(struct edit *e, const struct left_over *list)
{
	for (uint32_t i = 0; i < list->n; i++) {
		if (iptc_delete_chain(list->name[i].s, e->h))
			e->changed = true;
		else if (errno != EMLINK)
			return iptc_error();
	}
	return 0;
}

static int make_chains(struct edit *e)
{
	for (uint32_t i = 0; i < e->goal->chains; i++) {
		struct label l = label(e->goal->chain[i].name);

		if (iptc_is_chain(l.s, e->h))
			continue;
		if (!iptc_create_chain(l.s, e->h))
			return iptc_error();
		e->changed = true;
	}
	return 0;
}

/* Whether the rules that were read jump as they should; which is the first of
 * ours, and how many they are. */
static bool jumps_stay(struct edit *e, const struct nf_jumps *want,
		       struct nf_code *code, uint32_t *first, uint32_t *ours)
{
	bool alike = true;

	*first = *ours = 0;
	for (uint32_t i = 0; i < e->n_has; i++) {
		const char *target = iptc_get_target(e->has[i].entry, e->h);

		if (!nf_name_ours(target))
			continue;
		if (!*ours)
			*first = i;
		alike = alike && *ours < want->n &&
			nf_goal_jump(code, &want->jump[*ours]) == 0 &&
			nf_entry_alike(e->has[i].entry, target,
				       nf_code_entry(code, 0));
		++*ours;
	}
	return alike && *ours == want->n;
}

static int remove_jumps(struct edit *e, struct label l)
{
	for (uint32_t i = e->n_has; i--;) {
		if (!nf_name_ours(iptc_get_target(e->has[i].entry, e->h)))
			continue;
		if (!iptc_delete_num_entry(l.s, i, e->h))
			return iptc_error();
	}
	return 0;
}

/* Where a jump of ours was, ours are again; else they come first. */
static int put_jumps(struct edit *e, enum nf_hook hook, struct nf_code *code)
{
	const struct nf_jumps *want = &e->goal->hook[hook];
	struct label l = hook_label(hook);
	uint32_t first, ours;
	int r;

	if (!iptc_is_chain(l.s, e->h))
		return want->n ? -EOPNOTSUPP : 0;
	r = read_chain(e, l.s);
	if (r || jumps_stay(e, want, code, &first, &ours))
		return r;
	e->changed = true;
	r = remove_jumps(e, l);
	for (uint32_t i = 0; r == 0 && i < want->n; i++) {
		r = nf_goal_jump(code, &want->jump[i]);
		if (r == 0 && !iptc_insert_entry(l.s, nf_code_entry(code, 0),
						 first + i, e->h))
			r = iptc_error();
	}
	return r;
}

static int put_all_jumps(struct edit *e)
{
	struct nf_code code = { 0 };
	int r = 0;

	for (int hook = 0; r == 0 && hook < NF_HOOKS; hook++)
		r = put_jumps(e, (enum nf_hook)hook, &code);
	nf_code_fini(&code);
	return r;
}

/* All changes, in libip4tc's memory. */
static int change(struct edit *e)
{
	struct left_over list = { 0 };
	int r = list_left_over(e, &list);

	if (r == 0)
		r = make_chains(e);
	if (r == 0)
		r = empty_left_over(e, &list);
	for (uint32_t i = 0; r == 0 && i < e->goal->chains; i++)
		r = put_chain(e, &e->goal->chain[i]);
	if (r == 0)
		r = put_all_jumps(e);
	if (r == 0)
		r = delete_left_over(e, &list);
	free(list.name);
	return r;
}

/* The table as it should be, in libip4tc's memory. */
static int prepare(struct edit *e)
{
	e->h = iptc_init(nf_table_name(e->goal->table));
	return e->h ? change(e) : iptc_error();
}

static int try_put(struct edit *e, const struct nf_fold *fold)
{
	int r = prepare(e);

	if (r == 0 && e->changed && !iptc_commit(e->h))
		r = iptc_error();
	for (uint32_t i = 0; r == 0 && i < e->drops; i++)
		fold->add(fold->ctx, e->drop[i].id, e->drop[i].packets,
			  e->drop[i].bytes);
	return r;
}

static int failed(enum nf_table table, int r, char *why, size_t n)
{
	snprintf(why, n, "the kernel's table %s: %s", nf_table_name(table),
		 iptc_strerror(-r));
	return r;
}

int nf_table_put(const struct nf_goal *goal, const struct nf_book_table *past,
		 const struct nf_fold *fold, char *why, size_t n)
{
	int r = -EAGAIN;

	for (int i = 0; r == -EAGAIN && i < TRIES; i++) {
		struct edit e = { .goal = goal, .past = past };

		r = try_put(&e, fold);
		edit_fini(&e);
	}
	return r ? failed(goal->table, r, why, n) : 0;
}

int nf_table_differs(const struct nf_goal *goal,
		     const struct nf_book_table *past, bool *differs, char *why,
		     size_t n)
{
	struct edit e = { .goal = goal, .past = past };
	int r = prepare(&e);

	*differs = e.changed;
	edit_fini(&e);
	return r ? failed(goal->table, r, why, n) : 0;
}

/* The mark that a jump asks for, if it does. */
static void read_jump(const struct ipt_entry *r, const char *target,
		      struct nf_jump *jump)
{
	const struct xt_entry_match *m = (const void *)r->elems;
	const struct xt_mark_mtinfo1 *mark = (const void *)m->data;

	snprintf(jump->chain, sizeof(jump->chain), "%s", target);
	jump->asks = r->target_offset > sizeof(*r) &&
		     !strcmp(m->u.user.name, "mark");
	if (!jump->asks)
		return;
	jump->not = mark->invert;
	jump->mark = (struct nf_masked){ mark->mark, mark->mask };
}

static void look_at_jumps(struct xtc_handle *h, enum nf_hook hook,
			  struct nf_seen *seen)
{
	struct nf_jumps *jumps = &seen->hook[hook];
	struct label l = hook_label(hook);

	if (!iptc_is_chain(l.s, h))
		return;
	for (const struct ipt_entry *r = iptc_first_rule(l.s, h); r;
	     r = iptc_next_rule(r, h)) {
		const char *target = iptc_get_target(r, h);

		if (!nf_name_ours(target))
			continue;
		seen->any = true;
		if (jumps->n < NF_JUMPS)
			read_jump(r, target, &jumps->jump[jumps->n++]);
	}
}

int nf_table_look(enum nf_table table, const char *generation,
		  struct nf_seen *seen, char *why, size_t n)
{
	struct xtc_handle *h = iptc_init(nf_table_name(table));

	*seen = (struct nf_seen){ 0 };
	if (!h)
		return failed(table, iptc_error(), why, n);
	for (const char *name = iptc_first_chain(h); name;
	     name = iptc_next_chain(h)) {
		char letter = nf_name_letter(name);

		if (!nf_name_ours(name))
			continue;
		seen->any = true;
		if (letter)
			seen->letter[letter - 'A'] = true;
		if (!strcmp(name, generation))
			seen->generation = true;
	}
	for (int hook = 0; hook < NF_HOOKS; hook++)
		look_at_jumps(h, (enum nf_hook)hook, seen);
	iptc_free(h);
	return 0;
}
