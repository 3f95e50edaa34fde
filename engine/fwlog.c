/* The log lines of Linux 2.2's packet filter. */
#include "engine/fwlog.h"

#include <inttypes.h>
#include <string.h>

#include "core/text.h"
#include "engine/chain_slots.h"
#include "engine/log_rate.h"
#include "engine/pkt.h"
#include "engine/state.h"

enum { LOG_ERR = 3, LOG_NOTICE = 5, LOG_INFO = 6, IP_HEADER = 20 };

/* Logs a line of any length. Without memory for it there is none. */
static void log_text(struct fw *fw, int level, struct text *line)
{
	if (!line->bad && line->s && fw->env && fw->env->log)
		fw->env->log(fw->env->ctx, level, line->s);
	text_fini(line);
}

static void put_end(struct text *t, uint32_t addr, uint16_t port)
{
	text_printf(t, "%u.%u.%u.%u:%u ", addr >> 24, addr >> 16 & 0xFF,
		    addr >> 8 & 0xFF, addr & 0xFF, port);
}

/* Quirk: words of IP options are loaded in host order, i386's. */
static void put_options(struct text *t, const struct pkt *p,
			const struct pkt_info *info)
{
	for (uint32_t off = IP_HEADER; off + 4 <= info->ihl; off += 4) {
		const uint8_t *o = pkt_at(p, off, 4);

		if (o)
			text_printf(t, " O=0x%02X%02X%02X%02X", o[3], o[2],
				    o[1], o[0]);
	}
}

/* What both kinds of line share: the packet, from its interface on. */
static void put_packet(struct text *t, const struct fw_ifname *via,
		       const struct pkt *p, const struct pkt_info *info,
		       uint32_t num)
{
	text_printf(t, "%.*s PROTO=%u ", FW_IFNAME, via->s, info->proto);
	put_end(t, info->src, num ? info->sport : 0);
	put_end(t, info->dst, num ? info->dport : 0);
	text_printf(t, "L=%u S=0x%02X I=%u F=0x%04X T=%u", info->tot_len,
		    info->tos, info->id, info->frag, info->ttl);
	put_options(t, p, info);
	text_printf(t, "%s (#%" PRIu32 ")", info->syn ? " SYN" : "", num);
}

void fwlog_rule(struct fw *fw, uint32_t chain, const struct fw_slot *rule,
		uint32_t num, const struct fw_ifname *via, const struct pkt *p,
		const struct pkt_info *info)
{
	char label[FW_LABEL_MAX + 1], target[FW_LABEL_MAX + 1];
	struct text t = { 0 };

	chain_label(fw, chain, label);
	target_label(fw, rule, target);
	text_printf(&t, "Packet log: %s %s ", label, *target ? target : "-");
	if (rule->target == FW_V_REDIRECT)
		text_printf(&t, "%u ", rule->redir_port);
	put_packet(&t, via, p, info, num);
	log_text(fw, LOG_INFO, &t);
}

void fwlog_suspect(struct fw *fw, const char *what, const struct fw_ifname *via,
		   const struct pkt *p, const struct pkt_info *info)
{
	struct text t = { 0 };

	if (!log_rate_ok(fw))
		return;
	fw_log(fw, LOG_NOTICE, "%s", what);
	put_packet(&t, via, p, info, 0);
	log_text(fw, LOG_INFO, &t);
}

void fwlog_loop(struct fw *fw, uint32_t chain, const uint32_t *backtrace,
		uint32_t n)
{
	char label[FW_LABEL_MAX + 1];
	struct text t = { 0 };

	chain_label(fw, chain, label);
	fw_log(fw, LOG_ERR, "IP firewall: Loop detected at `%s'.", label);
	text_puts(&t, "Chain backtrace: ");
	for (uint32_t i = 0; i < n; i++) {
		chain_label(fw, backtrace[i], label);
		text_printf(&t, "%s%s", i ? "<-" : "", label);
	}
	log_text(fw, LOG_ERR, &t);
}
