/*
 * Quake: a server's answer to a connect request names the port of the game.
 * Source: Linux 2.2, net/ipv4/ip_masq_quake.c.
 */
#include <netinet/in.h>

#include "core/bytes.h"
#include "engine/helper.h"
#include "engine/masq.h"
#include "engine/pkt.h"
#include "engine/state.h"

enum { CONNECT_SEEN = 1, DONE }; /* helper's data */
enum {
	CODE = 4, /* offset of the message's kind, behind 80 00 and length */
	CODE_CONNECT = 0x01,
	CODE_ACCEPT = 0x81,
	HEADER = 5,
	CONNECT_LEN = 12,
	ACCEPT_LEN = 9,
	UDP_LENGTH = 4, /* offset in the UDP header */
	UDP_HEADER = 8
};

/* The payload, if it is a control message. */
static uint8_t *control(const struct helper_call *call, uint32_t *len)
{
	const uint8_t *udp = pkt_at(call->pkt, call->info->ihl, UDP_HEADER);
	uint8_t *p = pkt_at(call->pkt, call->info->ihl + (uint32_t)UDP_HEADER,
			    HEADER);

	if (!udp || !p || get_be16(udp + UDP_LENGTH) < HEADER ||
	    get_be16(p) != 0x8000)
		return NULL;
	*len = get_be16(p + 2);
	return p;
}

static void connect_request(struct helper_call *call, uint32_t len)
{
	static const uint8_t name[] = { 'Q', 'U', 'A', 'K', 'E', 0, 3 };
	const uint8_t *p = pkt_at(
		call->pkt, call->info->ihl + (uint32_t)UDP_HEADER + HEADER,
		sizeof(name));

	if (p && len >= CONNECT_LEN && !memcmp(p, name, sizeof(name)))
		helper_data_set(call, CONNECT_SEEN);
}

/* Where the accept message names its port, in little endian; or NULL. */
static uint8_t *accepted_port(const struct helper_call *call, uint32_t len)
{
	if (len < ACCEPT_LEN || helper_data(call) != CONNECT_SEEN)
		return NULL;
	return pkt_at(call->pkt,
		      call->info->ihl + (uint32_t)UDP_HEADER + HEADER, 2);
}

/* A server inside: the game's port gets an entry of its own. */
static void accept_out(struct helper_call *call, uint8_t *port)
{
	const struct masq_entry *e = masq_at(call->fw, call->entry);
	uint32_t n = helper_expect(
		call, &(struct masq_want){
			      .proto = IPPROTO_UDP,
			      .maddr = call->maddr,
			      .saddr = e->saddr,
			      .sport = (uint16_t)(port[0] | port[1] << 8),
			      .daddr = e->daddr,
			      .dport = e->dport });
	uint16_t mport;

	if (n == FW_NIL)
		return;
	mport = masq_at(call->fw, n)->mport;
	helper_listen(call, n);
	port[0] = (uint8_t)mport;
	port[1] = (uint8_t)(mport >> 8);
}

static int message(struct helper_call *call, bool out)
{
	uint32_t len;
	const uint8_t *p = control(call, &len);
	uint8_t *port;

	if (!p || helper_data(call) == DONE)
		return 0;
	if (p[CODE] == CODE_CONNECT)
		connect_request(call, len);
	if (p[CODE] != CODE_ACCEPT)
		return 0;
	port = accepted_port(call, len);
	if (!port)
		return 0;
	if (out) {
		accept_out(call, port);
		return 0;
	}
	masq_dport_in_place(call->fw, call->entry,
			    (uint16_t)(port[0] | port[1] << 8));
	helper_data_set(call, DONE);
	return 0;
}

int helper_quake_out(struct helper_call *call)
{
	return message(call, true);
}

int helper_quake_in(struct helper_call *call)
{
	return message(call, false);
}
