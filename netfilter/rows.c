/* Masquerade entries made of the running kernel's connections. */
#include "netfilter/rows.h"

#include <errno.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_conntrack_tcp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "engine/masq_era.h"

struct nf_row {
	struct masq_row row;
	struct nf_ct_tuple orig, master;
	bool has_master, helped;
	uint64_t started; /* 0: not known */
};

/* Linux 6, enum tcp_conntrack, by name. */
static const uint8_t tcp_states[] = {
	[TCP_CONNTRACK_NONE] = MASQ_NONE,
	[TCP_CONNTRACK_SYN_SENT] = MASQ_SYN_SENT,
	[TCP_CONNTRACK_SYN_RECV] = MASQ_SYN_RECV,
	[TCP_CONNTRACK_ESTABLISHED] = MASQ_ESTABLISHED,
	[TCP_CONNTRACK_FIN_WAIT] = MASQ_FIN_WAIT,
	[TCP_CONNTRACK_CLOSE_WAIT] = MASQ_CLOSE_WAIT,
	[TCP_CONNTRACK_LAST_ACK] = MASQ_LAST_ACK,
	[TCP_CONNTRACK_TIME_WAIT] = MASQ_TIME_WAIT,
	[TCP_CONNTRACK_CLOSE] = MASQ_CLOSE,
	[TCP_CONNTRACK_SYN_SENT2] = MASQ_SYN_SENT,
};

void nf_rows_init(struct nf_rows *rows, enum fw_era era)
{
	*rows = (struct nf_rows){ .era = era };
}

void nf_rows_fini(struct nf_rows *rows)
{
	free(rows->row);
	free(rows->place);
	free(rows->order);
	*rows = (struct nf_rows){ .era = rows->era };
}

static uint8_t state_of(const struct nf_ct_entry *e)
{
	switch (e->dir[NF_CT_ORIG].proto) {
	case IPPROTO_TCP:
		return e->tcp_state < sizeof(tcp_states)
			       ? tcp_states[e->tcp_state]
			       : MASQ_NONE;
	case IPPROTO_UDP:
		return MASQ_UDP;
	case IPPROTO_ICMP:
		return MASQ_ICMP;
	default:
		return MASQ_NONE;
	}
}

/* Where an entry of these flags stood. */
static uint32_t old_row(const struct masq_row *r, enum fw_era era)
{
	bool whole = !(r->flags & MASQ_LOOSE);

	if (masq_eras[era].one_list)
		return 0;
	return masq_row_hash(r->proto, r->maddr, r->mport, whole ? r->daddr : 0,
			     whole ? r->dport : 0);
}

/* Begun inside: what it bears there, and the masquerading in its answers. */
static void set_ends(struct masq_row *r, const struct nf_ct_tuple *inside,
		     const struct nf_ct_tuple *answer)
{
	r->saddr = inside->src;
	r->sport = inside->sport;
	r->daddr = inside->dst;
	r->dport = inside->dport;
	r->maddr = answer->dst;
	r->mport = answer->dport;
}

/* Begun outside: what it bears there, and who answers. */
static void set_ends_turned(struct masq_row *r,
			    const struct nf_ct_tuple *outside,
			    const struct nf_ct_tuple *answer)
{
	r->saddr = answer->src;
	r->sport = answer->sport;
	r->daddr = outside->src;
	r->dport = outside->sport;
	r->maddr = outside->dst;
	r->mport = outside->dport;
}

static uint16_t flags_of(const struct nf_ct_entry *e, enum fw_era era,
			 uint8_t proto, bool turned)
{
	uint32_t flags = MASQ_HASHED | masq_eras[era].flags;

	if (!turned && !(e->status & IPS_SEEN_REPLY)) {
		flags |= MASQ_NO_REPLY;
		if (proto == IPPROTO_UDP)
			flags |= MASQ_NO_DADDR;
	}
	if (proto == IPPROTO_UDP && !masq_eras[era].settles_udp)
		flags |= MASQ_NO_DADDR;
	if (turned && !(e->status & IPS_EXPECTED))
		flags |= MASQ_MPORT;
	return (uint16_t)flags;
}

/* Code and type of a request are the outside port. */
static uint16_t request_key(const struct nf_ct_tuple *t, enum fw_era era)
{
	return (uint16_t)(masq_eras[era].type_first
				  ? t->icmp_type << 8 | t->icmp_code
				  : t->icmp_code << 8 | t->icmp_type);
}

static bool is_shifted(const struct masq_seq *seq)
{
	return seq->delta || seq->previous_delta;
}

void nf_row_of(const struct nf_ct_entry *e, enum fw_era era, struct masq_row *r)
{
	const struct nf_ct_tuple *orig = &e->dir[NF_CT_ORIG];
	const struct nf_ct_tuple *reply = &e->dir[NF_CT_REPLY];
	bool turned = e->status & IPS_DST_NAT;

	*r = (struct masq_row){
		.proto = orig->proto,
		.state = state_of(e),
		.flags = flags_of(e, era, orig->proto, turned),
		.out_seq = e->seq[turned ? NF_CT_REPLY : NF_CT_ORIG],
		.in_seq = e->seq[turned ? NF_CT_ORIG : NF_CT_REPLY],
		.refs = MASQ_IDLE_REFS,
		.left = e->timeout_s * HZ,
		.packets = (uint32_t)e->packets,
		.bytes = e->bytes,
	};
	(turned ? set_ends_turned : set_ends)(r, orig, reply);
	if (r->proto == IPPROTO_ICMP)
		r->dport = request_key(orig, era);
	if (is_shifted(&r->out_seq))
		r->flags |= MASQ_OUT_SEQ;
	if (is_shifted(&r->in_seq))
		r->flags |= MASQ_IN_SEQ;
	r->row = old_row(r, era);
}

static bool same_tuple(const struct nf_ct_tuple *a, const struct nf_ct_tuple *b)
{
	return a->src == b->src && a->dst == b->dst && a->sport == b->sport &&
	       a->dport == b->dport && a->proto == b->proto &&
	       a->icmp_type == b->icmp_type && a->icmp_code == b->icmp_code;
}

/* Where the row of an original direction is, or would be. */
static uint32_t *find_place(const struct nf_rows *rows,
			    const struct nf_ct_tuple *t)
{
	uint64_t x = ((uint64_t)t->src << 32 | t->dst) * 0x9E3779B97F4A7C15;
	uint32_t i;

	x ^= (uint64_t)t->proto << 32 ^ (uint64_t)t->sport << 16 ^ t->dport;
	i = (uint32_t)(x * 0xD6E8FEB86659FD93 >> 32);
	for (;; i++) {
		uint32_t *p = &rows->place[i & (rows->places - 1)];

		if (!*p || same_tuple(&rows->row[*p - 1].orig, t))
			return p;
	}
}

/* Room for one more; the places are at most half taken. */
static bool grow(struct nf_rows *rows)
{
	uint32_t room = rows->room ? 2 * rows->room : 256;
	struct nf_row *row = reallocarray(rows->row, room, sizeof(*row));

	if (row)
		rows->row = row;
	free(rows->place);
	rows->place = calloc(2 * (size_t)room, sizeof(*rows->place));
	if (!row || !rows->place)
		return false;
	rows->room = room;
	rows->places = 2 * room;
	for (uint32_t i = 0; i < rows->count; i++)
		*find_place(rows, &row[i].orig) = i + 1;
	return true;
}

/* A new row at the end, or NULL: no memory, or it is there already. */
static struct nf_row *new_row(struct nf_rows *rows,
			      const struct nf_ct_tuple *orig)
{
	struct nf_row *r;
	uint32_t *place;

	if (rows->bad)
		return NULL;
	if (rows->count == rows->room && !grow(rows)) {
		nf_rows_fini(rows);
		rows->bad = true;
		return NULL;
	}
	place = find_place(rows, orig);
	if (*place)
		return NULL;
	r = &rows->row[rows->count++];
	*place = rows->count;
	*r = (struct nf_row){ .orig = *orig };
	return r;
}

void nf_rows_add(void *ctx, const struct nf_ct_entry *e)
{
	struct nf_rows *rows = ctx;
	struct nf_row *r;

	if (!(e->status & (IPS_SRC_NAT | IPS_DST_NAT)))
		return;
	r = new_row(rows, &e->dir[NF_CT_ORIG]);
	if (!r)
		return;
	nf_row_of(e, rows->era, &r->row);
	r->has_master = e->has_master;
	r->helped = e->helped;
	r->master = e->master;
	r->started = e->started;
	rows->dated |= e->started != 0;
}

/* The row of an original direction, or NULL. */
static struct nf_row *find_row(const struct nf_rows *rows,
			       const struct nf_ct_tuple *orig)
{
	uint32_t at = rows->count ? *find_place(rows, orig) : 0;

	return at ? &rows->row[at - 1] : NULL;
}

void nf_rows_add_expect(void *ctx, const struct nf_ct_expect *e)
{
	struct nf_rows *rows = ctx;
	const struct nf_row *master = find_row(rows, &e->master);
	struct masq_row row;
	struct nf_row *r;

	if (!master || e->tuple.dst != master->row.maddr)
		return;
	row = (struct masq_row){
		.proto = e->tuple.proto,
		.state = MASQ_LISTEN,
		.flags = MASQ_HASHED | MASQ_NO_REPLY | MASQ_NO_DPORT,
		.saddr = e->inside.src ? e->inside.src : master->row.saddr,
		.sport = e->inside.sport ? e->inside.sport : e->tuple.dport,
		.daddr = e->tuple.src,
		.maddr = e->tuple.dst,
		.mport = e->tuple.dport,
		.refs = MASQ_IDLE_REFS,
		.left = e->timeout_s * HZ,
	};
	row.row = old_row(&row, rows->era);
	r = new_row(rows, &e->tuple);
	if (!r)
		return;
	r->row = row;
	r->has_master = true;
	r->master = e->master;
}

/* Who controls whom, as counts. */
static void count_controlled(struct nf_rows *rows)
{
	struct nf_row *master;

	for (uint32_t i = 0; i < rows->count; i++) {
		master = rows->row[i].has_master
				 ? find_row(rows, &rows->row[i].master)
				 : NULL;
		rows->row[i].has_master = master;
		if (master)
			master->row.control++;
	}
	for (uint32_t i = 0; i < rows->count; i++)
		if (rows->row[i].has_master && !rows->row[i].row.control)
			rows->row[i].row.control = -1;
}

static int newest_first(const void *a, const void *b, void *ctx)
{
	const struct nf_row *row = ctx;
	uint32_t i = *(const uint32_t *)a, k = *(const uint32_t *)b;

	if (row[i].started != row[k].started)
		return row[i].started < row[k].started ? 1 : -1;
	return i < k ? -1 : 1;
}

/* Puts the rows that @from names into @to by old row, else as they stand. */
static void sort_by_row(struct nf_rows *rows, const uint32_t *from,
			uint32_t *to)
{
	uint32_t next[MASQ_ROWS] = { 0 }, col[MASQ_ROWS] = { 0 };
	uint32_t sum = 0;

	for (uint32_t i = 0; i < rows->count; i++)
		next[rows->row[i].row.row]++;
	for (uint32_t i = 0; i < MASQ_ROWS; i++) {
		uint32_t n = next[i];

		next[i] = sum;
		sum += n;
	}
	for (uint32_t i = 0; i < rows->count; i++) {
		struct masq_row *r = &rows->row[from[i]].row;

		to[next[r->row]++] = from[i];
		r->col = ++col[r->row];
	}
}

int nf_rows_sort(struct nf_rows *rows)
{
	uint32_t *order = calloc(2 * (size_t)rows->count + 1, sizeof(*order));
	uint32_t *from = order ? order + rows->count : NULL;

	if (!order || rows->bad) {
		free(order);
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < rows->count; i++)
		from[i] = i;
	if (rows->dated)
		qsort_r(from, rows->count, sizeof(*from), newest_first,
			rows->row);
	sort_by_row(rows, from, order);
	count_controlled(rows);
	free(rows->order);
	rows->order = order;
	return 0;
}

void nf_rows_each(const struct nf_rows *rows,
		  void (*row)(void *, const struct masq_row *), void *ctx)
{
	for (uint32_t i = 0; rows->order && i < rows->count; i++)
		row(ctx, &rows->row[rows->order[i]].row);
}

void nf_rows_free_ports(const struct nf_rows *rows,
			int32_t free_ports[MASQ_PROTOS])
{
	static const uint8_t protos[MASQ_PROTOS] = {
		[MASQ_P_UDP] = IPPROTO_UDP,
		[MASQ_P_TCP] = IPPROTO_TCP,
		[MASQ_P_ICMP] = IPPROTO_ICMP,
	};

	for (int p = 0; p < MASQ_PROTOS; p++) {
		free_ports[p] = masq_eras[rows->era].free_ports;
		for (uint32_t i = 0; i < rows->count; i++)
			if (rows->row[i].row.proto == protos[p] &&
			    !(rows->row[i].row.flags & MASQ_MPORT))
				free_ports[p]--;
	}
}

uint32_t nf_rows_attached(const struct nf_rows *rows, uint8_t proto,
			  uint16_t port)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < rows->count; i++)
		n += rows->row[i].helped && rows->row[i].row.proto == proto &&
		     rows->row[i].row.dport == port;
	return n;
}
