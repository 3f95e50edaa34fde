/* fwcompat host: the emulated host's interfaces and routes. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/addr.h"
#include "fwcompat/cmd.h"
#include "libcompat/compat.h"

/* "10.0.0.1/24", or "default"; no length: 32 bits. */
static int parse_prefix(const char *word, uint32_t *addr, uint32_t *mask)
{
	const char *slash = strrchr(word, '/');
	char quad[ADDR_TEXT];
	size_t n = slash ? (size_t)(slash - word) : strlen(word);

	*addr = *mask = 0;
	if (!strcmp(word, "default"))
		return 0;
	if (n >= sizeof(quad))
		return -EINVAL;
	memcpy(quad, word, n);
	quad[n] = '\0';
	*mask = UINT32_MAX;
	if (addr_parse_quad(quad, addr) ||
	    (slash && mask_parse(slash + 1, mask)) || mask_length(*mask) < 0)
		return -EINVAL;
	return 0;
}

static void show_row(void *ctx, const struct compat_host_row *row)
{
	char addr[ADDR_TEXT], far[ADDR_TEXT];

	(void)ctx;
	addr_format(row->addr, addr);
	if (row->is_route)
		printf("route %s/%d %s", addr, mask_length(row->mask),
		       row->ifname);
	else
		printf("if %s %s/%d", row->ifname, addr,
		       mask_length(row->mask));
	if (row->ppp)
		fputs(" ppp", stdout);
	if (row->gateway || row->peer)
		printf(" %s",
		       addr_format(row->is_route ? row->gateway : row->peer,
				   far));
	puts(row->down ? " down" : "");
}

/* "show"; also what a bare `fwcompat host` does. */
static int do_show(struct compat *c, int argc, char **argv)
{
	(void)argv;
	if (argc)
		return -EINVAL;
	compat_host_each(c, show_row, NULL);
	return 0;
}

static int do_if(struct compat *c, int argc, char **argv)
{
	bool down = argc > 2 && !strcmp(argv[argc - 1], "down");
	bool ppp = argc > 2 && !strcmp(argv[2], "ppp");
	uint32_t addr, mask, peer = 0;
	int n = argc - down - ppp, r;

	if (n < 2 || n > 2 + ppp || !argv[0][0] ||
	    strlen(argv[0]) > FW_IFNAME ||
	    parse_prefix(argv[1], &addr, &mask) ||
	    (n == 3 && addr_parse_quad(argv[3], &peer)))
		return -EINVAL;
	r = compat_if_set(c, argv[0], addr, mask, ppp);
	if (r == 0 && peer)
		r = compat_if_peer(c, argv[0], peer);
	if (r == 0 && down)
		r = compat_if_switch(c, argv[0], false);
	return r;
}

/* A route that is there already may be given again, as show shows it. */
static int do_route(struct compat *c, int argc, char **argv)
{
	uint32_t dst, mask, gateway = 0;
	int r;

	if (argc < 2 || argc > 3 || parse_prefix(argv[0], &dst, &mask) ||
	    (argc == 3 && addr_parse_quad(argv[2], &gateway)))
		return -EINVAL;
	r = compat_route_add(c, dst & mask, mask, argv[1], gateway);
	return r == -EEXIST ? 0 : r;
}

static int do_unroute(struct compat *c, int argc, char **argv)
{
	uint32_t dst, mask;

	if (argc != 2 || parse_prefix(argv[0], &dst, &mask))
		return -EINVAL;
	return compat_route_del(c, dst & mask, mask, argv[1]);
}

/* @argv: the words behind the verb. -EINVAL: they make no sense. */
static const struct verb {
	const char *name;
	int (*run)(struct compat *c, int argc, char **argv);
} verbs[] = {
	{ "show", do_show },
	{ "if", do_if },
	{ "route", do_route },
	{ "unroute", do_unroute },
};

static const struct verb *find_verb(const char *name)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (!strcmp(verbs[i].name, name))
			return &verbs[i];
	return NULL;
}

/* Changes the host, or shows it, under one lock. */
static int run_verb(const struct verb *verb, int argc, char **argv)
{
	struct compat *c = cmd_enter("host");
	int r, status = CMD_OK;

	if (!c)
		return CMD_FAILED;
	r = verb->run(c, argc, argv);
	if (r == 0)
		r = compat_commit(c);
	if (r == -EINVAL)
		status = cmd_misused("host", "cannot make sense of that");
	else if (r)
		status = cmd_failed("host", r, compat_why(c));
	compat_close(c);
	return status;
}

int cmd_host(int argc, char **argv)
{
	const struct verb *verb = find_verb(argc > 1 ? argv[1] : "show");

	if (!verb)
		return cmd_misused("host", "knows show, if, route and unroute");
	return run_verb(verb, argc > 2 ? argc - 2 : 0, argv + 2);
}

const char cmd_host_usage[] =
	"fwcompat host [show]\n"
	"       fwcompat host if NAME ADDRESS/LENGTH [ppp [PEER]] [down]\n"
	"       fwcompat host route PREFIX/LENGTH|default INTERFACE "
	"[GATEWAY]\n"
	"       fwcompat host unroute PREFIX/LENGTH|default INTERFACE\n"
	"\n"
	"The interfaces and routes of the host that a replay sends its packets "
	"through. An\n"
	"interface that gets a new address loses its routes and has one to its "
	"own network.\n"
	"What it shows can be given back to it, a line a command.\n";
