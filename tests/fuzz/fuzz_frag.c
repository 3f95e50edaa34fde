/*
 * Reassembly, fed with anything. The bytes are pieces: flags, where it stands
 * in units of 8, how many bytes; with few packets and hosts, so that pieces
 * meet.
 */
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "engine/frag.h"
#include "engine/pkt.h"
#include "engine/state.h"
#include "tests/fuzz/drive_helper.h"

enum { PIECE = 5, MORE = 0x80, DELIVERY = 0x40, LATER = 0x20, IDS = 7 };

static struct fw_state *state;

static void add_piece(struct fw *fw, const uint8_t *d, const uint8_t *payload,
		      uint32_t n)
{
	struct pkt p = { .len = 20 + n, .cap = 20 + n };
	struct pkt_info info = { .src = 0x0A000001,
				 .dst = 0x0A000002,
				 .id = d[0] & IDS,
				 .frag = (uint16_t)((d[1] << 8 | d[2]) &
						    IP_OFFSET),
				 .ihl = 20,
				 .proto = 17,
				 .tot_len = (uint16_t)p.len };
	uint8_t *mem = calloc(1, p.cap);

	if (!mem)
		abort();
	if (d[0] & MORE)
		info.frag |= IP_MF;
	p.data = mem;
	mem[0] = 0x45;
	put_be16(mem + 2, (uint16_t)p.len);
	put_be16(mem + 4, info.id);
	put_be16(mem + 6, info.frag);
	mem[9] = 17;
	memcpy(mem + 20, payload, n);
	if (frag_add(fw, d[0] & DELIVERY ? FRAG_DELIVERY : FRAG_ARRIVAL, &p,
		     &info) &&
	    (p.len > UINT16_MAX || get_be16(p.data + 2) != p.len))
		abort();
	free(mem);
}

static void advance(struct fw *fw, ticks_t by)
{
	((struct fw_globals *)fw_edit(fw, &fw->st->g, sizeof(fw->st->g)))
		->now += by;
	frag_run(fw);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fw fw = { 0 };

	if (!state)
		state = aligned_alloc(_Alignof(struct fw_state),
				      sizeof(*state));
	if (!state || fw_boot(&fw, state, NULL, NULL, ERA_2_2))
		abort();
	while (size >= PIECE) {
		uint32_t n = (uint32_t)(data[3] << 3 & 0x7F8) + (data[4] & 7U);
		const uint8_t *d = data;

		data += PIECE;
		size -= PIECE;
		if (n > size)
			n = (uint32_t)size;
		if (d[0] & LATER)
			advance(&fw, 10 * HZ);
		add_piece(&fw, d, data, n);
		data += n;
		size -= n;
	}
	fw_fini(&fw);
	return 0;
}
