/* The commands of an ipchains line and the words that belong to them. */
#include <string.h>

#include "core/number.h"
#include "ipchains/parse.h"

static bool parse_rulenum(struct parse *p, const char *word)
{
	if (number_parse(word, 10, 1, INT32_MAX, &p->cmd->rulenum) != 0)
		return ipchains_fail(p, "Invalid rule number `%s'", word);
	return true;
}

static bool take_chain(struct parse *p, const char *arg)
{
	p->cmd->chain = arg;
	return true;
}

/* The chain is optional, behind the option or the next word. */
static bool take_any_chain(struct parse *p, const char *arg)
{
	const char *chain = arg ? arg : ipchains_operand(p);

	if (chain)
		p->cmd->chain = chain;
	if (cmd_is(p->cmd, CMD_LIST) && cmd_is(p->cmd, CMD_ZERO) &&
	    p->cmd->chain)
		return ipchains_fail(p, "-L with -Z does not allow chain to be "
					"specified");
	return true;
}

static bool take_insert(struct parse *p, const char *arg)
{
	const char *num = ipchains_operand(p);

	p->cmd->chain = arg;
	p->cmd->rulenum = 1;
	return !num || parse_rulenum(p, num);
}

static bool take_delete(struct parse *p, const char *arg)
{
	const char *num = ipchains_operand(p);

	p->cmd->chain = arg;
	if (!num)
		return true;
	p->cmd->commands &= ~(1u << CMD_DELETE);
	p->cmd->commands |= 1u << CMD_DELETE_NUM;
	return parse_rulenum(p, num);
}

static bool take_replace(struct parse *p, const char *arg)
{
	const char *num = ipchains_operand(p);

	p->cmd->chain = arg;
	if (!num)
		return ipchains_fail(p, "-R requires a rule number");
	return parse_rulenum(p, num);
}

static bool is_one_of(const char *word, const char *const *list)
{
	while (*list && strcmp(word, *list) != 0)
		list++;
	return *list;
}

static bool take_policy(struct parse *p, const char *arg)
{
	static const char *const builtin[] = { "input", "output", "forward",
					       NULL };
	static const char *const policies[] = { "ACCEPT", "DENY", "REJECT",
						NULL };
	const char *policy = ipchains_operand(p);

	p->cmd->chain = arg;
	p->cmd->policy = policy;
	if (!policy)
		return ipchains_fail(p, "-P requires a chain and a policy");
	if (strcmp(policy, "MASQ") == 0) {
		if (strcmp(arg, "forward") == 0)
			return true;
		return ipchains_fail(
			p, "`-P MASQ' only valid for `forward' chain.");
	}
	if (!is_one_of(arg, builtin))
		return ipchains_fail(p,
				     "Can only set policy in built-in chains.");
	if (!is_one_of(policy, policies))
		return ipchains_fail(p, "Invalid policy `%s' for -P", policy);
	return true;
}

/* Seconds on the command line, ticks for the kernel: on 32 bits, as then. */
static bool take_timeouts(struct parse *p, const char *arg)
{
	const char *word[3] = { arg, ipchains_operand(p), NULL };
	int32_t seconds;

	if (word[1])
		word[2] = ipchains_operand(p);
	if (!word[2])
		return ipchains_fail(p, "-S requires 3 timeout values");
	for (int i = 0; i < 3; i++) {
		if (number_parse(word[i], 10, 0, INT32_MAX, &seconds) != 0)
			return ipchains_fail(
				p, "invalid timeout value `%s' specified",
				word[i]);
		p->cmd->timeouts[i] = (int32_t)((uint32_t)seconds * 100);
	}
	return true;
}

static const struct command_row {
	char letter;
	uint32_t partners; /* commands that may have been given before it */
	bool (*take)(struct parse *p, const char *arg);
} commands[] = {
	[CMD_INSERT] = { 'I', 0, take_insert },
	[CMD_DELETE] = { 'D', 0, take_delete },
	[CMD_DELETE_NUM] = { 'D', 0, take_delete },
	[CMD_REPLACE] = { 'R', 0, take_replace },
	[CMD_APPEND] = { 'A', 0, take_chain },
	[CMD_LIST] = { 'L', 1u << CMD_ZERO | 1u << CMD_MASQ, take_any_chain },
	[CMD_FLUSH] = { 'F', 0, take_any_chain },
	[CMD_ZERO] = { 'Z', 1u << CMD_LIST, take_any_chain },
	[CMD_NEW_CHAIN] = { 'N', 0, take_chain },
	[CMD_DELETE_CHAIN] = { 'X', 0, take_any_chain },
	[CMD_POLICY] = { 'P', 0, take_policy },
	[CMD_MASQ] = { 'M', 1u << CMD_LIST | 1u << CMD_SET, NULL },
	[CMD_SET] = { 'S', 1u << CMD_MASQ, take_timeouts },
	[CMD_CHECK] = { 'C', 0, take_chain },
};

static enum ipchains_command find(int letter)
{
	unsigned int c = 0;

	while (c < CMD_COUNT && commands[c].letter != letter)
		c++;
	return c;
}

bool ipchains_is_command(int letter)
{
	return find(letter) != CMD_COUNT;
}

bool ipchains_take_command(struct parse *p, int letter, const char *arg)
{
	const struct command_row *row = &commands[find(letter)];
	uint32_t others = p->cmd->commands & ~row->partners;

	if (p->invert)
		return ipchains_fail(p, "unexpected ! flag");
	if (others)
		return ipchains_fail(
			p, "Can't use -%c with -%c\n", row->letter,
			commands[31 - __builtin_clz(others)].letter);
	p->cmd->commands |= 1u << (row - commands);
	return !row->take || row->take(p, arg);
}
