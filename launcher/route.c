/*
 * route of the emulated host, as in net-tools of the time: adds, deletes and
 * lists routes.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/addr.h"
#include "launcher/nettools.h"

enum { FAILED = 7, USAGE = 4 }; /* net-tools' statuses */

/* What a command line wants. */
struct wanted {
	bool net, host; /* said so */
	uint32_t dst, mask, gateway;
	bool has_mask;
	const char *dev; /* NULL: found by address */
};

static int usage(void)
{
	fputs("Usage: route [-n]\n"
	      "       route {add|del} [-net|-host] TARGET [netmask MASK] "
	      "[gw GATEWAY] [[dev] INTERFACE]\n",
	      stderr);
	return USAGE;
}

static void print_route(const struct compat_host_row *o, bool numeric)
{
	char dst[ADDR_TEXT], gw[ADDR_TEXT], mask[ADDR_TEXT];
	bool is_default = !numeric && !o->addr && !o->mask;

	printf("%-15s %-15s %-15s %-5s %-6d %-2d %7d %s\n",
	       is_default ? "default" : addr_format(o->addr, dst),
	       !numeric && !o->gateway ? "*" : addr_format(o->gateway, gw),
	       addr_format(o->mask, mask),
	       o->gateway              ? "UG"
	       : o->mask == 0xFFFFFFFF ? "UH"
				       : "U",
	       0, 0, 0, o->ifname);
}

static int list(const struct nettools *t, bool numeric)
{
	puts("Kernel IP routing table\n"
	     "Destination     Gateway         Genmask         Flags Metric Ref"
	     "    Use Iface");
	for (int i = 0; i < t->rows; i++)
		if (t->row[i].is_route)
			print_route(&t->row[i], numeric);
	return 0;
}

/* The mask that a target without one had. */
static uint32_t usual_mask(const struct wanted *w)
{
	uint32_t mask = nettools_class_mask(w->dst);

	if (w->host || (!w->net && w->dst & ~mask))
		return 0xFFFFFFFF;
	return mask;
}

static bool take_mask(struct wanted *w, const char *value)
{
	w->has_mask = true;
	return nettools_addr(value, &w->mask);
}

static bool take_gateway(struct wanted *w, const char *value)
{
	return nettools_addr(value, &w->gateway);
}

static bool take_dev(struct wanted *w, const char *value)
{
	w->dev = value;
	return *value;
}

/* Of no use to an emulated route. */
static bool take_nothing(struct wanted *w, const char *value)
{
	(void)w;
	return *value;
}

/* Words with a value. */
static const struct word_row {
	const char *word;
	bool (*take)(struct wanted *w, const char *value);
} word_rows[] = {
	{ "netmask", take_mask },    { "gw", take_gateway },
	{ "gateway", take_gateway }, { "dev", take_dev },
	{ "device", take_dev },      { "metric", take_nothing },
	{ "mss", take_nothing },     { "window", take_nothing },
	{ "irtt", take_nothing },
};

static const struct word_row *find_word(const char *word)
{
	for (size_t i = 0; i < sizeof(word_rows) / sizeof(word_rows[0]); i++)
		if (!strcmp(word_rows[i].word, word))
			return &word_rows[i];
	return NULL;
}

/* The words behind the target; the last one alone is an interface. False: they
 * make no sense. */
static bool take_words(struct wanted *w, int n, char **words)
{
	for (int i = 0; i < n; i++) {
		const struct word_row *row = find_word(words[i]);

		if (row) {
			if (!row->take(w, i + 1 < n ? words[i + 1] : ""))
				return false;
			i++;
		} else if (i < n - 1 || !take_dev(w, words[i])) {
			return false;
		}
	}
	return true;
}

static bool take_target(struct wanted *w, int argc, char **argv)
{
	int i = 0;

	if (i < argc &&
	    (!strcmp(argv[i], "-net") || !strcmp(argv[i], "-host"))) {
		w->net = argv[i][1] == 'n';
		w->host = !w->net;
		i++;
	}
	if (i == argc)
		return false;
	if (!strcmp(argv[i], "default"))
		w->dst = 0;
	else if (!nettools_addr(argv[i], &w->dst))
		return false;
	if (!take_words(w, argc - i - 1, argv + i + 1))
		return false;
	if (!w->has_mask)
		w->mask = usual_mask(w);
	return true;
}

/* The interface of a route: the one said, or by gateway, or by target. */
static const char *find_dev(const struct nettools *t, const struct wanted *w)
{
	const struct compat_host_row *f;

	if (w->dev)
		return w->dev;
	f = nettools_reach(t, w->gateway ? w->gateway : w->dst);
	return f ? f->ifname : NULL;
}

/*
 * A route that is there already is taken again: 2.0 put the new one in its
 * place, and 2.2 made its own for each interface, which scripts made once more.
 */
static int add(struct nettools *t, const struct wanted *w)
{
	const char *dev = find_dev(t, w);
	int r = -ENETUNREACH;

	if (w->dst & ~w->mask)
		r = -EINVAL;
	else if (dev && !nettools_find(t, dev))
		r = -ENODEV;
	else if (dev)
		r = compat_route_add(t->c, w->dst, w->mask, dev, w->gateway);
	if (r == -EEXIST && (compat_era(t->c) != ERA_2_2 || !w->gateway))
		r = 0;
	if (r == 0)
		r = compat_commit(t->c);
	return r ? nettools_fail("SIOCADDRT", r, FAILED) : 0;
}

/* The first route to that target that fits. */
static int del(struct nettools *t, const struct wanted *w)
{
	int r = -ESRCH;

	for (int i = 0; i < t->rows; i++) {
		const struct compat_host_row *o = &t->row[i];

		if (!o->is_route || o->addr != w->dst || o->mask != w->mask ||
		    (w->dev && strcmp(w->dev, o->ifname)) ||
		    (w->gateway && w->gateway != o->gateway))
			continue;
		r = compat_route_del(t->c, o->addr, o->mask, o->ifname);
		break;
	}
	if (r == 0)
		r = compat_commit(t->c);
	return r ? nettools_fail("SIOCDELRT", r, FAILED) : 0;
}

static int run(struct nettools *t, int argc, char **argv)
{
	bool numeric = false;
	struct wanted w = { 0 };
	int i = 1;

	for (; i < argc && argv[i][0] == '-'; i++)
		numeric |= strchr(argv[i], 'n') != NULL;
	if (i == argc)
		return list(t, numeric);
	if (t->machine)
		return nettools_pass_on(t, argv);
	if (!take_target(&w, argc - i - 1, argv + i + 1))
		return usage();
	if (!strcmp(argv[i], "add"))
		return add(t, &w);
	if (!strcmp(argv[i], "del") || !strcmp(argv[i], "delete"))
		return del(t, &w);
	return usage();
}

int main(int argc, char **argv)
{
	struct nettools t;
	int status = nettools_open(&t, argc ? argv[0] : "route");

	if (status == 0)
		status = run(&t, argc, argv);
	nettools_close(&t);
	return status;
}
