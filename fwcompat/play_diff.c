/*
 * Unified diffs of recordings. Lines are first paired into an edit script: the
 * inputs pair off by themselves, the few lines between two of them by the
 * longest common subsequence. Then the script is printed in hunks.
 */
#include "fwcompat/play_diff.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fwcompat/play_parse.h"

enum {
	CONTEXT = 3,
	/* Beyond so many pairs a block is shown as all gone and all new. */
	LCS_CELLS = 4000000,
};

struct line {
	const char *s;
	size_t n;
};

struct lines {
	struct line *v;
	size_t n;
};

/* One step of the script: ' ' both, '-' only then, '+' only now. */
struct step {
	char op;
	struct line line;
};

struct script {
	struct step *v;
	size_t n;
};

static bool split(struct lines *l, const char *s, size_t n)
{
	size_t count = 1;

	for (size_t i = 0; i < n; i++)
		count += s[i] == '\n';
	*l = (struct lines){ .v = calloc(count, sizeof(*l->v)) };
	while (l->v && n > 0) {
		const char *end = memchr(s, '\n', n);
		size_t len = end ? (size_t)(end - s) : n;

		l->v[l->n++] = (struct line){ s, len };
		s += end ? len + 1 : len;
		n -= end ? len + 1 : len;
	}
	return l->v;
}

static bool same(struct line a, struct line b)
{
	if (a.n == 2 && a.s[1] == ' ' && play_is_output(a.s))
		a.n = 1;
	if (b.n == 2 && b.s[1] == ' ' && play_is_output(b.s))
		b.n = 1;
	return a.n == b.n && !memcmp(a.s, b.s, a.n);
}

static void step(struct script *script, char op, struct line line)
{
	script->v[script->n++] = (struct step){ op, line };
}

/* The length of the longest common subsequence of all tails of a and b. */
static uint32_t *lcs_table(const struct line *a, size_t an,
			   const struct line *b, size_t bn)
{
	size_t w = bn + 1;
	uint32_t *t = an && bn && (an + 1) * w <= LCS_CELLS
			      ? calloc((an + 1) * w, sizeof(*t))
			      : NULL;

	for (size_t i = an; t && i-- > 0;)
		for (size_t j = bn; j-- > 0;) {
			uint32_t down = t[(i + 1) * w + j];
			uint32_t right = t[i * w + j + 1];

			t[i * w + j] = same(a[i], b[j])
					       ? t[(i + 1) * w + j + 1] + 1
				       : down >= right ? down
						       : right;
		}
	return t;
}

/* The script of a block of lines without common ends. */
static void compare_middle(const struct line *a, size_t an,
			   const struct line *b, size_t bn,
			   struct script *script)
{
	uint32_t *t = lcs_table(a, an, b, bn);
	size_t w = bn + 1, i = 0, j = 0;

	while (t && i < an && j < bn) {
		if (same(a[i], b[j])) {
			step(script, ' ', a[i++]);
			j++;
		} else if (t[(i + 1) * w + j] >= t[i * w + j + 1]) {
			step(script, '-', a[i++]);
		} else {
			step(script, '+', b[j++]);
		}
	}
	while (i < an)
		step(script, '-', a[i++]);
	while (j < bn)
		step(script, '+', b[j++]);
	free(t);
}

static void compare_block(const struct line *a, size_t an, const struct line *b,
			  size_t bn, struct script *script)
{
	size_t tail = 0;

	while (an && bn && same(*a, *b)) {
		step(script, ' ', *a++);
		b++;
		an--;
		bn--;
	}
	while (tail < an && tail < bn &&
	       same(a[an - tail - 1], b[bn - tail - 1]))
		tail++;
	compare_middle(a, an - tail, b, bn - tail, script);
	for (size_t i = an - tail; i < an; i++)
		step(script, ' ', a[i]);
}

/* How many lines from @from on are no inputs. */
static size_t block_length(const struct lines *l, size_t from)
{
	size_t n = 0;

	while (from + n < l->n && play_is_output(l->v[from + n].s))
		n++;
	return n;
}

/* Returns whether anything differs. */
static bool compare(const struct lines *a, const struct lines *b,
		    struct script *script)
{
	size_t i = 0, j = 0;

	while (i < a->n || j < b->n) {
		size_t an = block_length(a, i), bn = block_length(b, j);

		compare_block(a->v + i, an, b->v + j, bn, script);
		i += an;
		j += bn;
		/* The input behind; a play that broke off lacks some. */
		if (i < a->n && j < b->n)
			step(script, ' ', b->v[j++]);
		else if (i < a->n)
			step(script, '-', a->v[i]);
		else if (j < b->n)
			step(script, '+', b->v[j++]);
		i += i < a->n;
	}
	for (size_t s = 0; s < script->n; s++)
		if (script->v[s].op != ' ')
			return true;
	return false;
}

/* Steps from @from on that lie in the same hunk. */
static size_t hunk_end(const struct script *script, size_t from)
{
	size_t last = from;

	for (size_t i = from; i < script->n && i <= last + 2 * CONTEXT; i++)
		if (script->v[i].op != ' ')
			last = i;
	return last + CONTEXT + 1 < script->n ? last + CONTEXT + 1 : script->n;
}

static void print_hunk(const struct script *script, size_t from, size_t to,
		       size_t a_line, size_t b_line, struct text *diff)
{
	size_t a = 0, b = 0;

	for (size_t i = from; i < to; i++) {
		a += script->v[i].op != '+';
		b += script->v[i].op != '-';
	}
	text_printf(diff, "@@ -%zu,%zu +%zu,%zu @@\n", a ? a_line : a_line - 1,
		    a, b ? b_line : b_line - 1, b);
	for (size_t i = from; i < to; i++) {
		text_putc(diff, script->v[i].op);
		text_add(diff, script->v[i].line.s, script->v[i].line.n);
		text_putc(diff, '\n');
	}
}

static void print(const struct script *script, struct text *diff)
{
	size_t a_line = 1, b_line = 1, done = 0;

	for (size_t i = 0; i < script->n; i++) {
		size_t from, to;

		if (script->v[i].op == ' ')
			continue;
		from = i > done + CONTEXT ? i - CONTEXT : done;
		to = hunk_end(script, i);
		for (; done < from; done++) {
			a_line++; /* only common lines lie between hunks */
			b_line++;
		}
		print_hunk(script, from, to, a_line, b_line, diff);
		for (; done < to; done++) {
			a_line += script->v[done].op != '+';
			b_line += script->v[done].op != '-';
		}
		i = to - 1;
	}
}

void play_diff(const char *name, const char *was, size_t was_len,
	       const char *now, size_t now_len, struct text *diff)
{
	struct lines a, b = { 0 };
	struct script script = { 0 };

	if (!split(&a, was, was_len) || !split(&b, now, now_len))
		goto bad;
	script.v = calloc(a.n + b.n + 1, sizeof(*script.v));
	if (!script.v)
		goto bad;
	if (compare(&a, &b, &script)) {
		text_printf(diff, "--- %s\n+++ %s (played)\n", name, name);
		print(&script, diff);
	}
	goto out;
bad:
	diff->bad = true;
out:
	free(script.v);
	free(a.v);
	free(b.v);
}
