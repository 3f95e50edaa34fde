/* A Linux 2.2 router in plain memory. */
#include "tests/unit/router.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/cksum.h"
#include "engine/chains.h"
#include "engine/path.h"

static void keep(struct router *r, const struct pkt *p)
{
	r->last_len = p->len;
	memcpy(r->last, p->data, p->len);
}

static void see(void *ctx, const struct fw_out *out)
{
	struct router *r = ctx; /* .h is its first member */
	struct text *t = &r->out;

	if (t->len)
		text_putc(t, ' ');
	if (out->kind == FW_OUT_DROP)
		text_puts(t, "drop");
	else if (out->kind == FW_OUT_LOCAL)
		text_puts(t, "local");
	else if (out->kind == FW_OUT_ICMP)
		text_printf(t, "icmp:%u/%u", out->icmp_type, out->icmp_code);
	else
		text_puts(t, host_if_name(&r->h.fw, out->ifindex)->s);
	if (out->pkt)
		keep(r, out->pkt);
}

/* Addresses, routes and the rule of a host that was booted. */
static void set_up(struct router *r)
{
	struct fw_rule masq = rule_any("MASQ");
	struct fw *fw = &r->h.fw;

	host_if_set(fw, "eth0", 0xC0A80101, 0xFFFFFF00, 0);
	host_if_set(fw, "ppp0", ROUTER_OURS, 0xFFFFFFFF, HOST_IF_PPP);
	host_route_add(fw, 0, 0, "ppp0", 0);
	masq.src = 0xC0A80100;
	masq.smask = 0xFFFFFF00;
	chain_append(fw, "forward", &masq);
	fw_run(fw, ROUTER_START);
}

void router_open(struct router *r)
{
	memset(r, 0, sizeof(*r));
	host22_open(&r->h);
	r->h.env.out = see;
	set_up(r);
}

void router_reboot(struct router *r)
{
	fw_fini(&r->h.fw);
	fw_boot(&r->h.fw, r->h.state, NULL, &r->h.env, ERA_2_2);
	set_up(r);
}

void router_close(struct router *r)
{
	host22_close(&r->h);
	text_fini(&r->out);
}

const char *router_takes(struct router *r, const char *ifname_,
			 const uint8_t *bytes, uint32_t n)
{
	struct fw *fw = &r->h.fw;
	struct pkt p = { .len = n, .cap = n, .to_host = true };

	p.data = malloc(n ? n : 1);
	if (!p.data)
		abort();
	memcpy(p.data, bytes, n);
	r->out.len = 0;
	text_puts(&r->out, "");
	if (ifname_)
		fw_arrive(fw, fw->st->g.now, host_if_find(fw, ifname_), &p);
	else
		fw_send(fw, fw->st->g.now, &p);
	free(p.data);
	return r->out.len ? r->out.s : "";
}

void router_wait(struct router *r, uint32_t ticks)
{
	r->out.len = 0;
	fw_run(&r->h.fw, r->h.fw.st->g.now + ticks);
}

uint32_t make_ip(uint8_t *b, uint32_t src, uint32_t dst, uint8_t proto,
		 uint16_t frag, const uint8_t *data, uint32_t n)
{
	memset(b, 0, 20);
	b[0] = 0x45;
	put_be16(b + 2, (uint16_t)(20 + n));
	put_be16(b + 4, 77);
	put_be16(b + 6, frag);
	b[8] = 64;
	b[9] = proto;
	put_be32(b + 12, src);
	put_be32(b + 16, dst);
	put_be16(b + 10, cksum_fold(cksum_add(0, b, 20)));
	if (data)
		memmove(b + 20, data, n);
	return 20 + n;
}

void make_sum(uint8_t *b, uint32_t n)
{
	uint8_t *sum = b + (b[9] == IPPROTO_TCP ? 36 : 26);
	uint64_t pseudo =
		cksum_pseudo(get_be32(b + 12), get_be32(b + 16), b[9], n - 20);

	put_be16(sum, 0);
	put_be16(sum, cksum_fold(cksum_add(pseudo, b + 20, n - 20)));
}

uint32_t make_udp(uint8_t *b, const struct flow *f, const void *data,
		  uint32_t n)
{
	uint32_t len = make_ip(b, f->src, f->dst, IPPROTO_UDP, 0, NULL, 8 + n);

	put_be16(b + 20, f->sport);
	put_be16(b + 22, f->dport);
	put_be16(b + 24, (uint16_t)(8 + n));
	if (n)
		memcpy(b + 28, data, n);
	make_sum(b, len);
	return len;
}

uint32_t make_tcp(uint8_t *b, const struct flow *f, uint8_t flags,
		  const void *data, uint32_t n)
{
	uint32_t len = make_ip(b, f->src, f->dst, IPPROTO_TCP, 0, NULL, 20 + n);

	memset(b + 20, 0, 20);
	put_be16(b + 20, f->sport);
	put_be16(b + 22, f->dport);
	b[32] = 0x50;
	b[33] = flags;
	if (n)
		memcpy(b + 40, data, n);
	make_sum(b, len);
	return len;
}

uint32_t make_echo(uint8_t *b, const struct flow *f, uint8_t type, uint16_t id)
{
	uint32_t len = make_ip(b, f->src, f->dst, IPPROTO_ICMP, 0, NULL, 8);

	memset(b + 20, 0, 8);
	b[20] = type;
	put_be16(b + 24, id);
	put_be16(b + 22, cksum_fold(cksum_add(0, b + 20, 8)));
	return len;
}
