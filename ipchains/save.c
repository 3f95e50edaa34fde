/* Chains and rules as the lines that ipchains-restore reads. */
#include "ipchains/save.h"

#include "core/rule_text.h"

void save_chain(const struct fw_chain_row *row, struct text *out)
{
	text_printf(out, ":%s %s\n", row->label, row->policy);
}

void save_rule(const struct fw_rule_row *row, struct text *out)
{
	text_printf(out, "-A %s ", row->chain);
	rule_text(&row->rule, out);
	text_putc(out, '\n');
}
