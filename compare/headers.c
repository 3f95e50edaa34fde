/* What of a packet the old rules can ask about, as fields of diagrams. */
#include "compare/headers.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

enum { BYTE_MAX = 255, ADDR_BYTES = 4 };

void headers_init(struct headers *h)
{
	static const struct fw_ifname other;

	*h = (struct headers){ 0 };
	headers_name(h, &other, true);
	headers_via_addr(h, 0);
}

void headers_fini(struct headers *h)
{
	space_free(h->space);
	free(h->via);
	free(h->via_addr);
}

/* @at with room for one more of @size bytes each; NULL: there is none. */
static void *grown(struct headers *h, void *at, uint32_t used, uint32_t *room,
		   size_t size)
{
	uint32_t want = *room ? 2 * *room : 8;

	if (used < *room)
		return at;
	at = reallocarray(at, want, size);
	if (at)
		*room = want;
	else
		h->bad = true;
	return at;
}

static bool same_via(const struct via_name *v, const struct fw_ifname *name,
		     bool beginning)
{
	return v->beginning == beginning &&
	       !memcmp(&v->name, name, sizeof(*name));
}

/* Quirk: a name without room for its NUL is equal to none and begins none. */
static bool is_no_name(const struct fw_ifname *name, bool beginning)
{
	size_t n = strnlen(name->s, FW_IFNAME);

	return n == FW_IFNAME || (!n && !beginning);
}

void headers_name(struct headers *h, const struct fw_ifname *name,
		  bool beginning)
{
	struct via_name *via;

	if (is_no_name(name, beginning))
		return;
	for (uint32_t i = 0; i < h->vias; i++)
		if (same_via(&h->via[i], name, beginning))
			return;
	via = grown(h, h->via, h->vias, &h->via_room, sizeof(*via));
	if (!via)
		return;
	h->via = via;
	via[h->vias++] = (struct via_name){ *name, beginning };
}

void headers_via_addr(struct headers *h, uint32_t addr)
{
	uint32_t *addrs;

	for (uint32_t i = 0; i < h->via_addrs; i++)
		if (h->via_addr[i] == addr)
			return;
	addrs = grown(h, h->via_addr, h->via_addrs, &h->via_addr_room,
		      sizeof(*addrs));
	if (!addrs)
		return;
	h->via_addr = addrs;
	addrs[h->via_addrs++] = addr;
}

/* What packets of a protocol have in the last three fields. */
struct shape {
	uint32_t sport[2], dport[2], flags[2]; /* lowest, highest */
};

static uint32_t shape(struct headers *h, const struct shape *of)
{
	struct space *s = h->space;
	uint32_t d = diagram_range(s, FIELD_FLAGS, of->flags[0], of->flags[1]);

	d = diagram_and(
		s, d,
		diagram_range(s, FIELD_DPORT, of->dport[0], of->dport[1]));
	return diagram_and(
		s, d,
		diagram_range(s, FIELD_SPORT, of->sport[0], of->sport[1]));
}

/* One value, where the packet has nothing of the kind, is as good as all. */
static uint32_t packets(struct headers *h)
{
	static const struct shape udp = { { 0, FW_PORT_MAX },
					  { 0, FW_PORT_MAX },
					  { FLAGS_NONE, FLAGS_NONE } };
	static const struct shape tcp = { { 0, FW_PORT_MAX },
					  { 0, FW_PORT_MAX },
					  { 0, FLAGS_ALL } };
	static const struct shape icmp = { { 0, BYTE_MAX },
					   { 0, BYTE_MAX },
					   { FLAGS_NONE, FLAGS_NONE } };
	static const struct shape none = { { FW_PORT_MAX, FW_PORT_MAX },
					   { FW_PORT_MAX, FW_PORT_MAX },
					   { FLAGS_NONE, FLAGS_NONE } };
	static const struct {
		uint32_t proto;
		const struct shape *shape;
	} shapes[] = { { IPPROTO_ICMP, &icmp },
		       { IPPROTO_TCP, &tcp },
		       { IPPROTO_UDP, &udp } };
	uint32_t d = shape(h, &none);

	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		d = diagram_choose(h->space,
				   headers_is(h, FIELD_PROTO, shapes[i].proto),
				   shape(h, shapes[i].shape), d);
	return diagram_choose(h->space, headers_is(h, FIELD_LATER, 1),
			      shape(h, &none), d);
}

int headers_start(struct headers *h)
{
	if (h->bad)
		return -ENOMEM;
	h->last[FIELD_VIA] = h->vias - 1;
	h->last[FIELD_VIA_ADDR] = h->via_addrs - 1;
	h->last[FIELD_PROTO] = BYTE_MAX;
	h->last[FIELD_LATER] = 1;
	for (uint32_t i = FIELD_SRC; i < FIELD_SPORT; i++)
		h->last[i] = BYTE_MAX;
	h->last[FIELD_SPORT] = FW_PORT_MAX;
	h->last[FIELD_DPORT] = FW_PORT_MAX;
	h->last[FIELD_FLAGS] = FLAGS_NONE;
	h->space = space_new(h->last, FIELDS);
	if (!h->space)
		return -ENOMEM;
	h->packets = packets(h);
	return space_bad(h->space) ? -ENOMEM : 0;
}

uint32_t headers_is(struct headers *h, enum field field, uint32_t value)
{
	return diagram_range(h->space, field, value, value);
}

/* Which values of a field, of a byte's range, @fits says yes to. */
static uint32_t values(struct headers *h, uint32_t field,
		       bool (*fits)(const void *ctx, uint32_t value),
		       const void *ctx)
{
	struct edge edge[BYTE_MAX + 1];

	for (uint32_t value = 0; value <= h->last[field]; value++)
		edge[value] =
			(struct edge){ value, diagram_leaf(fits(ctx, value)) };
	return diagram_split(h->space, field, edge, h->last[field] + 1);
}

struct masked_byte {
	uint32_t value, mask;
};

static bool byte_fits(const void *ctx, uint32_t value)
{
	const struct masked_byte *b = ctx;

	return (value & b->mask) == b->value;
}

uint32_t headers_addr(struct headers *h, enum field field, uint32_t value,
		      uint32_t mask)
{
	uint32_t d = diagram_leaf(1);

	for (uint32_t i = ADDR_BYTES; i-- > 0;) {
		uint32_t shift = 8 * (ADDR_BYTES - 1 - i);
		struct masked_byte b = { value >> shift & BYTE_MAX,
					 mask >> shift & BYTE_MAX };

		d = diagram_and(h->space, values(h, field + i, byte_fits, &b),
				d);
	}
	return d;
}

/* Whether names of this class are what a rule asks for. */
static bool via_fits(const struct via_name *v, const struct fw_ifname *name,
		     bool beginning)
{
	if (!beginning)
		return same_via(v, name, false);
	return !strncmp(v->name.s, name->s, strnlen(name->s, FW_IFNAME));
}

uint32_t headers_via(struct headers *h, const struct fw_ifname *name,
		     bool beginning)
{
	uint32_t d = diagram_leaf(0);

	if (is_no_name(name, beginning))
		return d;
	for (uint32_t i = 0; i < h->vias; i++)
		if (via_fits(&h->via[i], name, beginning))
			d = diagram_choose(h->space,
					   headers_is(h, FIELD_VIA, i),
					   diagram_leaf(1), d);
	return d;
}

uint32_t headers_via_has(struct headers *h, uint32_t addr)
{
	for (uint32_t i = 1; i < h->via_addrs; i++)
		if (h->via_addr[i] == addr)
			return headers_is(h, FIELD_VIA_ADDR, i);
	return diagram_leaf(0);
}
