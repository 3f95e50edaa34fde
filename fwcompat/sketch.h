/*
 * A host that is only looked at: the one there is, or one that exists for as
 * long as a script, or a text of ipchains-save, is tried on it.
 */
#ifndef FWCOMPAT_SKETCH_H
#define FWCOMPAT_SKETCH_H

#include "fwcompat/sketch_places.h"
#include "netfilter/gather.h"

struct sketch {
	struct nf_gathered rules; /* and the real host's interfaces */
	struct places places;     /* of a script's or text's rules */
	struct nf_config config;  /* as this machine's backend has it */
};

/* The host there is. 0, or an exit status after saying why, as @name. */
int sketch_current(struct sketch *s, const char *name);

/*
 * A fresh host after the script or the ipchains-save text @argv, whose words
 * behind the first are the script's, which is run dry.
 */
int sketch_file(struct sketch *s, const char *name, char **argv);

void sketch_fini(struct sketch *s);

/* "ipchains -A input ..." or "ipfwadm -I -a ...": the old rule, or policy, that
 * a rule of today's was made from. */
void sketch_old(const struct sketch *s, const struct nf_origin *from,
		struct text *out);

/* Where the rule stands that something was found about, or NULL. */
const char *sketch_where(const struct sketch *s, const struct nf_finding *f);

/* The label of a chain, or name of a list. */
const char *sketch_chain(const struct sketch *s, uint32_t chain);

#endif
