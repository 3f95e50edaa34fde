/* fwcompat translate: the rules as iptables-restore and nft read them. */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fwcompat/cmd.h"
#include "fwcompat/sketch.h"
#include "netfilter/iptables.h"
#include "netfilter/nft.h"

const char cmd_translate_usage[] =
	"fwcompat translate [--to iptables|nft] [SCRIPT [ARGUMENT ...] | "
	"SAVEFILE]\n"
	"\n"
	"Writes the rules that a script makes (or a text of ipchains-save has; "
	"without\n"
	"either: the rules there are) as input of iptables-restore --noflush, "
	"or of\n"
	"nft -f. Above each stands the old rule that it was made from. What "
	"has "
	"no\n"
	"equivalent stands as a comment with the reason. A script is run, as "
	"by\n"
	"`fwcompat run --dry-run', on a fresh host.\n"
	"\n"
	"  --to iptables|nft  for whom; iptables, if not given\n";

/* For whom. */
enum to { TO_IPTABLES, TO_NFT };

static const char table[] = "fwcompat";

/* The comments at the head: what is missing, what differs. */
struct head {
	const struct sketch *s;
	struct text out;
	bool refused;
};

static void put_comment(struct text *out, const char *indent, const char *text)
{
	text_printf(out, "%s# ", indent);
	for (; *text; text++)
		text_putc(out, *text == '\n' ? ' ' : *text);
	text_putc(out, '\n');
}

static void put_finding(void *ctx, const struct nf_finding *found)
{
	struct head *h = ctx;
	const struct nf_reason *why = &nf_reasons[found->why];
	const char *where = sketch_where(h->s, found);
	struct text line = { 0 }, all = { 0 };

	nf_finding_text(found, &line);
	text_printf(&all, "%s: %s", why->refused ? "MISSING" : "Differs",
		    line.s ? line.s : "");
	text_fini(&line);
	if (where)
		put_comment(&line, "", where);
	if (all.s)
		put_comment(&line, "", all.s);
	if (line.s && (!h->out.s || !strstr(h->out.s, line.s)))
		text_puts(&h->out, line.s);
	h->refused |= why->refused;
	text_fini(&line);
	text_fini(&all);
}

static void put_old(void *ctx, const struct nf_origin *from, const char *indent,
		    struct text *out)
{
	struct text old = { 0 };

	sketch_old(ctx, from, &old);
	if (old.s)
		put_comment(out, indent, old.s);
	text_fini(&old);
}

static void put_set(const struct sketch *s, const struct nf_set *set,
		    enum to to, struct text *out)
{
	struct sketch *mutable = NULL;
	struct nf_notes notes = { mutable, put_old };

	notes.ctx = (void *)(uintptr_t)s;
	if (to == TO_NFT)
		nf_nft_put(set, table, true, &notes, out);
	else
		nf_iptables_put(set, &notes, out);
}

static int translate(const struct sketch *s, enum to to)
{
	struct head head = { .s = s };
	const struct nf_listener listener = { &head, put_finding };
	struct nf_config config = s->config;
	struct text out = { 0 };
	struct nf_set set;
	int r;

	config.late_output = config.early_reject = to == TO_NFT;
	nf_set_init(&set);
	r = nf_compile(&s->rules.in, &config, &set, NULL, &listener);
	if (r == 0 || head.refused) {
		put_set(s, &set, to, &out);
		r = out.bad || head.out.bad ? -ENOMEM : 0;
	}
	if (r == 0)
		printf("%s%s", head.out.s ? head.out.s : "",
		       out.s ? out.s : "");
	text_fini(&out);
	text_fini(&head.out);
	nf_set_fini(&set);
	return r ? cmd_failed("translate", r, "") : CMD_OK;
}

int cmd_translate(int argc, char **argv)
{
	static const struct option options[] = {
		{ "to", required_argument, NULL, 't' },
		{ 0 },
	};
	enum to to = TO_IPTABLES;
	struct sketch s;
	int opt, r;

	while ((opt = getopt_long(argc, argv, "+", options, NULL)) != -1) {
		if (opt == '?')
			return cmd_try("translate");
		if (!strcmp(optarg, "nft"))
			to = TO_NFT;
		else if (strcmp(optarg, "iptables") != 0)
			return cmd_misused("translate",
					   "--to is iptables or nft");
	}
	r = optind < argc ? sketch_file(&s, "translate", argv + optind)
			  : sketch_current(&s, "translate");
	if (r == CMD_OK)
		r = translate(&s, to);
	sketch_fini(&s);
	return r;
}
