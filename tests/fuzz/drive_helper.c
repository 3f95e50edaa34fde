/*
 * Packets through one helper. The bytes are messages: one byte of flags, one of
 * length, then the payload; so that a helper's memory of what it saw is reached
 * too.
 */
#include "tests/fuzz/drive_helper.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "engine/helper.h"
#include "engine/masq.h"
#include "engine/modules.h"
#include "engine/pkt.h"
#include "engine/state.h"

enum {
	IP_LEN = 20,
	CLIENT = 0xC0A80102,
	SERVER = 0xC6336407,
	OURS = 0xC0000201,
	INWARD = 1,       /* flags of a message */
	ROOM = 2,         /* the packet may grow */
	LONG_HEADER = 4,  /* options behind the TCP header */
	LYING_HEADER = 8, /* a data offset of 60 bytes, whatever is there */
	LONG = 16,        /* 256 bytes more */
};

static struct fw_state *state;

static uint32_t boot(struct fw *fw, const char *module, const char *param,
		     uint8_t proto, uint16_t port)
{
	char word[64];
	char *const params[] = { word, NULL };
	struct text why = { 0 };
	uint32_t entry;

	if (!state)
		state = aligned_alloc(_Alignof(struct fw_state),
				      sizeof(*state));
	if (!state || fw_boot(fw, state, NULL, NULL, ERA_2_2))
		abort();
	snprintf(word, sizeof(word), "%s", param ? param : "");
	if (module_load(fw, module, param ? params : NULL, &why))
		abort();
	entry = masq_new(fw, &(struct masq_want){ .proto = proto,
						  .maddr = OURS,
						  .saddr = CLIENT,
						  .sport = 1025,
						  .daddr = SERVER,
						  .dport = port });
	if (entry == FW_NIL || !masq_at(fw, entry)->helper)
		abort();
	if (proto == IPPROTO_TCP)
		masq_set_state(fw, entry, MASQ_ESTABLISHED);
	return entry;
}

static void header(struct pkt *p, uint8_t proto, uint8_t flags, uint32_t n)
{
	p->data[0] = 0x45;
	put_be16(p->data + 2, (uint16_t)p->len);
	if (proto == IPPROTO_UDP)
		put_be16(p->data + IP_LEN + 4, (uint16_t)(8 + n));
	else
		p->data[IP_LEN + 12] = flags & LYING_HEADER  ? 15 << 4
				       : flags & LONG_HEADER ? 8 << 4
							     : 5 << 4;
}

static void pass(struct fw *fw, uint32_t entry, uint8_t flags,
		 const uint8_t *payload, uint32_t n)
{
	uint8_t proto = masq_at(fw, entry)->proto;
	uint32_t at = IP_LEN + (proto == IPPROTO_UDP  ? 8U
				: flags & LONG_HEADER ? 32U
						      : 20U);
	struct pkt p = { .len = at + n,
			 .cap = at + n + (flags & ROOM ? 64U : 0U) };
	struct pkt_info info = { .ihl = IP_LEN,
				 .proto = proto,
				 .tot_len = (uint16_t)p.len };
	struct helper_call call = { .fw = fw,
				    .entry = entry,
				    .maddr = OURS,
				    .pkt = &p,
				    .info = &info };

	p.data = calloc(1, p.cap);
	if (!p.data)
		abort();
	header(&p, proto, flags, n);
	memcpy(p.data + at, payload, n);
	if (flags & INWARD)
		helper_in(&call);
	else
		helper_out(&call);
	if (p.len > p.cap || p.len != info.tot_len ||
	    get_be16(p.data + 2) != p.len)
		abort();
	free(p.data);
}

void drive_helper(const char *module, const char *param, uint8_t proto,
		  uint16_t port, const uint8_t *data, size_t size)
{
	struct fw fw = { 0 };
	uint32_t entry = boot(&fw, module, param, proto, port);

	while (size >= 2) {
		uint8_t flags = data[0];
		size_t n = data[1] + (flags & LONG ? 256U : 0U);

		data += 2;
		size -= 2;
		if (n > size)
			n = size;
		pass(&fw, entry, flags, data, (uint32_t)n);
		data += n;
		size -= n;
	}
	fw_fini(&fw);
}
