/* A chain's rules compiled for matching. */
#include "engine/rules22.h"

#include "engine/chains.h"

static bool slot_acts(const struct fw_slot *s)
{
	return (s->flags & (FW_F_LOG | FW_F_MARKABS)) || s->mark ||
	       s->tos_and != 0xFF || s->tos_xor;
}

static bool range_says_nothing(const uint16_t range[2])
{
	return range[0] == 0 && range[1] == FW_PORT_MAX;
}

static uint16_t how(const struct fw_slot *s)
{
	uint32_t h = (uint32_t)(s->inv & FW_INV_MASK) << HOW_INV_SHIFT;

	h |= s->target <= FW_V_CHAIN ? s->target : FW_V_DENY;
	if (s->proto &&
	    (!range_says_nothing(s->sport) || !range_says_nothing(s->dport) ||
	     (s->inv & (FW_INV_SPORT | FW_INV_DPORT))))
		h |= HOW_PORTS;
	if (slot_acts(s))
		h |= HOW_ACTS;
	if (s->flags & FW_F_SYN)
		h |= HOW_SYN;
	if (s->flags & FW_F_FRAG)
		h |= HOW_FRAG;
	return (uint16_t)h;
}

/*
 * A wildcard compares the letters it has, a name all 16 bytes. Quirk: a name
 * without room for its NUL is equal to none, and begins none.
 */
static void via_init(struct rule22 *r, const struct fw_slot *s)
{
	size_t n = strnlen(s->via.s, FW_IFNAME);

	memset(r->via, 0, sizeof(r->via));
	memset(r->vmask, 0, sizeof(r->vmask));
	if (n == FW_IFNAME) {
		r->via[0] = 1; /* under no mask: what no packet has */
		return;
	}
	memcpy(r->via, s->via.s, n);
	memset(r->vmask, 0xFF, s->flags & FW_F_WILDIF ? n : FW_IFNAME);
}

void rule22_init(struct rule22 *r, const struct fw_slot *s, uint32_t slot)
{
	r->addr = s->src | (uint64_t)s->dst << 32;
	r->amask = s->smask | (uint64_t)s->dmask << 32;
	via_init(r, s);
	memcpy(r->sport, s->sport, sizeof(r->sport));
	memcpy(r->dport, s->dport, sizeof(r->dport));
	r->proto = s->proto;
	r->how = how(s);
	r->slot = slot;
}

bool rule22_odd_matches(const struct rule22 *r, const struct packet22 *p,
			uint64_t differ, bool via_differs)
{
	uint32_t inv = r->how >> HOW_INV_SHIFT;
	bool src_differs = (uint32_t)differ != 0, dst_differs = differ >> 32;
	bool not_frag = (r->how & HOW_FRAG) && !p->frag;
	bool not_syn = (r->how & HOW_SYN) && !p->syn;

	if (src_differs != !!(inv & FW_INV_SRC) ||
	    dst_differs != !!(inv & FW_INV_DST) ||
	    via_differs != !!(inv & FW_INV_VIA) ||
	    not_frag != !!(inv & FW_INV_FRAG) ||
	    not_syn != !!(inv & FW_INV_SYN))
		return false;
	if ((r->how & HOW_SYN) && p->frag)
		return false;
	if (!r->proto)
		return true;
	return (r->proto != p->proto) == !!(inv & FW_INV_PROTO) &&
	       rule22_ports(r, p);
}
