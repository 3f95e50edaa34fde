/* Loads a backend that is a shared object. */
#include "libcompat/backend_load.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
	static const char *const places[] = { "", "/../libexec/fwcompat" };
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

/* A function's address, as dlsym() gives it. */
union symbol {
	void *address;
	backend_export_fn *call;
};

static int load(const char *path, struct backend *ops, char *why, size_t n)
{
	void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	union symbol export;

	if (!object) {
		snprintf(why, n, "%s", dlerror());
		return -ENOEXEC;
	}
	export.address = dlsym(object, "backend_export");
	if (export.address &&
	    export.call(ops, FWCOMPAT_VERSION, sizeof(*ops)) == 0)
		return 0;
	snprintf(why, n, "%s is of another version of fwcompat", path);
	dlclose(object);
	return -ENOEXEC;
}

int backend_load(const char *name, struct backend *ops, char *why, size_t n)
{
	char *path = find(name);
	int r = path ? load(path, ops, why, n) : -ENOENT;

	free(path);
	return r;
}
