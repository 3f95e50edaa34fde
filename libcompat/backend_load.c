/* Loads what of a backend is a shared object. */
#include "libcompat/backend_load.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char backend_without[] =
	"the backend netfilter: this build of fwcompat is without it";

/* Where this program lies, without the slash. 0 or -errno. */
static int own_directory(char dir[PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", dir, PATH_MAX - 1);
	char *slash;

	if (n < 0)
		return -errno;
	dir[n] = '\0';
	slash = strrchr(dir, '/');
	if (!slash)
		return -ENOENT;
	*slash = '\0';
	return 0;
}

/* The object's path, which the caller frees; NULL: there is none. */
static char *find(const char *name)
{
	/* The last: `fwcompat run' moves what a directory of programs had into
	 * one below it. */
	static const char *const places[] = { "", "/../libexec/fwcompat",
					      "/../../libexec/fwcompat" };
	char dir[PATH_MAX], *path;

	if (own_directory(dir))
		return NULL;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (asprintf(&path, "%s%s/%s.so", dir, places[i], name) < 0)
			return NULL;
		if (access(path, R_OK) == 0)
			return path;
		free(path);
	}
	return NULL;
}

int backend_symbol(const char *name, const char *symbol, void **address,
		   char *why, size_t n)
{
	char *path = find(name);
	void *object;

	if (!path)
		return -ENOENT;
	object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	*address = object ? dlsym(object, symbol) : NULL;
	free(path);
	if (*address)
		return 0;
	snprintf(why, n, "%s", dlerror());
	if (object)
		dlclose(object);
	return -ENOEXEC;
}

bool backend_found(const char *name)
{
	char *path = find(name);
	bool found = path != NULL;

	free(path);
	return found;
}
