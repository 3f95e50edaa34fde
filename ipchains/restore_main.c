/* ipchains-restore: chains and rules from a text of ipchains-save, all or
 * none. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "ipchains/kernel.h"
#include "ipchains/output.h"
#include "ipchains/restore.h"
#include "ipchains/run.h"
#include "libcompat/resolver.h"

static const char usage[] = "usage: ipchains-restore [-fpv] [--replace] "
			    "[--test] [file]\n";

struct request {
	const char *path; /* NULL: standard input */
	bool flush;
	bool replace; /* all that is there */
	bool test;
};

static bool parse(int argc, char **argv, struct request *q, struct restore *r)
{
	static const struct option longs[] = {
		{ "replace", no_argument, NULL, 'r' },
		{ "test", no_argument, NULL, 't' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "fpv", longs, NULL)) != -1) {
		q->flush = q->flush || option == 'f';
		q->replace = q->replace || option == 'r';
		q->test = q->test || option == 't';
		r->create = r->create || option == 'p';
		r->verbose = r->verbose || option == 'v';
		if (option == '?')
			return false;
	}
	if (argc - optind > 1)
		return false;
	if (argc > optind && strcmp(argv[optind], "-") != 0)
		q->path = argv[optind];
	r->name = q->path ? q->path : "stdin";
	return true;
}

/* All of @path (NULL: standard input). 0 or -errno. */
static int read_input(const char *path, struct text *text)
{
	enum { CHUNK = 65536 };
	FILE *file = path ? fopen(path, "re") : stdin;
	int error;
	size_t n;

	if (!file)
		return -errno;
	do {
		char *to = text_room(text, CHUNK);

		n = to ? fread(to, 1, CHUNK, file) : 0;
		text->len += n;
	} while (n > 0);
	error = ferror(file) ? -errno : 0;
	if (path)
		fclose(file);
	return text->bad ? -ENOMEM : error;
}

/* Asks who sits at the terminal; nobody there is a no. */
static enum restore_fate ask(const char *chain)
{
	FILE *tty = fopen("/dev/tty", "r+e");
	struct text question = { 0 };
	char answer[16] = "";

	text_printf(&question,
		    "Chain `%s' already exists. Skip or flush? [S/f]? ", chain);
	if (tty && output_text(tty, &question) && !fgets(answer, 16, tty))
		answer[0] = '\0';
	text_fini(&question);
	if (tty)
		fclose(tty);
	return answer[0] == 'f' || answer[0] == 'F' ? FATE_FLUSH : FATE_SKIP;
}

/* Gives a fate to every chain that is there and has none. */
static void decide(struct restore *r, bool flush)
{
	for (size_t i = 0; i < r->n_chains; i++)
		if (r->chains[i].there && r->chains[i].fate == FATE_UNKNOWN)
			r->chains[i].fate =
				flush ? FATE_FLUSH : ask(r->chains[i].label);
}

/*
 * On success @c is inside, the kernel is a 2.2 one and every chain's fate is
 * decided. Others are let in while somebody is asked; what they made meanwhile
 * is asked about, too.
 */
static bool prepare(struct restore *r, struct compat *c,
		    const struct request *q, struct ipchains_end *end)
{
	const bool flush = q->flush || q->test;
	const struct ipchains_cmd list = { .commands = 1u << CMD_LIST };
	int undecided, error = 0;

	while (error == 0 && kernel_claim(c, end)) {
		error = q->replace ? restore_clear(c) : 0;
		if (error < 0)
			break;
		undecided = restore_survey(r, c);
		if (undecided == 0)
			return true;
		if (undecided > 0 && !flush)
			compat_leave(c);
		decide(r, flush);
		error = undecided < 0 ? undecided : compat_enter(c);
	}
	if (error < 0) {
		kernel_refused(end, "");
		ipchains_explain(c, &list, error, &end->why);
	}
	return false;
}

static void run(struct restore *r, const struct request *q, struct text *out,
		struct text *err, struct ipchains_end *end)
{
	struct compat *c = kernel_enter(end);

	if (c && prepare(r, c, q, end)) {
		if (!restore_apply(r, c, &libc_resolver, out, err))
			end->status = END_KERNEL;
		else if (!q->test)
			kernel_commit(c, end);
	}
	compat_close(c);
}

int main(int argc, char **argv)
{
	struct request q = { 0 };
	struct restore r = { 0 };
	struct ipchains_end end = { 0 };
	struct text input = { 0 }, out = { 0 }, err = { 0 };
	int error;

	if (!parse(argc, argv, &q, &r)) {
		text_puts(&err, usage);
		output_text(stderr, &err);
		return END_USAGE;
	}
	error = read_input(q.path, &input);
	if (error < 0) {
		end.status = END_KERNEL;
		text_printf(&end.why, "%s: %s", r.name, strerror(-error));
	} else if (restore_parse(&r, input.s ? input.s : "", input.len,
				 &libc_resolver, &err)) {
		run(&r, &q, &out, &err, &end);
	} else {
		end.status = END_KERNEL;
	}
	if (end.status == END_OK && !q.test)
		output_text(stdout, &out);
	ipchains_end_text(&end, "ipchains-restore", &err);
	output_text(stderr, &err);
	text_fini(&out);
	text_fini(&end.why);
	text_fini(&input);
	restore_fini(&r);
	return end.status;
}
