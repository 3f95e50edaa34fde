/* What writers say about rules and chains. */
#include "netfilter/notes.h"

#include <string.h>

static const struct note {
	const char *name; /* behind the prefix; what follows does not matter */
	const char *text;
} notes[] = {
	{ "comers", "what forwards and helpers let in skips forward" },
	{ "errors", "ICMP errors of translated conversations skip forward" },
	{ "from", "masqueraded packets get the host's address" },
	{ "helpers", "conversations that need a helper" },
	{ "local", "what the input chain rejected, for the host" },
	{ "masq", "what is to be masqueraded bears a mark" },
	{ "own", "what the host itself sends bears a mark" },
	{ "port", "what goes to that port of the host bears a mark" },
	{ "refuse", "what is rejected" },
	{ "stray", "ICMP that is no request is not masqueraded" },
	{ "to", "forwarded ports, and REDIRECT" },
};

void nf_note_put(const struct nf_notes *n, const struct nf_rule *before,
		 const struct nf_rule *rule, const char *indent,
		 struct text *out)
{
	if (!n || rule->from.chain == NF_NO_ORIGIN)
		return;
	if (before && before->from.chain == rule->from.chain &&
	    before->from.num == rule->from.num)
		return;
	n->origin(n->ctx, &rule->from, indent, out);
}

const char *nf_chain_note(const struct nf_chain *chain)
{
	const char *name = strchr(chain->name, '-');

	if (!name)
		return NULL;
	for (size_t i = 0; i < sizeof(notes) / sizeof(notes[0]); i++)
		if (!strncmp(name + 1, notes[i].name, strlen(notes[i].name)))
			return notes[i].text;
	return NULL;
}
