/* The old kernel's switches below /proc/sys. */
#include <errno.h>

#include "proc-emu/proc.h"
#include "proc-emu/render.h"

int proc_sysctl(const struct proc_source *src, const char *path, bool zero,
		struct text *out)
{
	(void)zero;
	return src->sysctl_get ? src->sysctl_get(src->ctx, path, out) : -ENOENT;
}
