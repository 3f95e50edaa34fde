/*
 * One packet against one fixed list. What 2.0 and 1.3 did differently stands in
 * one table of functions. Source: Linux 2.0 and 1.3.56, net/ipv4/ip_fw.c
 * (ip_fw_chk).
 */
#include "engine/match20.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "engine/fast.h"
#include "engine/fwlog.h"
#include "engine/log_line.h"
#include "engine/look20.h"
#include "engine/pkt.h"
#include "engine/state.h"

/* What every rule is asked about; the rest is in its slot. */
struct quick_rule {
	uint32_t src, smask, dst, dmask;
	uint32_t slot;
	uint32_t bidir;
};

struct quick_list {
	struct quick_rule *rule;
	uint32_t count, cap;
};

struct match20 {
	uint32_t generation; /* of the lists that were copied */
	struct quick_list list[FW20_LISTS];
};

/* Who asks. */
enum mode { MODE_FIREWALL, MODE_CHECK, MODE_ACCT_IN, MODE_ACCT_OUT };

static bool is_acct(enum mode mode)
{
	return mode >= MODE_ACCT_IN;
}

void match20_free(struct fw *fw)
{
	if (!fw->match20)
		return;
	for (int i = 0; i < FW20_LISTS; i++)
		free(fw->match20->list[i].rule);
	free(fw->match20);
	fw->match20 = NULL;
}

static bool copy_rule(struct quick_list *q, const struct fw20_rule *r,
		      uint32_t slot)
{
	struct quick_rule *rule = q->rule;

	if (q->count == q->cap) {
		uint32_t cap = q->cap ? 2 * q->cap : 64;

		rule = reallocarray(rule, cap, sizeof(*rule));
		if (!rule)
			return false;
		q->rule = rule;
		q->cap = cap;
	}
	q->rule[q->count++] = (struct quick_rule){
		.src = r->src,
		.smask = r->smask,
		.dst = r->dst,
		.dmask = r->dmask,
		.slot = slot,
		.bidir = r->flags & FW20_BIDIR,
	};
	return true;
}

/* A list of more rules than there are slots runs in a circle: it ends there. */
static bool copy_list(const struct fw *fw, enum fw20_list list,
		      struct quick_list *q)
{
	uint32_t slot = fw->st->lists.first[list];
	uint32_t most = fw->st->table[FW_T_RULE20].used;

	for (; fw_slot_ok(fw, FW_T_RULE20, slot) && q->count < most;
	     slot = fw->st->rule20[slot].next)
		if (!copy_rule(q, &fw->st->rule20[slot].rule, slot))
			return false;
	return true;
}

/* The rules of a list; NULL: no memory. */
static const struct quick_list *quick_list(struct fw *fw, enum fw20_list list)
{
	struct match20 *m = fw->match20;

	if (m && m->generation == fw->st->lists.generation)
		return &m->list[list];
	match20_free(fw);
	m = calloc(1, sizeof(*m));
	fw->match20 = m;
	if (!m)
		return NULL;
	m->generation = fw->st->lists.generation;
	for (int i = 0; i < FW20_LISTS; i++)
		if (!copy_list(fw, (enum fw20_list)i, &m->list[i])) {
			match20_free(fw);
			return NULL;
		}
	return &m->list[list];
}

/* How a rule's addresses match. */
enum way { WAY_NONE = 0, WAY_FORWARD = 1, WAY_REVERSE = 2 };

static inline int addresses_match(const struct quick_rule *r,
				  const struct pkt_info *ip)
{
	int way = WAY_NONE;

	if ((ip->src & r->smask) == r->src && (ip->dst & r->dmask) == r->dst)
		way = WAY_FORWARD;
	if (r->bidir && (ip->dst & r->smask) == r->src &&
	    (ip->src & r->dmask) == r->dst)
		way |= WAY_REVERSE;
	return way;
}

static bool port_listed(const uint16_t *port, int n, bool range, uint16_t value)
{
	int i = 0;

	if (n == 0)
		return true;
	if (range && n >= 2) {
		if (value >= port[0] && value <= port[1])
			return true;
		i = 2;
	}
	for (; i < n; i++)
		if (port[i] == value)
			return true;
	return false;
}

static bool source_listed(const struct fw20_rule *r, uint16_t port)
{
	return port_listed(r->port, r->n_src, r->flags & FW20_SRANGE, port);
}

static bool dest_listed(const struct fw20_rule *r, uint16_t port)
{
	return port_listed(r->port + r->n_src, r->n_dst, r->flags & FW20_DRANGE,
			   port);
}

/* Whether a packet of the rule's own kind has its ports, or its ICMP type. */
static bool ports_match(const struct fw20_rule *r, const struct look20 *l,
			int way)
{
	if (r->n_src + r->n_dst > FW20_PORTS)
		return false;
	if (l->ip->proto == IPPROTO_ICMP)
		return source_listed(r, l->sport);
	return ((way & WAY_FORWARD) && source_listed(r, l->sport) &&
		dest_listed(r, l->dport)) ||
	       ((way & WAY_REVERSE) && source_listed(r, l->dport) &&
		dest_listed(r, l->sport));
}

static uint8_t kind_protocol(const struct fw20_rule *r)
{
	static const uint8_t protocol[] = { [FW20_ALL] = 0,
					    [FW20_TCP] = IPPROTO_TCP,
					    [FW20_UDP] = IPPROTO_UDP,
					    [FW20_ICMP] = IPPROTO_ICMP };

	return protocol[r->flags & FW20_KIND];
}

/*
 * 2.0, once the addresses match. Quirk: the SYN and ACK flags are asked before
 * the protocol, and do not trouble packets that are not TCP.
 */
static bool rest_matches_2_0(const struct fw20_rule *r, const struct look20 *l,
			     int way, enum mode mode)
{
	uint8_t proto = kind_protocol(r);

	if (r->via_addr && l->via->s[0] && r->via_addr != l->via_addr)
		return false;
	if (r->via.s[0] && memcmp(&r->via, l->via, sizeof(r->via)) != 0)
		return false;
	if ((mode == MODE_ACCT_IN && (r->flags & FW20_ACCTOUT)) ||
	    (mode == MODE_ACCT_OUT && (r->flags & FW20_ACCTIN)))
		return false;
	if (((r->flags & FW20_TCPSYN) && l->not_syn) ||
	    ((r->flags & FW20_TCPACK) && l->no_ack))
		return false;
	if (proto == 0)
		return true;
	return proto == l->ip->proto && ports_match(r, l, way);
}

/*
 * 1.3, once the addresses match. Quirks: a rule of a specific kind asks for SYN
 * whatever its kind is, and for ACK only against the rule's direction.
 */
static bool rest_matches_1_3(const struct fw20_rule *r, const struct look20 *l,
			     int way, enum mode mode)
{
	uint8_t proto = kind_protocol(r);

	(void)mode;
	if (r->via_addr && r->via_addr != l->via_addr)
		return false;
	if (proto == 0)
		return true;
	if (proto != l->ip->proto || ((r->flags & FW20_TCPSYN) && l->not_syn))
		return false;
	if ((r->flags & FW20_TCPACK) && (way & WAY_REVERSE) && l->no_ack)
		return false;
	return ports_match(r, l, way);
}

/* What the kernels did differently. */
static const struct match_era {
	enum fw_verdict (*judge)(const struct pkt_info *ip, bool acct);
	void (*settle)(struct look20 *l);
	bool (*rest_matches)(const struct fw20_rule *r, const struct look20 *l,
			     int way, enum mode mode);
	void (*log_line)(struct text *t, const struct log_tag *tag,
			 const struct look20 *l);
	bool tos_of_denied; /* quirk: 1.3 changes the TOS of the wrong ones */
} match_eras[ERA_COUNT] = {
	[ERA_2_2] = { look20_judge_2_0, look20_settle_2_0, rest_matches_2_0,
		      log_line_2_0, false },
	[ERA_2_0] = { look20_judge_2_0, look20_settle_2_0, rest_matches_2_0,
		      log_line_2_0, false },
	[ERA_1_3] = { look20_judge_1_3, look20_settle_1_3, rest_matches_1_3,
		      log_line_1_3, true },
};

static void count(struct fw *fw, uint32_t slot, const struct look20 *l)
{
	struct fw20_slot *s = fw_edit(fw, &fw->st->rule20[slot], 16);

	s->packets++;
	s->bytes += l->ip->tot_len;
	if (fw->trace)
		fast_trace_count(fw, &s->packets, true);
}

static void log_rule(struct fw *fw, enum fw20_list list, enum mode mode,
		     const struct fw20_rule *r, const struct look20 *l)
{
	enum fw_era era = (enum fw_era)fw->st->g.era;
	struct text t = { 0 };
	struct log_tag tag;

	log_tag_list(&tag, era, list, mode == MODE_ACCT_OUT, r);
	match_eras[era].log_line(&t, &tag, l);
	fwlog_text(fw, FWLOG_INFO, &t);
}

/*
 * Goes through a list. Returns the first rule that matches, or NULL; in the
 * accounting modes goes through all of it.
 */
static const struct fw20_rule *walk(struct fw *fw, enum fw20_list list,
				    const struct quick_list *rules,
				    const struct look20 *l, enum mode mode)
{
	const struct match_era *era = &match_eras[fw->st->g.era];

	for (uint32_t i = 0; i < rules->count; i++) {
		const struct quick_rule *q = &rules->rule[i];
		int way = addresses_match(q, l->ip);
		const struct fw20_rule *r;

		if (!way)
			continue;
		r = &fw->st->rule20[q->slot].rule;
		if (!era->rest_matches(r, l, way, mode))
			continue;
		if (r->flags & FW20_PRN)
			log_rule(fw, list, mode, r, l);
		if (mode != MODE_CHECK)
			count(fw, q->slot, l);
		if (mode != MODE_CHECK && fw->trace && r->flags & FW20_PRN)
			fw->trace->odd = true;
		if (!is_acct(mode))
			return r;
	}
	return NULL;
}

/* @r: the rule that matched, @l: the packet it did; or NULL for a policy. */
static struct fw_answer answer_of(uint32_t flags, const struct fw20_rule *r,
				  const struct look20 *l)
{
	struct fw_answer a = { .verdict = FW_V_ACCEPT };
	int used;

	if (!(flags & FW20_ACCEPT)) {
		a.verdict = flags & FW20_ICMPRPL ? FW_V_REJECT : FW_V_DENY;
	} else if (r && flags & FW20_REDIR) {
		used = r->n_src + r->n_dst;
		a.verdict = FW_V_REDIRECT;
		a.redir_port = used < FW20_PORTS ? r->port[used] : 0;
		if (a.redir_port == 0)
			a.redir_port = l->dport;
	} else if (flags & FW20_MASQ) {
		a.verdict = FW_V_MASQ;
	}
	return a;
}

static struct fw_answer policy_of(const struct fw *fw, enum fw20_list list)
{
	return answer_of((uint32_t)fw->st->lists.policy[list], NULL, NULL);
}

/* Writes a TOS that a rule changed, and the header's checksum anew. */
static void set_tos(struct pkt *p, struct pkt_info *info, uint8_t tos)
{
	uint8_t *ip;

	if (tos == info->tos)
		return;
	ip = pkt_at(p, 0, info->ihl);
	if (!ip)
		return;
	info->tos = tos;
	ip[1] = tos;
	pkt_ip_sum(p, info->ihl);
}

/* All that rules are asked about a packet on a device. */
static void look(const struct fw *fw, uint32_t ifindex, const struct pkt *p,
		 const struct pkt_info *info, struct look20 *l)
{
	look20_packet(l, p, info);
	l->via = host_if_name(fw, ifindex);
	l->via_addr = host_if_addr(fw, ifindex);
	match_eras[fw->st->g.era].settle(l);
}

struct fw_answer list_run(struct fw *fw, enum fw20_list list, uint32_t ifindex,
			  struct pkt *p, struct pkt_info *info)
{
	const struct match_era *era = &match_eras[fw->st->g.era];
	struct fw_answer answer = { .verdict = era->judge(info, false) };
	const struct quick_list *rules;
	const struct fw20_rule *r;
	struct look20 l;

	if (answer.verdict != FW_V_NONE)
		return answer;
	if (fw->st->lists.first[list] == FW_NIL)
		return policy_of(fw, list);
	rules = quick_list(fw, list);
	if (!rules) {
		answer.verdict = FW_V_DENY;
		return answer;
	}
	look(fw, ifindex, p, info, &l);
	r = walk(fw, list, rules, &l, MODE_FIREWALL);
	if (!r)
		return policy_of(fw, list);
	if (fw->trace)
		fast_trace_rule(fw, false, r->tos_and, r->tos_xor);
	if (!(r->flags & FW20_ACCEPT) == era->tos_of_denied)
		set_tos(p, info,
			(uint8_t)((info->tos & r->tos_and) ^ r->tos_xor));
	return answer_of(r->flags, r, &l);
}

void list_account(struct fw *fw, enum acct_direction direction,
		  uint32_t ifindex, const struct pkt *p,
		  const struct pkt_info *info)
{
	enum mode mode = direction == ACCT_IN ? MODE_ACCT_IN : MODE_ACCT_OUT;
	const struct quick_list *rules;
	struct look20 l;

	if (fw->st->lists.first[FW20_ACCT] == FW_NIL ||
	    match_eras[fw->st->g.era].judge(info, true) != FW_V_NONE)
		return;
	rules = quick_list(fw, FW20_ACCT);
	if (!rules)
		return;
	look(fw, ifindex, p, info, &l);
	walk(fw, FW20_ACCT, rules, &l, mode);
}

/* Whether the host can check a packet on that device. */
static bool probe_valid(const struct fw *fw, const struct fw_probe *probe,
			uint32_t via_addr)
{
	uint32_t i;

	if (probe->ihl != 5)
		return false;
	if (fw->st->g.era == ERA_1_3)
		return true;
	i = host_if_find(fw, probe->via.s);
	return i != HOST_NO_IF && fw->st->host.ifs[i].addr == via_addr;
}

/* What becomes of the packet of a check; FW_V_NONE: no memory. */
static enum fw_verdict check(struct fw *fw, enum fw20_list list,
			     const struct fw_probe *probe, uint32_t via_addr)
{
	const struct match_era *era = &match_eras[fw->st->g.era];
	const struct quick_list *rules = quick_list(fw, list);
	const struct fw20_rule *r;
	enum fw_verdict verdict;
	struct pkt_info info;
	struct look20 l;

	if (!rules)
		return FW_V_NONE;
	look20_probe(&l, probe, &info);
	l.via = &probe->via;
	l.via_addr = via_addr;
	verdict = era->judge(&info, false);
	if (verdict != FW_V_NONE)
		return verdict;
	era->settle(&l);
	r = walk(fw, list, rules, &l, MODE_CHECK);
	return r ? answer_of(r->flags, r, &l).verdict
		 : policy_of(fw, list).verdict;
}

int list_check(struct fw *fw, enum fw20_list list, const struct fw_probe *probe,
	       uint32_t via_addr)
{
	static const int errors[] = {
		[FW_V_NONE] = -ENOMEM,     [FW_V_ACCEPT] = 0,
		[FW_V_DENY] = -ETIMEDOUT,  [FW_V_REJECT] = -ECONNREFUSED,
		[FW_V_MASQ] = -ECONNRESET, [FW_V_REDIRECT] = -ECONNABORTED,
	};
	enum fw_verdict verdict;

	if (list == FW20_ACCT)
		return -ENOPROTOOPT;
	if (!probe_valid(fw, probe, via_addr))
		return -EINVAL;
	verdict = check(fw, list, probe, via_addr);
	if (verdict == FW_V_MASQ && fw->st->g.era == ERA_1_3)
		return 0;
	return errors[verdict];
}
