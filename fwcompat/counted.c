/* Which rules and policies counted a packet. */
#include "fwcompat/counted.h"

#include <stdlib.h>
#include <string.h>

#include "engine/state.h"

/* Calls @count for every counter of the host; @name is its chain or list, @num
 * its rule's number, 0 a policy. */
struct walk {
	void (*count)(struct walk *w, const char *name, uint32_t num,
		      uint64_t packets);
	const char *list;
	char chain[FW_LABEL_MAX + 1];
	uint32_t num;
	struct counted *into;         /* counted_take() */
	const struct counted *before; /* counted_text() */
	size_t at;
	struct text *out;
};

static void see_policy(void *ctx, const struct fw_chain_row *row)
{
	struct walk *w = ctx;

	if (strcmp(row->policy, "-") != 0)
		w->count(w, row->label, 0, row->count.packets);
}

static void see_rule(void *ctx, const struct fw_rule_row *row)
{
	struct walk *w = ctx;

	if (strcmp(w->chain, row->chain) != 0)
		w->num = 0;
	memcpy(w->chain, row->chain, sizeof(w->chain));
	w->count(w, row->chain, ++w->num, row->count.packets);
}

static void see_rule20(void *ctx, const struct fw20_rule_row *row)
{
	struct walk *w = ctx;

	w->count(w, w->list, ++w->num, row->packets);
}

static void walk(struct walk *w, struct fw *fw)
{
	static const char *const lists[FW20_LISTS] = {
		[FW20_FORWARD] = "forward",
		[FW20_INPUT] = "input",
		[FW20_OUTPUT] = "output",
		[FW20_ACCT] = "accounting",
	};

	chains_each(fw, see_policy, w);
	rules_each(fw, false, see_rule, w);
	for (int i = 0; i < FW20_LISTS; i++) {
		w->list = lists[i];
		w->num = 0;
		list_each(fw, (enum fw20_list)i, false, see_rule20, w);
	}
}

static void keep(struct walk *w, const char *name, uint32_t num,
		 uint64_t packets)
{
	struct counted *c = w->into;
	size_t room = c->room ? 2 * c->room : 256;
	uint64_t *grown;

	(void)name;
	(void)num;
	if (c->used == c->room && !c->bad) {
		grown = reallocarray(c->packets, room, sizeof(*grown));
		c->bad = !grown;
		if (grown) {
			c->packets = grown;
			c->room = room;
		}
	}
	if (!c->bad)
		c->packets[c->used++] = packets;
}

void counted_take(struct counted *c, struct fw *fw)
{
	struct walk w = { .count = keep, .into = c };

	c->used = 0;
	walk(&w, fw);
}

void counted_fini(struct counted *c)
{
	free(c->packets);
}

static void tell(struct walk *w, const char *name, uint32_t num,
		 uint64_t packets)
{
	size_t at = w->at++;

	if (at >= w->before->used || packets == w->before->packets[at])
		return;
	if (num)
		text_printf(w->out, "counted %s %u\n", name, num);
	else
		text_printf(w->out, "counted %s policy\n", name);
}

void counted_text(const struct counted *before, struct fw *fw, struct text *out)
{
	struct walk w = { .count = tell, .before = before, .out = out };

	walk(&w, fw);
}
