/*
 * VDOLive: the UDP port in the client's two opening messages. Source: Linux
 * 2.2, net/ipv4/ip_masq_vdolive.c.
 */
#include <netinet/in.h>

#include "core/bytes.h"
#include "engine/helper.h"
#include "engine/masq.h"
#include "engine/pkt.h"
#include "engine/state.h"

enum {
	SEEN_6 = 0x10000, /* helper's data; below it the masquerade port */
	SEEN_1 = 0x20000,
	SEEN_BOTH = SEEN_6 | SEEN_1,
	TAG = 4,     /* offset of the 32-bit word that tells the message */
	TAG_END = 8, /* bytes that every message has */
	PORT = 10,   /* offset of the port behind the text */
};

static const struct message {
	uint32_t tag, least; /* bytes it needs */
	uint32_t text;       /* where "VDO Live" stands */
	uint32_t seen;
} messages[] = {
	{ 6, 36, 24, SEEN_6 },
	{ 1, 20, 8, SEEN_1 },
};

static const struct message *message_of(const struct scan *s)
{
	uint32_t tag;

	if (s->len < TAG_END)
		return NULL;
	tag = get_be32(s->text + TAG);
	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++)
		if (messages[i].tag == tag)
			return s->len >= messages[i].least ? &messages[i]
							   : NULL;
	return NULL;
}

/*
 * Quirk: the hold given back is the control entry's instead of the new one's.
 * So neither timer runs as it should (masq/vdolive_1).
 */
static uint16_t open_stream(struct helper_call *call, uint16_t port)
{
	const struct masq_entry *e = masq_at(call->fw, call->entry);
	uint32_t n =
		masq_new(call->fw, &(struct masq_want){ .proto = IPPROTO_UDP,
							.flags = MASQ_NO_DPORT,
							.maddr = call->maddr,
							.saddr = e->saddr,
							.sport = port,
							.daddr = e->daddr });

	if (n == FW_NIL)
		return 0;
	masq_set_state(call->fw, n, MASQ_LISTEN);
	masq_put(call->fw, call->entry);
	return masq_at(call->fw, n)->mport;
}

int helper_vdolive_out(struct helper_call *call)
{
	struct scan s;
	uint32_t payload = helper_tcp20_text(call, &s), data, at;
	const struct message *m;
	uint16_t mport;

	data = helper_data(call);
	if (!payload || (data & SEEN_BOTH) == SEEN_BOTH)
		return 0;
	m = message_of(&s);
	if (!m)
		return 0;
	s.at = m->text;
	if (!scan_is(&s, "VDO Live"))
		return 0;
	at = m->text + PORT;
	mport = (uint16_t)data;
	if (!mport)
		mport = open_stream(call, get_be16(s.text + at));
	if (!mport)
		return 0;
	helper_put16(call, payload + at, mport);
	helper_data_set(call, (data & SEEN_BOTH) | m->seen | mport);
	return 0;
}
