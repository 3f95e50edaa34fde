/* What a log line says of the rule that logs. */
#include "core/log_tag.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const era_names[ERA_COUNT] = {
	[ERA_2_2] = "2.2",
	[ERA_2_0] = "2.0",
	[ERA_1_3] = "1.3",
};

static const char copy_name[] = "copy";
static const char inside_mark = 'm'; /* behind era or "copy" */

/* Linux 2.0, net/ipv4/ip_fw.c, ip_fw_chk. */
static void target_2_0(const struct fw20_rule *r, char to[LOG_TARGET_MAX + 1])
{
	int used = r->n_src + r->n_dst;
	const char *word = "acc";

	if (!(r->flags & FW20_ACCEPT)) {
		word = r->flags & FW20_ICMPRPL ? "rej" : "deny";
	} else if (r->flags & FW20_REDIR) {
		snprintf(to, LOG_TARGET_MAX + 1, "acc/r%d",
			 used < FW20_PORTS ? r->port[used] : 0);
		return;
	} else if (r->flags & FW20_MASQ) {
		word = "acc/masq";
	}
	snprintf(to, LOG_TARGET_MAX + 1, "%s", word);
}

/* Linux 1.3.56, the same function. */
static const char *target_1_3(const struct fw20_rule *r)
{
	if (r->flags & FW20_ACCEPT)
		return "Accept";
	return r->flags & FW20_ICMPRPL ? "Reject" : "Deny";
}

void log_tag_list(struct log_tag *tag, enum fw_era era, enum fw20_list list,
		  bool out, const struct fw20_rule *rule)
{
	static const char *const names[FW20_LISTS] = {
		[FW20_FORWARD] = "fw-fwd",
		[FW20_INPUT] = "fw-in",
		[FW20_OUTPUT] = "fw-out",
		[FW20_ACCT] = "acct in",
	};

	*tag = (struct log_tag){ .era = era };
	snprintf(tag->chain, sizeof(tag->chain), "%s",
		 list == FW20_ACCT && out ? "acct out" : names[list]);
	if (list == FW20_ACCT)
		return;
	if (era == ERA_1_3)
		snprintf(tag->target, sizeof(tag->target), "%s",
			 target_1_3(rule));
	else
		target_2_0(rule, tag->target);
}

/*
 * "fwc:2.2:12:0:5:input:DENY": who writes it, era (and whether it is an inside
 * packet), number, port, length of the chain's label, both labels, any byte of
 * which may be a colon.
 */
void log_tag_put(const struct log_tag *tag, char prefix[LOG_PREFIX_MAX + 1])
{
	snprintf(prefix, LOG_PREFIX_MAX + 1,
		 "fwc:%s%.*s:%" PRIu32 ":%u:%zu:%s:%s",
		 tag->copy ? copy_name : era_names[tag->era], tag->inside,
		 &inside_mark, tag->num, tag->port, strlen(tag->chain),
		 tag->chain, tag->target);
}

/* A number of @s up to @most and the colon behind it; or NULL. */
static const char *take_number(const char *s, uint32_t most, uint32_t *value)
{
	uint64_t v = 0;
	const char *p = s;

	for (; *p >= '0' && *p <= '9' && v <= most; p++)
		v = v * 10 + (uint64_t)(*p - '0');
	if (p == s || *p != ':' || v > most)
		return NULL;
	*value = (uint32_t)v;
	return p + 1;
}

/* Whether the @n letters at @s are @word. */
static bool is_word(const char *s, size_t n, const char *word)
{
	return n == strlen(word) && !memcmp(s, word, n);
}

static const char *take_era(const char *s, struct log_tag *tag)
{
	const char *rest = strchr(s, ':');
	size_t n = rest ? (size_t)(rest - s) : 0;

	if (!n)
		return NULL;
	rest++;
	tag->inside = s[n - 1] == inside_mark;
	if (tag->inside)
		n--;
	tag->copy = is_word(s, n, copy_name);
	if (tag->copy)
		return rest;
	for (int i = 0; i < ERA_COUNT; i++) {
		if (!is_word(s, n, era_names[i]))
			continue;
		tag->era = (enum fw_era)i;
		return rest;
	}
	return NULL;
}

int log_tag_parse(const char *prefix, struct log_tag *tag)
{
	const char *s = strncmp(prefix, "fwc:", 4) ? NULL : prefix + 4;
	uint32_t port = 0, len = 0;

	*tag = (struct log_tag){ .era = ERA_2_2 };
	s = s ? take_era(s, tag) : NULL;
	s = s ? take_number(s, UINT32_MAX, &tag->num) : NULL;
	s = s ? take_number(s, UINT16_MAX, &port) : NULL;
	s = s ? take_number(s, FW_LABEL_MAX, &len) : NULL;
	if (!s || strlen(s) < len + 1 || s[len] != ':' ||
	    strlen(s + len + 1) > LOG_TARGET_MAX)
		return -EINVAL;
	tag->port = (uint16_t)port;
	memcpy(tag->chain, s, len);
	memcpy(tag->target, s + len + 1, strlen(s + len + 1));
	return 0;
}
