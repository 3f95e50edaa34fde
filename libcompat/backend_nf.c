/*
 * The backend that rules the running kernel through netfilter. Rules, eras,
 * modules and forwards live in a state file exactly as with the engine; from it
 * the kernel's tables are made.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libcompat/backend_engine.h"
#include "libcompat/backend_load.h"

/* Which network namespace this is: a number that no other one has had since
 * boot (socket(7), SO_NETNS_COOKIE), where the kernel knows of it. */
static int namespace_number(unsigned long long *number)
{
	uint64_t cookie = 0;
	socklen_t len = sizeof(cookie);
	struct stat st;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), r;

	if (fd < 0)
		return -errno;
	r = getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &len);
	close(fd);
	if (r && stat("/proc/self/ns/net", &st))
		return -errno;
	*number = r ? st.st_ino : cookie;
	return 0;
}

/* Where the state of this network namespace lies; "" where $FWCOMPAT_STATE
 * says it. */
static int state_path(struct compat *c, char path[PATH_MAX])
{
	const char *given = secure_getenv("FWCOMPAT_STATE");
	unsigned long long number = 0;
	int r = 0;

	path[0] = '\0';
	if (geteuid() != 0)
		return -EPERM;
	if (given && *given)
		return 0;
	r = namespace_number(&number);
	if (r == 0)
		snprintf(path, PATH_MAX, "/run/fwcompat/netfilter-%llu",
			 number);
	else
		compat_say(c, "network namespace: %s", strerror(-r));
	return r;
}

static int nf_open(struct compat *c, void **self)
{
	char path[PATH_MAX];
	int r = state_path(c, path);

	return r ? r : engine_open_at(c, path[0] ? path : NULL, self);
}

static int nf_discard(struct compat *c)
{
	char path[PATH_MAX];
	int r = state_path(c, path);

	return r ? r : engine_discard_at(c, path[0] ? path : NULL);
}

__attribute__((visibility("default"))) backend_export_fn backend_export;

int backend_export(struct backend *ops, const char *version, size_t size)
{
	if (strcmp(version, FWCOMPAT_VERSION) || size != sizeof(*ops))
		return -ENOEXEC;
	*ops = backend_engine;
	ops->name = "netfilter";
	ops->open = nf_open;
	ops->discard = nf_discard;
	return 0;
}
