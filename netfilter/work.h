/*
 * What the parts of the compiler share: the places where old chains are asked,
 * what their ends mean there, the marks, the chains of ours. Not for others,
 * see compile.h.
 */
#ifndef NETFILTER_WORK_H
#define NETFILTER_WORK_H

#include <stdbool.h>
#include <stdint.h>

#include "core/log_tag.h"
#include "netfilter/alts.h"
#include "netfilter/compile.h"

/* What an old chain can decide. */
enum nf_end {
	NF_END_ACCEPT,
	NF_END_DENY,
	NF_END_REJECT,
	NF_END_MASQ,
	NF_END_REDIRECT,
	NF_ENDS,
	/* No decision: */
	NF_END_NONE = NF_ENDS, /* the next rule */
	NF_END_RETURN,
	NF_END_CHAIN /* a user chain */
};

/* The part of the mark that says what one place decided for another. */
enum nf_code {
	NF_CODE_NONE,
	NF_CODE_MASQ,
	NF_CODE_REJECT, /* the input chain did */
	NF_CODE_OWN,    /* the host itself sent it */
	NF_CODE_PORT,   /* and following: REDIRECT to port no. 0, 1, ... */
};

/* What is done with a packet. */
struct nf_do {
	enum nf_target target;
	uint32_t chain;
	enum nf_reject reject;
};

/* A place where an old chain is asked. */
struct nf_way {
	enum fw20_list list;
	enum nf_table table;
	char tag;     /* of chain names */
	bool by_out;  /* rules name the interface of departure */
	bool departs; /* accounting: what leaves */
	bool acts;    /* rules count, log and mark */
	bool tos;     /* rules change the TOS */
	enum nf_view view;
	uint32_t top;    /* the chain of ours where it begins */
	uint32_t policy; /* and the one that RETURN goes to */
	struct nf_do end[NF_ENDS];
	bool redirects; /* REDIRECT: to the chain of its port */
};

/* What the old rules that a list, or a built-in chain, can reach ask for. */
struct nf_needs {
	bool end[NF_ENDS];
	bool tos;
	bool source; /* they ask for the source, or tell it */
	bool any;    /* there are rules */
};

enum { NF_REDIRECTS = 256, NF_CUTS = 64 };

struct nf_22;
struct nf_rest;

struct nf_work {
	const struct nf_input *in;
	const struct nf_config *config;
	struct nf_set *set;
	struct text *why;
	const struct nf_listener *listener;
	int err; /* the first */
	struct nf_needs needs[FW20_LISTS];
	uint32_t ports;
	uint16_t masq_port[2]; /* lowest, highest that are given out */
	uint32_t cuts;
	bool tracks;          /* conversations are: something is translated */
	struct nf_22 *chains; /* 2.2's */
	struct nf_rest *rest; /* chains of several acts, not filled yet */
	uint32_t rests, rest_room;
	/* Not zeroed at the beginning, from here on: */
	uint32_t port_chain[NF_REDIRECTS];
	uint16_t port[NF_REDIRECTS]; /* of REDIRECT rules */
	uint16_t cut[NF_CUTS]; /* where rules divide the masquerade ports */
	struct nf_alts alts;
};

/* Where rules come from. */
struct nf_source {
	/* Fills w->needs and w->port. */
	void (*survey)(struct nf_work *w);
	/* Appends the rules of the list to way->top, which is being filled;
	 * then fills the chains that they need. */
	void (*rules)(struct nf_work *w, struct nf_way *way);
	void (*fini)(struct nf_work *w);
};
extern const struct nf_source nf_source22, nf_source20;

/* nat.c: tables nat and raw. @masq: something is masqueraded. */
void nf_nat(struct nf_work *w, bool masq);
/* Whether packets' destinations can be changed: by a forward or a helper. */
bool nf_has_forwards(const struct nf_work *w);
bool nf_has_helpers(const struct nf_work *w);
/* A chain in filter of what forwards and helpers let come in, which does
 * @does. */
void nf_nat_comers(struct nf_work *w, uint32_t chain, const struct nf_do *does);

void nf_fail(struct nf_work *w, int err);
void nf_find(struct nf_work *w, enum nf_why why, const char *chain,
	     uint32_t num, const char *what);

/* A chain of ours, empty: prefix, generation, and @fmt. */
uint32_t nf_chain(struct nf_work *w, enum nf_table table, enum nf_hook hook,
		  const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* The instance of an old chain at @way, @of counting: the acts of one of its
 * rules, or (number 0) its policy. */
uint32_t nf_way_chain(struct nf_work *w, const struct nf_way *way,
		      enum nf_hook hook, const struct nf_origin *of,
		      const char *label);
void nf_fill(struct nf_work *w, uint32_t chain);

/* A port of REDIRECT rules; the rule is told if there are too many. */
void nf_port_add(struct nf_work *w, uint16_t port, const char *label,
		 uint32_t num);

/* A rule of the output list asks for source ports. */
void nf_cut_add(struct nf_work *w, uint16_t low, uint16_t high);
/* Chooses the masquerade ports: as many as all those rules agree about. */
void nf_cut_choose(struct nf_work *w);

/* Marks. */
struct nf_masked nf_code(const struct nf_work *w, unsigned code);
uint32_t nf_codes(const struct nf_config *config); /* how many there are */

/* A rule for all packets, made from no old one. */
struct nf_rule nf_rule_of(const struct nf_do *does);
void nf_add(struct nf_work *w, const struct nf_rule *rule);
void nf_add_do(struct nf_work *w, const struct nf_do *does);
/* Appends: a packet of that code meets @does. */
void nf_add_code(struct nf_work *w, unsigned code, const struct nf_do *does);
void nf_add_mark(struct nf_work *w, struct nf_masked mark);

/* What an old rule does with what it matches, one netfilter rule each, which
 * says nothing of that. */
struct nf_acts {
	struct nf_rule rule[5];
	uint32_t n;
};
void nf_act(struct nf_acts *acts, const struct nf_rule *rule);
void nf_act_do(struct nf_acts *acts, const struct nf_do *does);
void nf_act_log(struct nf_work *w, struct nf_acts *acts,
		const struct log_tag *tag);
void nf_act_tos(struct nf_acts *acts, uint8_t and, uint8_t xor);

/*
 * Appends the old rule @from: what w->alts match meets @acts. @label: the old
 * chain's, for names. Several acts go to a chain of their own, which is filled
 * by nf_emit_rest(), once the chain in hand is complete.
 */
void nf_emit(struct nf_work *w, const struct nf_way *way,
	     const struct nf_origin *from, const char *label,
	     const struct nf_acts *acts);
/* The same where the walk goes on and several of w->alts may match a packet. */
void nf_emit_once(struct nf_work *w, const struct nf_way *way,
		  const struct nf_origin *from, const char *label,
		  const struct nf_acts *acts);
void nf_emit_rest(struct nf_work *w);

/* The end of a walk through @way's list, of an old rule or its policy. */
struct nf_do nf_way_end(const struct nf_work *w, const struct nf_way *way,
			enum nf_end end, uint16_t port);

/* What the rule asks of packets as they are seen there. */
struct nf_sight nf_way_sight(const struct nf_work *w, const struct nf_way *way);

#endif
