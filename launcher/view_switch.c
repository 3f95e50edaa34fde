/* The switches of a view: a list of paths and values. */
#include "launcher/view_switch.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

struct view_switch {
	char *path;
	char *value;
};

enum {
	IN_2_2 = 1 << ERA_2_2,
	IN_2_0 = 1 << ERA_2_0 | 1 << ERA_1_3,
	IN_ALL = IN_2_2 | IN_2_0,
};

/* Linux 2.2 and 2.0, Documentation/sysctl and net/ipv4/sysctl_net_ipv4.c. */
static const struct {
	const char *path;
	int eras; /* a bit per enum fw_era */
	const char *value;
} gone[] = {
	{ "sys/fs/inode-max", IN_2_2, "4096" },
	{ "sys/kernel/file-max", IN_2_0, "1024" },
	{ "sys/kernel/inode-max", IN_2_0, "3072" },
	{ "sys/net/core/hot_list_length", IN_2_2, "128" },
	{ "sys/net/core/message_burst", IN_2_2, "50" },
	{ "sys/net/core/message_cost", IN_2_2, "5" },
	{ "sys/net/core/netdev_max_backlog", IN_2_2, "300" },
	{ "sys/net/ipv4/conf/default/hidden", IN_2_2, "0" },
	{ "sys/net/ipv4/icmp_destunreach_rate", IN_2_2, "100" },
	{ "sys/net/ipv4/icmp_echoreply_rate", IN_2_2, "0" },
	{ "sys/net/ipv4/icmp_paramprob_rate", IN_2_2, "100" },
	{ "sys/net/ipv4/icmp_timeexceed_rate", IN_2_2, "100" },
	{ "sys/net/ipv4/ip_autoconfig", IN_2_2, "0" },
	{ "sys/net/ipv4/route/error_burst", IN_2_2, "500" },
	{ "sys/net/ipv4/route/error_cost", IN_2_2, "100" },
	{ "sys/net/ipv4/route/gc_elasticity", IN_2_2, "8" },
	{ "sys/net/ipv4/route/gc_interval", IN_2_2, "60" },
	{ "sys/net/ipv4/route/gc_min_interval", IN_2_2, "5" },
	{ "sys/net/ipv4/route/gc_thresh", IN_2_2, "256" },
	{ "sys/net/ipv4/route/gc_timeout", IN_2_2, "300" },
	{ "sys/net/ipv4/route/max_delay", IN_2_2, "10" },
	{ "sys/net/ipv4/route/max_size", IN_2_2, "4096" },
	{ "sys/net/ipv4/route/min_delay", IN_2_2, "2" },
	{ "sys/net/ipv4/route/mtu_expires", IN_2_2, "600" },
	{ "sys/net/ipv4/route/redirect_load", IN_2_2, "2" },
	{ "sys/net/ipv4/route/redirect_number", IN_2_2, "9" },
	{ "sys/net/ipv4/route/redirect_silence", IN_2_2, "2048" },
	{ "sys/net/ipv4/tcp_max_ka_probes", IN_2_2, "5" },
	{ "sys/net/ipv4/tcp_retrans_collapse", IN_2_2, "1" },
	{ "sys/net/unix/delete_delay", IN_2_2, "30" },
	{ "sys/net/unix/destroy_delay", IN_2_2, "10" },
	{ "sys/vm/bdflush", IN_ALL,
	  "40\t500\t64\t256\t500\t3000\t500\t1884\t2" },
	{ "sys/vm/freepages", IN_ALL, "256\t512\t768" },
};

enum { GONE = sizeof(gone) / sizeof(gone[0]) };

void view_switches_fini(struct view_switches *switches)
{
	for (size_t i = 0; i < switches->n; i++) {
		free(switches->set[i].path);
		free(switches->set[i].value);
	}
	free(switches->set);
	*switches = (struct view_switches){ 0 };
}

bool view_conf_split(const char *path, char ifname[VIEW_CONF_IFNAME],
		     char *model)
{
	static const char dir[] = VIEW_CONF "/";
	const char *name = path + sizeof(dir) - 1;
	size_t n;
	int made;

	if (strncmp(path, dir, sizeof(dir) - 1))
		return false;
	n = strcspn(name, "/");
	if (n == 0 || n >= VIEW_CONF_IFNAME || memchr(name, ':', n))
		return false;
	memcpy(ifname, name, n);
	ifname[n] = '\0';
	made = snprintf(model, PATH_MAX, "%sdefault%s", dir, name + n);
	return made > 0 && made < PATH_MAX;
}

const char *view_switch_gone(const char *path, enum fw_era era)
{
	for (int i = 0; i < GONE; i++)
		if (gone[i].eras >> era & 1 && !strcmp(gone[i].path, path))
			return gone[i].value;
	return NULL;
}

const char *view_switch_was(const char *path)
{
	const char *value = NULL;

	for (int era = 0; !value && era < ERA_COUNT; era++)
		value = view_switch_gone(path, (enum fw_era)era);
	return value;
}

void view_switch_each_gone(enum fw_era era,
			   void (*one)(void *ctx, const char *path), void *ctx)
{
	for (int i = 0; i < GONE; i++)
		if (gone[i].eras >> era & 1)
			one(ctx, gone[i].path);
}

static struct view_switch *find(const struct view_switches *switches,
				const char *path)
{
	for (size_t i = 0; i < switches->n; i++)
		if (!strcmp(switches->set[i].path, path))
			return &switches->set[i];
	return NULL;
}

bool view_switch_get(const struct view_switches *switches, const char *path,
		     struct text *out)
{
	const struct view_switch *s = find(switches, path);

	if (s)
		text_printf(out, "%s\n", s->value);
	return s;
}

/* A place for the switch @path; NULL: no memory. */
static struct view_switch *add(struct view_switches *switches, const char *path)
{
	struct view_switch *set =
		realloc(switches->set, (switches->n + 1) * sizeof(*set));

	if (!set)
		return NULL;
	switches->set = set;
	set += switches->n;
	*set = (struct view_switch){ strdup(path), NULL };
	if (!set->path)
		return NULL;
	switches->n++;
	return set;
}

/* Numbers as the kernel shows a list of them. Cuts @words. */
static int add_numbers(char *words, struct text *to)
{
	char *save, *end;

	for (char *w = strtok_r(words, " \t\n", &save); w;
	     w = strtok_r(NULL, " \t\n", &save)) {
		long value;

		errno = 0;
		value = strtol(w, &end, 0);
		if (*end || errno || value < INT_MIN || value > INT_MAX)
			return -EINVAL;
		text_printf(to, "%s%ld", to->len ? "\t" : "", value);
	}
	return to->len ? 0 : -EINVAL;
}

static int read_value(const char *buf, size_t size, bool numbers,
		      struct text *to)
{
	char text[256];
	int r;

	if (size == 0 || size >= sizeof(text) || memchr(buf, '\0', size))
		return -EINVAL;
	memcpy(text, buf, size);
	text[size] = '\0';
	r = add_numbers(text, to);
	if (r == 0 || numbers)
		return r;
	to->len = 0;
	text_add(to, buf, strnlen(buf, size) - (buf[size - 1] == '\n'));
	return to->bad ? -ENOMEM : 0;
}

int view_switch_set(struct view_switches *switches, const char *path,
		    const char *buf, size_t size, bool numbers)
{
	struct text value = { 0 };
	struct view_switch *s = find(switches, path);
	int r = read_value(buf, size, numbers, &value);
	char *copy = r ? NULL : strdup(value.s ? value.s : "");

	text_fini(&value);
	if (copy && !s)
		s = add(switches, path);
	if (!copy || !s) {
		free(copy);
		return r ? r : -ENOMEM;
	}
	free(s->value);
	s->value = copy;
	return 0;
}
