/*
 * /proc/net/dev and /proc/net/route of the emulated host, laid out as in Linux
 * 2.2 (net/core/dev.c, net/ipv4/fib_hash.c). It counts no packets by interface.
 */
#include "launcher/view_host.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "libcompat/compat.h"

enum { UP = 1, GATEWAY = 2, HOST = 4 }; /* RTF_* */

static void add_dev(void *ctx, const struct compat_host_row *row)
{
	if (row->is_route || strchr(row->ifname, ':'))
		return;
	text_printf(ctx,
		    "%6s:%8d %7d %4d %4d %4d %5d %10d %9d %8d %7d %4d %4d %4d "
		    "%5d %7d %10d\n",
		    row->ifname, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		    0);
}

/* Addresses are numbers as the machine keeps them in network order. */
static void add_route(void *ctx, const struct compat_host_row *row)
{
	char line[128];

	if (!row->is_route)
		return;
	snprintf(line, sizeof(line),
		 "%s\t%08X\t%08X\t%04X\t%d\t%d\t%d\t%08X\t%d\t%d\t%d",
		 row->ifname, htonl(row->addr), htonl(row->gateway),
		 UP | (row->gateway ? GATEWAY : 0) |
			 (row->mask == 0xFFFFFFFF ? HOST : 0),
		 0, 0, 0, htonl(row->mask), 0, 0, 0);
	text_printf(ctx, "%-127s\n", line);
}

static const struct {
	const char *path, *head;
	void (*add)(void *ctx, const struct compat_host_row *row);
} files[] = {
	{ "net/dev",
	  "Inter-|   Receive                                                |"
	  "  Transmit\n"
	  " face |bytes    packets errs drop fifo frame compressed multicast|"
	  "bytes    packets errs drop fifo colls carrier compressed\n",
	  add_dev },
	{ "net/route", NULL, add_route },
};

enum { FILES = sizeof(files) / sizeof(files[0]) };

bool view_host_has(const char *path)
{
	for (int i = 0; i < FILES; i++)
		if (!strcmp(path, files[i].path))
			return true;
	return false;
}

void view_host_render(struct compat *c, const char *path, struct text *out)
{
	for (int i = 0; i < FILES; i++) {
		if (strcmp(path, files[i].path))
			continue;
		if (files[i].head)
			text_puts(out, files[i].head);
		else
			text_printf(out, "%-127s\n",
				    "Iface\tDestination\tGateway \tFlags\t"
				    "RefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\t"
				    "IRTT");
		compat_host_each(c, files[i].add, out);
	}
}
