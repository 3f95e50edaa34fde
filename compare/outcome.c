/* What rules do with a packet, numbered. */
#include "compare/outcome.h"

#include <stdlib.h>
#include <string.h>

enum { TOS_KEPT = 0xFF };

void outcomes_fini(struct outcomes *o)
{
	free(o->list);
}

/* Of a packet that goes no further only the verdict and the log are seen. */
static struct outcome seen(const struct outcomes *o, const struct outcome *what)
{
	struct outcome w = *what;
	bool ends = w.verdict == VERDICT_DENY || w.verdict == VERDICT_REJECT;

	if (ends || (o->verdict_only && w.verdict)) {
		w.mark = 0;
		w.mark_set = 0;
		w.tos_and = TOS_KEPT;
		w.tos_xor = 0;
	}
	if (o->verdict_only && w.verdict)
		w.logged = 0;
	return w;
}

uint32_t outcome_number(struct outcomes *o, const struct outcome *what)
{
	struct outcome w = seen(o, what), *list;

	for (uint32_t i = 0; i < o->used; i++)
		if (!memcmp(&o->list[i], &w, sizeof(w)))
			return i;
	if (o->used == o->room) {
		uint32_t room = o->room ? 2 * o->room : 16;

		list = reallocarray(o->list, room, sizeof(*list));
		if (!list) {
			o->bad = true;
			return 0;
		}
		o->list = list;
		o->room = room;
	}
	o->list[o->used] = w;
	return o->used++;
}

struct outcome outcome_then(const struct outcome *a, const struct outcome *b)
{
	struct outcome c = *b;

	if (!b->mark_set) {
		c.mark = a->mark + b->mark;
		c.mark_set = a->mark_set;
	}
	c.logged = a->logged | b->logged;
	c.tos_and = a->tos_and & b->tos_and;
	c.tos_xor = (uint8_t)((a->tos_xor & b->tos_and) ^ b->tos_xor);
	return c;
}

static const char *const verdict_words[] = {
	[VERDICT_NONE] = "no verdict",  [VERDICT_ACCEPT] = "accepted",
	[VERDICT_DENY] = "denied",      [VERDICT_REJECT] = "rejected",
	[VERDICT_MASQ] = "masqueraded", [VERDICT_REDIRECT] = "redirected",
};

void outcome_text(const struct outcome *what, struct text *out)
{
	text_puts(out, verdict_words[what->verdict]);
	if (what->verdict == VERDICT_REDIRECT && what->port)
		text_printf(out, " to port %u", what->port);
	if (what->mark || what->mark_set)
		text_printf(out, ", mark %s%u", what->mark_set ? "" : "+",
			    what->mark);
	if (what->tos_and != TOS_KEPT || what->tos_xor)
		text_printf(out, ", TOS 0x%02X 0x%02X", what->tos_and,
			    what->tos_xor);
	if (what->logged)
		text_puts(out, ", logged");
}
