/* A text of ipchains-save, understood and carried out. */
#include "ipchains/restore.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ipchains/kernel.h"
#include "ipchains/run.h"

enum { MAX_WORDS = 256 }; /* of a line */

static void complain(const struct restore *r, int number, const char *what,
		     struct text *err)
{
	text_printf(err, "%s:%d: %.*s\n", r->name, number,
		    (int)strcspn(what, "\n"), what);
}

/* Room for one more behind @n rows of @size bytes; NULL: no memory. */
static void *more_rows(void *rows, size_t n, size_t size)
{
	if (n & (n - 1))
		return rows;
	return reallocarray(rows, n ? 2 * n : 1, size);
}

/* Cuts @line in place. -1: too many words. */
static int cut_words(char *line, char *argv[], int room)
{
	static const char blanks[] = " \t\r\v\f";
	char *rest, *word = strtok_r(line, blanks, &rest);
	int n = 0;

	for (; word; word = strtok_r(NULL, blanks, &rest)) {
		if (n == room)
			return -1;
		argv[n++] = word;
	}
	return n;
}

/* Understands a command of ipchains; NULL or what is wrong, in @end. */
static const char *parse_command(int argc, char *const *argv,
				 const struct resolver *names,
				 struct ipchains_cmd *cmd,
				 struct ipchains_end *end)
{
	const struct ipchains_env env = { .prog = argv[0],
					  .names = names,
					  .warn_forwarding = NULL };
	struct text warnings = { 0 };
	bool ok = ipchains_parse(argc, argv, &env, cmd, &warnings, end);

	text_fini(&warnings);
	if (ok)
		return NULL;
	return end->why.s ? end->why.s : "ipchains does not understand this";
}

/* ":NAME POLICY" means -P NAME POLICY, or -N NAME where the policy is "-". */
static const char *parse_chain_line(char *line, const struct resolver *names,
				    struct ipchains_cmd *cmd,
				    struct ipchains_end *end)
{
	char prog[] = "", new_chain[] = "-N", policy[] = "-P";
	char *argv[] = { prog, policy, NULL, NULL, NULL };

	if (cut_words(line + 1, argv + 2, 2) != 2)
		return "a chain's line is `:NAME POLICY'";
	if (strcmp(argv[3], "-") != 0)
		return parse_command(4, argv, names, cmd, end);
	argv[1] = new_chain;
	return parse_command(3, argv, names, cmd, end);
}

static const char *parse_rule_line(char *line, const struct resolver *names,
				   struct ipchains_cmd *cmd,
				   struct ipchains_end *end)
{
	char prog[] = "", quiet[] = "--no-warnings";
	char *argv[MAX_WORDS + 3] = { prog, quiet };
	int n = cut_words(line, argv + 2, MAX_WORDS);
	const char *wrong;

	if (n < 0)
		return "too many words";
	wrong = parse_command(n + 2, argv, names, cmd, end);
	if (!wrong && !cmd_is(cmd, CMD_APPEND))
		return "only `:NAME POLICY' and `-A NAME ...' can be restored";
	return wrong;
}

/* Notes a chain that may be there already. */
static bool add_chain(struct restore *r, const char *label)
{
	struct restore_chain *chains =
		more_rows(r->chains, r->n_chains, sizeof(*chains));

	if (!chains)
		return false;
	r->chains = chains;
	chains[r->n_chains++] = (struct restore_chain){ .label = label };
	return true;
}

/* A line that is neither empty nor a comment; @line is cut, @source kept. */
static bool parse_line(struct restore *r, char *line, const char *source,
		       size_t len, int number, const struct resolver *names,
		       struct text *err)
{
	struct restore_line *lines =
		more_rows(r->lines, r->n_lines, sizeof(*lines));
	struct ipchains_end end = { 0 };
	const char *wrong = "out of memory";

	if (lines) {
		struct restore_line *l = &lines[r->n_lines];

		r->lines = lines;
		l->number = number;
		l->source = source;
		l->source_len = len;
		if (memchr(source, '\0', len))
			wrong = "a NUL in the line";
		else if (*line == ':')
			wrong = parse_chain_line(line, names, &l->cmd, &end);
		else
			wrong = parse_rule_line(line, names, &l->cmd, &end);
		if (!wrong && cmd_is(&l->cmd, CMD_NEW_CHAIN) &&
		    !add_chain(r, l->cmd.chain))
			wrong = "out of memory";
	}
	if (wrong)
		complain(r, number, wrong, err);
	else
		r->n_lines++;
	text_fini(&end.why);
	return !wrong;
}

bool restore_parse(struct restore *r, const char *text, size_t len,
		   const struct resolver *names, struct text *err)
{
	bool ok = true;
	int number = 0;

	r->words = malloc(len + 1);
	if (!r->words) {
		text_printf(err, "%s: out of memory\n", r->name);
		return false;
	}
	memcpy(r->words, text, len);
	r->words[len] = '\0';
	for (size_t at = 0, n; at < len; at += n + 1) {
		const char *newline = memchr(text + at, '\n', len - at);
		char *line = r->words + at;

		n = newline ? (size_t)(newline - text) - at : len - at;
		line[n] = '\0';
		number++;
		line += strspn(line, " \t\r");
		if (*line == '#' ||
		    (*line == '\0' && line == r->words + at + n))
			continue;
		ok = parse_line(r, line, text + at, n, number, names, err) &&
		     ok;
	}
	return ok;
}

void restore_fini(struct restore *r)
{
	free(r->words);
	free(r->lines);
	free(r->chains);
}

int restore_clear(struct compat *c)
{
	struct listing l = { 0 };
	int error = kernel_read_chains(c, &l);

	for (size_t i = 0; error >= 0 && i < l.n_chains; i++)
		error = compat_flush(c, l.chains[i].label);
	/* Those of the user's have no policy. */
	for (size_t i = 0; error >= 0 && i < l.n_chains; i++)
		if (l.chains[i].policy[0] == '-')
			error = compat_delete_chain(c, l.chains[i].label);
	listing_fini(&l);
	return error;
}

/* A chain of the user's: the built-in ones have a policy. */
static bool is_there(const struct listing *l, const char *label)
{
	for (size_t i = 0; i < l->n_chains; i++)
		if (strcmp(l->chains[i].label, label) == 0)
			return l->chains[i].policy[0] == '-';
	return false;
}

int restore_survey(struct restore *r, struct compat *c)
{
	struct listing l = { 0 };
	int undecided = kernel_read_chains(c, &l);

	for (size_t i = 0; undecided >= 0 && i < r->n_chains; i++) {
		struct restore_chain *chain = &r->chains[i];

		chain->there = is_there(&l, chain->label);
		if (chain->there && chain->fate == FATE_UNKNOWN)
			undecided++;
	}
	listing_fini(&l);
	return undecided;
}

/* The text's chain of that name, or NULL. */
static const struct restore_chain *find_chain(const struct restore *r,
					      const char *label)
{
	for (size_t i = 0; i < r->n_chains; i++)
		if (strcmp(r->chains[i].label, label) == 0)
			return &r->chains[i];
	return NULL;
}

struct restoring {
	const struct restore *r;
	struct compat *c;
	const struct resolver *names;
	struct text *out, *err;
	bool some_skipped;
};

/* Tells why, if it did not. */
static bool succeeded(struct restoring *now, const struct restore_line *line,
		      int error)
{
	struct text why = { 0 };

	if (error >= 0)
		return true;
	ipchains_explain(now->c, &line->cmd, error, &why);
	complain(now->r, line->number, why.s ? why.s : "", now->err);
	text_fini(&why);
	return false;
}

static bool apply_chain(struct restoring *now, const struct restore_line *line)
{
	const struct ipchains_cmd *cmd = &line->cmd;
	const struct restore_chain *chain = find_chain(now->r, cmd->chain);
	int error;

	text_printf(now->out, "Restoring `%s'.\n", cmd->chain);
	if (chain && chain->there && chain->fate == FATE_SKIP) {
		text_printf(now->out, "Skipping `%s'.\n", cmd->chain);
		now->some_skipped = true;
		return true;
	}
	if (chain && chain->there) {
		text_printf(now->out, "Flushing `%s'.\n", cmd->chain);
		error = compat_flush(now->c, cmd->chain);
	} else {
		error = ipchains_apply(now->c, cmd, now->names, now->out);
	}
	return succeeded(now, line, error);
}

/* Makes the chain and the target that a rule names. */
static void create_missing(struct restoring *now,
			   const struct ipchains_cmd *cmd)
{
	const char *label[] = { cmd->chain, cmd->rule.target };

	for (int i = 0; i < 2; i++)
		if (label[i][0] != '\0' &&
		    compat_new_chain(now->c, label[i]) == 0)
			text_printf(now->out, "Creating `%s'.\n", label[i]);
}

static bool apply_rule(struct restoring *now, const struct restore_line *line)
{
	const struct ipchains_cmd *cmd = &line->cmd;
	const struct restore_chain *chain =
		now->some_skipped ? find_chain(now->r, cmd->chain) : NULL;
	int error;

	if (chain && chain->there && chain->fate == FATE_SKIP)
		return true;
	if (now->r->verbose)
		text_printf(now->out, "%.*s\n", (int)line->source_len,
			    line->source);
	error = ipchains_apply(now->c, cmd, now->names, now->out);
	if (error == -ENOENT && now->r->create) {
		create_missing(now, cmd);
		error = ipchains_apply(now->c, cmd, now->names, now->out);
	}
	return succeeded(now, line, error);
}

bool restore_apply(const struct restore *r, struct compat *c,
		   const struct resolver *names, struct text *out,
		   struct text *err)
{
	struct restoring now = {
		.r = r, .c = c, .names = names, .out = out, .err = err
	};
	bool ok = true;

	/* Chains first, so that rules may name any of them. */
	for (size_t i = 0; i < r->n_lines; i++)
		if (!cmd_is(&r->lines[i].cmd, CMD_APPEND))
			ok = apply_chain(&now, &r->lines[i]) && ok;
	for (size_t i = 0; i < r->n_lines; i++)
		if (cmd_is(&r->lines[i].cmd, CMD_APPEND))
			ok = apply_rule(&now, &r->lines[i]) && ok;
	return ok;
}
