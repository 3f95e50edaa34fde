/*
 * ifconfig of the emulated host, as in net-tools of the time: gives interfaces
 * addresses, and lists them in the layout that scripts cut up.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/addr.h"
#include "launcher/nettools.h"
#include "libcompat/unmet.h"

/* What a command line wants of one interface. */
struct wanted {
	const char *name;
	bool has_addr;
	uint32_t addr, mask; /* .mask 0: by class */
	bool ppp;
	uint32_t peer; /* 0: not said */
	bool up, down; /* said so */
};

/* Linux 2.2 gave the loopback device an MTU of 3924. */
static void print_flags(const struct compat_host_row *f, bool lo)
{
	const char *running = f->down ? "" : "RUNNING ";

	printf("          %s", f->down ? "" : "UP ");
	if (lo)
		printf("LOOPBACK %s ", running);
	else if (f->ppp)
		printf("POINTOPOINT %sNOARP MULTICAST  ", running);
	else
		printf("BROADCAST %sMULTICAST  ", running);
	printf("MTU:%d  Metric:1\n", lo ? 3924 : 1500);
	fputs("          RX packets:0 errors:0 dropped:0 overruns:0 frame:0\n"
	      "          TX packets:0 errors:0 dropped:0 overruns:0 "
	      "carrier:0\n",
	      stdout);
	printf("          collisions:0 txqueuelen:%d \n\n", lo       ? 0
							    : f->ppp ? 10
								     : 100);
}

/* The broadcast address, or the other end; its own where that is not known. */
static uint32_t far_end(const struct compat_host_row *f)
{
	if (!f->ppp)
		return f->addr | ~f->mask;
	return f->peer ? f->peer : f->addr;
}

static void print_interface(const struct compat_host_row *f)
{
	bool lo = !strcmp(f->ifname, "lo");
	char addr[ADDR_TEXT], far[ADDR_TEXT], mask[ADDR_TEXT];

	addr_format(f->addr, addr);
	addr_format(f->mask, mask);
	printf("%-9s Link encap:%s\n", f->ifname,
	       lo       ? "Local Loopback  "
	       : f->ppp ? "Point-to-Point Protocol  "
			: "Ethernet  HWaddr 00:00:00:00:00:00  ");
	if (lo)
		printf("          inet addr:%s  Mask:%s\n", addr, mask);
	else if (f->addr)
		printf("          inet addr:%s  %s:%s  Mask:%s\n", addr,
		       f->ppp ? "P-t-P" : "Bcast", addr_format(far_end(f), far),
		       mask);
	print_flags(f, lo);
}

static int list(const struct nettools *t, const char *name, bool all)
{
	const struct compat_host_row *f;

	if (name) {
		f = nettools_find(t, name);
		if (f) {
			print_interface(f);
			return 0;
		}
		fprintf(stderr,
			"%s: error fetching interface information: "
			"Device not found\n",
			name);
		if (!t->machine)
			unmet_hint("the host has no interface %s; to make it: "
				   "fwcompat host if %s ADDRESS/LENGTH",
				   name, name);
		return 1;
	}
	for (int i = 0; i < t->rows; i++)
		if (!t->row[i].is_route && (all || !t->row[i].down))
			print_interface(&t->row[i]);
	return 0;
}

/* Words with a value that an emulated interface has no use for. */
static bool takes_value(const char *word)
{
	static const char *const words[] = {
		"broadcast", "mtu",       "metric", "hw",         "irq",
		"io_addr",   "mem_start", "media",  "txqueuelen",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(word, words[i]))
			return true;
	return false;
}

/* A lone word: an address, or a switch that changes nothing here. */
static int take_word(struct wanted *w, const char *word)
{
	static const char *const switches[] = {
		"arp",       "-arp",      "allmulti",  "-allmulti",
		"multicast", "promisc",   "-promisc",  "-broadcast",
		"trailers",  "-trailers", "broadcast", "-pointopoint",
		"dynamic",
	};

	w->up |= !strcmp(word, "up");
	w->down |= !strcmp(word, "down");
	if (!strcmp(word, "up") || !strcmp(word, "down"))
		return 0;
	if (nettools_addr(word, &w->addr)) {
		w->has_addr = true;
		return 0;
	}
	for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++)
		if (!strcmp(word, switches[i]))
			return 0;
	fprintf(stderr, "%s: Unknown host\n", word);
	return -EINVAL;
}

static int take_words(struct wanted *w, int n, char **words)
{
	int r = 0;

	for (int i = 0; r == 0 && i < n; i++) {
		const char *value = i + 1 < n ? words[i + 1] : NULL;

		/* Words of argv, @n of them: none is missing. */
		/* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker) */
		if (!strcmp(words[i], "netmask") && value) {
			r = nettools_addr(value, &w->mask) ? 0 : -EINVAL;
			i++;
		} else if ((!strcmp(words[i], "pointopoint") ||
			    !strcmp(words[i], "dstaddr")) &&
			   value && nettools_addr(value, &w->peer)) {
			w->ppp = true;
			i++;
		} else if (takes_value(words[i]) && value) {
			i += 1 + (!strcmp(words[i], "hw"));
		} else {
			r = take_word(w, words[i]);
		}
	}
	return r;
}

/* What is not said stays, or is what it usually is. */
static int set_address(struct nettools *t, const struct compat_host_row *old,
		       const struct wanted *w)
{
	uint32_t addr = w->has_addr ? w->addr : old ? old->addr : 0;
	uint32_t mask = w->mask;

	if (!mask)
		mask = w->ppp ? 0xFFFFFFFF : nettools_class_mask(addr);
	return compat_if_set(t->c, w->name, addr, mask, w->ppp);
}

static int configure(struct nettools *t, const char *name, int n, char **words)
{
	const struct compat_host_row *old = nettools_find(t, name);
	struct wanted w = { .name = name, .ppp = old && old->ppp };
	int r;

	if (take_words(&w, n, words))
		return 1;
	if (w.has_addr || w.mask) {
		r = set_address(t, old, &w);
		if (r)
			return nettools_fail("SIOCSIFADDR", r, 255);
	}
	r = old || w.has_addr || w.mask ? 0 : -ENODEV;
	if (r == 0 && w.peer)
		r = compat_if_peer(t->c, name, w.peer);
	if (r == 0 && (w.up || w.down))
		r = compat_if_switch(t->c, name, !w.down);
	if (r == 0)
		r = compat_commit(t->c);
	return r ? nettools_fail("SIOCSIFFLAGS", r, 255) : 0;
}

int main(int argc, char **argv)
{
	struct nettools t;
	int first = argc > 1 && !strcmp(argv[1], "-a") ? 2 : 1, status;

	status = nettools_open(&t, argc ? argv[0] : "ifconfig");
	if (status == 0)
		status = argc <= first + 1 ? list(&t, argv[first], first == 2)
			 : t.machine
				 ? nettools_pass_on(&t, argv)
				 : configure(&t, argv[first], argc - first - 1,
					     argv + first + 1);
	nettools_close(&t);
	return status;
}
