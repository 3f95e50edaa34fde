/* What ifconfig and route share. */
#include "launcher/nettools.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "launcher/machine_rows.h"
#include "launcher/realtool.h"

static void keep_row(void *ctx, const struct compat_host_row *row)
{
	struct nettools *t = ctx;

	if (t->rows < NET_ROWS)
		t->row[t->rows++] = *row;
}

int nettools_open(struct nettools *t, const char *argv0)
{
	const char *slash = strrchr(argv0, '/');
	int r;

	*t = (struct nettools){ .tool = slash ? slash + 1 : argv0,
				.machine = compat_is_machine() };
	if (t->machine)
		return machine_rows_each(keep_row, t) ? 1 : 0;
	r = compat_open(&t->c);
	if (r) {
		fprintf(stderr, "%s: %s\n", t->tool, compat_open_why());
		return 1;
	}
	r = compat_enter(t->c);
	if (r) {
		fprintf(stderr, "%s: %s\n", t->tool, compat_why(t->c));
		return 1;
	}
	compat_host_each(t->c, keep_row, t);
	return 0;
}

void nettools_close(struct nettools *t)
{
	compat_close(t->c);
}

const struct compat_host_row *nettools_find(const struct nettools *t,
					    const char *name)
{
	for (int i = 0; i < t->rows; i++)
		if (!t->row[i].is_route && !strcmp(t->row[i].ifname, name))
			return &t->row[i];
	return NULL;
}

const struct compat_host_row *nettools_reach(const struct nettools *t,
					     uint32_t addr)
{
	for (int i = 0; i < t->rows; i++)
		if (!t->row[i].is_route && t->row[i].addr &&
		    ((t->row[i].addr ^ addr) & t->row[i].mask) == 0)
			return &t->row[i];
	return NULL;
}

bool nettools_addr(const char *word, uint32_t *addr)
{
	struct in_addr in;

	if (!inet_aton(word, &in))
		return false;
	*addr = ntohl(in.s_addr);
	return true;
}

uint32_t nettools_class_mask(uint32_t addr)
{
	if (addr == 0)
		return 0;
	if (addr >> 31 == 0)
		return 0xFF000000;
	return addr >> 30 == 2 ? 0xFFFF0000 : 0xFFFFFF00;
}

int nettools_pass_on(const struct nettools *t, char **argv)
{
	return realtool_run(t->tool, argv);
}

int nettools_fail(const char *what, int r, int status)
{
	fprintf(stderr, "%s: %s\n", what, strerror(-r));
	return status;
}
