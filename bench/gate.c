/* A masquerading gate in plain memory, as the benchmarks drive it. */
#include "bench/gate.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "core/bytes.h"
#include "core/cksum.h"
#include "engine/host.h"
#include "engine/path.h"
#include "engine/pkt.h"

enum { TH_SYN = 0x02, TH_ACK = 0x10 };

static const uint32_t inside_net = 0xC0A80000, outside_addr = 0xCB007105,
		      servers = 0xC6336400;

/* Zeroed memory that costs nothing until it is touched. */
static void *room(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED) {
		perror("bench");
		exit(1);
	}
	return p;
}

static void keep_last(void *ctx, const struct fw_out *out)
{
	struct gate *g = ctx;

	if (out->kind != FW_OUT_SEND || out->pkt->len > GATE_LONGEST)
		return;
	memcpy(g->last, out->pkt->data, out->pkt->len);
	g->left++;
}

static struct journal *journal_new(void)
{
	const size_t blocks = sizeof(struct fw_state) / JOURNAL_BLOCK;
	struct journal *j = room(sizeof(*j));

	j->saved = room(sizeof(*j->saved));
	j->index = room(blocks * sizeof(*j->index));
	j->old = room(blocks * sizeof(*j->old));
	j->dirty = room(blocks / 8 + 8);
	return j;
}

/* A rule for a host and port that no packet here is from. */
static struct fw_rule stranger(uint32_t i)
{
	struct fw_rule r = {
		.src = 0x0A000000 + i * 7,
		.smask = UINT32_MAX,
		.proto = IPPROTO_TCP,
		.sport = { 0, FW_PORT_MAX },
		.dport = { (uint16_t)(i % 100 + 1), (uint16_t)(i % 100 + 1) },
		.tos_and = 0xFF,
		.target = "DENY",
	};

	return r;
}

static void rules_open(struct gate *g, uint32_t rules)
{
	struct fw_rule masq = {
		.src = inside_net,
		.smask = 0xFFFF0000,
		.sport = { 0, FW_PORT_MAX },
		.dport = { 0, FW_PORT_MAX },
		.tos_and = 0xFF,
		.target = "MASQ",
	};

	for (uint32_t i = 0; i < rules; i++) {
		struct fw_rule r = stranger(i);

		chain_append(&g->fw, "forward", &r);
	}
	chain_append(&g->fw, "forward", &masq);
	chain_policy(&g->fw, "forward", "DENY");
}

static void commit(struct gate *g)
{
	if (!g->journal)
		return;
	g->blocks += *g->journal->saved;
	journal_commit(g->journal);
}

void gate_open(struct gate *g, bool journal, uint32_t rules)
{
	*g = (struct gate){ .env = { .out = keep_last } };
	g->env.ctx = g;
	g->state = room(sizeof(*g->state));
	g->journal = journal ? journal_new() : NULL;
	fw_boot(&g->fw, g->state, g->journal, &g->env, ERA_2_2);
	host_if_set(&g->fw, "eth0", inside_net + 1, 0xFFFF0000, HOST_IF_UP);
	host_if_set(&g->fw, "ppp0", outside_addr, UINT32_MAX,
		    HOST_IF_UP | HOST_IF_PPP);
	host_route_add(&g->fw, 0, 0, "ppp0", 0);
	g->inside = host_if_find(&g->fw, "eth0");
	g->outside = host_if_find(&g->fw, "ppp0");
	rules_open(g, rules);
	commit(g);
	g->blocks = 0;
}

void gate_close(struct gate *g)
{
	const size_t blocks = sizeof(struct fw_state) / JOURNAL_BLOCK;
	struct journal *j = g->journal;

	fw_fini(&g->fw);
	free(g->pair);
	munmap(g->state, sizeof(*g->state));
	if (!j)
		return;
	munmap(j->saved, sizeof(*j->saved));
	munmap(j->index, blocks * sizeof(*j->index));
	munmap(j->old, blocks * sizeof(*j->old));
	munmap(j->dirty, blocks / 8 + 8);
	munmap(j, sizeof(*j));
}

/* A tick passes and a transaction ends every GATE_BATCH packets. */
static inline void arrive(struct gate *g, uint32_t ifindex,
			  const uint8_t *packet, uint32_t len)
{
	uint8_t bytes[GATE_LONGEST];
	struct pkt p = {
		.data = bytes, .len = len, .cap = GATE_LONGEST, .to_host = true
	};

	memcpy(bytes, packet, len);
	fw_arrive(&g->fw, g->now, ifindex, &p);
	if (++g->batch < GATE_BATCH)
		return;
	g->batch = 0;
	if (!g->still)
		g->now++;
	commit(g);
}

void gate_out(struct gate *g, const uint8_t *packet)
{
	arrive(g, g->inside, packet, GATE_PACKET);
}

void gate_in(struct gate *g, const uint8_t *packet)
{
	arrive(g, g->outside, packet, GATE_PACKET);
}

void gate_push(struct gate *g, const uint8_t *packet, uint32_t len)
{
	arrive(g, g->inside, packet, len);
}

static void make(uint8_t p[GATE_PACKET], uint32_t src, uint16_t sport,
		 uint32_t dst, uint16_t dport, uint8_t flags)
{
	uint64_t sum = cksum_pseudo(src, dst, IPPROTO_TCP, GATE_PACKET - 20);

	memset(p, 0, GATE_PACKET);
	p[0] = 0x45;
	put_be16(p + 2, GATE_PACKET);
	p[8] = 64;
	p[9] = IPPROTO_TCP;
	put_be32(p + 12, src);
	put_be32(p + 16, dst);
	put_be16(p + 10, cksum_fold(cksum_add(0, p, 20)));
	put_be16(p + 20, sport);
	put_be16(p + 22, dport);
	p[32] = 0x50;
	p[33] = flags;
	put_be16(p + 36, cksum_fold(cksum_add(sum, p + 20, GATE_PACKET - 20)));
}

static void expect(const struct gate *g, uint64_t left)
{
	if (g->left == left)
		return;
	fprintf(stderr, "bench: a packet did not pass the gate\n");
	exit(1);
}

/* Addresses and ports of a conversation. */
struct ends {
	uint32_t host, server;
	uint16_t port, service;
};

/* The three packets of RFC 793's handshake; then what @pair repeats. */
static void handshake(struct gate *g, struct gate_pair *pair,
		      const struct ends *e)
{
	uint64_t left = g->left;
	uint16_t mport;

	make(pair->out, e->host, e->port, e->server, e->service, TH_SYN);
	gate_out(g, pair->out);
	expect(g, left + 1);
	mport = get_be16(g->last + 20);
	make(pair->in, e->server, e->service, outside_addr, mport,
	     TH_SYN | TH_ACK);
	gate_in(g, pair->in);
	make(pair->out, e->host, e->port, e->server, e->service, TH_ACK);
	gate_out(g, pair->out);
	make(pair->in, e->server, e->service, outside_addr, mport, TH_ACK);
	expect(g, left + 3);
}

void gate_establish(struct gate *g, uint32_t n)
{
	g->pair = malloc(n * sizeof(*g->pair));
	if (!g->pair) {
		perror("bench");
		exit(1);
	}
	for (uint32_t i = 0; i < n; i++, g->pairs++) {
		const struct ends e = {
			.host = inside_net + 2 + i / 16,
			.port = (uint16_t)(1025 + i % 16),
			.server = servers + i % 16, /* 4,096 each */
			.service = 80,
		};

		handshake(g, &g->pair[i], &e);
	}
}

void gate_talk(struct gate *g, struct gate_pair *pair, uint16_t port)
{
	const struct ends e = { .host = inside_net + 2,
				.port = 2000,
				.server = servers,
				.service = port };

	handshake(g, pair, &e);
}

uint32_t gate_say(const struct gate_pair *pair, const char *text, uint8_t *p)
{
	uint32_t n = (uint32_t)strlen(text), src = get_be32(pair->out + 12),
		 dst = get_be32(pair->out + 16), len = GATE_PACKET + n;
	uint64_t sum = cksum_pseudo(src, dst, IPPROTO_TCP, len - 20);

	memcpy(p, pair->out, GATE_PACKET);
	memcpy(p + GATE_PACKET, text, n);
	put_be16(p + 2, (uint16_t)len);
	put_be16(p + 10, 0);
	put_be16(p + 10, cksum_fold(cksum_add(0, p, 20)));
	put_be16(p + 36, 0);
	put_be16(p + 36, cksum_fold(cksum_add(sum, p + 20, len - 20)));
	return len;
}

/* Eight bytes behind the header: a UDP datagram without checksum, or a ping. */
static void push_short(struct gate *g, uint8_t proto, uint32_t i)
{
	uint8_t p[28] = { 0x45 };

	put_be16(p + 2, sizeof(p));
	p[8] = 64;
	p[9] = proto;
	put_be32(p + 12, inside_net + 2 + i / 16);
	put_be32(p + 16, servers + i % 16);
	put_be16(p + 10, cksum_fold(cksum_add(0, p, 20)));
	if (proto == IPPROTO_UDP) {
		put_be16(p + 20, (uint16_t)(1025 + i % 16));
		/* Unanswered, 4,096 of them can go to one port. */
		put_be16(p + 22, (uint16_t)(53 + i / 4096));
		put_be16(p + 24, 8);
	} else {
		p[20] = 8;
		put_be16(p + 24, (uint16_t)(1 + i % 16));
		put_be16(p + 22, cksum_fold(cksum_add(0, p + 20, 8)));
	}
	gate_push(g, p, sizeof(p));
}

void gate_fill(struct gate *g, uint32_t n)
{
	uint64_t left = g->left;

	for (uint32_t i = 0; i < n; i++) {
		push_short(g, IPPROTO_UDP, i);
		push_short(g, IPPROTO_ICMP, i);
	}
	expect(g, left + 2 * (uint64_t)n);
}
