/* Comments between the rules that a writer writes. */
#ifndef NETFILTER_NOTES_H
#define NETFILTER_NOTES_H

#include "core/text.h"
#include "netfilter/rule.h"

struct nf_notes {
	void *ctx;
	/* What stands above the first rule made of an old one: whole lines,
	 * each after @indent and "# ". */
	void (*origin)(void *ctx, const struct nf_origin *from,
		       const char *indent, struct text *out);
};

/* For all writers: writes it where @rule's origin is not @before's. */
void nf_note_put(const struct nf_notes *notes, const struct nf_rule *before,
		 const struct nf_rule *rule, const char *indent,
		 struct text *out);

/* What a chain that was made from no old one is for, or NULL. */
const char *nf_chain_note(const struct nf_chain *chain);

#endif
