/* What would become of a packet: the CHECK of Linux 2.2. */
#include <errno.h>
#include <netinet/in.h>

#include "engine/chain_slots.h"
#include "engine/chains.h"
#include "engine/match22.h"
#include "engine/pkt.h"
#include "engine/state.h"

enum {
	HEADER_WORDS = 5, /* the only IP header length that is taken */
	TH_SYN = 0x02,
	TH_RST = 0x04,
	TH_ACK = 0x10,
};

/* Bytes that a protocol's header must have to be looked into. */
static uint32_t look_bytes(uint8_t proto)
{
	if (proto == IPPROTO_TCP)
		return 16;
	return proto == IPPROTO_UDP || proto == IPPROTO_ICMP ? 8 : 0;
}

static void probe_info(const struct fw_probe *probe, struct pkt_info *info)
{
	uint32_t need = look_bytes(probe->proto);
	uint32_t header = 4u * HEADER_WORDS;

	*info = (struct pkt_info){
		.src = probe->src,
		.dst = probe->dst,
		.sport = FW_PORT_MAX,
		.dport = FW_PORT_MAX,
		.tot_len = probe->tot_len,
		.frag = probe->frag,
		.ihl = (uint8_t)header,
		.proto = probe->proto,
	};
	info->no_ports =
		(probe->frag & IP_OFFSET) || probe->tot_len < header + need;
	if (info->no_ports || !need)
		return;
	info->sport = probe->sport;
	info->dport = probe->dport;
	info->syn = probe->proto == IPPROTO_TCP &&
		    (probe->tcp_flags & (TH_SYN | TH_RST | TH_ACK)) == TH_SYN;
}

int chain_check(struct fw *fw, const char *label, const struct fw_probe *probe)
{
	static const int errors[] = {
		[FW_V_ACCEPT] = 0,
		[FW_V_DENY] = -ETIMEDOUT,
		[FW_V_REJECT] = -ECONNREFUSED,
		[FW_V_MASQ] = -ECONNRESET,
		[FW_V_REDIRECT] = -ECONNABORTED,
		[FW_V_RETURN] = -ENFILE,
		[FW_V_LOOP] = -ELOOP,
	};
	uint32_t chain = chain_find(fw, label);
	struct pkt_info info;
	struct fw_ifname via = ifname_clean(&probe->via);

	if (chain == FW_NIL)
		return -ENOENT;
	if (probe->ihl != HEADER_WORDS)
		return -EINVAL;
	probe_info(probe, &info);
	return errors[match22_ask(fw, chain, &via, &info)];
}
