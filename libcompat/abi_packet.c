/* The packet to be checked and the interface name, as the old structs held
 * them. */
#include "libcompat/abi_packet.h"

#include <netinet/in.h>
#include <string.h>

#include "core/bytes.h"

void abi_packet(const uint8_t *bytes, struct fw_probe *probe)
{
	const uint8_t *l4 = bytes + 20;

	*probe = (struct fw_probe){
		.ihl = bytes[0] & 15,
		.tot_len = get_be16(bytes + 2),
		.frag = get_be16(bytes + 6),
		.proto = bytes[9],
		.src = get_be32(bytes + 12),
		.dst = get_be32(bytes + 16),
		.sport = get_be16(l4),
		.dport = get_be16(l4 + 2),
		.tcp_flags = l4[13],
	};
	if (probe->proto == IPPROTO_ICMP) {
		probe->sport = l4[0];
		probe->dport = l4[1];
	}
}

void abi_ifname(const uint8_t *bytes, struct fw_ifname *name)
{
	memset(name, 0, sizeof(*name));
	for (int i = 0; i < FW_IFNAME && bytes[i]; i++)
		name->s[i] = (char)bytes[i];
}
