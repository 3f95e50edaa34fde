/* What the renderers of this room share; proc.c's table names them. */
#ifndef PROC_EMU_RENDER_H
#define PROC_EMU_RENDER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/text.h"

struct proc_source;
struct masq_row;

/*
 * Each appends its file's text to @out. @path tells files apart that share a
 * renderer; @zero: see compat_proc_read(). Returns 0 or what a read of the old
 * file failed with.
 */
typedef int proc_render(const struct proc_source *src, const char *path,
			bool zero, struct text *out);

proc_render proc_fwchains, proc_fwnames;
proc_render proc_rules20;
proc_render proc_masquerade, proc_masquerade_1_3, proc_masq_proto;
proc_render proc_masq_app, proc_portfw, proc_portfw20, proc_autofw, proc_mfw;
proc_render proc_kernel, proc_ksyms, proc_modules, proc_sysctl;

/* "UDP", "TCP", "ICMP" or "IP_n", as the masquerading files name protocols.
 * @to has room for 8; returns the place behind. */
char *proc_masq_name(char *to, uint8_t proto);

#endif
