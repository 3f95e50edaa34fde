/* Linux 2.2's setsockopt() structs, to and from the project's own types. */
#include "libcompat/abi22.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "core/bytes.h"
#include "core/le.h"
#include "libcompat/abi_packet.h"

int abi22_label(const uint8_t *bytes, char label[FW_LABEL_MAX + 1])
{
	if (!memchr(bytes, '\0', ABI22_LABEL))
		return -EINVAL;
	memset(label, 0, FW_LABEL_MAX + 1);
	for (int i = 0; bytes[i]; i++)
		label[i] = (char)bytes[i];
	return 0;
}

/* Offsets: struct ip_fw. Ports and numbers are in the machine's order. */
int abi22_rule(const uint8_t *bytes, struct fw_rule *rule)
{
	*rule = (struct fw_rule){
		.src = get_be32(bytes),
		.dst = get_be32(bytes + 4),
		.smask = get_be32(bytes + 8),
		.dmask = get_be32(bytes + 12),
		.mark = get_le32(bytes + 16),
		.proto = get_le16(bytes + 20),
		.flags = get_le16(bytes + 22),
		.inv = get_le16(bytes + 24),
		.sport = { get_le16(bytes + 26), get_le16(bytes + 28) },
		.dport = { get_le16(bytes + 30), get_le16(bytes + 32) },
		.redir_port = get_le16(bytes + 34),
		.outsize = get_le16(bytes + 36),
		.tos_and = bytes[54],
		.tos_xor = bytes[55],
	};
	abi_ifname(bytes + 38, &rule->via);
	return abi22_label(bytes + 56, rule->target);
}

void abi22_probe(const uint8_t *bytes, struct fw_probe *probe)
{
	abi_packet(bytes, probe);
	abi_ifname(bytes + ABI_PACKET + 4, &probe->via);
}

static void take_portfw(const uint8_t *b, struct masq_ctl *ctl)
{
	ctl->u.portfw = (struct fwd_portfw_row){
		.proto = (uint8_t)get_le16(b),
		.laddr = get_be32(b + 4),
		.raddr = get_be32(b + 8),
		.lport = get_be16(b + 12),
		.rport = get_be16(b + 14),
		.pref = (int32_t)get_le32(b + 16),
	};
}

static void take_autofw(const uint8_t *b, struct masq_ctl *ctl)
{
	ctl->u.autofw = (struct fwd_autofw_row){
		.type = get_le16(b + 4),
		.low = get_le16(b + 6),
		.hidden = get_le16(b + 8),
		.high = get_le16(b + 10),
		.visible = get_le16(b + 12),
		.proto = get_le16(b + 14),
		.last = get_be32(b + 16),
		.where = get_be32(b + 20),
		.ctl_proto = get_le16(b + 24),
		.ctl_port = get_le16(b + 26),
		.flags = get_le16(b + 28),
	};
}

static void take_mfw(const uint8_t *b, struct masq_ctl *ctl)
{
	ctl->u.mfw = (struct fwd_mfw_row){
		.mark = get_le32(b),
		.raddr = get_be32(b + 4),
		.rport = get_be16(b + 8),
		.pref = (int32_t)get_le32(b + 12),
	};
	ctl->mfw_flags = get_le32(b + 16);
}

static void take_user(const uint8_t *b, struct masq_ctl *ctl)
{
	ctl->u.user = (struct masq_ctl_user){
		.proto = (int32_t)get_le32(b),
		.sport = get_be16(b + 4),
		.dport = get_be16(b + 6),
		.mport = get_be16(b + 8),
		.saddr = get_be32(b + 12),
		.daddr = get_be32(b + 16),
		.maddr = get_be32(b + 20),
		.rt_daddr = get_be32(b + 24),
		.rt_saddr = get_be32(b + 28),
		.timeout = get_le32(b + 36),
	};
}

/*
 * Who takes which argument. A module's @size, or the whole struct, is wanted;
 * autofw is content with what holds its own. @quiet: it told of a wrong length
 * by a positive number, which the caller of that time saw as success.
 */
static const struct argument {
	enum masq_ctl_target target;
	const char *module;
	uint32_t size;
	int quiet, at_least;
	void (*take)(const uint8_t *bytes, struct masq_ctl *ctl);
} arguments[] = {
	{ MASQ_CTL_MODULE, "portfw", 20, 1, 0, take_portfw },
	{ MASQ_CTL_MODULE, "autofw", 32, 1, 1, take_autofw },
	{ MASQ_CTL_MODULE, "mfw", 20, 0, 0, take_mfw },
	{ MASQ_CTL_USER, "", 52, 1, 0, take_user },
};

static const struct argument *argument_of(const struct masq_ctl *ctl)
{
	for (size_t i = 0; i < sizeof(arguments) / sizeof(*arguments); i++)
		if (arguments[i].target == ctl->target &&
		    (ctl->target == MASQ_CTL_USER ||
		     !strcmp(arguments[i].module, ctl->module)))
			return &arguments[i];
	return NULL;
}

static bool length_fits(const struct argument *a, uint32_t len)
{
	if (a->at_least)
		return len >= a->size;
	return len == ABI22_MASQ_HEAD + a->size || len == ABI22_MASQ_CTL;
}

int abi22_masq_ctl(const uint8_t *bytes, uint32_t len, struct masq_ctl *ctl,
		   int *quiet)
{
	uint8_t whole[ABI22_MASQ_CTL] = { 0 };
	const struct argument *a;

	*quiet = 0;
	if (len > ABI22_MASQ_CTL)
		return -EINVAL;
	memcpy(whole, bytes, len);
	*ctl = (struct masq_ctl){
		.target = (enum masq_ctl_target)get_le32(whole),
		.cmd = (enum masq_ctl_cmd)get_le32(whole + 4),
	};
	memcpy(ctl->module, whole + 8, sizeof(ctl->module) - 1);
	a = argument_of(ctl);
	if (!a)
		return 0;
	if (!length_fits(a, len)) {
		*quiet = a->quiet;
		return -EINVAL;
	}
	a->take(whole + ABI22_MASQ_HEAD, ctl);
	return 0;
}

void abi22_masq_user_back(const struct masq_ctl_user *user, uint8_t *bytes)
{
	uint8_t *b = bytes + ABI22_MASQ_HEAD;

	put_le32(b, (uint32_t)user->proto);
	put_be16(b + 4, user->sport);
	put_be16(b + 6, user->dport);
	put_be16(b + 8, user->mport);
	put_be32(b + 12, user->saddr);
	put_be32(b + 16, user->daddr);
	put_be32(b + 20, user->maddr);
	put_le32(b + 36, user->timeout);
}
