/*
 * What old scripts call and today's machines may not have: tools that bring up
 * interfaces by DHCP, tell init what to start, or speak to a router's menu.
 * Each does nothing and succeeds; initlog runs what it is to run.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* initlog -c COMMAND or -r COMMAND; else there was only something to log. */
static int initlog(int argc, char **argv)
{
	int opt;

	opterr = 0;
	while ((opt = getopt(argc, argv, "+c:r:n:e:s:f:l:p:qd")) != -1) {
		if (opt != 'c' && opt != 'r')
			continue;
		execl("/bin/sh", "sh", "-c", optarg, (char *)NULL);
		fprintf(stderr, "initlog: sh: %s\n", strerror(errno));
		return 127;
	}
	return 0;
}

int main(int argc, char **argv)
{
	const char *name = argc ? strrchr(argv[0], '/') : NULL;

	name = name ? name + 1 : argc ? argv[0] : "";
	return strcmp(name, "initlog") ? 0 : initlog(argc, argv);
}
