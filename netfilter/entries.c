/* A table in the form in which the kernel gives it out and takes it. */
#include "netfilter/entries.h"

#include <errno.h>
#include <limits.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "netfilter/goal.h"

/* The kernel's numbers of verdicts, which the names of ours hide. */
#undef NF_ACCEPT
#undef NF_DROP
enum { VERDICT_DROP = -1, VERDICT_ACCEPT = -2, VERDICT_RETURN = XT_RETURN };

enum { TRIES = 20 }; /* others may change a table between our look and change */

/* A chain, in the order in which the table has them. */
struct part {
	const char *name;    /* a built-in one's: "" */
	uint32_t first, end; /* where the first rule and the last entry begin,
				which is the policy or a RETURN */
	uint32_t at, rules;  /* the first rule's number among all entries */
};

/* What a chain of ours is to have in the place of what it has. */
struct edit {
	const struct part *part;
	const struct nf_goal_chain *chain;
	uint32_t same, out, in; /* rules that stay at the beginning, then those
				   that go, and those that come */
	uint32_t from, to;      /* where those that go are */
	uint32_t put;           /* where those that come are, once they are */
	size_t bytes;           /* and how many */
};

struct image {
	int fd;
	const struct nf_goal *goal;
	const struct nf_book_table *past;
	struct ipt_getinfo info;
	uint32_t last_hook; /* where the last built-in chain begins */
	struct part *part;
	const struct part **named; /* user chains, by name */
	uint32_t parts, nameds;
	struct edit *edit; /* as their parts are */
	uint32_t edits;
	struct ipt_get_entries *got;
	struct ipt_replace *now;
	struct xt_counters *was;           /* of the old entries */
	struct xt_counters_info *counters; /* of the new ones */
};

static void image_fini(struct image *m)
{
	free(m->part);
	free(m->named);
	free(m->edit);
	free(m->got);
	free(m->now);
	free(m->was);
	free(m->counters);
}

static const struct ipt_entry *entry_at(const struct image *m, uint32_t at)
{
	return (const void *)((const uint8_t *)m->got->entrytable + at);
}

static struct ipt_entry *entry_now(const struct image *m, uint32_t at)
{
	return (void *)((uint8_t *)m->now->entries + at);
}

static const struct xt_entry_target *target_of(const struct ipt_entry *e)
{
	return (const void *)((const uint8_t *)e + e->target_offset);
}

/* The verdict of an entry, if it is one that the kernel itself gives. */
static const int *verdict_in(const struct ipt_entry *e)
{
	const struct xt_standard_target *t = (const void *)target_of(e);

	return *t->target.u.user.name ||
			       t->target.u.user.target_size != sizeof(*t)
		       ? NULL
		       : &t->verdict;
}

/* The name that the head of a chain tells, or NULL: it is none. */
static const char *head_name(const struct ipt_entry *e)
{
	const struct xt_error_target *t = (const void *)target_of(e);

	return t->target.u.user.target_size == sizeof(*t) &&
			       !strcmp(t->target.u.user.name,
				       XT_ERROR_TARGET) &&
			       memchr(t->errorname, '\0', sizeof(t->errorname))
		       ? t->errorname
		       : NULL;
}

static int info_get(int fd, enum nf_table table, struct ipt_getinfo *info)
{
	socklen_t len = sizeof(*info);

	*info = (struct ipt_getinfo){ .name = "" };
	snprintf(info->name, sizeof(info->name), "%s", nf_table_name(table));
	return getsockopt(fd, IPPROTO_IP, IPT_SO_GET_INFO, info, &len) ? -errno
								       : 0;
}

int nf_entries_shape(int fd, enum nf_table table, struct nf_shape *shape)
{
	struct ipt_getinfo info;
	int r = info_get(fd, table, &info);

	if (r)
		return r;
	shape->entries = info.num_entries;
	shape->bytes = info.size;
	memcpy(shape->hook, info.hook_entry, sizeof(shape->hook));
	memcpy(shape->underflow, info.underflow, sizeof(shape->underflow));
	return 0;
}

/* The entries as they are. */
static int image_get(struct image *m, enum nf_table table)
{
	socklen_t len;

	if (info_get(m->fd, table, &m->info))
		return NF_NOT_PLAIN;
	for (int h = 0; h < NF_INET_NUMHOOKS; h++)
		if (m->info.valid_hooks & 1U << h &&
		    m->info.hook_entry[h] > m->last_hook)
			m->last_hook = m->info.hook_entry[h];
	m->got = malloc(sizeof(*m->got) + m->info.size);
	if (!m->got)
		return -ENOMEM;
	memcpy(m->got->name, m->info.name, sizeof(m->got->name));
	m->got->size = m->info.size;
	len = (socklen_t)(sizeof(*m->got) + m->info.size);
	if (getsockopt(m->fd, IPPROTO_IP, IPT_SO_GET_ENTRIES, m->got, &len))
		return errno == EAGAIN ? -EAGAIN : NF_NOT_PLAIN;
	return 0;
}

/* Whether an entry lies where it says that it does. */
static bool entry_ok(const struct image *m, uint32_t at)
{
	const struct ipt_entry *e = entry_at(m, at);
	const uint32_t left = m->info.size - at;

	return left >= sizeof(*e) && e->next_offset <= left &&
	       e->target_offset >= sizeof(*e) && !(e->next_offset % 8) &&
	       !(e->target_offset % 8) &&
	       e->target_offset + sizeof(struct xt_entry_target) <=
		       e->next_offset &&
	       e->target_offset + target_of(e)->u.user.target_size <=
		       e->next_offset;
}

/* Whether a built-in chain begins there. */
static bool is_built_in(const struct image *m, uint32_t at)
{
	for (int h = 0; at <= m->last_hook && h < NF_INET_NUMHOOKS; h++)
		if (m->info.valid_hooks & 1U << h &&
		    m->info.hook_entry[h] == at)
			return true;
	return false;
}

/* The chain that ends before entry @n, the last one of which is at @last. */
static bool part_end(struct image *m, uint32_t last, uint32_t n)
{
	struct part *p;

	if (!m->parts)
		return n == 0;
	p = &m->part[m->parts - 1];
	p->end = last;
	p->rules = n - p->at - 1;
	return n > p->at;
}

static int part_begin(struct image *m, const char *name, uint32_t first,
		      uint32_t at)
{
	if (!(m->parts & (m->parts - 1))) { /* all that there is room for */
		size_t room = m->parts ? m->parts * (size_t)2 : 1;
		struct part *more = reallocarray(m->part, room, sizeof(*more));

		if (!more)
			return -ENOMEM;
		m->part = more;
	}
	m->part[m->parts++] =
		(struct part){ .name = name, .first = first, .at = at };
	return 0;
}

/* Finds the chains. The last entry is a head of none. */
static int divide(struct image *m)
{
	uint32_t at = 0, last = 0, n = 0;
	int r = 0;

	for (; r == 0 && at < m->info.size; n++) {
		const struct ipt_entry *e;
		const char *name;

		if (!entry_ok(m, at))
			return NF_NOT_PLAIN;
		e = entry_at(m, at);
		name = head_name(e);
		if ((name || is_built_in(m, at)) && !part_end(m, last, n))
			return NF_NOT_PLAIN;
		if (name && at + e->next_offset < m->info.size)
			r = part_begin(m, name, at + e->next_offset, n + 1);
		else if (!name && is_built_in(m, at))
			r = part_begin(m, "", at, n);
		last = at;
		at += e->next_offset;
	}
	if (r == 0 &&
	    (n != m->info.num_entries || !n || !head_name(entry_at(m, last))))
		r = NF_NOT_PLAIN;
	return r;
}

static int by_name(const void *a, const void *b)
{
	const struct part *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

static int sort_names(struct image *m)
{
	m->named = calloc(m->parts + (size_t)1, sizeof(*m->named));
	if (!m->named)
		return -ENOMEM;
	for (uint32_t i = 0; i < m->parts; i++)
		if (*m->part[i].name)
			m->named[m->nameds++] = &m->part[i];
	qsort(m->named, m->nameds, sizeof(*m->named), by_name);
	return 0;
}

static const struct part *part_named(const struct image *m, const char *name)
{
	const struct part key = { .name = name }, *const k = &key;
	const struct part **found =
		bsearch(&k, m->named, m->nameds, sizeof(*m->named), by_name);

	return found ? *found : NULL;
}

/* The chain whose first rule is there, or NULL. */
static const struct part *part_at(const struct image *m, uint32_t first)
{
	uint32_t low = 0, high = m->parts;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (m->part[mid].first == first)
			return &m->part[mid];
		if (m->part[mid].first < first)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

static int image_read(struct image *m, enum nf_table table)
{
	int r = image_get(m, table);

	if (r == 0)
		r = divide(m);
	return r ? r : sort_names(m);
}

/* Whose counters the chain's rules count; NULL: not known. @hint: where in the
 * book the chain should be. */
static const nf_id *past_ids(const struct image *m, const struct part *p,
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
		*verdict = VERDICT_ACCEPT;
	else if (!strcmp(name, "DROP"))
		*verdict = VERDICT_DROP;
	else if (!strcmp(name, "RETURN"))
		*verdict = VERDICT_RETURN;
	else
		return false;
	return true;
}

/* The name of the old entry's target in words, as encode.h has it. */
static const char *target_name(const struct image *m, uint32_t at)
{
	const struct ipt_entry *e = entry_at(m, at);
	const int *verdict = verdict_in(e);
	const struct part *p;

	if (!verdict)
		return target_of(e)->u.user.name;
	switch (*verdict) {
	case VERDICT_ACCEPT:
		return "ACCEPT";
	case VERDICT_DROP:
		return "DROP";
	case VERDICT_RETURN:
		return "RETURN";
	}
	if (*verdict == (int)(at + e->next_offset))
		return "";
	p = *verdict < 0 ? NULL : part_at(m, (uint32_t)*verdict);
	return p && *p->name ? p->name : "?";
}

/* Whether the old rule at @at may stay as the goal's rule @i. */
static bool stays(const struct image *m, uint32_t at, const nf_id *past,
		  uint32_t i)
{
	if (past && *past != m->goal->id[i])
		return false;
	return nf_entry_alike(entry_at(m, at), target_name(m, at),
			      nf_code_entry(&m->goal->code, m->goal->at[i]));
}

/* Where each rule of the chain begins. */
static uint32_t *rules_at(const struct image *m, const struct part *p)
{
	uint32_t *rule = malloc((p->rules + (size_t)1) * sizeof(*rule));
	uint32_t at = p->first;

	for (uint32_t i = 0; rule && i <= p->rules; i++) {
		rule[i] = at;
		at += entry_at(m, at)->next_offset;
	}
	return rule;
}

/* Where the goal's rule @i would be in its code. */
static size_t code_at(const struct nf_goal *goal, uint32_t i)
{
	return i < goal->rules ? goal->at[i] : goal->code.len;
}

/* What of the chain has to be changed, so that the rest goes on counting. */
static int compare_chain(struct image *m, uint32_t chain, const struct part *p)
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
static bool jumps_stay(const struct image *m, const struct part *p,
		       const struct nf_jumps *want, struct nf_code *code)
{
	uint32_t ours = 0, at = p->first;

	for (uint32_t n = p->rules; n--; at += entry_at(m, at)->next_offset) {
		const char *target = target_name(m, at);

		if (!nf_name_ours(target))
			continue;
		if (ours == want->n ||
		    nf_goal_jump(code, &want->jump[ours++]) ||
		    !nf_entry_alike(entry_at(m, at), target,
				    nf_code_entry(code, 0)))
			return false;
	}
	return ours == want->n;
}

static bool hook_stays(const struct image *m, enum nf_hook hook,
		       struct nf_code *code)
{
	const struct nf_jumps *want = &m->goal->hook[hook];
	const struct part *p;

	if (!(m->info.valid_hooks & 1U << hook))
		return !want->n;
	p = part_at(m, m->info.hook_entry[hook]);
	return p && p->end == m->info.underflow[hook] &&
	       jumps_stay(m, p, want, code);
}

static bool all_jumps_stay(const struct image *m)
{
	struct nf_code code = { 0 };
	bool stay = true;

	for (int h = 0; stay && h < NF_HOOKS; h++)
		stay = hook_stays(m, (enum nf_hook)h, &code);
	nf_code_fini(&code);
	return stay;
}

/* Whether there are just the chains of ours that there are to be. */
static bool chains_stay(const struct image *m)
{
	uint32_t ours = 0;

	for (uint32_t i = 0; i < m->nameds; i++)
		ours += nf_name_ours(m->named[i]->name);
	return ours == m->goal->chains && !m->goal->keep;
}

/* What has to be changed; NF_NOT_PLAIN: not rules alone. */
static int compare(struct image *m)
{
	int r = 0;

	if (!chains_stay(m))
		return NF_NOT_PLAIN;
	m->edit = calloc(m->goal->chains + (size_t)1, sizeof(*m->edit));
	if (!m->edit)
		return -ENOMEM;
	for (uint32_t i = 0; r == 0 && i < m->goal->chains; i++) {
		const struct part *p = part_named(m, m->goal->chain[i].name);

		r = p ? compare_chain(m, i, p) : NF_NOT_PLAIN;
	}
	if (r == 0 && !all_jumps_stay(m))
		r = NF_NOT_PLAIN;
	qsort(m->edit, m->edits, sizeof(*m->edit), by_place);
	return r;
}

/* How far what was at @at moves; what is put there comes before it. */
static uint32_t moved(const struct image *m, uint32_t at, bool is_first)
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
static int new_place(const struct image *m, const struct part *p)
{
	return (int)(p->first + moved(m, p->first, true));
}

/* Jumps tell a place: those of entries that stay, from @at to @to in the old
 * order, which moved by @by. */
static bool jumps_move(const struct image *m, uint32_t at, uint32_t to,
		       uint32_t by)
{
	for (uint32_t next; at < to; at = next) {
		const struct ipt_entry *e = entry_at(m, at);
		const int *was = verdict_in(e);
		const struct part *p;
		int verdict;

		next = at + e->next_offset;
		if (!was || *was < 0)
			continue;
		p = *was == (int)next ? NULL : part_at(m, (uint32_t)*was);
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
static bool jumps_told(const struct image *m, const struct edit *edit)
{
	uint32_t at = edit->put;

	for (uint32_t i = 0; i < edit->in; i++) {
		struct ipt_entry *e = entry_now(m, at);
		struct xt_standard_target *t =
			(void *)((uint8_t *)e + e->target_offset);
		const char *name = t->target.u.user.name;
		const struct part *p;

		at += e->next_offset;
		if (!nf_entry_is_verdict(e))
			continue;
		if (!*name) {
			t->verdict = (int)at;
		} else if (!verdict_named(name, &t->verdict)) {
			p = part_named(m, name);
			if (!p)
				return false;
			t->verdict = new_place(m, p);
		}
		memset(t->target.u.user.name, 0, sizeof(t->target.u.user.name));
	}
	return true;
}

/* The new entries, of old ones and those that come. */
static bool write_entries(struct image *m)
{
	uint8_t *to = (uint8_t *)m->now->entries;
	uint32_t old = 0, now = 0;
	bool ok = true;

	for (uint32_t i = 0; i <= m->edits; i++) {
		struct edit *e = &m->edit[i];
		uint32_t end = i < m->edits ? e->from : m->info.size;

		memcpy(to + now, entry_at(m, old), end - old);
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
static int write_head(struct image *m)
{
	uint32_t n = m->info.num_entries, size = m->info.size;
	struct ipt_replace *now;

	for (uint32_t i = 0; i < m->edits; i++) {
		const struct edit *e = &m->edit[i];

		n += e->in - e->out;
		size += (uint32_t)e->bytes - (e->to - e->from);
	}
	m->now = now = malloc(sizeof(*now) + size);
	m->was = malloc(m->info.num_entries * sizeof(*m->was));
	m->counters = malloc(sizeof(*m->counters) + n * sizeof(*m->was));
	if (!m->now || !m->was || !m->counters)
		return -ENOMEM;
	*now = (struct ipt_replace){
		.valid_hooks = m->info.valid_hooks,
		.num_entries = n,
		.size = size,
		.num_counters = m->info.num_entries,
		.counters = m->was,
	};
	memcpy(now->name, m->info.name, sizeof(now->name));
	for (int h = 0; h < NF_INET_NUMHOOKS; h++) {
		uint32_t at = m->info.hook_entry[h];
		uint32_t end = m->info.underflow[h];

		now->hook_entry[h] = at + moved(m, at, true);
		now->underflow[h] = end + moved(m, end, false);
	}
	return 0;
}

/* What the entries that stay had counted goes on. */
static void write_counters(struct image *m)
{
	uint32_t old = 0, now = 0;

	memcpy(m->counters->name, m->info.name, sizeof(m->counters->name));
	m->counters->num_counters = m->now->num_entries;
	for (uint32_t i = 0; i <= m->edits; i++) {
		const struct edit *e = &m->edit[i];
		uint32_t end = i < m->edits ? e->part->at + e->same
					    : m->info.num_entries;

		memcpy(&m->counters->counters[now], &m->was[old],
		       (end - old) * sizeof(*m->was));
		now += end - old;
		if (i == m->edits)
			break;
		now += e->in;
		old = end + e->out;
	}
}

/* Tells what those that went had counted, to the last packet. */
static void tell_gone(const struct image *m, const struct nf_fold *fold)
{
	for (uint32_t i = 0; i < m->edits; i++) {
		const struct edit *e = &m->edit[i];
		const nf_id *id = past_ids(
			m, e->part, (uint32_t)(e->chain - m->goal->chain));

		for (uint32_t k = e->same; id && k < e->same + e->out; k++) {
			const struct xt_counters *c = &m->was[e->part->at + k];

			if (id[k])
				fold->add(fold->ctx, id[k], c->pcnt, c->bcnt);
		}
	}
}

static int set_counters(struct image *m)
{
	socklen_t len =
		(socklen_t)(sizeof(*m->counters) +
			    m->counters->num_counters * sizeof(*m->was));

	return setsockopt(m->fd, IPPROTO_IP, IPT_SO_SET_ADD_COUNTERS,
			  m->counters, len)
		       ? -errno
		       : 0;
}

/* What the kernel refuses, libip4tc is refused with the reason told. */
static int replace(struct image *m, const struct nf_fold *fold)
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
static int try_put(struct image *m, const struct nf_fold *fold)
{
	int r = image_read(m, m->goal->table);

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
		struct image m = { .fd = fd, .goal = goal, .past = past };

		r = try_put(&m, fold);
		*differs = m.edits;
		image_fini(&m);
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

static void tell_part(const struct image *m, const struct part *p,
		      uint32_t hint, const struct nf_fold *fold)
{
	const nf_id *id = past_ids(m, p, hint);
	uint32_t at = p->first;

	for (uint32_t i = 0; id && i < p->rules; i++) {
		const struct ipt_entry *e = entry_at(m, at);

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
		struct image m = { .fd = fd, .past = past };

		r = image_read(&m, table);
		for (uint32_t k = 0; r == 0 && k < past->chains; k++) {
			const struct part *p =
				part_named(&m, past->chain[k].name);

			if (p)
				tell_part(&m, p, k, fold);
		}
		image_fini(&m);
	}
	return r;
}
