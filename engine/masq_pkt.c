/* Masquerading of TCP and UDP packets; ICMP goes to masq_icmp.c. */
#include "engine/masq_pkt.h"

#include <netinet/in.h>

#include "core/bytes.h"
#include "core/cksum.h"
#include "engine/helper.h"
#include "engine/masq.h"
#include "engine/masq_era.h"
#include "engine/masq_fwd.h"
#include "engine/masq_icmp.h"
#include "engine/masq_tcp.h"
#include "engine/pkt.h"
#include "engine/state.h"

enum {
	TCP_HEADER = 20,
	UDP_HEADER = 8,
	ICMP_HEADER = 8,
	TCP_SUM = 16, /* where the checksum lies */
	UDP_SUM = 6,
	LEVEL_INFO = 6,
};

/* A TCP or UDP packet on its way through an entry. */
struct through {
	struct fw *fw;
	struct pkt *p;
	struct pkt_info *info;
	uint32_t entry;
	uint32_t maddr; /* out: chosen for this packet */
	enum masq_way way;
	const struct masq_era *era;
};

/* The addresses and ports that a packet is to have. */
struct ends {
	uint32_t src, dst;
	uint16_t sport, dport;
};

/* What a packet has of its transport header. */
enum shape {
	SHAPE_OK,
	SHAPE_OTHER,     /* neither TCP, UDP nor ICMP */
	SHAPE_SHORT,     /* or a TCP data offset beyond the end */
	SHAPE_NO_OFFSET, /* a TCP data offset of 0 */
};

static enum shape shape_of(const struct masq_era *era, const struct pkt *p,
			   const struct pkt_info *info)
{
	uint32_t size = info->tot_len - info->ihl, offset;

	switch (info->proto) {
	case IPPROTO_TCP:
		if (size < TCP_HEADER)
			return SHAPE_SHORT;
		if (!era->checks_shape)
			return SHAPE_OK;
		offset = (p->data[info->ihl + 12] >> 4) * 4U;
		if (!offset)
			return SHAPE_NO_OFFSET;
		return offset > size ? SHAPE_SHORT : SHAPE_OK;
	case IPPROTO_UDP:
		return size < UDP_HEADER ? SHAPE_SHORT : SHAPE_OK;
	case IPPROTO_ICMP:
		return size < ICMP_HEADER ? SHAPE_SHORT : SHAPE_OK;
	default:
		return SHAPE_OTHER;
	}
}

bool masq_port_in_range(const struct fw *fw, uint16_t port)
{
	const struct masq_era *era = masq_era(fw);

	return port >= era->port_begin && port <= era->port_end;
}

/* The checksum's bytes in the transport header. */
static inline uint8_t *sum_at(const struct pkt *p, const struct pkt_info *info)
{
	return p->data + info->ihl +
	       (info->proto == IPPROTO_TCP ? TCP_SUM : UDP_SUM);
}

/* The sum over pseudo header and segment, the checksum's bytes included. */
static inline uint16_t whole_sum(const struct pkt *p,
				 const struct pkt_info *info)
{
	uint32_t size = info->tot_len - info->ihl;
	uint64_t sum = cksum_pseudo(info->src, info->dst, info->proto, size);

	return cksum_fold(cksum_add(sum, p->data + info->ihl, size));
}

static inline bool sum_ok(const struct pkt *p, const struct pkt_info *info)
{
	if (info->proto == IPPROTO_UDP && !get_be16(sum_at(p, info)))
		return true;
	return whole_sum(p, info) == 0;
}

/*
 * Quirk: a TCP data offset of 4 to 16 bytes leaves the old checksum in what is
 * summed as payload, so the new one is wrong.
 */
static inline bool sums_old_sum(const struct pkt *p,
				const struct pkt_info *info)
{
	return info->proto == IPPROTO_TCP &&
	       p->data[info->ihl + 12] >> 4 < TCP_HEADER / 4;
}

static inline void put_sum(const struct pkt *p, const struct pkt_info *info,
			   uint16_t sum)
{
	put_be16(sum_at(p, info),
		 !sum && info->proto == IPPROTO_UDP ? 0xFFFF : sum);
}

/* Both checksums anew over the real bytes. */
static void sum_anew(struct pkt *p, const struct pkt_info *info)
{
	if (!sums_old_sum(p, info))
		put_be16(sum_at(p, info), 0);
	put_sum(p, info, whole_sum(p, info));
	pkt_ip_sum(p, info->ihl);
}

/* How the sum of addresses and ports changes. */
static inline uint64_t sum_change(const struct pkt_info *from,
				  const struct ends *to)
{
	return (uint64_t)(uint32_t)~from->src + (uint32_t)~from->dst +
	       (uint16_t)~from->sport + (uint16_t)~from->dport + to->src +
	       to->dst + to->sport + to->dport;
}

/* Writes new addresses and ports; the checksums are no longer right. */
static inline void write_ends(struct pkt *p, struct pkt_info *info,
			      const struct ends *to)
{
	uint8_t *h = p->data, *t = h + info->ihl;

	put_be32(h + 12, to->src);
	put_be32(h + 16, to->dst);
	put_be16(t, to->sport);
	put_be16(t + 2, to->dport);
	info->src = to->src;
	info->dst = to->dst;
	info->sport = to->sport;
	info->dport = to->dport;
}

/*
 * The same, with the checksums. Both were right before, so changing them by the
 * difference (RFC 1624) gives what summing anew would; but of pieces put
 * together at delivery the header's was not, and is summed there.
 */
static inline void rewrite(struct pkt *p, struct pkt_info *info,
			   const struct ends *to)
{
	uint8_t *sum = sum_at(p, info), *ip = p->data + 10;
	uint64_t change = sum_change(info, to);
	uint64_t ip_change = (uint64_t)(uint32_t)~info->src +
			     (uint32_t)~info->dst + to->src + to->dst;
	uint16_t old = get_be16(sum);

	write_ends(p, info, to);
	if (!old || sums_old_sum(p, info)) {
		sum_anew(p, info);
		return;
	}
	put_sum(p, info, cksum_fold((uint16_t)~old + change));
	put_be16(ip, cksum_fold((uint16_t)~get_be16(ip) + ip_change));
}

/* The helper sees the packet, which may change in length and content. */
static void run_helper(const struct through *t)
{
	struct helper_call call = { .fw = t->fw,
				    .entry = t->entry,
				    .maddr = t->maddr,
				    .pkt = t->p,
				    .info = t->info };

	if (t->way == MASQ_OUT)
		helper_out(&call);
	else
		helper_in(&call);
	pkt_look(t->p, t->info);
	sum_anew(t->p, t->info);
}

static inline void next_state(const struct through *t)
{
	enum masq_state state = MASQ_UDP;

	if (t->info->proto == IPPROTO_TCP)
		state = t->era->tcp_next(masq_at(t->fw, t->entry)->state,
					 t->way, t->p->data[t->info->ihl + 13]);
	masq_set_state(t->fw, t->entry, state);
}

/* Whether the packet's old checksum may be wrong; a right one takes its place.
 */
static inline bool is_repaired(const struct through *t)
{
	return t->way == MASQ_OUT && !t->era->checks_out;
}

/* The end of every packet's way through its entry. */
static inline enum masq_result finish(const struct through *t,
				      const struct ends *to)
{
	if (masq_at(t->fw, t->entry)->helper) {
		write_ends(t->p, t->info, to);
		run_helper(t);
	} else if (is_repaired(t)) {
		write_ends(t->p, t->info, to);
		sum_anew(t->p, t->info);
	} else {
		rewrite(t->p, t->info, to);
	}
	masq_count(t->fw, t->entry, t->info->tot_len);
	if (t->way == MASQ_OUT || t->era->in_rearms) {
		next_state(t);
		masq_put(t->fw, t->entry);
	}
	if (t->info->no_ports) /* see look_at_ports() */
		pkt_look(t->p, t->info);
	return MASQ_DONE;
}

void masq_follow_address(struct fw *fw, uint32_t entry, uint32_t maddr,
			 enum masq_user user)
{
	static const char *const text[] = {
		[MASQ_USER_PORTS] = "ip_fw_masquerade(): change masq.addr from",
		/* quirk: without "from" */
		[MASQ_USER_ICMP] = "ip_fw_masq_icmp(): change masq.addr",
	};
	const struct masq_era *era = masq_era(fw);
	int32_t dynaddr = fw->st->host.sysctl[SYSCTL_IP_DYNADDR];
	uint32_t old = masq_at(fw, entry)->maddr;

	if (!(dynaddr & era->dynaddr_on) || old == maddr)
		return;
	if (!(masq_at(fw, entry)->flags & MASQ_NO_REPLY) &&
	    !(dynaddr & era->dynaddr_replied))
		return;
	if (dynaddr > 0 && dynaddr & era->dynaddr_told)
		fw_log(fw, LEVEL_INFO, "%s%s %u.%u.%u.%u to %u.%u.%u.%u",
		       era->prefix, text[user], old >> 24, old >> 16 & 255,
		       old >> 8 & 255, old & 255, maddr >> 24,
		       maddr >> 16 & 255, maddr >> 8 & 255, maddr & 255);
	masq_unhash(fw, entry);
	masq_edit(fw, entry)->maddr = maddr;
	masq_hash(fw, entry);
}

/* A found entry learns from a packet of its inside host. */
static void learn_out(const struct through *t)
{
	const struct masq_entry *e = masq_at(t->fw, t->entry);
	struct masq_entry *w;

	masq_follow_address(t->fw, t->entry, t->maddr, MASQ_USER_PORTS);
	if (e->flags & MASQ_NO_SPORT && e->proto == IPPROTO_TCP) {
		masq_unhash(t->fw, t->entry);
		w = masq_edit(t->fw, t->entry);
		w->sport = t->info->sport;
		w->flags &= (uint16_t)~MASQ_NO_SPORT;
		masq_hash(t->fw, t->entry);
	}
	if (e->flags & MASQ_DLOOSE) {
		w = masq_edit_hot(t->fw, t->entry);
		w->daddr = t->info->dst;
		w->dport = t->info->dport;
	}
}

/* An entry for a conversation that begins inside, or FW_NIL. */
static uint32_t create_out(const struct through *t)
{
	const struct pkt_info *info = t->info;
	const struct masq_want want = {
		.proto = info->proto,
		.maddr = t->maddr,
		.saddr = info->src,
		.sport = info->sport,
		.daddr = info->dst,
		.dport = info->dport,
	};
	uint32_t entry = FW_NIL;

	if (t->fw->st->fwd.active)
		entry = fwd_out_create(t->fw, t->maddr, info);
	if (entry == FW_NIL)
		entry = masq_new(t->fw, &want);
	if (entry != FW_NIL && !masq_at(t->fw, entry)->helper && t->p->mark)
		helper_bind_mark(t->fw, entry, t->p->mark);
	return entry;
}

/* Ports are read where the filter sees none, too: of a later piece. */
static inline void look_at_ports(const struct pkt *p, struct pkt_info *info)
{
	info->sport = get_be16(p->data + info->ihl);
	info->dport = get_be16(p->data + info->ihl + 2);
}

/* What becomes of a packet that a rule masquerades and the era cannot. */
static enum masq_result not_masqueradable(const struct masq_era *era,
					  const struct pkt_info *info)
{
	bool known = info->proto == IPPROTO_TCP || info->proto == IPPROTO_UDP ||
		     (info->proto == IPPROTO_ICMP && era->icmp);

	return known || era->drops_others ? MASQ_DROP : MASQ_PASS;
}

enum masq_result masq_out(struct fw *fw, uint32_t maddr, struct pkt *p,
			  struct pkt_info *info)
{
	struct through t = {
		fw, p, info, FW_NIL, maddr, MASQ_OUT, masq_era(fw)
	};
	const struct masq_entry *e;

	if (shape_of(t.era, p, info) != SHAPE_OK ||
	    (info->proto == IPPROTO_ICMP && !t.era->icmp))
		return not_masqueradable(t.era, info);
	if (info->proto == IPPROTO_ICMP)
		return masq_icmp_out(fw, maddr, p, info);
	look_at_ports(p, info);
	if (t.era->checks_out && !sum_ok(p, info))
		return MASQ_DROP;
	t.entry = masq_out_get(fw, info->proto, info->src, info->sport,
			       info->dst, info->dport);
	if (t.entry != FW_NIL)
		learn_out(&t);
	else
		t.entry = create_out(&t);
	if (t.entry == FW_NIL)
		return MASQ_DROP;
	if (fw->st->fwd.active)
		fwd_out_update(fw, t.entry, info);
	e = masq_at(fw, t.entry);
	return finish(&t, &(const struct ends){ e->maddr, info->dst, e->mport,
						info->dport });
}

/* The entry learns its outside end from a packet that came from there. */
static void learn_in(const struct through *t)
{
	const struct masq_entry *e = masq_at(t->fw, t->entry);
	struct masq_entry *w = masq_edit_hot(t->fw, t->entry);

	w->flags &= (uint16_t)~MASQ_NO_REPLY;
	if (e->flags & MASQ_DLOOSE) {
		w->daddr = t->info->src;
		w->dport = t->info->sport;
		return;
	}
	if (e->proto != IPPROTO_TCP && !t->era->settles_udp)
		return;
	if (e->flags & MASQ_NO_DPORT) {
		masq_unhash(t->fw, t->entry);
		w->dport = t->info->sport;
		w->flags &= (uint16_t)~MASQ_NO_DPORT;
		masq_hash(t->fw, t->entry);
	}
	if (e->flags & MASQ_NO_DADDR) {
		masq_unhash(t->fw, t->entry);
		w->daddr = t->info->src;
		w->flags &= (uint16_t)~MASQ_NO_DADDR;
		masq_hash(t->fw, t->entry);
	}
}

/* Whether a TCP or UDP packet for the host is looked at. */
static bool is_examined(struct fw *fw, const struct pkt *p,
			const struct pkt_info *info)
{
	return masq_port_in_range(fw, info->dport) ||
	       fw->st->masq.special_ports ||
	       (fw->st->fwd.active && fwd_in_rule(fw, p, info));
}

static void tell_wrong_sum(struct fw *fw, uint32_t src)
{
	fw_log(fw, LEVEL_INFO,
	       "MASQ: failed TCP/UDP checksum from %u.%u.%u.%u!", src >> 24,
	       src >> 16 & 255, src >> 8 & 255, src & 255);
}

/* The entry of a packet from outside, held where packets hold one. */
static uint32_t find_in(const struct through *t)
{
	const struct pkt_info *i = t->info;

	if (!t->era->in_rearms)
		return masq_in_find(t->fw, i->proto, i->src, i->sport, i->dst,
				    i->dport);
	return masq_in_get(t->fw, i->proto, i->src, i->sport, i->dst, i->dport);
}

enum masq_result masq_in(struct fw *fw, struct pkt *p, struct pkt_info *info)
{
	struct through t = { fw,        p,       info,        FW_NIL,
			     info->dst, MASQ_IN, masq_era(fw) };
	enum shape shape = shape_of(t.era, p, info);
	const struct masq_entry *e;

	if (shape == SHAPE_OTHER || shape == SHAPE_NO_OFFSET ||
	    (info->proto == IPPROTO_ICMP && !t.era->icmp))
		return MASQ_PASS;
	if (shape == SHAPE_SHORT)
		return t.era->checks_shape ? MASQ_DROP : MASQ_PASS;
	if (info->proto == IPPROTO_ICMP)
		return masq_icmp_in(fw, p, info);
	look_at_ports(p, info);
	if (!is_examined(fw, p, info))
		return MASQ_PASS;
	if (!sum_ok(p, info)) {
		if (t.era->tells_wrong)
			tell_wrong_sum(fw, info->src);
		return MASQ_DROP;
	}
	t.entry = find_in(&t);
	if (t.entry == FW_NIL && fw->st->fwd.active)
		t.entry = fwd_in_create(fw, p, info);
	if (t.entry == FW_NIL)
		return MASQ_PASS;
	learn_in(&t);
	e = masq_at(fw, t.entry);
	return finish(&t, &(const struct ends){ info->src, e->saddr,
						info->sport, e->sport });
}
