/* The last step of a packet: whole or in pieces. */
#include "engine/transmit.h"

#include <string.h>

#include "core/bytes.h"
#include "engine/pkt.h"
#include "engine/state.h"

/* RFC 791: options of one byte, and the bit of those that every piece has. */
enum { OPT_END, OPT_NOP, OPT_COPIED = 0x80 };

void report(struct fw *fw, const struct fw_out *out)
{
	if (fw->env && fw->env->out)
		fw->env->out(fw->env->ctx, out);
}

static void send_one(struct fw *fw, uint32_t ifindex, const struct pkt *p)
{
	const struct fw_out out = { .kind = FW_OUT_SEND,
				    .ifindex = ifindex,
				    .pkt = p };

	report(fw, &out);
}

/* Options that only the first piece has become no-ops. */
static void blank_options(uint8_t *o, uint32_t left)
{
	while (left && o[0] != OPT_END) {
		uint32_t n = 1;

		if (o[0] != OPT_NOP) {
			if (left < 2 || o[1] < 2 || o[1] > left)
				return;
			n = o[1];
			if (!(o[0] & OPT_COPIED))
				memset(o, OPT_NOP, n);
		}
		o += n;
		left -= n;
	}
}

static void send_pieces(struct fw *fw, uint32_t ifindex, uint32_t mtu,
			const struct pkt *p, const struct pkt_info *info)
{
	uint8_t bytes[HOST_MTU];
	struct pkt piece = *p;
	uint32_t ihl = info->ihl, left = info->tot_len - ihl;
	uint32_t at = ihl, offset = info->frag & IP_OFFSET;

	piece.data = bytes;
	piece.cap = sizeof(bytes);
	memcpy(bytes, p->data, ihl);
	while (left) {
		uint32_t n = left > mtu - ihl ? (mtu - ihl) & ~7U : left;
		uint32_t more = left > n ? IP_MF : info->frag & IP_MF;

		memcpy(bytes + ihl, p->data + at, n);
		piece.len = ihl + n;
		put_be16(bytes + 2, (uint16_t)piece.len);
		put_be16(bytes + 6, (uint16_t)(offset | more));
		pkt_ip_sum(&piece, ihl);
		send_one(fw, ifindex, &piece);
		if (at == ihl)
			blank_options(bytes + 20, ihl - 20);
		at += n;
		left -= n;
		offset += n / 8;
	}
}

void transmit(struct fw *fw, uint32_t ifindex, const struct pkt *p,
	      const struct pkt_info *info)
{
	uint32_t mtu = host_if_mtu(fw, ifindex);

	if (info->tot_len <= mtu)
		send_one(fw, ifindex, p);
	else
		send_pieces(fw, ifindex, mtu, p, info);
}
