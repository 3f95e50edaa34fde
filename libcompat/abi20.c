/* Linux 2.0's and 1.3's setsockopt() structs, to the project's own types. */
#include "libcompat/abi20.h"

#include "core/bytes.h"
#include "core/le.h"
#include "libcompat/abi_packet.h"

/* Where the fields of struct ip_fw lie. 0: that layout has no such field. */
struct layout {
	uint8_t addr;  /* source; destination, both masks, interface follow */
	uint8_t flags; /* the two counts of ports follow */
	uint8_t ports;
	uint8_t tos, name;
};

static const struct layout i386 = {
	.addr = 4, .flags = 28, .ports = 34, .tos = 64, .name = 66
};
static const struct layout x86_64 = {
	.addr = 8, .flags = 40, .ports = 46, .tos = 88, .name = 90
};
static const struct layout i386_1_3 = {
	.addr = 4, .flags = 24, .ports = 30, .tos = 0, .name = 0
};

static void take_rule(const uint8_t *b, const struct layout *l,
		      struct fw20_rule *rule)
{
	*rule = (struct fw20_rule){
		.src = get_be32(b + l->addr),
		.dst = get_be32(b + l->addr + 4),
		.smask = get_be32(b + l->addr + 8),
		.dmask = get_be32(b + l->addr + 12),
		.via_addr = get_be32(b + l->addr + 16),
		.flags = get_le16(b + l->flags),
		.n_src = get_le16(b + l->flags + 2),
		.n_dst = get_le16(b + l->flags + 4),
	};
	for (int i = 0; i < FW20_PORTS; i++)
		rule->port[i] = get_le16(b + l->ports + 2 * i);
	if (!l->name)
		return;
	rule->tos_and = b[l->tos];
	rule->tos_xor = b[l->tos + 1];
	abi_ifname(b + l->name, &rule->via);
}

void abi20_rule(const uint8_t *bytes, uint32_t len, struct fw20_rule *rule)
{
	take_rule(bytes, len == ABI20_RULE_64 ? &x86_64 : &i386, rule);
}

/* The priority word at 60: and-mask in its high byte, xor-mask in its low one.
 */
void abi13_rule(const uint8_t *bytes, uint32_t len, struct fw20_rule *rule)
{
	uint16_t priority = 0xFF00;

	take_rule(bytes, &i386_1_3, rule);
	if (len == ABI13_RULE)
		priority = get_le16(bytes + 60);
	rule->tos_and = (uint8_t)(priority >> 8);
	rule->tos_xor = (uint8_t)priority;
}

void abi13_probe(const uint8_t *bytes, struct fw_probe *probe,
		 uint32_t *via_addr)
{
	abi_packet(bytes, probe);
	*via_addr = get_be32(bytes + ABI_PACKET);
}

void abi20_probe(const uint8_t *bytes, struct fw_probe *probe,
		 uint32_t *via_addr)
{
	abi13_probe(bytes, probe, via_addr);
	abi_ifname(bytes + ABI_PACKET + 4, &probe->via);
}

/* The patch kept everything in the machine's order. */
void abi20_portfw(const uint8_t *bytes, struct fwd_portfw_row *row)
{
	*row = (struct fwd_portfw_row){
		.proto = (uint8_t)get_le16(bytes),
		.laddr = get_le32(bytes + 4),
		.raddr = get_le32(bytes + 8),
		.lport = get_le16(bytes + 12),
		.rport = get_le16(bytes + 14),
	};
}

void abi20_autofw(const uint8_t *bytes, struct fwd_autofw_row *row)
{
	*row = (struct fwd_autofw_row){
		.type = get_le16(bytes + 4),
		.low = get_le16(bytes + 6),
		.hidden = get_le16(bytes + 8),
		.high = get_le16(bytes + 10),
		.visible = get_le16(bytes + 12),
		.proto = get_le16(bytes + 14),
		.last = get_be32(bytes + 16),
		.where = get_be32(bytes + 20),
		.ctl_proto = get_le16(bytes + 24),
		.ctl_port = get_le16(bytes + 26),
		.flags = get_le16(bytes + 28),
	};
}
