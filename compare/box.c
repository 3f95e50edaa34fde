/* A set of packets in words. */
#include "compare/box.h"

#include <netinet/in.h>
#include <string.h>

enum { BYTE_MAX = 255, ADDR_BYTES = 4 };

static bool is_all(const struct values *v)
{
	return v->ranges == 0;
}

static bool is_one(const struct values *v)
{
	return v->ranges == 1 && v->range[0].low == v->range[0].high;
}

static bool has(const struct values *v, uint32_t value)
{
	for (uint32_t i = 0; i < v->ranges; i++)
		if (value >= v->range[i].low && value <= v->range[i].high)
			return true;
	return is_all(v);
}

/* Every value but those that are meant is named where the others are fewer to
 * name: an interface that no rule knows has no name. */
static void via_text(const struct headers *h, const struct values *v,
		     struct text *out)
{
	bool others = has(v, 0);
	const char *before = others ? "not " : "";

	if (is_all(v))
		return;
	for (uint32_t i = 1; i < h->vias; i++) {
		if (has(v, i) == others)
			continue;
		text_printf(out, "%s%.*s%s", before, FW_IFNAME,
			    h->via[i].name.s, h->via[i].beginning ? "+" : "");
		before = ",";
	}
	text_putc(out, ' ');
}

static void via_addr_text(const struct headers *h, const struct values *v,
			  struct text *out)
{
	bool others = has(v, 0);
	const char *before = others ? "not at " : "at ";

	if (is_all(v))
		return;
	for (uint32_t i = 1; i < h->via_addrs; i++) {
		uint32_t a = h->via_addr[i];

		if (has(v, i) == others)
			continue;
		text_printf(out, "%s%u.%u.%u.%u", before, a >> 24,
			    a >> 16 & BYTE_MAX, a >> 8 & BYTE_MAX,
			    a & BYTE_MAX);
		before = ",";
	}
	text_putc(out, ' ');
}

static void ranges_text(const struct values *v, char between, struct text *out)
{
	for (uint32_t i = 0; i < v->ranges; i++) {
		const struct range *r = &v->range[i];

		text_printf(out, i ? ",%u" : "%u", r->low);
		if (r->low != r->high)
			text_printf(out, "%c%u", between, r->high);
	}
}

static const char *proto_name(uint32_t proto)
{
	switch (proto) {
	case IPPROTO_ICMP:
		return "icmp";
	case IPPROTO_TCP:
		return "tcp";
	case IPPROTO_UDP:
		return "udp";
	default:
		return NULL;
	}
}

static void proto_text(const struct values *v, struct text *out)
{
	const char *name = is_one(v) ? proto_name(v->range[0].low) : NULL;

	if (name) {
		text_puts(out, name);
		return;
	}
	if (is_all(v)) {
		text_puts(out, "all");
		return;
	}
	text_puts(out, "protocol ");
	ranges_text(v, '-', out);
}

/* One byte of a pattern: a number, a star, or what it may be in brackets. */
static void byte_text(const struct values *v, struct text *out)
{
	if (is_all(v)) {
		text_putc(out, '*');
	} else if (is_one(v)) {
		text_printf(out, "%u", v->range[0].low);
	} else {
		text_putc(out, '[');
		ranges_text(v, '-', out);
		text_putc(out, ']');
	}
}

/* Bytes of the beginning, one value each, and then @byte, and @rest. */
static void quad_text(const struct values *v, uint32_t known, uint32_t byte,
		      uint32_t rest, struct text *out)
{
	for (uint32_t i = 0; i < ADDR_BYTES; i++) {
		uint32_t value = rest;

		if (i <= known)
			value = i == known ? byte : v[i].range[0].low;
		text_printf(out, i ? ".%u" : "%u", value);
	}
}

/* Ones of the mask that @r of a byte is all of; -1: it is none's. */
static int range_bits(const struct range *r)
{
	uint32_t n = r->high - r->low + 1;

	if (n & (n - 1) || r->low & (n - 1))
		return -1;
	return __builtin_clz(n) - 23;
}

static void range_text(const struct values *v, uint32_t known,
		       const struct range *r, struct text *out)
{
	int bits = range_bits(r);

	quad_text(v, known, r->low, 0, out);
	if (bits < 0) {
		text_putc(out, '-');
		quad_text(v, known, r->high, BYTE_MAX, out);
	} else if (8 * (int)known + bits < 32) {
		text_printf(out, "/%d", 8 * (int)known + bits);
	}
}

/* @v: an address's four bytes. */
static void addr_text(const struct values *v, struct text *out)
{
	uint32_t known = 0, tail;

	while (known < ADDR_BYTES - 1 && is_one(&v[known]))
		known++;
	for (tail = known + 1; tail < ADDR_BYTES && is_all(&v[tail]); tail++)
		;
	if (tail == ADDR_BYTES && is_all(&v[known])) {
		if (known)
			quad_text(v, known, 0, 0, out);
		text_puts(out, known ? "" : "any");
		if (known)
			text_printf(out, "/%u", 8 * known);
	} else if (tail == ADDR_BYTES) {
		for (uint32_t i = 0; i < v[known].ranges; i++) {
			if (i)
				text_putc(out, ',');
			range_text(v, known, &v[known].range[i], out);
		}
	} else {
		for (uint32_t i = 0; i < ADDR_BYTES; i++) {
			if (i)
				text_putc(out, '.');
			byte_text(&v[i], out);
		}
	}
}

static bool has_ports(uint32_t proto)
{
	return proto == IPPROTO_TCP || proto == IPPROTO_UDP;
}

static void end_text(const struct box *box, enum field addr, enum field port,
		     struct text *out)
{
	const struct values *v = &box->field[port];
	const struct values *proto = &box->field[FIELD_PROTO];

	addr_text(&box->field[addr], out);
	if (is_all(v) || !is_one(proto) || !has_ports(proto->range[0].low))
		return;
	text_putc(out, ' ');
	ranges_text(v, ':', out);
}

/* Sets of flags that have a word: a bit for each value of the field. */
static const struct {
	uint32_t set;
	const char *word;
} flag_words[] = {
	{ 1u << FLAG_SYN, "syn" },
	{ 0xFFu & ~(1u << FLAG_SYN), "not-syn" },
	{ 0xFFu & ~((1u << 0) | (1u << FLAG_SYN)), "ack-or-rst" },
	{ (1u << 0) | (1u << FLAG_SYN), "no-ack-no-rst" },
	{ 0xAAu, "ack" },
	{ 0x55u, "no-ack" },
};

static void flag_text(uint32_t flags, struct text *out)
{
	static const char *const names[] = { "none",    "ack",        "rst",
					     "rst+ack", "syn",        "syn+ack",
					     "syn+rst", "syn+rst+ack" };

	text_puts(out, names[flags]);
}

static void flags_text(const struct values *v, struct text *out)
{
	uint32_t set = 0;
	const char *before = " flags ";

	for (uint32_t f = 0; f <= FLAGS_ALL; f++)
		set |= (uint32_t)has(v, f) << f;
	if (set == 0 || set == 0xFF)
		return;
	for (size_t i = 0; i < sizeof(flag_words) / sizeof(flag_words[0]); i++)
		if (flag_words[i].set == set) {
			text_printf(out, " %s", flag_words[i].word);
			return;
		}
	for (uint32_t f = 0; f <= FLAGS_ALL; f++)
		if (set >> f & 1) {
			text_puts(out, before);
			flag_text(f, out);
			before = ",";
		}
}

static void type_text(const struct box *box, struct text *out)
{
	static const struct {
		enum field field;
		const char *word;
	} parts[] = { { FIELD_SPORT, " type " }, { FIELD_DPORT, " code " } };

	for (int i = 0; i < 2; i++) {
		const struct values *v = &box->field[parts[i].field];

		if (is_all(v) ||
		    (v->range[0].low == 0 && v->range[0].high == BYTE_MAX))
			continue;
		text_puts(out, parts[i].word);
		ranges_text(v, '-', out);
	}
}

static bool asks_inside(const struct box *box)
{
	return !is_all(&box->field[FIELD_SPORT]) ||
	       !is_all(&box->field[FIELD_DPORT]) ||
	       !is_all(&box->field[FIELD_FLAGS]);
}

bool box_is_plain(const struct box *box)
{
	return !asks_inside(box) || is_one(&box->field[FIELD_PROTO]);
}

void box_text(const struct headers *h, const struct box *box, struct text *out)
{
	const struct values *later = &box->field[FIELD_LATER];
	const struct values *proto = &box->field[FIELD_PROTO];
	struct box shown = *box;

	if (is_one(later) && has(later, 1)) { /* which have no ports */
		shown.field[FIELD_SPORT].ranges = 0;
		shown.field[FIELD_DPORT].ranges = 0;
		shown.field[FIELD_FLAGS].ranges = 0;
	}
	via_text(h, &box->field[FIELD_VIA], out);
	via_addr_text(h, &box->field[FIELD_VIA_ADDR], out);
	proto_text(proto, out);
	text_putc(out, ' ');
	end_text(&shown, FIELD_SRC, FIELD_SPORT, out);
	text_puts(out, " -> ");
	end_text(&shown, FIELD_DST, FIELD_DPORT, out);
	if (is_one(proto) && has(proto, IPPROTO_ICMP))
		type_text(&shown, out);
	flags_text(&shown.field[FIELD_FLAGS], out);
	if (is_one(later) && has(later, 1))
		text_puts(out, ", later fragments");
	else if (is_one(later) && !asks_inside(&shown))
		text_puts(out, ", no later fragments");
}
