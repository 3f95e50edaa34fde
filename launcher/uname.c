/* uname as old scripts use it: the name of the emulated kernel. */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "core/era.h"
#include "libcompat/compat.h"

/* The letters of sh-utils' uname, in the order of its output. */
static const char letters[] = "snrvmpio";

enum { ALL_OF_THEN = 5 }; /* -a showed these many, then what is known of them */

static const char *field(char letter, const struct utsname *u, enum fw_era era)
{
	switch (letter) {
	case 'n':
		return u->nodename;
	case 'r':
		return era_release(era);
	case 'v':
		return era_build(era);
	case 'm':
		return u->machine;
	case 'p':
	case 'i':
		return "unknown";
	default:
		return "Linux";
	}
}

/* The era of the emulated host; a host that cannot be asked is a fresh one. */
static enum fw_era host_era(void)
{
	enum fw_era era = ERA_2_2;
	struct compat *c;

	if (compat_open(&c))
		return era;
	if (compat_enter(c) == 0)
		era = compat_era(c);
	compat_close(c);
	return era;
}

int main(int argc, char **argv)
{
	bool wanted[sizeof(letters)] = { false };
	const char *at, *space = "";
	struct utsname u;
	enum fw_era era;
	int opt;

	while ((opt = getopt(argc, argv, "asnrvmpio")) != -1) {
		at = strchr(letters, opt);
		if (opt == 'a')
			memset(wanted, 1, ALL_OF_THEN);
		else if (at)
			wanted[at - letters] = true;
		else
			return 1;
	}
	if (argc == 1)
		wanted[0] = true;
	if (uname(&u)) {
		perror("uname");
		return 1;
	}
	era = host_era();
	for (size_t i = 0; letters[i]; i++) {
		if (!wanted[i])
			continue;
		printf("%s%s", space, field(letters[i], &u, era));
		space = " ";
	}
	putchar('\n');
	return 0;
}
