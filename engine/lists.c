/*
 * Operations on the fixed lists of Linux 2.0 and 1.3. Source: Linux 2.0,
 * net/ipv4/ip_fw.c, ip_fw_ctl().
 */
#include "engine/lists.h"

#include <errno.h>

#include "engine/state.h"

/* What a policy is at boot: ACCEPT. */
static const struct fw20_lists fresh = {
	.first = { FW_NIL, FW_NIL, FW_NIL, FW_NIL },
	.last = { FW_NIL, FW_NIL, FW_NIL, FW_NIL },
	.policy = { FW20_ACCEPT, FW20_ACCEPT, FW20_ACCEPT, FW20_ACCEPT },
};

static struct fw20_lists *lists_edit(struct fw *fw)
{
	return fw_edit(fw, &fw->st->lists, sizeof(fw->st->lists));
}

void lists_init(struct fw *fw)
{
	*lists_edit(fw) = fresh;
}

int list_append(struct fw *fw, enum fw20_list list,
		const struct fw20_rule *rule)
{
	(void)fw, (void)list, (void)rule;
	return -EINVAL;
}

int list_insert(struct fw *fw, enum fw20_list list,
		const struct fw20_rule *rule)
{
	return list_append(fw, list, rule);
}

int list_delete(struct fw *fw, enum fw20_list list,
		const struct fw20_rule *rule)
{
	return list_append(fw, list, rule);
}

int list_flush(struct fw *fw, enum fw20_list list)
{
	(void)fw, (void)list;
	return 0;
}

int list_zero(struct fw *fw, enum fw20_list list)
{
	return list_flush(fw, list);
}

int list_policy(struct fw *fw, enum fw20_list list, int32_t policy)
{
	lists_edit(fw)->policy[list] = policy;
	return 0;
}

int list_check(struct fw *fw, enum fw20_list list, const struct fw_probe *probe,
	       uint32_t via_addr)
{
	(void)fw, (void)list, (void)probe, (void)via_addr;
	return -EINVAL;
}

void list_each(struct fw *fw, enum fw20_list list, bool zero,
	       void (*row)(void *ctx, const struct fw20_rule_row *), void *ctx)
{
	(void)fw, (void)list, (void)zero, (void)row, (void)ctx;
}
