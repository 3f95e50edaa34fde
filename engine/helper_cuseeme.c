/*
 * CU-SeeMe: addresses inside its datagrams, our own in place of the inside
 * host's on the way out and back. Source: Linux 2.2,
 * net/ipv4/ip_masq_cuseeme.c.
 */
#include "core/bytes.h"
#include "engine/helper.h"
#include "engine/masq.h"
#include "engine/pkt.h"
#include "engine/state.h"

/* Offsets in the datagram's payload. */
enum {
	DEST = 4,
	SOURCE = 12,
	DATA_TYPE = 22,
	HEADER = 26,
	CLIENTS = 26, /* Open Continue: a 16-bit count, little-endian (quirk) */
	CLIENT = 56,  /* and records that begin with an address */
	CLIENT_LEN = 12,
	OPEN_CONTINUE = 101
};

int helper_cuseeme_out(struct helper_call *call)
{
	struct scan s;
	uint32_t payload = helper_udp_text(call, &s);
	uint8_t *p = payload ? pkt_at(call->pkt, payload, HEADER) : NULL;

	if (p && get_be32(p + SOURCE))
		put_be32(p + SOURCE, call->maddr);
	return 0;
}

/* The first client record that names us names the inside host. */
static void clients_in(struct helper_call *call, uint32_t payload)
{
	const struct masq_entry *e = masq_at(call->fw, call->entry);
	const uint8_t *n = pkt_at(call->pkt, payload + CLIENTS, 2);
	uint32_t count = n ? (uint32_t)n[0] | (uint32_t)n[1] << 8 : 0;

	for (uint32_t i = 0; i < count; i++) {
		uint8_t *rec =
			pkt_at(call->pkt, payload + CLIENT + i * CLIENT_LEN,
			       CLIENT_LEN);

		if (!rec)
			return;
		if (get_be32(rec) == e->maddr) {
			put_be32(rec, e->saddr);
			return;
		}
	}
}

int helper_cuseeme_in(struct helper_call *call)
{
	struct scan s;
	uint32_t payload = helper_udp_text(call, &s);
	uint8_t *p = payload ? pkt_at(call->pkt, payload, HEADER) : NULL;

	if (!p)
		return 0;
	if (get_be32(p + DEST))
		put_be32(p + DEST, masq_at(call->fw, call->entry)->saddr);
	if (get_be16(p + DATA_TYPE) == OPEN_CONTINUE && s.len > CLIENT)
		clients_in(call, payload);
	return 0;
}
