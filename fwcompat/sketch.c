/* Hosts that are only looked at. */
#include "fwcompat/sketch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/rule_text.h"
#include "fwcompat/cmd.h"
#include "fwcompat/rulefile.h"
#include "libcompat/backend.h"
#include "libcompat/compat.h"
#include "proc-emu/proc.h"

enum { TRACE_MAX = 64 << 20 };

static const char *const lists[FW20_LISTS] = { "forward", "input", "output",
					       "acct" };

/* The names of helpers belong to the state's code, not to the handle. */
static int gather(struct sketch *s, struct compat *c)
{
	struct proc_source src;
	int r;

	compat_source(c, &src);
	s->config = nf_config_of(compat_settings(c));
	r = nf_gather(&src, &s->rules);
	return r ? r : nf_gather_ifaces(&s->rules);
}

static int sketch_rules(struct sketch *s, const char *name)
{
	struct compat *c = cmd_enter(name);
	int r;

	if (!c)
		return CMD_FAILED;
	r = gather(s, c);
	compat_close(c);
	return r ? cmd_failed(name, r, "") : CMD_OK;
}

int sketch_current(struct sketch *s, const char *name)
{
	*s = (struct sketch){ 0 };
	return sketch_rules(s, name);
}

/* Its interfaces are the real host's. */
static int host_make(const struct nf_gathered *real)
{
	struct compat *c;
	int r = compat_open(&c);

	if (r)
		return r;
	r = compat_enter(c);
	for (uint32_t i = 0; r == 0 && i < real->in.ifaces; i++) {
		const struct nf_iface *iface = &real->in.iface[i];
		char name[FW_IFNAME + 1];

		snprintf(name, sizeof(name), "%.*s", FW_IFNAME, iface->name.s);
		if (strcmp(name, "lo") != 0)
			r = compat_if_set(c, name, iface->addr, iface->mask,
					  false);
	}
	if (r == 0)
		r = compat_commit(c);
	compat_close(c);
	return r;
}

/* All of a file's text, at most TRACE_MAX bytes of it. */
static int read_text(FILE *f, struct text *out)
{
	size_t n;

	rewind(f);
	do {
		char *to = text_room(out, 65536);

		n = to ? fread(to, 1, 65536, f) : 0;
		out->len += n;
	} while (n && out->len < TRACE_MAX);
	text_puts(out, "");
	return out->bad ? -ENOMEM : 0;
}

/*
 * The text's rules, in its order: each made one rule, if there are as many as
 * the trace tells of.
 */
static int places_of_save(struct places *p, const char *path)
{
	char line[512], where[1024], chain[16];
	FILE *f = fopen(path, "re");
	unsigned number = 0;
	int r = 0;

	if (!f)
		return -errno;
	while (!r && fgets(line, sizeof(line), f)) {
		number++;
		if (sscanf(line, "-A %15s", chain) != 1)
			continue;
		line[strcspn(line, "\n")] = '\0';
		snprintf(where, sizeof(where), "%s:%u: %s", path, number, line);
		r = places_append(p, chain, where);
	}
	fclose(f);
	return r;
}

static int follow(struct sketch *s, const struct rulefile *f, const char *path)
{
	struct text told = { 0 };
	FILE *said;
	int r;

	if (f->saved)
		return places_of_save(&s->places, path);
	said = fopen(f->said, "re");
	if (!said)
		return -errno;
	r = read_text(said, &told);
	fclose(said);
	if (r == 0)
		r = places_follow(&s->places, told.s);
	text_fini(&told);
	return r;
}

/* A host with this one's interfaces, where the dry run begins. */
static int host_open(const char *state)
{
	struct nf_gathered real = { 0 };
	int r = nf_gather_ifaces(&real);

	if (r == 0 && (setenv("FWCOMPAT_STATE", state, 1) ||
		       setenv("FWCOMPAT_BACKEND", "engine", 1)))
		r = -ENOMEM;
	if (r == 0)
		r = host_make(&real);
	nf_gathered_fini(&real);
	return r;
}

/* Words of an argument vector, blanks between. */
static void join(char **argv, struct text *args)
{
	text_puts(args, "");
	for (size_t i = 0; argv[i]; i++)
		text_printf(args, "%s%s", i ? " " : "", argv[i]);
}

/* Runs it dry, and gathers what it left. */
static int try_it(struct sketch *s, const char *name, char **argv)
{
	struct text args = { 0 }, why = { 0 };
	struct rulefile f;
	int r;

	join(argv + 1, &args);
	r = rulefile_trace(&f, argv[0], args.s ? args.s : "", &why);
	text_fini(&args);
	if (why.len)
		fprintf(stderr, "fwcompat %s: %s: %s\n", name, argv[0], why.s);
	text_fini(&why);
	if (r)
		return CMD_FAILED;
	r = follow(s, &f, argv[0]);
	if (r == 0 && setenv("FWCOMPAT_STATE", f.state, 1))
		r = -ENOMEM;
	r = r ? cmd_failed(name, r, "") : sketch_rules(s, name);
	rulefile_close(&f);
	return r;
}

int sketch_file(struct sketch *s, const char *name, char **argv)
{
	char dir[WORKDIR_PATH], state[WORKDIR_PATH + 16];
	int r;

	*s = (struct sketch){ 0 };
	r = workdir_make(dir);
	snprintf(state, sizeof(state), "%s/state", dir);
	if (r == 0)
		r = host_open(state);
	r = r ? cmd_failed(name, r, compat_open_why()) : try_it(s, name, argv);
	workdir_remove(dir);
	return r;
}

void sketch_fini(struct sketch *s)
{
	nf_gathered_fini(&s->rules);
	places_fini(&s->places);
}

const char *sketch_where(const struct sketch *s, const struct nf_finding *f)
{
	return f->why == NF_WHY_HELPER
		       ? NULL
		       : places_find(&s->places, f->chain, f->num);
}

const char *sketch_chain(const struct sketch *s, uint32_t chain)
{
	const struct nf_input *in = &s->rules.in;

	if (in->era != ERA_2_2)
		return chain < FW20_LISTS ? lists[chain] : "?";
	return chain < in->chains ? in->chain[chain].label : "?";
}

static void old_rule22(const struct sketch *s, const struct nf_origin *from,
		       struct text *out)
{
	const struct nf_input *in = &s->rules.in;
	const char *label = sketch_chain(s, from->chain);
	uint32_t num = 0;

	if (!from->num) {
		text_printf(out, "ipchains -P %s %s", label,
			    in->chain[from->chain].policy);
		return;
	}
	for (uint32_t i = 0; i < in->rules; i++)
		if (!strcmp(in->rule[i].chain, label) && ++num == from->num) {
			text_printf(out, "ipchains -A %s ", label);
			rule_text(&in->rule[i].rule, out);
		}
}

void sketch_old(const struct sketch *s, const struct nf_origin *from,
		struct text *out)
{
	const struct nf_input *in = &s->rules.in;

	if (in->era == ERA_2_2) {
		old_rule22(s, from, out);
		return;
	}
	text_printf(out, "ipfwadm -%c ", "FIOA"[from->chain]);
	if (!from->num || from->num > in->rules20[from->chain]) {
		text_puts(out, "-p");
		return;
	}
	text_puts(out, "-a ");
	rule20_text(&in->rule20[from->chain][from->num - 1].rule, out);
}
