/* The rules of a state in the kernel. */
#include "netfilter/rules.h"

#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "netfilter/gather.h"

enum {
	HEAP_KEPT = 64 << 20,
	HUGE = 2 << 20, /* a page of the larger kind, x86's at least */
	PLACES = 64,    /* rules that places have, beside those of old rules */
	SMALL = 256,    /* less than is worth a page */
	MANY = 1000,    /* rules that are worth it */
	RULE_BYTES = 1 << 10, /* that an old rule takes on its way, or more */
};

int nf_rules_init(struct nf_rules *rules, const char *state,
		  const struct nf_config *config)
{
	*rules = (struct nf_rules){ .config = *config };
	/* What one step frees, the next one takes: without this the kernel
	 * would give, clear and take back the same pages all the time. */
	mallopt(M_MMAP_THRESHOLD, HEAP_KEPT);
	mallopt(M_TRIM_THRESHOLD, HEAP_KEPT);
	if (asprintf(&rules->book, "%s.kernel", state) >= 0)
		return 0;
	rules->book = NULL;
	return -ENOMEM;
}

void nf_rules_fini(struct nf_rules *rules)
{
	nf_rules_leave(rules);
	free(rules->filler);
	free(rules->book);
}

int nf_rules_enter(struct nf_rules *rules)
{
	return nf_load_open(&rules->load, rules->book);
}

static void forget_counts(struct nf_rules *rules)
{
	nf_counts_fini(&rules->counts);
	rules->counted = false;
}

void nf_rules_leave(struct nf_rules *rules)
{
	forget_counts(rules);
	nf_load_close(rules->load);
	rules->load = NULL;
}

bool nf_rules_interrupted(const struct nf_rules *rules)
{
	return nf_load_interrupted(rules->load);
}

static int compile(const struct nf_rules *rules, const struct proc_source *src,
		   struct nf_set *set, struct text *why,
		   const struct nf_listener *listener)
{
	struct nf_gathered g;
	int r = nf_gather(src, &g), fd = nf_load_socket(rules->load);

	if (r == 0)
		r = fd < 0 ? fd : nf_gather_ifaces_by(&g, fd);
	if (r == 0)
		r = nf_compile(&g.in, &rules->config, set, why, listener);
	nf_gathered_fini(&g);
	return r;
}

static void fold(void *fw, nf_id id, uint64_t packets, uint64_t bytes)
{
	nf_ids_fold(fw, id, packets, bytes);
}

static int put(struct nf_rules *rules, struct fw *fw, const struct nf_set *set,
	       char *why, size_t n)
{
	const struct nf_fold folds = { fw, fold };
	struct nf_want want = {
		.set = set,
		.generation = nf_generation_mark(&rules->config),
	};
	nf_id *ids = NULL;
	int r = nf_ids_make(fw, set, &ids);

	want.generation.value = want.generation.mask;
	want.id = ids;
	if (r == 0)
		r = nf_load_put(rules->load, &want, &folds, why, n);
	if (r == 0)
		nf_ids_settle(fw, ids, set->rules);
	free(ids);
	return r;
}

/*
 * A page that is touched for the first time takes as long as to make a rule of
 * the bytes in it. So the heap grows by what many rules take, in large pages,
 * if the kernel has such: where not, nothing is lost.
 */
static void prepare_heap(struct nf_rules *rules, size_t n)
{
	size_t room = n * RULE_BYTES + HUGE, off;
	uint8_t *heap;

	if (n < MANY || room > HEAP_KEPT || rules->filler)
		return;
	heap = malloc(room);
	if (!heap)
		return;
	off = HUGE - (uintptr_t)heap % HUGE;
	(void)!madvise(heap + off, (room - off) / HUGE * HUGE, MADV_HUGEPAGE);
	free(heap);
	/* What is before the first large page is not to be used. */
	rules->filler = off > SMALL ? malloc(off - SMALL) : NULL;
}

int nf_rules_put(struct nf_rules *rules, struct fw *fw,
		 const struct proc_source *src, char *why, size_t n)
{
	const uint32_t old = nf_ids_rules(fw);
	struct text sentence = { 0 };
	struct nf_set set;
	int r = 0;

	why[0] = '\0';
	forget_counts(rules);
	nf_set_init(&set);
	prepare_heap(rules, old);
	nf_set_expect(&set, old + PLACES);
	if (src)
		r = compile(rules, src, &set, &sentence, NULL);
	if (r == 0)
		r = put(rules, fw, &set, why, n);
	if (r && !why[0])
		snprintf(why, n, "%s", sentence.s ? sentence.s : strerror(-r));
	text_fini(&sentence);
	nf_set_fini(&set);
	return r;
}

bool nf_rules_translated(const struct nf_rules *rules)
{
	return nf_load_translated(rules->load);
}

int nf_rules_done(struct nf_rules *rules)
{
	return nf_load_done(rules->load);
}

void nf_rules_undone(struct nf_rules *rules)
{
	nf_load_undone(rules->load);
}

void nf_rules_check(const struct nf_rules *rules, const struct proc_source *src,
		    const struct nf_listener *listener)
{
	struct nf_set set;

	nf_set_init(&set);
	compile(rules, src, &set, NULL, listener);
	nf_set_fini(&set);
}

static void count(void *counts, nf_id id, uint64_t packets, uint64_t bytes)
{
	nf_counts_add(counts, id, packets, bytes);
}

const struct nf_counts *nf_rules_counts(struct nf_rules *rules,
					const struct fw *fw)
{
	const struct nf_fold counts = { &rules->counts, count };

	if (rules->counted)
		return &rules->counts;
	if (nf_counts_init(&rules->counts, fw) ||
	    nf_load_count(rules->load, &counts))
		forget_counts(rules);
	rules->counted = true;
	return &rules->counts;
}
