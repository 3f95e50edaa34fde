/* A freshly booted host of Linux 2.2 in plain memory. */
#include "tests/unit/host22.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/cksum.h"

static void keep_line(void *ctx, int level, const char *line)
{
	struct host22 *h = ctx;

	(void)level;
	text_printf(&h->log, "%s\n", line);
}

void host22_open(struct host22 *h)
{
	*h = (struct host22){ .env = { .log = keep_line } };
	h->env.ctx = h;
	h->state = aligned_alloc(4096, sizeof(*h->state));
	if (!h->state)
		abort();
	fw_boot(&h->fw, h->state, NULL, &h->env, ERA_2_2);
}

void host22_close(struct host22 *h)
{
	fw_fini(&h->fw);
	free(h->state);
	text_fini(&h->log);
}

struct text host22_log(struct host22 *h)
{
	struct text t = h->log;

	h->log = (struct text){ 0 };
	return t;
}

struct fw_ifname ifname(const char *name)
{
	struct fw_ifname n = { "" };

	memcpy(n.s, name, strnlen(name, FW_IFNAME));
	return n;
}

struct fw_rule rule_any(const char *target)
{
	struct fw_rule r = {
		.sport = { 0, FW_PORT_MAX },
		.dport = { 0, FW_PORT_MAX },
		.tos_and = 0xFF,
	};

	memcpy(r.target, target, strlen(target));
	return r;
}

static uint16_t looked_into(uint8_t proto)
{
	if (proto == IPPROTO_TCP)
		return 16;
	return proto == IPPROTO_UDP || proto == IPPROTO_ICMP ? 8 : 0;
}

static void sample_info(const struct sample *s, struct pkt_info *info)
{
	uint16_t need = looked_into(s->proto);

	info->no_ports = (s->frag & IP_OFFSET) || info->tot_len < 20 + need;
	info->sport = info->dport = FW_PORT_MAX;
	if (info->no_ports || !need)
		return;
	info->sport = s->sport;
	info->dport = s->dport;
	info->syn = s->proto == IPPROTO_TCP && (s->tcp_flags & 0x16) == 2;
}

void sample_make(const struct sample *s, uint8_t buf[SAMPLE_BYTES],
		 struct pkt *p, struct pkt_info *info)
{
	uint16_t len = s->tot_len ? s->tot_len : 40;

	*info = (struct pkt_info){
		.src = s->src,
		.dst = s->dst,
		.tot_len = len,
		.id = 1,
		.ihl = 20,
		.proto = s->proto,
		.tos = s->tos,
		.ttl = 64,
		.frag = s->frag,
	};
	sample_info(s, info);
	memset(buf, 0, SAMPLE_BYTES);
	buf[0] = 0x45;
	buf[1] = s->tos;
	put_be16(buf + 2, len);
	put_be16(buf + 4, 1);
	put_be16(buf + 6, s->frag);
	buf[8] = 64;
	buf[9] = s->proto;
	put_be32(buf + 12, s->src);
	put_be32(buf + 16, s->dst);
	put_be16(buf + 10, cksum_fold(cksum_add(0, buf, 20)));
	put_be16(buf + 20, s->sport);
	put_be16(buf + 22, s->dport);
	if (s->proto == IPPROTO_ICMP) {
		buf[20] = (uint8_t)s->sport;
		buf[21] = (uint8_t)s->dport;
	}
	if (s->proto == IPPROTO_TCP)
		buf[33] = s->tcp_flags;
	*p = (struct pkt){ .data = buf,
			   .len = SAMPLE_BYTES,
			   .cap = SAMPLE_BYTES };
}
