/* A table of files, and what stands in for each. */
#include "launcher/stand_in.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct {
	const char *path;
	const char *file; /* "": an empty one */
} stands[] = {
	{ "/etc/rc.d/init.d/functions", "functions" },
	{ "/etc/init.d/functions", "functions" },
	{ "/etc/sysconfig/network", "" },
	{ "/etc/rc.config", "" },
};

enum { STANDS = sizeof(stands) / sizeof(stands[0]) };

bool stand_in_wanted(const char *text)
{
	for (int i = 0; i < STANDS; i++)
		if (strstr(text, stands[i].path) &&
		    access(stands[i].path, F_OK))
			return true;
	return false;
}

int stand_in_open(const char *path, const char *dir)
{
	char file[PATH_MAX];

	for (int i = 0; i < STANDS; i++) {
		if (strcmp(stands[i].path, path) || access(path, F_OK) == 0)
			continue;
		snprintf(file, sizeof(file), "%s/%s", dir, stands[i].file);
		return open(*stands[i].file ? file : "/dev/null",
			    O_RDONLY | O_CLOEXEC);
	}
	return -1;
}
