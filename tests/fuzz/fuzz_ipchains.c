/*
 * What ipchains and its kin read: the bytes are a text of ipchains-save, of
 * ip_fwnames, of ip_fwchains and of ip_masquerade in turn. A rule that was
 * understood is written, and must be understood again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ipchains/listing.h"
#include "ipchains/restore.h"
#include "ipchains/save.h"
#include "tests/unit/names.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_again(const struct ipchains_cmd *cmd)
{
	struct fw_rule_row row = { .chain = "x", .rule = cmd->rule };
	struct restore r = { .name = "f" };
	struct text line = { 0 }, err = { 0 };

	row.rule.src = cmd->src.addr[0];
	row.rule.smask = cmd->src.mask;
	row.rule.dst = cmd->dst.addr[0];
	row.rule.dmask = cmd->dst.mask;
	save_rule(&row, &line);
	if (!restore_parse(&r, line.s, line.len, &test_names, &err))
		abort();
	text_fini(&line);
	text_fini(&err);
	restore_fini(&r);
}

static void restore(const char *text, size_t size)
{
	struct restore r = { .name = "f" };
	struct text err = { 0 };

	restore_parse(&r, text, size, &test_names, &err);
	for (size_t i = 0; i < r.n_lines; i++)
		if (cmd_is(&r.lines[i].cmd, CMD_APPEND))
			write_again(&r.lines[i].cmd);
	text_fini(&err);
	restore_fini(&r);
}

static void list(const char *text)
{
	const struct print_style style = { .verbose = true,
					   .lines = true,
					   .names = &test_names };
	struct listing l = { 0 };
	struct text out = { 0 };

	if (listing_parse_chains(&l, text) != 0)
		l.n_chains = 0;
	if (listing_parse_rules(&l, text) != 0 && l.n_rules > 0)
		l.n_rules--;
	listing_print(&l, NULL, &style, &out);
	for (size_t i = 0; i < l.n_rules; i++)
		ipchains_print_rule(&style, &l.rules[i], 1, &out);
	listing_print_masq(text, &style, &out);
	listing_fini(&l);
	text_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	restore(text, size);
	list(text);
	free(text);
	return 0;
}
