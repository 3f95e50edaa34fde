/* A host of the fixed lists, and packets for it. */
#include "tests/unit/host20.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/bytes.h"
#include "core/cksum.h"
#include "tests/unit/cmocka.h"

static void keep_log(void *ctx, int level, const char *line)
{
	struct host20 *h = ctx;

	snprintf(h->log, sizeof(h->log), "%d %s", level, line);
}

void host20_boot(struct host20 *h, enum fw_era era)
{
	static struct fw_env env = { .log = keep_log };
	struct host_if *eth0;

	match20_free(&h->fw);
	if (!h->state)
		h->state = aligned_alloc(_Alignof(struct fw_state),
					 sizeof(*h->state));
	assert_non_null(h->state);
	env.ctx = h;
	fw_boot(&h->fw, h->state, NULL, &env, era);
	eth0 = fw_edit(&h->fw, &h->fw.st->host.ifs[HOST20_ETH0], sizeof(*eth0));
	*eth0 = (struct host_if){ .name = { "eth0" },
				  .addr = HOST20_OUR,
				  .flags = HOST_IF_UP };
	h->log[0] = '\0';
}

void host20_free(struct host20 *h)
{
	match20_free(&h->fw);
	free(h->state);
}

void packet20_make(struct made20 *m, const struct packet20 *p)
{
	uint16_t len = p->len ? p->len : 44;
	uint16_t sport = p->sport ? p->sport : 1030;
	uint16_t dport = p->dport ? p->dport : 23;
	uint8_t *b = m->bytes;

	*m = (struct made20){ .bytes = { 0x45, p->tos } };
	m->info = (struct pkt_info){
		.src = p->back ? HOST20_DST : HOST20_SRC,
		.dst = p->back ? HOST20_SRC : HOST20_DST,
		.tot_len = len,
		.id = 7,
		.frag = p->frag,
		.ihl = 20,
		.proto = p->proto,
		.tos = p->tos,
		.ttl = 64,
	};
	put_be16(b + 2, len);
	put_be16(b + 4, 7);
	put_be16(b + 6, p->frag);
	b[8] = 64;
	b[9] = p->proto;
	put_be32(b + 12, m->info.src);
	put_be32(b + 16, m->info.dst);
	put_be16(b + 10, cksum_fold(cksum_add(0, b, 20)));
	put_be16(b + 20, p->back ? dport : sport);
	put_be16(b + 22, p->back ? sport : dport);
	if (p->proto == IPPROTO_ICMP)
		b[20] = p->type;
	b[33] = p->tcp_flags;
	m->pkt = (struct pkt){ .data = b, .len = len, .cap = PACKET20_ROOM };
}

bool host20_counts(struct host20 *h, enum fw20_list list,
		   const struct fw20_rule *rule, const struct packet20 *packet,
		   enum acct_direction direction)
{
	const struct fw20_slot *slot;
	struct made20 m;

	packet20_make(&m, packet);
	assert_int_equal(list_append(&h->fw, list, rule), 0);
	slot = &h->fw.st->rule20[h->fw.st->lists.first[list]];
	if (list == FW20_ACCT)
		list_account(&h->fw, direction, HOST20_ETH0, &m.pkt, &m.info);
	else
		list_run(&h->fw, list, HOST20_ETH0, &m.pkt, &m.info);
	if (slot->packets)
		assert_int_equal(slot->bytes, m.info.tot_len);
	return slot->packets;
}
