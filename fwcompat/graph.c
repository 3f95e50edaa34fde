/*
 * fwcompat graph: the chains of the host as a picture, in the language of
 * Graphviz. A chain is a table with a line a rule, in ipchains's words; an
 * arrow leads from a rule to the chain that is its target.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fwcompat/cmd.h"
#include "ipchains/kernel.h"
#include "ipchains/save.h"

/* Text inside a label; bytes that are no ASCII have no place there. */
static void put_escaped(struct text *out, const char *s)
{
	for (; *s; s++) {
		if (*s == '&')
			text_puts(out, "&amp;");
		else if (*s == '<')
			text_puts(out, "&lt;");
		else if (*s == '>')
			text_puts(out, "&gt;");
		else if (*s == '"')
			text_puts(out, "&quot;");
		else
			text_putc(out, *s >= ' ' && *s <= '~' ? *s : '?');
	}
}

static void put_counter(struct text *out, const struct fw_counter *count)
{
	text_printf(out, "%" PRIu64 " packets, %" PRIu64 " bytes",
		    count->packets, count->bytes);
}

static void put_heading(struct text *out, const struct fw_chain_row *chain)
{
	bool builtin = strcmp(chain->policy, "-") != 0;

	text_printf(out, "<TR><TD PORT=\"top\" BGCOLOR=\"%s\"><B>",
		    builtin ? "gray80" : "gray93");
	put_escaped(out, chain->label);
	text_puts(out, "</B>");
	if (builtin) {
		text_puts(out, "<BR/>policy ");
		put_escaped(out, chain->policy);
		text_puts(out, ": ");
		put_counter(out, &chain->count);
	}
	text_puts(out, "</TD></TR>\n");
}

/* @number counts from 1 in the chain. */
static void put_rule(struct text *out, const struct fw_rule_row *row,
		     int number)
{
	size_t head = strlen("-A ") + strlen(row->chain);
	struct text line = { 0 };

	save_rule(row, &line);
	text_printf(out, "\t\t<TR><TD PORT=\"r%d\" ALIGN=\"LEFT\">%d", number,
		    number);
	if (!line.bad) {
		line.s[line.len - 1] = '\0';
		put_escaped(out, line.s + head);
	}
	text_puts(out, "<BR ALIGN=\"LEFT\"/>");
	put_counter(out, &row->count);
	text_puts(out, "<BR ALIGN=\"LEFT\"/></TD></TR>\n");
	text_fini(&line);
}

/* The number of a chain in the listing, or -1. */
static int find_chain(const struct listing *l, const char *label)
{
	for (size_t i = 0; i < l->n_chains; i++)
		if (strcmp(l->chains[i].label, label) == 0)
			return (int)i;
	return -1;
}

/* A chain's table, and behind it the arrows that leave it. */
static void put_chain(struct text *out, const struct listing *l, size_t n)
{
	const struct fw_chain_row *chain = &l->chains[n];
	struct text arrows = { 0 };
	int number = 0, to;

	text_printf(out,
		    "\tc%zu [label=<<TABLE BORDER=\"0\" CELLBORDER=\"1\" "
		    "CELLSPACING=\"0\">\n\t\t",
		    n);
	put_heading(out, chain);
	for (size_t i = 0; i < l->n_rules; i++) {
		if (strcmp(l->rules[i].chain, chain->label) != 0)
			continue;
		put_rule(out, &l->rules[i], ++number);
		to = find_chain(l, l->rules[i].rule.target);
		if (to >= 0)
			text_printf(&arrows, "\tc%zu:r%d -> c%d:top;\n", n,
				    number, to);
	}
	text_puts(out, "\t</TABLE>>];\n");
	if (arrows.s)
		text_puts(out, arrows.s);
	text_fini(&arrows);
}

static void put_graph(struct text *out, const struct listing *l)
{
	text_puts(out, "digraph chains {\n"
		       "\trankdir=LR;\n"
		       "\tnode [shape=plaintext fontname=monospace];\n");
	for (size_t i = 0; i < l->n_chains; i++)
		put_chain(out, l, i);
	text_puts(out, "}\n");
}

/* The host's chains as a graph. Returns an exit status. */
static int draw(struct text *out)
{
	struct compat *c = cmd_enter("graph");
	struct listing l = { 0 };
	int r, status = CMD_OK;

	if (!c)
		return CMD_FAILED;
	if (compat_era(c) != ERA_2_2) {
		status = cmd_failed("graph", -EPROTO,
				    "only a host of Linux 2.2 has chains");
	} else {
		r = kernel_read_chains(c, &l);
		if (r == 0)
			r = kernel_read_rules(c, false, &l);
		if (r == 0)
			put_graph(out, &l);
		else
			status = cmd_failed("graph", r, compat_why(c));
	}
	listing_fini(&l);
	compat_close(c);
	return status;
}

/* Everything into @fd; a reader that went away is the reader's business. */
static void feed(int fd, const struct text *t)
{
	size_t at = 0;
	ssize_t n = 1;

	while (at < t->len && n > 0) {
		n = write(fd, t->s + at, t->len - at);
		at += n > 0 ? (size_t)n : 0;
	}
	close(fd);
}

/* Starts dot, which reads from *@to. 0 or -errno. */
static int start_dot(pid_t *pid, int *to)
{
	char name[] = "dot", option[] = "-Tsvg";
	char *const argv[] = { name, option, NULL };
	posix_spawn_file_actions_t actions;
	int pipe_fd[2], error;

	if (pipe2(pipe_fd, O_CLOEXEC) < 0)
		return -errno;
	error = posix_spawn_file_actions_init(&actions);
	if (error == 0) {
		error = posix_spawn_file_actions_adddup2(&actions, pipe_fd[0],
							 STDIN_FILENO);
		if (error == 0)
			error = posix_spawnp(pid, name, &actions, NULL, argv,
					     environ);
		posix_spawn_file_actions_destroy(&actions);
	}
	close(pipe_fd[0]);
	*to = pipe_fd[1];
	if (error)
		close(pipe_fd[1]);
	return -error;
}

/* What dot makes of @graph goes to standard output. */
static int print_svg(const struct text *graph)
{
	pid_t pid = -1;
	int to = -1, status, r = start_dot(&pid, &to);

	if (r == -ENOENT)
		return cmd_failed("graph", r,
				  "--svg needs the program dot (Debian package "
				  "graphviz)");
	if (r < 0)
		return cmd_failed("graph", r, "");
	signal(SIGPIPE, SIG_IGN);
	feed(to, graph);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? CMD_OK
							     : CMD_FAILED;
}

int cmd_graph(int argc, char **argv)
{
	bool svg = argc == 2 && strcmp(argv[1], "--svg") == 0;
	struct text graph = { 0 };
	int status;

	if (argc > 1 && !svg)
		return cmd_misused("graph", "takes --svg and nothing else");
	status = draw(&graph);
	if (status == CMD_OK && graph.bad)
		status = cmd_failed("graph", -ENOMEM, "");
	if (status == CMD_OK && svg)
		status = print_svg(&graph);
	else if (status == CMD_OK)
		fwrite(graph.s, 1, graph.len, stdout);
	text_fini(&graph);
	return status;
}

const char cmd_graph_usage[] =
	"fwcompat graph [--svg]\n"
	"\n"
	"Writes the host's chains as a graph in the language of Graphviz: "
	"policies, rules,\n"
	"counters, and an arrow for each jump. With --svg dot draws it.\n"
	"\n"
	"example: fwcompat graph --svg >chains.svg\n";
