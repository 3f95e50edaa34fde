/* The log lines of Linux 2.2's packet filter. */
#include "engine/fwlog.h"

#include "core/text.h"
#include "engine/chain_slots.h"
#include "engine/log_line.h"
#include "engine/log_rate.h"
#include "engine/state.h"

void fwlog_text(struct fw *fw, int level, struct text *line)
{
	if (!line->bad && line->s && fw->env && fw->env->log)
		fw->env->log(fw->env->ctx, level, line->s);
	text_fini(line);
}

void fwlog_rule(struct fw *fw, uint32_t chain, const struct fw_slot *rule,
		uint32_t num, const struct fw_ifname *via, const struct pkt *p,
		const struct pkt_info *info)
{
	struct log_tag tag = { .era = ERA_2_2, .num = num };
	struct text t = { 0 };

	chain_label(fw, chain, tag.chain);
	target_label(fw, rule, tag.target);
	tag.port = rule->redir_port;
	log_line(&t, &tag, via, p, info);
	fwlog_text(fw, FWLOG_INFO, &t);
}

void fwlog_suspect(struct fw *fw, const char *what, const struct fw_ifname *via,
		   const struct pkt *p, const struct pkt_info *info)
{
	struct text t = { 0 };

	if (!log_rate_ok(fw))
		return;
	fw_log(fw, FWLOG_NOTICE, "%s", what);
	log_line_packet(&t, via, p, info, 0);
	fwlog_text(fw, FWLOG_INFO, &t);
}

void fwlog_loop(struct fw *fw, uint32_t chain, const uint32_t *backtrace,
		uint32_t n)
{
	char label[FW_LABEL_MAX + 1];
	struct text t = { 0 };

	chain_label(fw, chain, label);
	fw_log(fw, FWLOG_ERR, "IP firewall: Loop detected at `%s'.", label);
	text_puts(&t, "Chain backtrace: ");
	for (uint32_t i = 0; i < n; i++) {
		chain_label(fw, backtrace[i], label);
		text_printf(&t, "%s%s", i ? "<-" : "", label);
	}
	fwlog_text(fw, FWLOG_ERR, &t);
}
