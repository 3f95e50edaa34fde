/*
 * One packet against one chain, and the chains it jumps to. Source: Linux 2.2,
 * net/ipv4/ip_fw.c, ip_fw_check().
 */
#include "engine/match22.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>

#include "engine/chain_slots.h"
#include "engine/fast.h"
#include "engine/fwlog.h"
#include "engine/index22.h"
#include "engine/pkt.h"
#include "engine/rules22.h"
#include "engine/state.h"

enum {
	INDEX_RULES = 16,  /* fewer are matched one by one */
	INDEX_AFTER = 128, /* comparisons a rule that pay for an index */
	IP_TOS_AT = 1,
};

/* A chain's rules as this process compiled them. */
struct chain22 {
	uint32_t generation; /* of the chain in the state; 0: not compiled */
	uint32_t n, cap;
	bool entered; /* by a jump, and not left */
	struct rule22 *rules;
	struct index22 *index;
	uint64_t compared; /* rules, where an index may come to be */
};

/* Where the walk stands in one chain. */
struct frame {
	struct chain22 *c;
	uint32_t chain;
	uint32_t at; /* rules passed: the number of the last one that matched */
	bool indexed;
	struct cursor22 cursor;
};

struct match22 {
	struct chain22 chain[FW_CHAINS_MAX]; /* by slot */
	uint32_t chains;     /* behind the last that was ever compiled */
	struct frame *frame; /* chains entered by jumps, outermost first */
	uint32_t frames;
};

/* What a walk is about. Without @p it is a CHECK: nothing changes. */
struct walk {
	struct fw *fw;
	struct packet22 seen;
	const struct fw_ifname *via;
	struct pkt *p;
	struct pkt_info *info;
	uint32_t depth; /* jumps not returned from */
	uint32_t start; /* the chain that is asked */
	uint16_t redir_port;
};

void match22_free(struct fw *fw)
{
	struct match22 *m = fw->match22;

	fw->match22 = NULL;
	if (!m)
		return;
	for (uint32_t i = 0; i < m->chains; i++) {
		index22_free(m->chain[i].index);
		free(m->chain[i].rules);
	}
	free(m->frame);
	free(m);
}

static int rules_room(struct chain22 *c, uint32_t n)
{
	struct rule22 *rules;
	uint32_t cap = c->cap ? c->cap : 4;

	if (n <= c->cap)
		return 0;
	while (cap < n)
		cap *= 2;
	rules = aligned_alloc(sizeof(*rules), cap * sizeof(*rules));
	if (!rules)
		return -ENOMEM;
	free(c->rules);
	c->rules = rules;
	c->cap = cap;
	return 0;
}

static int chain_compile(struct fw *fw, uint32_t chain)
{
	const struct fw_chain *from = &fw->st->chain[chain];
	struct chain22 *c = &fw->match22->chain[chain];
	uint32_t n = rules_bound(fw, from);

	if (chain >= fw->match22->chains)
		fw->match22->chains = chain + 1;
	index22_free(c->index);
	c->index = NULL;
	c->generation = 0;
	c->compared = 0;
	c->n = 0;
	if (rules_room(c, n))
		return -ENOMEM;
	for (uint32_t r = rule_next(fw, from, FW_NIL); r != FW_NIL && c->n < n;
	     r = rule_next(fw, from, r))
		rule22_init(&c->rules[c->n++], &fw->st->rule[r], r);
	c->generation = from->generation;
	return 0;
}

static struct chain22 *chain_compile_anew(struct fw *fw, uint32_t chain)
{
	if (!fw->match22)
		fw->match22 = calloc(1, sizeof(*fw->match22));
	if (!fw->match22 || chain_compile(fw, chain))
		return NULL;
	return &fw->match22->chain[chain];
}

/* The chain's rules, compiled as they are now; NULL: no memory. */
static inline struct chain22 *chain_compiled(struct fw *fw, uint32_t chain)
{
	struct match22 *m = fw->match22;

	if (m && m->chain[chain].generation == fw->st->chain[chain].generation)
		return &m->chain[chain];
	return chain_compile_anew(fw, chain);
}

static void chain_index(struct chain22 *c)
{
	c->index = index22_new(c->rules, c->n);
	c->compared = 0;
}

/* Before the first rule of a chain. */
static inline void frame_open(struct frame *f, struct chain22 *c,
			      uint32_t chain, const struct packet22 *seen)
{
	if (c->compared > (uint64_t)INDEX_AFTER * c->n)
		chain_index(c);
	f->c = c;
	f->chain = chain;
	f->at = 0;
	f->indexed = c->index != NULL;
	if (f->indexed)
		cursor22_start(&f->cursor, c->index, seen);
}

static const struct rule22 *frame_next_indexed(struct frame *f,
					       const struct packet22 *seen)
{
	const struct chain22 *c = f->c;

	for (;;) {
		uint32_t i = cursor22_next(&f->cursor, c->n);

		if (i >= c->n)
			return NULL;
		f->at = i + 1;
		if (rule22_matches(&c->rules[i], seen))
			return &c->rules[i];
	}
}

/* The next rule that matches, or NULL behind the last. */
static inline const struct rule22 *frame_next(struct frame *f,
					      const struct packet22 *seen)
{
	struct chain22 *c = f->c;
	const struct rule22 *r, *from, *end;

	if (f->indexed)
		return frame_next_indexed(f, seen);
	if (!c->n)
		return NULL; /* .rules is too */
	from = c->rules + f->at;
	end = c->rules + c->n;
	for (r = from; r < end && !rule22_matches(r, seen); r++)
		;
	if (c->n > INDEX_RULES)
		c->compared += (uint64_t)(r - from);
	if (r == end)
		return NULL;
	f->at = (uint32_t)(r - c->rules) + 1;
	return r;
}

static inline void count(struct fw *fw, const struct fw_counter *counter,
			 uint32_t bytes)
{
	struct fw_counter *c = fw_edit(fw, counter, sizeof(*counter));

	c->packets++;
	c->bytes += bytes;
	if (fw->trace)
		fast_trace_count(fw, counter, false);
}

/* Log, then TOS, then mark. Netlink copies have no listener. */
static void rule_acts(struct walk *w, const struct frame *f,
		      const struct fw_slot *s)
{
	struct pkt_info *info = w->info;

	if (s->flags & FW_F_LOG)
		fwlog_rule(w->fw, f->chain, s, f->at, w->via, w->p, info);
	if (w->fw->trace)
		fast_trace_rule(w->fw, s->flags & FW_F_LOG, s->tos_and,
				s->tos_xor);
	info->tos = (info->tos & s->tos_and) ^ s->tos_xor;
	w->p->data[IP_TOS_AT] = info->tos;
	w->p->mark = s->flags & FW_F_MARKABS ? s->mark : w->p->mark + s->mark;
}

static inline void rule_met(struct walk *w, const struct frame *f,
			    const struct rule22 *r)
{
	const struct fw_slot *s = &w->fw->st->rule[r->slot];

	count(w->fw, &s->count, w->info->tot_len);
	if (r->how & HOW_ACTS)
		rule_acts(w, f, s);
}

static void loop_log(struct walk *w, uint32_t chain)
{
	const struct frame *frame = w->fw->match22->frame;
	uint32_t *trace = malloc((w->depth + 1) * sizeof(*trace));
	uint32_t n = 0;

	if (!trace)
		return;
	for (uint32_t i = w->depth; i > 0; i--)
		trace[n++] = frame[i - 1].chain;
	trace[n++] = w->start;
	fwlog_loop(w->fw, chain, trace, n);
	free(trace);
}

/* One more jump's frame; those before it may move. NULL: no memory. */
static struct frame *frame_push(struct walk *w)
{
	struct match22 *m = w->fw->match22;

	if (w->depth == m->frames) {
		uint32_t frames = m->frames ? 2 * m->frames : 8;
		struct frame *f = realloc(m->frame, frames * sizeof(*f));

		if (!f)
			return NULL;
		m->frame = f;
		m->frames = frames;
	}
	return &m->frame[w->depth];
}

/* Enters the chain that the rule jumps to. FW_V_NONE: done; else a verdict. */
static enum fw_verdict chain_enter(struct walk *w, const struct rule22 *r)
{
	uint32_t chain = w->fw->st->rule[r->slot].jump;
	struct chain22 *c;
	struct frame *f;

	if (!fw_slot_ok(w->fw, FW_T_CHAIN, chain))
		return FW_V_DENY;
	if (w->fw->match22->chain[chain].entered) {
		if (w->p)
			loop_log(w, chain);
		return w->p ? FW_V_DENY : FW_V_LOOP;
	}
	f = frame_push(w);
	c = chain_compiled(w->fw, chain);
	if (!f || !c)
		return FW_V_DENY;
	frame_open(f, c, chain, &w->seen);
	c->entered = true;
	w->depth++;
	return FW_V_NONE;
}

/* Leaves chains entered by jumps until @depth are left. */
static void chains_leave(struct walk *w, uint32_t depth)
{
	while (w->depth > depth)
		w->fw->match22->frame[--w->depth].c->entered = false;
}

/* The end of a built-in chain that was asked. */
static inline enum fw_verdict policy(const struct fw_chain *c)
{
	return c->policy <= FW_V_MASQ && c->policy ? c->policy : FW_V_DENY;
}

/* The end of the chain that was asked. A user chain's is no verdict. */
static enum fw_verdict chain_end(const struct walk *w)
{
	const struct fw_chain *c = &w->fw->st->chain[w->start];

	if (w->start >= FW_BUILTINS)
		return FW_V_RETURN;
	if (w->p)
		count(w->fw, &c->count, w->info->tot_len);
	return policy(c);
}

static inline enum fw_verdict walk_chains(struct walk *w, struct chain22 *c)
{
	struct frame bottom, *f = &bottom;

	frame_open(f, c, w->start, &w->seen);
	for (;;) {
		const struct rule22 *r = frame_next(f, &w->seen);
		enum fw_verdict v = FW_V_RETURN;

		if (r) {
			v = r->how & HOW_TARGET;
			if (w->p)
				rule_met(w, f, r);
			if (v == FW_V_NONE)
				continue;
		}
		if (v == FW_V_RETURN && !w->depth)
			return chain_end(w);
		if (v == FW_V_RETURN)
			chains_leave(w, w->depth - 1);
		else if (v == FW_V_CHAIN)
			v = chain_enter(w, r);
		else if (v == FW_V_REDIRECT)
			w->redir_port = w->fw->st->rule[r->slot].redir_port;
		if (v != FW_V_RETURN && v != FW_V_NONE)
			return v;
		f = w->depth ? &w->fw->match22->frame[w->depth - 1] : &bottom;
	}
}

/* What is wrong with a packet that is refused before any rule, or NULL. */
static inline const char *suspect(const struct pkt_info *info)
{
	uint16_t offset = info->frag & IP_OFFSET;

	if (!(info->frag & (IP_MF | IP_OFFSET)))
		return NULL;
	if (info->proto == IPPROTO_TCP && offset == 1)
		return "Suspect TCP fragment.";
	if (!offset && info->no_ports)
		return "Suspect short first fragment.";
	return NULL;
}

/* Walks from a chain; @p NULL: a CHECK. */
static struct fw_answer walk(struct fw *fw, struct chain22 *c, uint32_t chain,
			     const struct fw_ifname *via, struct pkt *p,
			     struct pkt_info *info)
{
	struct fw_answer a;
	struct walk w;

	w.fw = fw;
	w.start = chain;
	w.via = via;
	w.p = p;
	w.info = info;
	w.depth = 0;
	w.redir_port = 0;
	w.seen.addr = info->src | (uint64_t)info->dst << 32;
	packet22_via(&w.seen, via);
	w.seen.proto = info->proto;
	w.seen.sport = info->sport;
	w.seen.dport = info->dport;
	w.seen.frag = info->no_ports;
	w.seen.syn = info->syn;
	a.verdict = walk_chains(&w, c);
	a.redir_port = w.redir_port ? w.redir_port : info->dport;
	if (w.depth)
		chains_leave(&w, 0);
	return a;
}

enum fw_verdict match22_ask(struct fw *fw, uint32_t chain,
			    const struct fw_ifname *via,
			    const struct pkt_info *info)
{
	struct chain22 *c = chain_compiled(fw, chain);
	struct pkt_info copy = *info;

	if (!c || suspect(info))
		return FW_V_DENY;
	return walk(fw, c, chain, via, NULL, &copy).verdict;
}

struct fw_answer chain_run(struct fw *fw, enum fw_builtin chain,
			   const struct fw_ifname *via, struct pkt *p,
			   struct pkt_info *info)
{
	struct chain22 *c = chain_compiled(fw, chain);
	const char *what = suspect(info);
	struct fw_answer a = { .verdict = FW_V_DENY };
	uint8_t tos = info->tos;

	if (what || !c) {
		if (what)
			fwlog_suspect(fw, what, via, p, info);
		return a;
	}
	if (!c->n) {
		a.verdict = policy(&fw->st->chain[chain]);
		count(fw, &fw->st->chain[chain].count, info->tot_len);
		return a;
	}
	a = walk(fw, c, chain, via, p, info);
	if (info->tos != tos && a.verdict != FW_V_DENY &&
	    a.verdict != FW_V_REJECT)
		pkt_ip_sum(p, info->ihl);
	return a;
}
