/* fwcompat check: what the netfilter backend would refuse, or do otherwise. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fwcompat/cmd.h"
#include "fwcompat/sketch.h"

const char cmd_check_usage[] =
	"fwcompat check [SCRIPT [ARGUMENT ...] | SAVEFILE]\n"
	"       fwcompat check --list\n"
	"\n"
	"Says what of the rules that a script makes (or a text of "
	"ipchains-save has;\n"
	"without either: of the rules there are) the netfilter backend "
	"refuses, "
	"and\n"
	"what it does otherwise than the old kernels did, with file and line. "
	"The\n"
	"script is run, as by `fwcompat run --dry-run', on a fresh host.\n"
	"\n"
	"  --list  all that can be said, a line each\n"
	"\n"
	"The status is 1 if something is refused.\n";

/* The same is found once, however many places ask a chain. */
struct findings {
	const struct sketch *s;
	struct text seen; /* "NAME CHAIN NUM WHAT\n" each */
	bool refused;
};

static bool is_new(struct findings *f, const struct nf_finding *found)
{
	struct text key = { 0 };
	bool is;

	text_printf(&key, "\n%s %s %u %s\n", nf_reasons[found->why].name,
		    found->chain ? found->chain : "", found->num,
		    found->what ? found->what : "");
	is = !f->seen.s || !key.s || !strstr(f->seen.s, key.s);
	if (is && key.s)
		text_puts(&f->seen, key.s);
	text_fini(&key);
	return is;
}

static void print_finding(void *ctx, const struct nf_finding *found)
{
	struct findings *f = ctx;
	const struct nf_reason *why = &nf_reasons[found->why];
	const char *where = sketch_where(f->s, found);
	struct text line = { 0 };

	if (!is_new(f, found))
		return;
	f->refused |= why->refused;
	if (where)
		printf("%s\n    ", where);
	nf_finding_text(found, &line);
	printf("%s: %s\n", why->refused ? "refused" : "differs",
	       line.s ? line.s : why->text);
	text_fini(&line);
}

static int check(const struct sketch *s)
{
	struct findings f = { .s = s };
	const struct nf_listener listener = { &f, print_finding };
	struct nf_set set;
	int r;

	nf_set_init(&set);
	r = nf_compile(&s->rules.in, &s->config, &set, NULL, &listener);
	nf_set_fini(&set);
	text_fini(&f.seen);
	if (f.refused)
		return CMD_FAILED;
	return r ? cmd_failed("check", r, "") : CMD_OK;
}

static int list(void)
{
	for (int i = 0; i < NF_WHYS; i++)
		printf("%-14s %s: %s\n", nf_reasons[i].name,
		       nf_reasons[i].refused ? "refused" : "differs",
		       nf_reasons[i].text);
	for (const struct nf_always *a = nf_always; a->name; a++)
		printf("%-14s always: %s\n", a->name, a->text);
	return CMD_OK;
}

int cmd_check(int argc, char **argv)
{
	struct sketch s;
	int r;

	if (argc == 2 && !strcmp(argv[1], "--list"))
		return list();
	if (argc > 1 && argv[1][0] == '-')
		return cmd_misused("check", "there is no such option");
	r = argc > 1 ? sketch_file(&s, "check", argv + 1)
		     : sketch_current(&s, "check");
	if (r == CMD_OK)
		r = check(&s);
	sketch_fini(&s);
	return r;
}
