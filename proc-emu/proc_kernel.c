/* /proc/version and its like: which kernel a script finds itself on. */
#include <errno.h>
#include <string.h>

#include "core/era.h"
#include "proc-emu/proc.h"
#include "proc-emu/render.h"

/* Linux 2.2, init/version.c, linux_banner. */
static void put_banner(enum fw_era era, struct text *out)
{
	text_printf(out,
		    "Linux version %s (root@localhost) (gcc version %s) %s\n",
		    era_release(era), era == ERA_2_2 ? "2.95.4" : "2.7.2.3",
		    era_build(era));
}

int proc_kernel(const struct proc_source *src, const char *path, bool zero,
		struct text *out)
{
	enum fw_era era = src->era(src->ctx);

	(void)zero;
	if (!strcmp(path, "version"))
		put_banner(era, out);
	else if (!strcmp(path, "sys/kernel/osrelease"))
		text_printf(out, "%s\n", era_release(era));
	else if (!strcmp(path, "sys/kernel/version"))
		text_printf(out, "%s\n", era_build(era));
	else if (!strcmp(path, "sys/kernel/ostype"))
		text_puts(out, "Linux\n");
	else
		return -ENOENT;
	return 0;
}
