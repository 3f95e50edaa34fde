/* /proc/modules: the loaded modules. Linux 2.2 and 2.0, kernel/module.c,
 * get_module_list(). */
#include <stdio.h>
#include <string.h>

#include "core/module_row.h"
#include "proc-emu/proc.h"
#include "proc-emu/render.h"

enum { PAGE = 4096, NAME_WIDTH = 20 };

static void add_module(void *ctx, const struct module_row *row)
{
	text_printf(ctx, "%-20s%8u%4d%s%s\n", row->name, row->size, row->uses,
		    row->autoclean ? " (autoclean)" : "",
		    row->was_used ? "" : " (unused)");
}

/* Name and size in pages share 20 columns. */
static void add_module20(void *ctx, const struct module_row *row)
{
	int left = NAME_WIDTH - (int)strlen(row->name);

	text_printf(ctx, "%s%*u\t\t%d%s\n", row->name, left > 0 ? left : 0,
		    (row->size + PAGE - 1) / PAGE, row->uses,
		    row->autoclean ? " (autoclean)" : "");
}

int proc_modules(const struct proc_source *src, const char *path, bool zero,
		 struct text *out)
{
	(void)path;
	(void)zero;
	if (src->modules)
		src->modules(src->ctx,
			     src->era(src->ctx) == ERA_2_2 ? add_module
							   : add_module20,
			     out);
	return 0;
}
