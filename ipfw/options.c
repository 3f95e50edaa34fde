/* ipfw's command line: the operation and its chain. */
#include "ipfw/options.h"

#include <stdarg.h>
#include <string.h>

#include "ipfw/parse.h"
#include "ipfw/usage.h"

int ipfw_fail(struct ipfw_parse *p, const char *fmt, ...)
{
	va_list ap;

	text_puts(&p->o->err, "ipfw: ");
	va_start(ap, fmt);
	text_vprintf(&p->o->err, fmt, ap);
	va_end(ap);
	text_putc(&p->o->err, '\n');
	return 1;
}

/* Any letters, but at least one, that the keyword begins with. */
static bool is_keyword(const char *word, const char *keyword)
{
	return word && word[0] && strncmp(word, keyword, strlen(word)) == 0;
}

struct keyword {
	const char *name;
	int value;
};

/* The first of @rows, NULL at the end, that @word means; NULL: none. */
static const struct keyword *find_keyword(const struct keyword *rows,
					  const char *word)
{
	for (; rows->name; rows++)
		if (is_keyword(word, rows->name))
			return rows;
	return NULL;
}

/* Takes the next word if it is one of @rows. */
static bool take_chain(struct ipfw_parse *p, const struct keyword *rows)
{
	const struct keyword *k = find_keyword(rows, *p->word);

	if (!k)
		return false;
	p->cmd->chain = (enum ipfw_chain)k->value;
	p->word++;
	return true;
}

/* The program's whole usage behind a complaint. */
static int fail_usage(struct ipfw_parse *p)
{
	ipfw_usage(&p->o->err);
	return 1;
}

static int parse_list(struct ipfw_parse *p)
{
	static const struct keyword chains[] = {
		{ "blocking", IPFW_BLOCKING },
		{ "forwarding", IPFW_FORWARDING },
		{ "accounting", IPFW_ACCOUNTING },
		{ NULL, 0 },
	};

	if (take_chain(p, chains))
		return 0;
	if (*p->word)
		text_printf(&p->o->err,
			    "Found '%s': 'blocking', 'forwarding' or "
			    "'accounting' keyword expected.\n",
			    *p->word);
	else
		text_puts(&p->o->err, "blocking, forwarding or accounting "
				      "keyword expected.\n");
	return 1;
}

static int parse_policy(struct ipfw_parse *p)
{
	static const struct keyword chains[] = {
		{ "blocking", IPFW_BLOCKING },
		{ "forwarding", IPFW_FORWARDING },
		{ NULL, 0 },
	};
	static const struct keyword policies[] = {
		{ "reject", FW20_ICMPRPL },
		{ "accept", FW20_ACCEPT },
		{ "deny", 0 },
		{ NULL, 0 },
	};
	const struct keyword *k;

	if (!take_chain(p, chains))
		return ipfw_fail(p, "expected \"blocking\" or \"forwarding\".");
	k = find_keyword(policies, *p->word);
	if (!k)
		return ipfw_fail(
			p, "expected \"accept\", \"deny\" or \"reject\".");
	p->cmd->policy = k->value;
	return 0;
}

static int parse_flush(struct ipfw_parse *p)
{
	/* Quirk: the forwarding chain has another name here. */
	static const struct keyword chains[] = {
		{ "accounting", IPFW_ACCOUNTING },
		{ "firewall", IPFW_FORWARDING },
		{ "blocking", IPFW_BLOCKING },
		{ NULL, 0 },
	};

	if (!take_chain(p, chains))
		return ipfw_fail(p, "expected \"accounting\", \"blocking\" or "
				    "\"firewall\".");
	return 0;
}

/* "OPERATION CHAIN WORD WORD ... ", before the words are looked at. */
static void echo(struct ipfw_parse *p, const char *operation)
{
	static const char *const names[] = {
		[IPFW_BLOCKING] = "blocking",
		[IPFW_FORWARDING] = "forwarding",
		[IPFW_ACCOUNTING] = "accounting",
		[IPFW_MASQUERADING] = "masquerading",
	};

	text_printf(&p->o->out, "%s %s ", operation, names[p->cmd->chain]);
	for (char *const *w = p->word; *w; w++)
		text_printf(&p->o->out, "%s ", *w);
	text_putc(&p->o->out, '\n');
}

static int parse_check(struct ipfw_parse *p)
{
	static const struct keyword chains[] = {
		{ "blocking", IPFW_BLOCKING },
		{ "forwarding", IPFW_FORWARDING },
		{ NULL, 0 },
	};

	if (!take_chain(p, chains)) {
		ipfw_fail(p, "illegal `check' keyword: %s",
			  *p->word ? *p->word : "(null)");
		return fail_usage(p);
	}
	echo(p, "check");
	return ipfw_parse_packet(p);
}

/* @name: as the complaint has it. */
static int parse_change(struct ipfw_parse *p, const char *name,
			const char *echoed)
{
	static const struct keyword chains[] = {
		{ "blocking", IPFW_BLOCKING },
		{ "forwarding", IPFW_FORWARDING },
		{ "accounting", IPFW_ACCOUNTING },
		{ "masquerade", IPFW_MASQUERADING },
		{ NULL, 0 },
	};

	if (!take_chain(p, chains)) {
		ipfw_fail(p, "unknown `%s' keyword: `%s'", name,
			  *p->word ? *p->word : "(missing)");
		return fail_usage(p);
	}
	echo(p, echoed);
	return ipfw_parse_rule(p);
}

static int parse_add(struct ipfw_parse *p)
{
	return parse_change(p, "add", "add");
}

static int parse_delete(struct ipfw_parse *p)
{
	return parse_change(p, "del", "delete");
}

static int parse_zero(struct ipfw_parse *p)
{
	p->cmd->chain = IPFW_ACCOUNTING;
	return 0;
}

static int parse_operation(struct ipfw_parse *p)
{
	static const struct keyword operations[] = {
		{ "list", IPFW_LIST },
		{ "policy", IPFW_POLICY },
		{ "flush", IPFW_FLUSH },
		{ "check", IPFW_CHECK },
		{ "add", IPFW_ADD },
		{ "delete", IPFW_DELETE },
		{ "zeroaccounting", IPFW_ZERO },
		{ NULL, 0 },
	};
	static int (*const parsers[IPFW_OPERATIONS])(struct ipfw_parse *) = {
		[IPFW_LIST] = parse_list,   [IPFW_POLICY] = parse_policy,
		[IPFW_FLUSH] = parse_flush, [IPFW_CHECK] = parse_check,
		[IPFW_ADD] = parse_add,     [IPFW_DELETE] = parse_delete,
		[IPFW_ZERO] = parse_zero,
	};
	const struct keyword *k = find_keyword(operations, *p->word);

	if (!*p->word)
		return fail_usage(p);
	if (!k) {
		ipfw_fail(p, "unknown command `%s'\n", *p->word);
		ipfw_usage(&p->o->err);
		ipfw_usage_where(&p->o->err);
		return 1;
	}
	p->cmd->operation = (enum ipfw_operation)k->value;
	p->word++;
	return parsers[k->value](p);
}

int ipfw_parse(int argc, char *const *argv, const struct resolver *names,
	       struct ipfw_cmd *cmd, struct ipfw_output *output)
{
	struct ipfw_parse p = {
		.word = argc > 0 ? argv + 1 : argv,
		.names = names,
		.cmd = cmd,
		.o = output,
	};

	*cmd = (struct ipfw_cmd){ .rule = { .tos_and = 0 } };
	if (*p.word && strcmp(*p.word, "-d") == 0) {
		cmd->show_only = true;
		p.word++;
	}
	if (*p.word && strcmp(*p.word, "-n") == 0) {
		cmd->numeric = true;
		p.word++;
	}
	return parse_operation(&p);
}
