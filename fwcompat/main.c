/* fwcompat: one command over all of it; a table of subcommands. */
#include <stdio.h>
#include <string.h>

#include "fwcompat/cmd.h"

/* @usage NULL: the subcommand answers --help itself. */
static const struct subcommand {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *what, *usage;
} subcommands[] = {
	{ "check", cmd_check, "says what today's netfilter cannot do",
	  cmd_check_usage },
	{ "clock", cmd_clock, "shows the host's time, and moves it on",
	  cmd_clock_usage },
	{ "compare", cmd_compare,
	  "tells which packets two rule files treat differently",
	  cmd_compare_usage },
	{ "doctor", cmd_doctor,
	  "says what this machine allows, and what it lacks",
	  cmd_doctor_usage },
	{ "graph", cmd_graph, "writes the chains as a graph", cmd_graph_usage },
	{ "host", cmd_host, "shows and sets the host's interfaces and routes",
	  cmd_host_usage },
	{ "live", cmd_live, "carries the packets of a real router",
	  cmd_live_usage },
	{ "logd", cmd_logd, "writes the old log lines of today's packets",
	  cmd_logd_usage },
	{ "mount", cmd_mount, "shows the old /proc files as a file system",
	  cmd_mount_usage },
	{ "play", cmd_play, "plays a recording, or checks one",
	  cmd_play_usage },
	{ "proc", cmd_proc, "prints the old /proc files", cmd_proc_usage },
	{ "replay", cmd_replay, "plays captures through the host",
	  cmd_replay_usage },
	{ "reset", cmd_reset, "makes the host a freshly booted one",
	  cmd_reset_usage },
	{ "run", cmd_run, "runs a script or an old program unchanged", NULL },
	{ "send", cmd_send, "sends the host a packet in words",
	  cmd_send_usage },
	{ "status", cmd_status, "shows what host the tools are talking to",
	  cmd_status_usage },
	{ "translate", cmd_translate,
	  "writes the rules as iptables or nft would", cmd_translate_usage },
	{ "top", cmd_top, "shows the masquerade entries as they come and go",
	  cmd_top_usage },
};

enum { SUBCOMMANDS = sizeof(subcommands) / sizeof(subcommands[0]) };

static void usage(FILE *to)
{
	fputs("usage: fwcompat COMMAND [ARGUMENT ...]\n"
	      "       fwcompat --version\n\n",
	      to);
	for (int i = 0; i < SUBCOMMANDS; i++)
		fprintf(to, "  %-8s %s\n", subcommands[i].name,
			subcommands[i].what);
	fputs("\n`fwcompat COMMAND --help' tells more; so does fwcompat(8).\n",
	      to);
}

static const struct subcommand *find(const char *name)
{
	for (int i = 0; i < SUBCOMMANDS; i++)
		if (!strcmp(name, subcommands[i].name))
			return &subcommands[i];
	return NULL;
}

static int run(const struct subcommand *sub, int argc, char **argv)
{
	static char name[32]; /* for getopt_long(3), which complains itself */

	snprintf(name, sizeof(name), "fwcompat %s", sub->name);
	argv[0] = name;
	if (argc == 2 && sub->usage &&
	    (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		printf("usage: %s", sub->usage);
		return CMD_OK;
	}
	return sub->run(argc, argv);
}

/* The command's status; or failure if what it printed did not get out. */
static int finish(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	perror("fwcompat: standard output");
	return status ? status : CMD_FAILED;
}

int main(int argc, char **argv)
{
	const struct subcommand *sub;

	if (argc < 2) {
		usage(stderr);
		return CMD_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
		usage(stdout);
		return finish(CMD_OK);
	}
	if (!strcmp(argv[1], "--version")) {
		puts("fwcompat " FWCOMPAT_VERSION);
		return finish(CMD_OK);
	}
	sub = find(argv[1]);
	if (sub)
		return finish(run(sub, argc - 1, argv + 1));
	fprintf(stderr, "fwcompat: there is no command `%s'\n", argv[1]);
	usage(stderr);
	return CMD_USAGE;
}
