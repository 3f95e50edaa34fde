/* Where the programs of this build, or installation, are. */
#include "launcher/programs.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

void programs_find(struct programs *p)
{
	ssize_t n = readlink("/proc/self/exe", p->bin, sizeof(p->bin) - 1);
	char *slash;

	p->bin[n > 0 ? n : 0] = '\0';
	p->tools[0] = '\0';
	slash = strrchr(p->bin, '/');
	if (!slash)
		return;
	*slash = '\0';
	slash = strrchr(p->bin, '/');
	snprintf(p->tools, sizeof(p->tools), "%.*s/libexec/fwcompat",
		 (int)(slash ? slash - p->bin : 0), p->bin);
	if (access(p->tools, X_OK))
		p->tools[0] = '\0';
	snprintf(p->absent, sizeof(p->absent), "%.*s/absent", PATH_MAX - 1,
		 p->tools);
}

char *programs_path(const struct programs *p, const char *path)
{
	char *all;

	if (asprintf(&all, "%s:%s%s%s:/usr/sbin:/sbin:%s", p->bin, p->tools,
		     *p->tools ? ":" : "", path ? path : "/usr/bin:/bin",
		     p->absent) < 0)
		return NULL;
	return all;
}
