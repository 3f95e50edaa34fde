/*
 * The running kernel's table of connections over netlink: libnfnetlink carries
 * the questions, which libnetfilter_conntrack says, and takes answers apart.
 *
 * Answers do not become libnetfilter_conntrack's objects: of an ICMP echo those
 * tell one identifier only, the inside one, while the outside one is the
 * masquerade port of the old listing. It is faster, too: 125 ms against 139 for
 * 60,000 entries, of which the kernel spends 100.
 */
#include "netfilter/ct.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <libnetfilter_conntrack/libnetfilter_conntrack.h>
#include <libnfnetlink/libnfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "core/bytes.h"

enum {
	REQUEST_ROOM = 1024,
	/* What the kernel fills at most in one go of a dump. */
	ANSWER_ROOM = 32768,
};

struct nf_ct {
	struct nfnl_handle *nl;
	struct nfnl_subsys_handle *entries, *expects;
	/* During a dump: */
	void (*entry)(void *ctx, const struct nf_ct_entry *);
	void (*expect)(void *ctx, const struct nf_ct_expect *);
	void *ctx;
};

/* A message, with room and alignment for it. */
union request {
	struct nlmsghdr head;
	char room[REQUEST_ROOM];
};

/* The attribute @type of a set (which counts from 0) if it has @n bytes. */
static const uint8_t *attr(struct nfattr *const set[], int type, int n)
{
	struct nfattr *a = set[type - 1];

	if (!a || (int)NFA_PAYLOAD(a) < n)
		return NULL;
	return NFA_DATA(a);
}

static uint32_t attr32(struct nfattr *const set[], int type)
{
	const uint8_t *p = attr(set, type, 4);

	return p ? get_be32(p) : 0;
}

static uint16_t attr16(struct nfattr *const set[], int type)
{
	const uint8_t *p = attr(set, type, 2);

	return p ? get_be16(p) : 0;
}

static uint8_t attr8(struct nfattr *const set[], int type)
{
	const uint8_t *p = attr(set, type, 1);

	return p ? *p : 0;
}

static uint64_t attr64(struct nfattr *const set[], int type)
{
	const uint8_t *p = attr(set, type, 8);

	return p ? (uint64_t)get_be32(p) << 32 | get_be32(p + 4) : 0;
}

/* Takes the attribute @type of @set apart; false: it is not there. */
static bool nested(struct nfattr *const set[], int type, struct nfattr *in[],
		   int most)
{
	struct nfattr *a = set[type - 1];

	return a && nfnl_parse_nested(in, most, a) == 0;
}

static void read_tuple(struct nfattr *const set[], int type,
		       struct nf_ct_tuple *t)
{
	struct nfattr *part[CTA_TUPLE_MAX], *ip[CTA_IP_MAX];
	struct nfattr *proto[CTA_PROTO_MAX];

	*t = (struct nf_ct_tuple){ 0 };
	if (!nested(set, type, part, CTA_TUPLE_MAX))
		return;
	if (nested(part, CTA_TUPLE_IP, ip, CTA_IP_MAX)) {
		t->src = attr32(ip, CTA_IP_V4_SRC);
		t->dst = attr32(ip, CTA_IP_V4_DST);
	}
	if (!nested(part, CTA_TUPLE_PROTO, proto, CTA_PROTO_MAX))
		return;
	t->proto = attr8(proto, CTA_PROTO_NUM);
	if (t->proto == IPPROTO_ICMP) {
		t->sport = t->dport = attr16(proto, CTA_PROTO_ICMP_ID);
		t->icmp_type = attr8(proto, CTA_PROTO_ICMP_TYPE);
		t->icmp_code = attr8(proto, CTA_PROTO_ICMP_CODE);
	} else {
		t->sport = attr16(proto, CTA_PROTO_SRC_PORT);
		t->dport = attr16(proto, CTA_PROTO_DST_PORT);
	}
}

/* How far NAT has shifted the sequence numbers of one direction. */
static void read_seq(struct nfattr *const set[], int type, struct masq_seq *seq)
{
	struct nfattr *adj[CTA_SEQADJ_MAX];

	*seq = (struct masq_seq){ 0 };
	if (!nested(set, type, adj, CTA_SEQADJ_MAX))
		return;
	seq->init_seq = attr32(adj, CTA_SEQADJ_CORRECTION_POS);
	seq->delta = (int16_t)attr32(adj, CTA_SEQADJ_OFFSET_AFTER);
	seq->previous_delta = (int16_t)attr32(adj, CTA_SEQADJ_OFFSET_BEFORE);
}

static void read_counters(struct nfattr *const set[], int type,
			  struct nf_ct_entry *e)
{
	struct nfattr *count[CTA_COUNTERS_MAX];

	if (!nested(set, type, count, CTA_COUNTERS_MAX))
		return;
	e->packets += attr64(count, CTA_COUNTERS_PACKETS);
	e->bytes += attr64(count, CTA_COUNTERS_BYTES);
}

static uint8_t read_tcp_state(struct nfattr *const set[])
{
	struct nfattr *info[CTA_PROTOINFO_MAX], *tcp[CTA_PROTOINFO_TCP_MAX];

	if (!nested(set, CTA_PROTOINFO, info, CTA_PROTOINFO_MAX) ||
	    !nested(info, CTA_PROTOINFO_TCP, tcp, CTA_PROTOINFO_TCP_MAX))
		return 0;
	return attr8(tcp, CTA_PROTOINFO_TCP_STATE);
}

static void read_entry(struct nfattr *const set[], struct nf_ct_entry *e)
{
	struct nfattr *stamp[CTA_TIMESTAMP_MAX];

	read_tuple(set, CTA_TUPLE_ORIG, &e->dir[NF_CT_ORIG]);
	read_tuple(set, CTA_TUPLE_REPLY, &e->dir[NF_CT_REPLY]);
	e->has_master = set[CTA_TUPLE_MASTER - 1];
	if (e->has_master)
		read_tuple(set, CTA_TUPLE_MASTER, &e->master);
	e->helped = set[CTA_HELP - 1];
	e->tcp_state = read_tcp_state(set);
	e->status = attr32(set, CTA_STATUS);
	e->mark = attr32(set, CTA_MARK);
	e->timeout_s = attr32(set, CTA_TIMEOUT);
	read_seq(set, CTA_SEQ_ADJ_ORIG, &e->seq[NF_CT_ORIG]);
	read_seq(set, CTA_SEQ_ADJ_REPLY, &e->seq[NF_CT_REPLY]);
	e->packets = e->bytes = e->started = 0;
	read_counters(set, CTA_COUNTERS_ORIG, e);
	read_counters(set, CTA_COUNTERS_REPLY, e);
	if (nested(set, CTA_TIMESTAMP, stamp, CTA_TIMESTAMP_MAX))
		e->started = attr64(stamp, CTA_TIMESTAMP_START);
}

static int got_entry(struct nlmsghdr *msg, struct nfattr *set[], void *data)
{
	struct nf_ct *ct = data;
	struct nf_ct_entry e;

	(void)msg;
	read_entry(set, &e);
	if (ct->entry)
		ct->entry(ct->ctx, &e);
	return NFNL_CB_CONTINUE;
}

static int got_expect(struct nlmsghdr *msg, struct nfattr *set[], void *data)
{
	struct nf_ct *ct = data;
	struct nf_ct_expect e = { 0 };
	struct nfattr *nat[CTA_EXPECT_NAT_MAX];

	(void)msg;
	read_tuple(set, CTA_EXPECT_TUPLE, &e.tuple);
	read_tuple(set, CTA_EXPECT_MASTER, &e.master);
	if (nested(set, CTA_EXPECT_NAT, nat, CTA_EXPECT_NAT_MAX))
		read_tuple(nat, CTA_EXPECT_NAT_TUPLE, &e.inside);
	e.timeout_s = attr32(set, CTA_EXPECT_TIMEOUT);
	if (ct->expect)
		ct->expect(ct->ctx, &e);
	return NFNL_CB_CONTINUE;
}

/* A part of the kernel's table to ask, and who hears what it answers. */
static struct nfnl_subsys_handle *
subsystem(struct nf_ct *ct, uint8_t which, uint8_t types, uint8_t answer,
	  int (*call)(struct nlmsghdr *, struct nfattr *[], void *),
	  uint16_t attributes)
{
	struct nfnl_subsys_handle *s =
		nfnl_subsys_open(ct->nl, which, types, 0);
	struct nfnl_callback heard = { .call = call,
				       .data = ct,
				       .attr_count = attributes };

	if (s)
		nfnl_callback_register(s, answer, &heard);
	return s;
}

int nf_ct_open(struct nf_ct **out)
{
	struct nf_ct *ct = calloc(1, sizeof(*ct));
	int err;

	if (!ct)
		return -ENOMEM;
	ct->nl = nfnl_open();
	if (ct->nl) {
		ct->entries =
			subsystem(ct, NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_MAX,
				  IPCTNL_MSG_CT_NEW, got_entry, CTA_MAX);
		ct->expects = subsystem(ct, NFNL_SUBSYS_CTNETLINK_EXP,
					IPCTNL_MSG_EXP_MAX, IPCTNL_MSG_EXP_NEW,
					got_expect, CTA_EXPECT_MAX);
	}
	if (ct->entries && ct->expects) {
		nfnl_set_rcv_buffer_size(ct->nl, ANSWER_ROOM);
		*out = ct;
		return 0;
	}
	err = errno ? errno : EPROTONOSUPPORT;
	nf_ct_close(ct);
	return -err;
}

void nf_ct_close(struct nf_ct *ct)
{
	if (!ct)
		return;
	if (ct->entries)
		nfnl_subsys_close(ct->entries);
	if (ct->expects)
		nfnl_subsys_close(ct->expects);
	if (ct->nl)
		nfnl_close(ct->nl);
	free(ct);
}

/* Begins a question of @type to a part of the table. */
static void begin(struct nfnl_subsys_handle *part, union request *q,
		  uint16_t type, uint16_t flags)
{
	memset(q, 0, sizeof(*q));
	nfnl_fill_hdr(part, &q->head, 0, AF_INET, 0, type,
		      NLM_F_REQUEST | flags);
}

static int ask(struct nf_ct *ct, union request *q)
{
	return nfnl_query(ct->nl, &q->head) < 0 ? -errno : 0;
}

/* Asks only about entries of @mark's marks. */
static int narrow(union request *q, struct nf_masked mark)
{
	struct nfct_filter_dump_mark m = { .val = mark.value,
					   .mask = mark.mask };
	struct nfct_filter_dump *filter = nfct_filter_dump_create();

	if (!filter)
		return -ENOMEM;
	nfct_filter_dump_set_attr_u8(filter, NFCT_FILTER_DUMP_L3NUM, AF_INET);
	if (mark.mask)
		nfct_filter_dump_set_attr(filter, NFCT_FILTER_DUMP_MARK, &m);
	nfct_nlmsg_build_filter(&q->head, filter);
	nfct_filter_dump_destroy(filter);
	return 0;
}

int nf_ct_each(struct nf_ct *ct, struct nf_masked mark,
	       void (*entry)(void *, const struct nf_ct_entry *), void *ctx)
{
	union request q;
	int r;

	begin(ct->entries, &q, IPCTNL_MSG_CT_GET, NLM_F_DUMP);
	r = narrow(&q, mark);
	if (r)
		return r;
	ct->entry = entry;
	ct->ctx = ctx;
	r = ask(ct, &q);
	ct->entry = NULL;
	return r;
}

int nf_ct_each_expect(struct nf_ct *ct,
		      void (*expect)(void *, const struct nf_ct_expect *),
		      void *ctx)
{
	union request q;
	int r;

	begin(ct->expects, &q, IPCTNL_MSG_EXP_GET, NLM_F_DUMP);
	ct->expect = expect;
	ct->ctx = ctx;
	r = ask(ct, &q);
	ct->expect = NULL;
	return r;
}

/* The object that stands for a connection in questions; or NULL. */
static struct nf_conntrack *object_of(const struct nf_ct_tuple *t)
{
	struct nf_conntrack *o = nfct_new();

	if (!o)
		return NULL;
	nfct_set_attr_u8(o, ATTR_ORIG_L3PROTO, AF_INET);
	nfct_set_attr_u32(o, ATTR_ORIG_IPV4_SRC, htonl(t->src));
	nfct_set_attr_u32(o, ATTR_ORIG_IPV4_DST, htonl(t->dst));
	nfct_set_attr_u8(o, ATTR_ORIG_L4PROTO, t->proto);
	if (t->proto == IPPROTO_ICMP) {
		nfct_set_attr_u8(o, ATTR_ICMP_TYPE, t->icmp_type);
		nfct_set_attr_u8(o, ATTR_ICMP_CODE, t->icmp_code);
		nfct_set_attr_u16(o, ATTR_ICMP_ID, htons(t->sport));
	} else {
		nfct_set_attr_u16(o, ATTR_ORIG_PORT_SRC, htons(t->sport));
		nfct_set_attr_u16(o, ATTR_ORIG_PORT_DST, htons(t->dport));
	}
	return o;
}

/* A question of @type about one connection. */
static int ask_about(struct nf_ct *ct, const struct nf_ct_tuple *orig,
		     uint16_t type)
{
	struct nf_conntrack *o = object_of(orig);
	union request q;
	int r;

	if (!o)
		return -ENOMEM;
	begin(ct->entries, &q, type, NLM_F_ACK);
	r = nfct_nlmsg_build(&q.head, o) < 0 ? -errno : ask(ct, &q);
	nfct_destroy(o);
	return r;
}

static void keep_entry(void *ctx, const struct nf_ct_entry *e)
{
	*(struct nf_ct_entry *)ctx = *e;
}

int nf_ct_get(struct nf_ct *ct, const struct nf_ct_tuple *orig,
	      struct nf_ct_entry *entry)
{
	int r;

	ct->entry = keep_entry;
	ct->ctx = entry;
	r = ask_about(ct, orig, IPCTNL_MSG_CT_GET);
	ct->entry = NULL;
	return r;
}

int nf_ct_delete(struct nf_ct *ct, const struct nf_ct_tuple *orig)
{
	return ask_about(ct, orig, IPCTNL_MSG_CT_DELETE);
}

int nf_ct_delete_marked(struct nf_ct *ct, struct nf_masked mark)
{
	union request q;
	int r;

	begin(ct->entries, &q, IPCTNL_MSG_CT_DELETE, NLM_F_ACK);
	r = narrow(&q, mark);
	return r ? r : ask(ct, &q);
}
