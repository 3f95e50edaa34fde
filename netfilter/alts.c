/* What old rules ask, put as netfilter's questions. */
#include "netfilter/alts.h"

#include <string.h>

enum { LOOPBACK = 127 }; /* first octet */

/* A test whose answer is known, or that has to be asked. */
enum truth { NEVER, ALWAYS, ASK };

static enum truth turned(enum truth t, bool inverted)
{
	if (t == ASK || !inverted)
		return t;
	return t == ALWAYS ? NEVER : ALWAYS;
}

static enum truth addr_truth(const struct nf_addr *a)
{
	enum truth t = ASK;

	if (a->addr & ~a->mask)
		t = NEVER;
	else if (!a->mask)
		t = ALWAYS;
	return turned(t, a->inverted);
}

static bool addr_holds(const struct nf_addr *a, uint32_t addr)
{
	return ((addr & a->mask) == a->addr) != a->inverted;
}

static void set_not(struct nf_match *m, enum nf_not what, bool inverted)
{
	if (inverted)
		m->not |= what;
	else
		m->not &= ~(uint32_t)what;
}

bool nf_ask_dst(struct nf_match *m, const struct nf_addr *addr)
{
	enum truth t = addr_truth(addr);

	if (t != ASK)
		return t == ALWAYS;
	m->dst = addr->addr;
	m->dmask = addr->mask;
	set_not(m, NF_NOT_DST, addr->inverted);
	return true;
}

bool nf_ask_via(struct nf_match *m, bool out, const struct fw_ifname *via,
		bool prefix, bool inverted)
{
	size_t n = strnlen(via->s, FW_IFNAME);

	if (n == 0 || n == FW_IFNAME)
		return (n == 0 && prefix) != inverted;
	if (out) {
		m->out = *via;
		m->out_prefix = prefix;
		set_not(m, NF_NOT_OUT, inverted);
	} else {
		m->in = *via;
		m->in_prefix = prefix;
		set_not(m, NF_NOT_IN, inverted);
	}
	return true;
}

bool nf_ask_frag(struct nf_match *m, bool frag)
{
	if (m->frag && (m->not &NF_NOT_FRAG) != (frag ? 0 : NF_NOT_FRAG))
		return false;
	m->frag = true;
	set_not(m, NF_NOT_FRAG, !frag);
	return true;
}

/* What is known of a test of ports in @low..@high; all of them: 0..65535. */
static enum truth ports_truth(const struct nf_ports *p, uint16_t low,
			      uint16_t high)
{
	enum truth t = ASK;

	if (p->low > p->high || p->high < low || p->low > high)
		t = NEVER;
	else if (p->low <= low && p->high >= high)
		t = ALWAYS;
	return turned(t, p->inverted);
}

/*
 * A test that is the same for all ports. Quirk: it is passed by later fragments
 * if it names all ports, inverted or not.
 */
static bool ports_known(struct nf_match *m, const struct nf_ports *p,
			bool holds)
{
	bool whole = p->low == 0 && p->high == FW_PORT_MAX;

	if (holds)
		return whole || nf_ask_frag(m, false);
	return whole && nf_ask_frag(m, true);
}

/* Whether the match can have port tests beside what it asks already. */
static bool has_ports(const struct nf_match *m)
{
	return !m->frag || m->not &NF_NOT_FRAG;
}

static bool ask_origdport(struct nf_match *m, const struct nf_ports *p)
{
	m->ask |= NF_ASK_CT_ORIGDPORT;
	m->origdport[0] = p->low;
	m->origdport[1] = p->high;
	set_not(m, NF_NOT_CT_ORIGDPORT, p->inverted);
	return true;
}

bool nf_ask_sport(struct nf_match *m, const struct nf_sight *sight,
		  struct nf_alts *a, const struct nf_ports *ports)
{
	bool masq = sight->view == NF_VIEW_MASQ;
	enum truth t = ports_truth(ports, masq ? sight->masq_port[0] : 0,
				   masq ? sight->masq_port[1] : FW_PORT_MAX);

	a->by_fewer |= masq && t != ASK &&
		       ports_truth(ports, sight->era_port[0],
				   sight->era_port[1]) == ASK;
	if (t != ASK)
		return ports_known(m, ports, t == ALWAYS);
	if (!has_ports(m))
		return false;
	if (masq) {
		a->ports_cut = true;
		return false;
	}
	if (sight->view == NF_VIEW_ANSWER)
		return ask_origdport(m, ports);
	m->ask |= NF_ASK_SPORT;
	m->sport[0] = ports->low;
	m->sport[1] = ports->high;
	set_not(m, NF_NOT_SPORT, ports->inverted);
	return true;
}

bool nf_ask_dport(struct nf_match *m, const struct nf_ports *ports)
{
	enum truth t = ports_truth(ports, 0, FW_PORT_MAX);

	if (t != ASK)
		return ports_known(m, ports, t == ALWAYS);
	if (!has_ports(m))
		return false;
	m->ask |= NF_ASK_DPORT;
	m->dport[0] = ports->low;
	m->dport[1] = ports->high;
	set_not(m, NF_NOT_DPORT, ports->inverted);
	return true;
}

void nf_alts_init(struct nf_alts *a)
{
	a->n = 0;
	a->too_many = a->ports_cut = a->by_fewer = a->by_address = false;
}

static struct nf_match *append(struct nf_alts *a, const struct nf_match *m)
{
	if (a->n == NF_ALTS) {
		a->too_many = true;
		return NULL;
	}
	a->m[a->n] = *m;
	return &a->m[a->n++];
}

static bool out_holds(const struct nf_match *m, const struct fw_ifname *name)
{
	size_t n = strnlen(m->out.s, FW_IFNAME);
	bool same;

	if (!n)
		return true;
	same = m->out_prefix ? strncmp(name->s, m->out.s, n) == 0
			     : strncmp(name->s, m->out.s, FW_IFNAME) == 0;
	return same != !!(m->not &NF_NOT_OUT);
}

/* Whether packets that @m matches may get that interface's address. */
static bool may_leave(const struct nf_match *m, const struct nf_iface *i)
{
	return i->addr && i->addr >> 24 != LOOPBACK && out_holds(m, &i->name);
}

/* Those interfaces whose address passes; none but they, if all do. */
static void add_masqueraded(struct nf_alts *a, const struct nf_sight *sight,
			    const struct nf_match *m, const struct nf_addr *src)
{
	uint32_t may = 0, pass = 0;

	for (uint32_t i = 0; i < sight->ifaces; i++) {
		if (!may_leave(m, &sight->iface[i]))
			continue;
		may++;
		pass += addr_holds(src, sight->iface[i].addr);
	}
	a->by_address = true;
	if (may && pass == may) {
		append(a, m);
		return;
	}
	for (uint32_t i = 0; i < sight->ifaces; i++) {
		const struct nf_iface *iface = &sight->iface[i];
		struct nf_match *alt;

		if (!may_leave(m, iface) || !addr_holds(src, iface->addr))
			continue;
		alt = append(a, m);
		if (alt)
			nf_ask_via(alt, true, &iface->name, false, false);
	}
}

void nf_alts_add(struct nf_alts *a, const struct nf_sight *sight,
		 const struct nf_match *m, const struct nf_addr *src)
{
	enum truth t = addr_truth(src);
	struct nf_match *alt;

	if (t == NEVER)
		return;
	if (t == ASK && sight->view == NF_VIEW_MASQ) {
		add_masqueraded(a, sight, m, src);
		return;
	}
	alt = append(a, m);
	if (!alt || t == ALWAYS)
		return;
	if (sight->view == NF_VIEW_ANSWER) {
		alt->ask |= NF_ASK_CT_ORIGDST;
		alt->origdst = src->addr;
		alt->origdst_mask = src->mask;
		set_not(alt, NF_NOT_CT_ORIGDST, src->inverted);
		return;
	}
	alt->src = src->addr;
	alt->smask = src->mask;
	set_not(alt, NF_NOT_SRC, src->inverted);
}
