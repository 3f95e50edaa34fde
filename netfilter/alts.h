/*
 * What an old rule asks, as matches of which one at most is true of any packet.
 * A question that no packet answers is false.
 */
#ifndef NETFILTER_ALTS_H
#define NETFILTER_ALTS_H

#include <stdbool.h>
#include <stdint.h>

#include "netfilter/compile.h"
#include "netfilter/rule.h"

/* How a packet's source is known where a rule asks about it. */
enum nf_view {
	NF_VIEW_PLAIN,  /* it is in the packet */
	NF_VIEW_MASQ,   /* it will be the address of the interface of departure,
			   and a masquerade port */
	NF_VIEW_ANSWER, /* it will be what the conversation's first packet went
			   to */
	NF_VIEWS
};

struct nf_sight {
	enum nf_view view;
	const struct nf_iface *iface;
	uint32_t ifaces;
	uint16_t masq_port[2]; /* lowest, highest that are given out */
	uint16_t era_port[2];  /* that the old kernel gave out */
};

enum { NF_ALTS = 512 };

struct nf_alts {
	struct nf_match m[NF_ALTS];
	uint32_t n;
	bool too_many; /* for the room */
	/* NF_VIEW_MASQ: a port test that some masquerade ports pass, or would
	 * but for their being fewer; an address test that was answered by the
	 * interfaces' addresses. */
	bool ports_cut, by_fewer, by_address;
};

/* Address and mask as the old kernels compared them. */
struct nf_addr {
	uint32_t addr, mask;
	bool inverted;
};

struct nf_ports {
	uint16_t low, high;
	bool inverted;
};

bool nf_ask_dst(struct nf_match *m, const struct nf_addr *addr);
/* @prefix: the name's beginning; with "": any interface. */
bool nf_ask_via(struct nf_match *m, bool out, const struct fw_ifname *via,
		bool prefix, bool inverted);
bool nf_ask_frag(struct nf_match *m, bool frag);
/* Of TCP or UDP, where nothing but the whole range holds for later fragments.
 */
bool nf_ask_sport(struct nf_match *m, const struct nf_sight *sight,
		  struct nf_alts *a, const struct nf_ports *ports);
bool nf_ask_dport(struct nf_match *m, const struct nf_ports *ports);

void nf_alts_init(struct nf_alts *a);
/* Appends @m, and asks for the source. */
void nf_alts_add(struct nf_alts *a, const struct nf_sight *sight,
		 const struct nf_match *m, const struct nf_addr *src);

#endif
