/*
 * Sends probes through the engine, on the host whose state $FWCOMPAT_STATE
 * names: probe_engine [limited] <PROBES. Time stands still, so that no entry
 * expires. No ICMP error is too many, but with "limited".
 */
#include <stdio.h>
#include <string.h>

#include "engine/path.h"
#include "engine/pkt.h"
#include "engine/state.h"
#include "libcompat/store.h"
#include "tests/lab/probe.h"

static struct probes probes;
static struct fw fw;
static uint32_t ifindex_of[PLACES];
static bool limited;

static enum place place_of(uint32_t ifindex)
{
	enum place place = 0;

	while (place < PLACE_R && ifindex_of[place] != ifindex)
		place++;
	return place;
}

static void see_out(void *ctx, const struct fw_out *out)
{
	(void)ctx;
	if (out->kind == FW_OUT_DROP)
		return;
	probes_see(&probes,
		   out->kind == FW_OUT_LOCAL ? PLACE_R : place_of(out->ifindex),
		   out->pkt->data, out->pkt->len);
}

/* A destination never written to is owed as many errors as seconds since boot.
 */
static void forget_rates(void)
{
	const struct rate_limits *rate = &fw.st->rate;

	for (uint32_t i = 0; i < RATE_DESTS; i++)
		if (rate->dest[i].kind)
			memset(fw_edit(&fw, &rate->dest[i],
				       sizeof(rate->dest[i])),
			       0, sizeof(rate->dest[i]));
}

static void send_one(struct store *store, uint32_t index)
{
	static uint8_t buf[PKT_MAX];
	const struct probe *p = &probes.list[index];
	enum place from = probe_from(&probes, index);

	for (uint32_t i = 0; i < probe_pieces(p); i++) {
		struct pkt pkt = { .data = buf,
				   .len = probe_make(&probes, index, i, buf),
				   .cap = sizeof(buf),
				   .to_host = true };

		if (!pkt.len)
			return;
		if (from == PLACE_R)
			fw_send(&fw, store_now(store), &pkt);
		else
			fw_arrive(&fw, store_now(store), ifindex_of[from],
				  &pkt);
	}
	if (!limited)
		forget_rates();
}

static bool find_interfaces(void)
{
	for (int place = 0; place < PLACE_R; place++) {
		ifindex_of[place] = host_if_find(&fw, place_ifname[place]);
		if (ifindex_of[place] >= HOST_IFS)
			return false;
	}
	return true;
}

/* What is about others comes after them. */
static int send_all(struct store *store)
{
	if (!find_interfaces()) {
		fputs("probe_engine: the host lacks an interface\n", stderr);
		return 1;
	}
	for (int about = 0; about < 2; about++)
		for (uint32_t i = 0; i < probes.n; i++)
			if ((probes.list[i].kind != PROBE_PACKET) == about)
				send_one(store, i);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct fw_env env = { .out = see_out };
	struct store *store;
	char why[512];
	uint32_t bad = probes_read(&probes, stdin);
	int r;

	limited = argc > 1 && !strcmp(argv[1], "limited");
	if (bad) {
		fprintf(stderr, "probe_engine: line %u is no probe\n", bad);
		return 2;
	}
	r = store_open(&store, NULL, why, sizeof(why));
	if (r || (r = store_enter(store, &fw, &env))) {
		fprintf(stderr, "probe_engine: %s\n", r ? why : "");
		return 1;
	}
	r = store_set_virtual(store, store_now(store));
	if (r == 0)
		r = send_all(store);
	if (r == 0)
		r = store_commit(store, &fw);
	store_leave(store, &fw);
	fw_fini(&fw);
	store_close(store);
	if (r == 0)
		probes_print(&probes, stdout);
	return r != 0;
}
