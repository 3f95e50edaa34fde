/* A table in the form in which the kernel gives it out and takes it. */
#include "netfilter/entries.h"

#include <errno.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "netfilter/goal.h"
#include "netfilter/image.h"

enum { TRIES = 20 }; /* others may change a table between our look and change */

/* What a chain of ours is to have in the place of what it has. */
struct edit {
	const struct nf_part *part;
	const struct nf_goal_chain *chain;
	uint32_t same, out, in; /* rules that stay at the beginning, then those
				   that go, and those that come */
	uint32_t from, to;      /* where those that go are */
	uint32_t put;           /* where those that come are, once they are */
	size_t bytes;           /* and how many */
};

struct change {
	int fd;
	const struct nf_goal *goal;
	const struct nf_book_table *past;
	struct nf_image was;
	struct edit *edit; /* as their chains are in the table */
	uint32_t edits;
	struct ipt_replace *now;
	struct xt_counters *counts;        /* of the old entries */
	struct xt_counters_info *counters; /* of the new ones */
};

static void change_fini(struct change *m)
{
	nf_image_fini(&m->was);
	free(m->edit);
	free(m->now);
	free(m->counts);
	free(m->counters);
}

static struct ipt_entry *entry_now(const struct change *m, uint32_t at)
{
	return (void *)((uint8_t *)m->now->entries + at);
}

/* Whose counters the chain's rules count; NULL: not known. @hint: where in the
 * book the chain should be. */
static const nf_id *past_ids(const struct change *m, const struct nf_part *p,
			     uint32_t hint)
{
	const struct nf_book_chain *c = NULL;

	if (!m->past || !m->past->known)
		return NULL;
	if (hint < m->past->chains &&
	    !strcmp(m->past->chain[hint].name, p->name))
		c = &m->past->chain[hint];
	else
		c = nf_book_chain(m->past, p->name);
	return c && c->rules == p->rules ? m->past->id + c->first : NULL;
}

/* What of a target's name ours say in words. */
static bool verdict_named(const char *name, int *verdict)
{
	if (!strcmp(name, "ACCEPT"))
		*verdict = NF_VERDICT_ACCEPT;
	else if (!strcmp(name, "DROP"))
		*verdict = NF_VERDICT_DROP;
	else if (!strcmp(name, "RETURN"))
		*verdict = NF_VERDICT_RETURN;
	else
		return false;
	return true;
}

/* Whether the old rule at @at may stay as the goal's rule @i. */
static bool stays(const struct change *m, uint32_t at, const nf_id *past,
		  uint32_t i)
{
	if (past && *past != m->goal->id[i])
		return false;
	return nf_entry_alike(nf_image_entry(&m->was, at),
			      nf_image_target(&m->was, at),
			      nf_code_entry(&m->goal->code, m->goal->at[i]));
}

/* Where each rule of the chain begins. */
static uint32_t *rules_at(const struct change *m, const struct nf_part *p)
{
	uint32_t *rule = malloc((p->rules + (size_t)1) * sizeof(*rule));
	uint32_t at = p->first;

	for (uint32_t i = 0; rule && i <= p->rules; i++) {
		rule[i] = at;
		at += nf_image_entry(&m->was, at)->next_offset;
	}
	return rule;
}

/* Where the goal's rule @i would be in its code. */
static size_t code_at(const struct nf_goal *goal, uint32_t i)
{
	return i < goal->rules ? goal->at[i] : goal->code.len;
}

/* What of the chain has to be changed, so that the rest goes on counting. */
static int compare_chain(struct change *m, uint32_t chain,
			 const struct nf_part *p)
{
	const struct nf_goal_chain *c = &m->goal->chain[chain];
	const nf_id *past = past_ids(m, p, chain);
	uint32_t same = 0, end = 0, n = p->rules, k = c->rules;
	uint32_t *at = rules_at(m, p);

	if (!at)
		return -ENOMEM;
	while (same < n && same < k &&
	       stays(m, at[same], past ? past + same : NULL, c->first + same))
		same++;
	while (same + end < n && same + end < k &&
	       stays(m, at[n - 1 - end], past ? past + n - 1 - end : NULL,
		     c->first + k - 1 - end))
		end++;
	if (same + end < n || same + end < k)
		m->edit[m->edits++] = (struct edit){
			.part = p,
			.chain = c,
			.same = same,
			.out = n - same - end,
			.in = k - same - end,
			.from = at[same],
			.to = at[n - end],
			.bytes = code_at(m->goal, c->first + k - end) -
				 code_at(m->goal, c->first + same),
		};
	free(at);
	return 0;
}

static int by_place(const void *a, const void *b)
{
	const struct edit *x = a, *y = b;

	return x->from < y->from ? -1 : x->from > y->from;
}

/* Whether the jumps of ours in a built-in chain are those that are wanted. */
static bool jumps_stay(const struct change *m, const struct nf_part *p,
		       const struct nf_jumps *want, struct nf_code *code)
{
	uint32_t ours = 0, at = p->first;

	for (uint32_t n = p->rules; n--;
	     at += nf_image_entry(&m->was, at)->next_offset) {
		const char *target = nf_image_target(&m->was, at);

		if (!nf_name_ours(target))
			continue;
		if (ours == want->n ||
		    nf_goal_jump(code, &want->jump[ours++]) ||
		    !nf_entry_alike(nf_image_entry(&m->was, at), target,
				    nf_code_entry(code, 0)))
			return false;
	}
	return ours == want->n;
}

static bool hook_stays(const struct change *m, enum nf_hook hook,
		       struct nf_code *code)
{
	const struct nf_jumps *want = &m->goal->hook[hook];
	const struct nf_part *p;

	if (!(m->was.hooks & 1U << hook))
		return !want->n;
	p = nf_image_part(&m->was, m->was.shape.hook[hook]);
	return p && p->end == m->was.shape.underflow[hook] &&
	       jumps_stay(m, p, want, code);
}

static bool all_jumps_stay(const struct change *m)
{
	struct nf_code code = { 0 };
	bool stay = true;

	for (int h = 0; stay && h < NF_HOOKS; h++)
		stay = hook_stays(m, (enum nf_hook)h, &code);
	nf_code_fini(&code);
	return stay;
}

/* Whether there are just the chains of ours that there are to be. */
static bool chains_stay(const struct change *m)
{
	uint32_t ours = 0;

	for (uint32_t i = 0; i < m->was.nameds; i++)
		ours += nf_name_ours(m->was.named[i]->name);
	return ours == m->goal->chains && !m->goal->keep;
}

/* What has to be changed; NF_NOT_PLAIN: not rules alone. */
static int compare(struct change *m)
{
	int r = 0;

	if (!chains_stay(m))
		return NF_NOT_PLAIN;
	m->edit = calloc(m->goal->chains + (size_t)1, sizeof(*m->edit));
	if (!m->edit)
		return -ENOMEM;
	for (uint32_t i = 0; r == 0 && i < m->goal->chains; i++) {
		const struct nf_part *p =
			nf_image_named(&m->was, m->goal->chain[i].name);

		r = p ? compare_chain(m, i, p) : NF_NOT_PLAIN;
	}
	if (r == 0 && !all_jumps_stay(m))
		r = NF_NOT_PLAIN;
	qsort(m->edit, m->edits, sizeof(*m->edit), by_place);
	return r;
}

/* How far what was at @at moves; what is put there comes before it. */
static uint32_t moved(const struct change *m, uint32_t at, bool is_first)
{
	uint32_t by = 0;

	for (uint32_t i = 0; i < m->edits; i++) {
		const struct edit *e = &m->edit[i];

		if (e->from > at || (is_first && e->from == at))
			break;
		by += (uint32_t)e->bytes - (e->to - e->from);
	}
	return by;
}

/* Where the chain begins now. */
static int new_place(const struct change *m, const struct nf_part *p)
{
	return (int)(p->first + moved(m, p->first, true));
}

/* Jumps tell a place: those of entries that stay, from @at to @to in the old
 * order, which moved by @by. */
static bool jumps_move(const struct change *m, uint32_t at, uint32_t to,
		       uint32_t by)
{
	for (uint32_t next; at < to; at = next) {
		const struct ipt_entry *e = nf_image_entry(&m->was, at);
		const int *was = nf_entry_verdict(e);
		const struct nf_part *p;
		int verdict;

		next = at + e->next_offset;
		if (!was || *was < 0)
			continue;
		p = *was == (int)next ? NULL
				      : nf_image_part(&m->was, (uint32_t)*was);
		if (!p && *was != (int)next)
			return false;
		verdict = p ? new_place(m, p) : (int)(next + by);
		memcpy((uint8_t *)entry_now(m, at + by) +
			       ((const uint8_t *)was - (const uint8_t *)e),
		       &verdict, sizeof(verdict));
	}
	return true;
}

/* The new entries that jump, which say so in words. */
static bool jumps_told(const struct change *m, const struct edit *edit)
{
	uint32_t at = edit->put;

	for (uint32_t i = 0; i < edit->in; i++) {
		struct ipt_entry *e = entry_now(m, at);
		struct xt_standard_target *t =
			(void *)((uint8_t *)e + e->target_offset);
		const char *name = t->target.u.user.name;
		const struct nf_part *p;

		at += e->next_offset;
		if (!nf_entry_is_verdict(e))
			continue;
		if (!*name) {
			t->verdict = (int)at;
		} else if (!verdict_named(name, &t->verdict)) {
			p = nf_image_named(&m->was, name);
			if (!p)
				return false;
			t->verdict = new_place(m, p);
		}
		memset(t->target.u.user.name, 0, sizeof(t->target.u.user.name));
	}
	return true;
}

/* The new entries, of old ones and those that come. */
static bool write_entries(struct change *m)
{
	uint8_t *to = (uint8_t *)m->now->entries;
	uint32_t old = 0, now = 0;
	bool ok = true;

	for (uint32_t i = 0; i <= m->edits; i++) {
		struct edit *e = &m->edit[i];
		uint32_t end = i < m->edits ? e->from : m->was.shape.bytes;

		memcpy(to + now, nf_image_entry(&m->was, old), end - old);
		ok = ok && jumps_move(m, old, end, now - old);
		now += end - old;
		if (i == m->edits)
			break;
		e->put = now;
		if (e->in)
			memcpy(to + now,
			       m->goal->code.bytes +
				       m->goal->at[e->chain->first + e->same],
			       e->bytes);
		ok = ok && jumps_told(m, e);
		now += (uint32_t)e->bytes;
		old = e->to;
	}
	return ok;
}

/* Room for all that is new, and its head. */
static int write_head(struct change *m)
{
	uint32_t n = m->was.shape.entries, size = m->was.shape.bytes;
	struct ipt_replace *now;

	for (uint32_t i = 0; i < m->edits; i++) {
		const struct edit *e = &m->edit[i];

		n += e->in - e->out;
		size += (uint32_t)e->bytes - (e->to - e->from);
	}
	m->now = now = malloc(sizeof(*now) + size);
	m->counts = calloc(m->was.shape.entries, sizeof(*m->counts));
	/* New rules count from nought on. */
	m->counters = calloc(1, sizeof(*m->counters) + n * sizeof(*m->counts));
	if (!m->now || !m->counts || !m->counters)
		return -ENOMEM;
	*now = (struct ipt_replace){
		.valid_hooks = m->was.hooks,
		.num_entries = n,
		.size = size,
		.num_counters = m->was.shape.entries,
		.counters = m->counts,
	};
	memcpy(now->name, m->was.got->name, sizeof(now->name));
	for (int h = 0; h < NF_HOOKS; h++) {
		uint32_t at = m->was.shape.hook[h];
		uint32_t end = m->was.shape.underflow[h];

		now->hook_entry[h] = at + moved(m, at, true);
		now->underflow[h] = end + moved(m, end, false);
	}
	return 0;
}

/* What the entries that stay had counted goes on. */
static void write_counters(struct change *m)
{
	uint32_t old = 0, now = 0;

	memcpy(m->counters->name, m->was.got->name, sizeof(m->counters->name));
	m->counters->num_counters = m->now->num_entries;
	for (uint32_t i = 0; i <= m->edits; i++) {
		const struct edit *e = &m->edit[i];
		uint32_t end = i < m->edits ? e->part->at + e->same
					    : m->was.shape.entries;

		memcpy(&m->counters->counters[now], &m->counts[old],
		       (end - old) * sizeof(*m->counts));
		now += end - old;
		if (i == m->edits)
			break;
		now += e->in;
		old = end + e->out;
	}
}

/* Tells what those that went had counted, to the last packet. */
static void tell_gone(const struct change *m, const struct nf_fold *fold)
{
	for (uint32_t i = 0; i < m->edits; i++) {
		const struct edit *e = &m->edit[i];
		const nf_id *id = past_ids(
			m, e->part, (uint32_t)(e->chain - m->goal->chain));

		for (uint32_t k = e->same; id && k < e->same + e->out; k++) {
			const struct xt_counters *c =
				&m->counts[e->part->at + k];

			if (id[k])
				fold->add(fold->ctx, id[k], c->pcnt, c->bcnt);
		}
	}
}

static int set_counters(struct change *m)
{
	socklen_t len =
		(socklen_t)(sizeof(*m->counters) +
			    m->counters->num_counters * sizeof(*m->counts));

	return setsockopt(m->fd, IPPROTO_IP, IPT_SO_SET_ADD_COUNTERS,
			  m->counters, len)
		       ? -errno
		       : 0;
}

/* What the kernel refuses, libip4tc is refused with the reason told. */
static int replace(struct change *m, const struct nf_fold *fold)
{
	socklen_t len;
	int r = write_head(m);

	if (r)
		return r;
	if (!write_entries(m))
		return NF_NOT_PLAIN;
	len = (socklen_t)(sizeof(*m->now) + m->now->size);
	if (setsockopt(m->fd, IPPROTO_IP, IPT_SO_SET_REPLACE, m->now, len))
		return errno == EAGAIN ? -EAGAIN : NF_NOT_PLAIN;
	write_counters(m);
	tell_gone(m, fold);
	return set_counters(m);
}

/* One attempt; without @fold all but the change itself. */
static int try_put(struct change *m, const struct nf_fold *fold)
{
	int r = nf_image_read(&m->was, m->fd, m->goal->table);

	if (r == 0)
		r = compare(m);
	return r == 0 && m->edits && fold ? replace(m, fold) : r;
}

static int attempts(int fd, const struct nf_goal *goal,
		    const struct nf_book_table *past,
		    const struct nf_fold *fold, bool *differs)
{
	int r = -EAGAIN;

	for (int i = 0; r == -EAGAIN && i < TRIES; i++) {
		struct change m = { .fd = fd, .goal = goal, .past = past };

		r = try_put(&m, fold);
		*differs = m.edits;
		change_fini(&m);
	}
	return r == -EAGAIN ? NF_NOT_PLAIN : r;
}

int nf_entries_put(int fd, const struct nf_goal *goal,
		   const struct nf_book_table *past, const struct nf_fold *fold,
		   char *why, size_t n)
{
	bool differs;
	int r = attempts(fd, goal, past, fold, &differs);

	if (r < 0)
		snprintf(why, n, "the kernel's table %s: %s",
			 nf_table_name(goal->table), strerror(-r));
	return r;
}

int nf_entries_differs(int fd, const struct nf_goal *goal,
		       const struct nf_book_table *past, bool *differs)
{
	return attempts(fd, goal, past, NULL, differs);
}

static void tell_part(const struct change *m, const struct nf_part *p,
		      uint32_t hint, const struct nf_fold *fold)
{
	const nf_id *id = past_ids(m, p, hint);
	uint32_t at = p->first;

	for (uint32_t i = 0; id && i < p->rules; i++) {
		const struct ipt_entry *e = nf_image_entry(&m->was, at);

		if (id[i])
			fold->add(fold->ctx, id[i], e->counters.pcnt,
				  e->counters.bcnt);
		at += e->next_offset;
	}
}

int nf_entries_count(int fd, enum nf_table table,
		     const struct nf_book_table *past,
		     const struct nf_fold *fold)
{
	int r = -EAGAIN;

	for (int i = 0; r == -EAGAIN && i < TRIES; i++) {
		struct change m = { .fd = fd, .past = past };

		r = nf_image_read(&m.was, fd, table);
		for (uint32_t k = 0; r == 0 && k < past->chains; k++) {
			const struct nf_part *p =
				nf_image_named(&m.was, past->chain[k].name);

			if (p)
				tell_part(&m, p, k, fold);
		}
		change_fini(&m);
	}
	return r;
}
