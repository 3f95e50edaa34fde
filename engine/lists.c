/*
 * Operations on the fixed lists of Linux 2.0 and 1.3. Source: Linux 2.0 and
 * 1.3.56, net/ipv4/ip_fw.c.
 */
#include "engine/lists.h"

#include <errno.h>
#include <string.h>

#include "engine/state.h"

static const struct fw20_lists fresh = {
	.first = { FW_NIL, FW_NIL, FW_NIL, FW_NIL },
	.last = { FW_NIL, FW_NIL, FW_NIL, FW_NIL },
	.policy = { FW20_ACCEPT, FW20_ACCEPT, FW20_ACCEPT, FW20_ACCEPT },
};

/* What a kernel takes of a rule, and what it makes of its TOS masks. */
struct rule_era {
	uint16_t flags;  /* that exist */
	uint8_t and_on;  /* bits that are set in the and-mask */
	uint8_t xor_off; /* bits that are cleared in the xor-mask */
};

static const struct rule_era rule_eras[ERA_COUNT] = {
	[ERA_2_2] = { FW20_MASK, 0x01, 0x01 },
	[ERA_2_0] = { FW20_MASK, 0x01, 0x01 },
	[ERA_1_3] = { FW20_MASK_1_3, 0x03, 0x03 },
};

static const struct rule_era *rule_era(const struct fw *fw)
{
	return &rule_eras[fw->st->g.era];
}

static struct fw20_lists *lists_edit(struct fw *fw)
{
	return fw_edit(fw, &fw->st->lists, sizeof(fw->st->lists));
}

static const struct fw20_slot *slot_at(const struct fw *fw, uint32_t slot)
{
	return &fw->st->rule20[slot];
}

static struct fw20_slot *slot_edit(struct fw *fw, uint32_t slot)
{
	return fw_edit(fw, slot_at(fw, slot), sizeof(struct fw20_slot));
}

/* Whether @slot is a rule, not the end of its list. */
static bool is_slot(const struct fw *fw, uint32_t slot)
{
	return fw_slot_ok(fw, FW_T_RULE20, slot);
}

/* How many rules a walk may see: in a damaged state a list may run in a circle.
 */
static uint32_t walk_bound(const struct fw *fw)
{
	return fw->st->table[FW_T_RULE20].used;
}

void lists_init(struct fw *fw)
{
	*lists_edit(fw) = fresh;
}

/* 1.3 has no output list: "blocking" serves both ways. */
static bool has_list(const struct fw *fw, enum fw20_list list)
{
	return fw->st->g.era != ERA_1_3 || list != FW20_OUTPUT;
}

static bool rule_valid(const struct fw *fw, const struct fw20_rule *r)
{
	int ports = FW20_PORTS - (r->flags & FW20_REDIR ? 1 : 0);

	return !(r->flags & ~rule_era(fw)->flags) &&
	       !((r->flags & FW20_SRANGE) && r->n_src < 2) &&
	       !((r->flags & FW20_DRANGE) && r->n_dst < 2) &&
	       r->n_src + r->n_dst <= ports;
}

/* Puts a new rule behind @before (no slot: at the head). */
static int put_rule(struct fw *fw, enum fw20_list list, uint32_t before,
		    const struct fw20_rule *rule)
{
	const struct rule_era *era = rule_era(fw);
	uint32_t slot = fw_slot_new(fw, FW_T_RULE20);
	struct fw20_lists *lists;
	struct fw20_slot *s;

	if (slot == FW_NIL)
		return -ENOMEM;
	lists = lists_edit(fw);
	s = slot_edit(fw, slot);
	s->rule = *rule;
	s->rule.tos_and |= era->and_on;
	s->rule.tos_xor &= (uint8_t)~era->xor_off;
	if (!is_slot(fw, before)) {
		s->next = lists->first[list];
		lists->first[list] = slot;
	} else {
		s->next = slot_at(fw, before)->next;
		slot_edit(fw, before)->next = slot;
	}
	if (s->next == FW_NIL)
		lists->last[list] = slot;
	lists->generation++;
	return 0;
}

/* Takes the rule behind @before (FW_NIL: the head) out. */
static void take_rule(struct fw *fw, enum fw20_list list, uint32_t before,
		      uint32_t slot)
{
	uint32_t next = slot_at(fw, slot)->next;
	struct fw20_lists *lists = lists_edit(fw);

	if (before == FW_NIL)
		lists->first[list] = next;
	else
		slot_edit(fw, before)->next = next;
	if (lists->last[list] == slot)
		lists->last[list] = before;
	lists->generation++;
	fw_slot_free(fw, FW_T_RULE20, slot);
}

/* 1 if @a is the larger, -1 if the smaller. */
static int compare(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

/* A longer mask is more special; addresses that differ do not compare. */
static int score_address(uint32_t addr, uint32_t mask, uint32_t other_addr,
			 uint32_t other_mask)
{
	if ((addr ^ other_addr) & mask & other_mask)
		return 0;
	return compare(mask, other_mask);
}

/* How many ports a side of a rule lets pass, as 1.3 reckoned. */
static uint16_t port_width(const uint16_t *port, uint16_t n, bool range)
{
	if (n == 0)
		return 65535;
	return range ? (uint16_t)(port[1] - port[0]) : n;
}

static int score_ports(const struct fw20_rule *r, const struct fw20_rule *o)
{
	enum { COMPARED_SOURCES = 8 }; /* quirk: with more no destination is */
	int score =
		compare(port_width(o->port, o->n_src, o->flags & FW20_SRANGE),
			port_width(r->port, r->n_src, r->flags & FW20_SRANGE));

	if (r->n_src > COMPARED_SOURCES || o->n_src > COMPARED_SOURCES)
		return score;
	return score + compare(port_width(o->port + o->n_src, o->n_dst,
					  o->flags & FW20_DRANGE),
			       port_width(r->port + r->n_src, r->n_dst,
					  r->flags & FW20_DRANGE));
}

static bool same_addresses(const struct fw20_rule *r, const struct fw20_rule *o)
{
	return (r->src & r->smask) == (o->src & o->smask) &&
	       r->smask == o->smask &&
	       (r->dst & r->dmask) == (o->dst & o->dmask) &&
	       r->dmask == o->dmask;
}

/* By how much @r is more special than @o: positive, it goes before it. */
static int score_rule(const struct fw20_rule *r, const struct fw20_rule *o)
{
	int kind = r->flags & FW20_KIND, other = o->flags & FW20_KIND;
	int score;

	if (kind != FW20_ALL && other != FW20_ALL && kind != other)
		return 0;
	score = score_address(r->src, r->smask, o->src, o->smask) +
		score_address(r->dst, r->dmask, o->dst, o->dmask);
	if (!same_addresses(r, o))
		return score;
	if (kind != FW20_ALL && other == FW20_ALL)
		score++;
	if (kind == other && (kind == FW20_TCP || kind == FW20_UDP))
		score += score_ports(r, o);
	if (score == 0 && r->via_addr && !o->via_addr)
		score = 1;
	return score;
}

/* The rule behind which @rule finds its place, or FW_NIL: at the head. */
static uint32_t find_place(const struct fw *fw, enum fw20_list list,
			   const struct fw20_rule *rule)
{
	uint32_t before = FW_NIL, slot = fw->st->lists.first[list];
	uint32_t left = walk_bound(fw);

	while (is_slot(fw, slot) && left-- &&
	       score_rule(rule, &slot_at(fw, slot)->rule) <= 0) {
		before = slot;
		slot = slot_at(fw, slot)->next;
	}
	return before;
}

/* Behind @before, where the kernel does not sort. */
static int add_rule(struct fw *fw, enum fw20_list list, uint32_t before,
		    const struct fw20_rule *rule)
{
	if (!has_list(fw, list))
		return -ENOPROTOOPT;
	if (!rule_valid(fw, rule))
		return -EINVAL;
	if (fw->st->g.era == ERA_1_3)
		before = find_place(fw, list, rule);
	return put_rule(fw, list, before, rule);
}

int list_append(struct fw *fw, enum fw20_list list,
		const struct fw20_rule *rule)
{
	return add_rule(fw, list, fw->st->lists.last[list], rule);
}

int list_insert(struct fw *fw, enum fw20_list list,
		const struct fw20_rule *rule)
{
	return add_rule(fw, list, FW_NIL, rule);
}

/*
 * Whether deleting @r means @o. Quirk: how the ports are divided between
 * source and destination, the redirect port and the TOS masks do not matter.
 */
static bool same_rule(const struct fw20_rule *r, const struct fw20_rule *o)
{
	int ports = r->n_src + r->n_dst;

	return r->src == o->src && r->dst == o->dst && r->smask == o->smask &&
	       r->dmask == o->dmask && r->via_addr == o->via_addr &&
	       r->flags == o->flags && ports == o->n_src + o->n_dst &&
	       memcmp(r->port, o->port, (size_t)ports * sizeof(r->port[0])) ==
		       0 &&
	       memcmp(&r->via, &o->via, sizeof(r->via)) == 0;
}

int list_delete(struct fw *fw, enum fw20_list list,
		const struct fw20_rule *rule)
{
	uint32_t before = FW_NIL, slot = fw->st->lists.first[list], next;
	uint32_t left = walk_bound(fw);
	int result = -EINVAL;

	if (!has_list(fw, list))
		return -ENOPROTOOPT;
	if (!rule_valid(fw, rule))
		return -EINVAL;
	for (; is_slot(fw, slot) && left; left--, slot = next) {
		next = slot_at(fw, slot)->next;
		if (!same_rule(rule, &slot_at(fw, slot)->rule)) {
			before = slot;
			continue;
		}
		take_rule(fw, list, before, slot);
		result = 0;
		if (fw->st->g.era != ERA_1_3)
			break;
	}
	return result;
}

int list_flush(struct fw *fw, enum fw20_list list)
{
	const uint32_t *first = &fw->st->lists.first[list];

	for (uint32_t left = walk_bound(fw); is_slot(fw, *first) && left;
	     left--)
		take_rule(fw, list, FW_NIL, *first);
	return 0;
}

static void zero_slot(struct fw *fw, uint32_t slot)
{
	struct fw20_slot *s = slot_edit(fw, slot);

	s->packets = 0;
	s->bytes = 0;
	s->counted = 0;
}

int list_zero(struct fw *fw, enum fw20_list list)
{
	uint32_t slot = fw->st->lists.first[list], left = walk_bound(fw);

	for (; is_slot(fw, slot) && left;
	     left--, slot = slot_at(fw, slot)->next)
		zero_slot(fw, slot);
	return 0;
}

int list_policy(struct fw *fw, enum fw20_list list, int32_t policy)
{
	if (list == FW20_ACCT || !has_list(fw, list))
		return -ENOPROTOOPT;
	lists_edit(fw)->policy[list] = policy;
	return 0;
}

void list_each(struct fw *fw, enum fw20_list list, bool zero,
	       void (*row)(void *ctx, const struct fw20_rule_row *), void *ctx)
{
	uint32_t slot = fw->st->lists.first[list], left = walk_bound(fw);

	for (; is_slot(fw, slot) && left;
	     left--, slot = slot_at(fw, slot)->next) {
		const struct fw20_slot *s = slot_at(fw, slot);
		struct fw20_rule_row r = { s->rule, s->packets, s->bytes };

		row(ctx, &r);
		if (zero)
			zero_slot(fw, slot);
	}
}
