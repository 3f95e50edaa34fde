/* The old kernels' setsockopt() numbers: a table an era. */
#include "libcompat/sockopt.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/le.h"
#include "libcompat/abi20.h"
#include "libcompat/abi22.h"
#include "libcompat/compat.h"

/* What a call is made of. */
struct call {
	struct compat *c;
	uint8_t *bytes;
	uint32_t len;
	int arg; /* the list that the number names, where it names one */
	uint32_t back;
};

/*
 * One number, or @n of them with the same meaning for lists @arg, @arg + 1, ...
 * @step apart. @size: the only length that is right; 0: the call judges itself.
 */
struct option {
	int number;
	uint32_t size;
	int (*set)(struct call *call);
	int arg;
};

static int append22(struct call *call)
{
	char chain[FW_LABEL_MAX + 1];
	struct fw_rule rule;

	if (abi22_label(call->bytes + ABI22_RULE, chain) ||
	    abi22_rule(call->bytes, &rule))
		return -EINVAL;
	return compat_append(call->c, chain, &rule);
}

static int delete22(struct call *call)
{
	char chain[FW_LABEL_MAX + 1];
	struct fw_rule rule;

	if (abi22_label(call->bytes + ABI22_RULE, chain) ||
	    abi22_rule(call->bytes, &rule))
		return -EINVAL;
	return compat_delete(call->c, chain, &rule);
}

/* A number, a rule, a chain: what INSERT and REPLACE carry. */
static int numbered22(struct call *call,
		      int (*set)(struct compat *, const char *, uint32_t,
				 const struct fw_rule *))
{
	char chain[FW_LABEL_MAX + 1];
	struct fw_rule rule;

	if (abi22_label(call->bytes + 4 + ABI22_RULE, chain) ||
	    abi22_rule(call->bytes + 4, &rule))
		return -EINVAL;
	return set(call->c, chain, get_le32(call->bytes), &rule);
}

static int insert22(struct call *call)
{
	return numbered22(call, compat_insert);
}

static int replace22(struct call *call)
{
	return numbered22(call, compat_replace);
}

static int delete_num22(struct call *call)
{
	char chain[FW_LABEL_MAX + 1];

	if (abi22_label(call->bytes + 4, chain))
		return -EINVAL;
	return compat_delete_num(call->c, chain, get_le32(call->bytes));
}

/* A chain's label alone: FLUSH, ZERO, CREATECHAIN. */
static int label22(struct call *call, int (*set)(struct compat *, const char *))
{
	char chain[FW_LABEL_MAX + 1];

	if (abi22_label(call->bytes, chain))
		return -EINVAL;
	return set(call->c, chain);
}

static int flush22(struct call *call)
{
	return label22(call, compat_flush);
}

static int zero22(struct call *call)
{
	return label22(call, compat_zero);
}

static int create22(struct call *call)
{
	return label22(call, compat_new_chain);
}

/* Quirk: an endless label is not wrong, but no chain's. */
static int remove22(struct call *call)
{
	char chain[FW_LABEL_MAX + 1];

	if (abi22_label(call->bytes, chain))
		return -ENOENT;
	return compat_delete_chain(call->c, chain);
}

/* Quirk: the NUL is looked for in the first bytes of the packet. */
static int check22(struct call *call)
{
	char chain[FW_LABEL_MAX + 1];
	struct fw_probe probe;

	if (!memchr(call->bytes, '\0', ABI22_LABEL) ||
	    abi22_label(call->bytes + ABI22_TEST - 12, chain))
		return -EINVAL;
	abi22_probe(call->bytes, &probe);
	return compat_check(call->c, chain, &probe);
}

static int policy22(struct call *call)
{
	char policy[FW_LABEL_MAX + 1], chain[FW_LABEL_MAX + 1];

	if (abi22_label(call->bytes + ABI22_LABEL, chain))
		return -EINVAL;
	if (abi22_label(call->bytes, policy))
		snprintf(policy, sizeof(policy), "?");
	return compat_policy(call->c, chain, policy);
}

static int timeouts(struct call *call)
{
	int32_t t[3];

	for (int i = 0; i < 3; i++)
		t[i] = (int32_t)get_le32(call->bytes + 4 * i);
	return compat_masq_timeouts(call->c, t);
}

static int masq_ctl22(struct call *call)
{
	struct masq_ctl ctl;
	int quiet, rc;

	rc = abi22_masq_ctl(call->bytes, call->len, &ctl, &quiet);
	if (rc)
		return quiet ? 0 : rc;
	rc = compat_masq_ctl(call->c, &ctl);
	if (rc <= 0 || ctl.target != MASQ_CTL_USER)
		return rc < 0 ? rc : 0;
	abi22_masq_user_back(&ctl.u.user, call->bytes);
	call->back = ABI22_MASQ_HEAD + 52;
	return 0;
}

static int insert20(struct call *call)
{
	struct fw20_rule rule;

	abi20_rule(call->bytes, call->len, &rule);
	return compat20_insert(call->c, (enum fw20_list)call->arg, &rule);
}

static int append20(struct call *call)
{
	struct fw20_rule rule;

	abi20_rule(call->bytes, call->len, &rule);
	return compat20_append(call->c, (enum fw20_list)call->arg, &rule);
}

static int delete20(struct call *call)
{
	struct fw20_rule rule;

	abi20_rule(call->bytes, call->len, &rule);
	return compat20_delete(call->c, (enum fw20_list)call->arg, &rule);
}

static int flush20(struct call *call)
{
	return compat20_flush(call->c, (enum fw20_list)call->arg);
}

static int zero20(struct call *call)
{
	return compat20_zero(call->c, (enum fw20_list)call->arg);
}

static int policy20(struct call *call)
{
	uint8_t value[4] = { 0 };

	memcpy(value, call->bytes, call->len < 4 ? call->len : 4);
	return compat20_policy(call->c, (enum fw20_list)call->arg,
			       (int32_t)get_le32(value));
}

static int check20(struct call *call)
{
	struct fw_probe probe;
	uint32_t via_addr;

	abi20_probe(call->bytes, &probe, &via_addr);
	return compat20_check(call->c, (enum fw20_list)call->arg, &probe,
			      via_addr);
}

/* Options 1601 to 1603: the port forwarding patch. */
static int portfw20(struct call *call)
{
	struct masq_ctl ctl = { .target = MASQ_CTL_PORTFW20,
				.cmd = (enum masq_ctl_cmd)call->arg,
				.module = "portfw" };

	if (ctl.cmd != MASQ_CMD_FLUSH)
		abi20_portfw(call->bytes, &ctl.u.portfw);
	return compat_masq_ctl(call->c, &ctl);
}

/* Options 1345 to 1347: automatic forwarding. */
static int autofw20(struct call *call)
{
	struct masq_ctl ctl = { .target = MASQ_CTL_AUTOFW20,
				.cmd = (enum masq_ctl_cmd)call->arg,
				.module = "autofw" };

	if (ctl.cmd != MASQ_CMD_FLUSH && call->len < ABI20_AUTOFW)
		return -EINVAL;
	if (ctl.cmd != MASQ_CMD_FLUSH)
		abi20_autofw(call->bytes, &ctl.u.autofw);
	return compat_masq_ctl(call->c, &ctl);
}

static int add13(struct call *call)
{
	struct fw20_rule rule;

	if (call->len != ABI13_RULE && call->len != ABI13_RULE_OLD)
		return -EINVAL;
	abi13_rule(call->bytes, call->len, &rule);
	return compat20_append(call->c, (enum fw20_list)call->arg, &rule);
}

static int delete13(struct call *call)
{
	struct fw20_rule rule;

	if (call->len != ABI13_RULE && call->len != ABI13_RULE_OLD)
		return -EINVAL;
	abi13_rule(call->bytes, call->len, &rule);
	return compat20_delete(call->c, (enum fw20_list)call->arg, &rule);
}

static int check13(struct call *call)
{
	struct fw_probe probe;
	uint32_t via_addr;

	if (call->len < ABI13_CHECK)
		return -EINVAL;
	abi13_probe(call->bytes, &probe, &via_addr);
	return compat20_check(call->c, (enum fw20_list)call->arg, &probe,
			      via_addr);
}

static const struct option options22[] = {
	{ 64, ABI22_CHANGE, append22, 0 },
	{ 65, ABI22_NEW, replace22, 0 },
	{ 66, ABI22_DELNUM, delete_num22, 0 },
	{ 67, ABI22_CHANGE, delete22, 0 },
	{ 68, ABI22_NEW, insert22, 0 },
	{ 69, ABI22_LABEL, flush22, 0 },
	{ 70, ABI22_LABEL, zero22, 0 },
	{ 71, ABI22_TEST, check22, 0 },
	{ 72, ABI22_TIMEOUTS, timeouts, 0 },
	{ 73, ABI22_LABEL, create22, 0 },
	{ 74, ABI22_LABEL, remove22, 0 },
	{ 75, ABI22_POLICY, policy22, 0 },
	{ 76, 0, masq_ctl22, 0 },
};

/* 64 + command + 256 * list. */
#define LIST20(list)                                                           \
	{ 64 + 256 * (list), ABI20_RULE, insert20, list },                     \
		{ 65 + 256 * (list), ABI20_RULE, append20, list },             \
		{ 66 + 256 * (list), ABI20_RULE, delete20, list },             \
		{ 67 + 256 * (list), 0, flush20, list },                       \
	{                                                                      \
		68 + 256 * (list), 0, zero20, list                             \
	}
#define FILTER20(list)                                                         \
	LIST20(list), { 69 + 256 * (list), 0, policy20, list },                \
	{                                                                      \
		70 + 256 * (list), ABI20_CHECK, check20, list                  \
	}

static const struct option options20[] = {
	FILTER20(FW20_FORWARD),
	{ 71, ABI20_TIMEOUTS, timeouts, 0 },
	FILTER20(FW20_INPUT),
	FILTER20(FW20_OUTPUT),
	LIST20(FW20_ACCT),
	{ 1345, 0, autofw20, MASQ_CMD_ADD },
	{ 1346, 0, autofw20, MASQ_CMD_DEL },
	{ 1347, 0, autofw20, MASQ_CMD_FLUSH },
	{ 1601, ABI20_PORTFW, portfw20, MASQ_CMD_ADD },
	{ 1602, ABI20_PORTFW, portfw20, MASQ_CMD_DEL },
	{ 1603, 0, portfw20, MASQ_CMD_FLUSH },
};

static const struct option options13[] = {
	{ 64, 0, add13, FW20_INPUT },    { 65, 0, add13, FW20_FORWARD },
	{ 66, 0, check13, FW20_INPUT },  { 67, 0, check13, FW20_FORWARD },
	{ 68, 0, delete13, FW20_INPUT }, { 69, 0, delete13, FW20_FORWARD },
	{ 70, 0, flush20, FW20_INPUT },  { 71, 0, flush20, FW20_FORWARD },
	{ 72, 0, zero20, FW20_INPUT },   { 73, 0, zero20, FW20_FORWARD },
	{ 74, 0, policy20, FW20_INPUT }, { 75, 0, policy20, FW20_FORWARD },
	{ 80, 0, add13, FW20_ACCT },     { 81, 0, delete13, FW20_ACCT },
	{ 82, 0, flush20, FW20_ACCT },   { 83, 0, zero20, FW20_ACCT },
};

#define TABLE(t)                                                               \
	{                                                                      \
		t, sizeof(t) / sizeof(*(t))                                    \
	}
static const struct table {
	const struct option *row;
	size_t n;
} tables[ERA_COUNT] = {
	[ERA_2_2] = TABLE(options22),
	[ERA_2_0] = TABLE(options20),
	[ERA_1_3] = TABLE(options13),
};

static const struct option *find(enum fw_era era, int number)
{
	for (size_t i = 0; i < tables[era].n; i++)
		if (tables[era].row[i].number == number)
			return &tables[era].row[i];
	return NULL;
}

bool sockopt_is_old(enum fw_era era, int number, uint32_t len)
{
	const struct option *o = find(era, number);

	return o && len <= (o->set == masq_ctl22 ? SOCKOPT_MAX : ABI20_RULE_64);
}

static bool size_fits(const struct option *o, uint32_t len)
{
	return !o->size || len == o->size ||
	       (o->size == ABI20_RULE && len == ABI20_RULE_64);
}

int sockopt_set(struct compat *c, int number, uint8_t *bytes, uint32_t len,
		uint32_t *back)
{
	const struct option *o = find(compat_era(c), number);
	struct call call = { .c = c, .bytes = bytes, .len = len };
	int rc;

	*back = 0;
	if (!o)
		return -ENOPROTOOPT;
	if (len < 1 || !size_fits(o, len))
		return -EINVAL;
	call.arg = o->arg;
	rc = o->set(&call);
	*back = call.back;
	return rc;
}
