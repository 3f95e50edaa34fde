/* A private directory for a while. */
#include "fwcompat/workdir.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

enum { FDS = 16 };

int workdir_make(char dir[WORKDIR_PATH])
{
	const char *tmp = getenv("TMPDIR");
	int n = snprintf(dir, WORKDIR_PATH, "%s/fwcompat-XXXXXX",
			 tmp && *tmp == '/' ? tmp : "/tmp");
	int r = 0;

	if (n < 0 || n >= WORKDIR_PATH)
		r = -ENAMETOOLONG;
	else if (!mkdtemp(dir))
		r = -errno;
	if (r)
		dir[0] = '\0';
	return r;
}

static int remove_one(const char *path, const struct stat *st, int kind,
		      struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	remove(path);
	return 0;
}

void workdir_remove(const char *dir)
{
	if (dir[0])
		nftw(dir, remove_one, FDS, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}
