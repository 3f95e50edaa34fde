/*
 * What a log line says of the rule that logs. Who filters and who writes the
 * line may be two programs (today's kernel and `fwcompat logd`), so it has a
 * form of one short line too: the prefix of a rule with NFLOG.
 */
#ifndef CORE_LOG_TAG_H
#define CORE_LOG_TAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/era.h"
#include "core/rule.h"
#include "core/rule20.h"

enum {
	LOG_TARGET_MAX = 10, /* letters: "acc/r65535" */
	LOG_PREFIX_MAX = 63, /* NFLOG takes no more letters */
};

struct log_tag {
	enum fw_era era;
	/* Its source is the inside host's still: of a packet that leaves
	 * masqueraded. */
	bool inside;
	bool copy; /* no line: the packet itself, for 2.2's -o */
	/* 2.2: the rule's number in its chain, from 1. A copy: how many bytes
	 * of the packet. */
	uint32_t num;
	uint16_t port; /* 2.2, REDIRECT: the rule's */
	/* 2.2: labels. 2.0: "fw-in" and "deny". 1.3: the second alone. */
	char chain[FW_LABEL_MAX + 1];
	char target[LOG_TARGET_MAX + 1]; /* "": none */
};

/* A rule of the fixed lists. @out: where it counts packets that leave. */
void log_tag_list(struct log_tag *tag, enum fw_era era, enum fw20_list list,
		  bool out, const struct fw20_rule *rule);

/* As a prefix. Labels may hold any byte but NUL, and so may it. */
void log_tag_put(const struct log_tag *tag, char prefix[LOG_PREFIX_MAX + 1]);

/* The other way round. -EINVAL: no prefix of ours. */
int log_tag_parse(const char *prefix, struct log_tag *tag);

#endif
