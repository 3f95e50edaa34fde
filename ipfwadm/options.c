/*
 * ipfwadm's command line. First all words are taken in their order (a table of
 * options), then one table of checks is gone through, then addresses and ports
 * are looked up: the order in which the original complained.
 */
#include "ipfwadm/options.h"

#include <string.h>

#include "core/number.h"
#include "ipfwadm/parse.h"

int ipfwadm_fail(struct ipfwadm_parse *p, const char *fmt, ...)
{
	va_list ap;

	text_printf(p->why, "%s: ", p->prog);
	va_start(ap, fmt);
	text_vprintf(p->why, fmt, ap);
	va_end(ap);
	text_printf(p->why, "\nTry `%s -h' for more information.\n", p->prog);
	return 2;
}

/* The next word, if it is one and not an option; it is used up. */
static const char *next_word(struct ipfwadm_parse *p)
{
	const char *word = optscan_peek(&p->scan, 0);

	return word && word[0] != '-' ? optscan_take(&p->scan) : NULL;
}

/* Which of @words, NULL at the end, begins with @word; -1: none. */
static int find_prefix(const char *const *words, const char *word)
{
	for (int i = 0; words[i]; i++)
		if (strncmp(words[i], word, strlen(word)) == 0)
			return i;
	return -1;
}

/* Marks a flag option as given; a status if it was before. */
static int once(struct ipfwadm_parse *p, char letter)
{
	uint64_t bit = UINT64_C(1) << (letter & 63);

	if (p->seen & bit)
		return ipfwadm_fail(p, "multiple -%c flags not allowed",
				    letter);
	p->seen |= bit;
	return 0;
}

static int set_masquerade(struct ipfwadm_parse *p)
{
	int status = once(p, 'm');

	if (status)
		return status;
	p->cmd->rule.flags |= FW20_MASQ;
	p->facts |= OPT_MASQ;
	return 0;
}

static int take_policy(struct ipfwadm_parse *p, const char *word)
{
	static const char *const words[] = { "accept", "deny", "reject",
					     "masquerade", NULL };
	static const uint16_t flags[] = { FW20_ACCEPT, 0, FW20_ICMPRPL,
					  FW20_ACCEPT };
	int i = find_prefix(words, word);

	if (i < 0)
		return ipfwadm_fail(p, "invalid policy \"%s\" specified", word);
	p->facts |= POLICY_WORD;
	p->cmd->rule.flags |= flags[i];
	if (flags[i] & FW20_ACCEPT)
		p->facts |= ACCEPTING;
	return i == 3 ? set_masquerade(p) : 0;
}

static int take_optional_policy(struct ipfwadm_parse *p, const char *arg)
{
	const char *word = next_word(p);

	(void)arg;
	return word ? take_policy(p, word) : 0;
}

static int take_direction(struct ipfwadm_parse *p, const char *arg)
{
	static const char *const words[] = { "in", "out", "both", NULL };
	static const uint16_t flags[] = { FW20_ACCTIN, FW20_ACCTOUT, 0 };
	const char *word = next_word(p);
	int i;

	(void)arg;
	if (!word)
		return 0;
	i = find_prefix(words, word);
	if (i < 0)
		return ipfwadm_fail(p, "invalid direction \"%s\" specified",
				    word);
	p->cmd->rule.flags |= flags[i];
	return 0;
}

static int take_timeouts(struct ipfwadm_parse *p, const char *arg)
{
	const char *word[3] = { arg, next_word(p), NULL };

	if (word[1])
		word[2] = next_word(p);
	if (!word[2])
		return ipfwadm_fail(p, "-s requires 3 timeout values");
	for (int i = 0; i < 3; i++)
		if (number_parse(word[i], 10, 0, INT32_MAX,
				 &p->cmd->timeout_s[i]))
			return ipfwadm_fail(
				p, "invalid timeout value \"%s\" specified",
				word[i]);
	return 0;
}

static int take_protocol(struct ipfwadm_parse *p, const char *word)
{
	static const char *const words[] = { "all", "tcp", "udp", "icmp",
					     NULL };
	int i = find_prefix(words, word);

	if (i < 0)
		return ipfwadm_fail(p, "invalid protocol \"%s\" specified",
				    word);
	p->cmd->rule.flags |= (uint16_t)i;
	return 0;
}

static int take_tos(struct ipfwadm_parse *p, const char *arg)
{
	const char *word[2] = { arg, next_word(p) };
	int32_t value[2];

	if (!word[1])
		return ipfwadm_fail(p, "-t requires 2 hexbyte arguments");
	for (int i = 0; i < 2; i++)
		if (number_parse(word[i], 16, 0, 0xFF, &value[i]))
			return ipfwadm_fail(
				p, "invalid hexbyte \"%s\" specified", word[i]);
	p->cmd->rule.tos_and = (uint8_t)value[0];
	p->cmd->rule.tos_xor = (uint8_t)value[1];
	return 0;
}

static int take_via_addr(struct ipfwadm_parse *p, const char *word)
{
	return ipfwadm_parse_via_addr(p, word, &p->cmd->rule.via_addr);
}

static int take_via(struct ipfwadm_parse *p, const char *word)
{
	size_t n = strnlen(word, sizeof(p->cmd->rule.via.s));

	memcpy(p->cmd->rule.via.s, word, n);
	return 0;
}

static int take_side(struct ipfwadm_parse *p, struct side_words *side,
		     const char *arg)
{
	const char *word;

	side->addr = arg;
	side->port = p->scan.argv + p->scan.next;
	while ((word = next_word(p))) {
		bool range = strchr(word, ':') != NULL;

		if (range && side->range)
			return ipfwadm_fail(p, "multiple ranges not allowed");
		side->range |= range;
		side->ports += range ? 2 : 1;
		side->words++;
		if (p->src.ports + p->dst.ports > FW20_PORTS)
			return ipfwadm_fail(
				p, "too many ports specified (maximum %d)",
				FW20_PORTS);
	}
	return 0;
}

static int take_src(struct ipfwadm_parse *p, const char *arg)
{
	return take_side(p, &p->src, arg);
}

static int take_dst(struct ipfwadm_parse *p, const char *arg)
{
	return take_side(p, &p->dst, arg);
}

static int take_redirect(struct ipfwadm_parse *p, const char *arg)
{
	(void)arg;
	p->redirect = next_word(p);
	return 0;
}

/* The original's own. */
static const char letters[] = "AFIMOadilzfs:p:chP:S:D:V:W:bekmnort:vxy";

enum option_class { CATEGORY, COMMAND, FLAG };

static const struct option_row {
	char letter;
	enum option_class class;
	int value;     /* the category or command */
	uint16_t flag; /* of the rule */
	uint8_t show;  /* enum ipfwadm_show */
	uint32_t fact;
	int (*take)(struct ipfwadm_parse *p, const char *arg);
} options[] = {
	{ 'A', CATEGORY, .value = IPFWADM_ACCT, .take = take_direction },
	{ 'F', CATEGORY, .value = IPFWADM_FORWARD },
	{ 'I', CATEGORY, .value = IPFWADM_INPUT },
	{ 'O', CATEGORY, .value = IPFWADM_OUTPUT },
	{ 'M', CATEGORY, .value = IPFWADM_MASQ },
	{ 'a', COMMAND, .value = IPFWADM_APPEND, .take = take_optional_policy },
	{ 'i', COMMAND, .value = IPFWADM_INSERT, .take = take_optional_policy },
	{ 'd', COMMAND, .value = IPFWADM_DELETE, .take = take_optional_policy },
	{ 'l', COMMAND, .value = IPFWADM_LIST },
	{ 'z', COMMAND, .value = IPFWADM_ZERO },
	{ 'f', COMMAND, .value = IPFWADM_FLUSH },
	{ 'p', COMMAND, .value = IPFWADM_POLICY, .take = take_policy },
	{ 's', COMMAND, .value = IPFWADM_TIMEOUTS, .take = take_timeouts },
	{ 'c', COMMAND, .value = IPFWADM_CHECK },
	{ 'P', FLAG, .fact = OPT_PROTO, .take = take_protocol },
	{ 'S', FLAG, .fact = OPT_SRC, .take = take_src },
	{ 'D', FLAG, .fact = OPT_DST, .take = take_dst },
	{ 'V', FLAG, .fact = OPT_VIA_ADDR, .take = take_via_addr },
	{ 'W', FLAG, .fact = OPT_VIA, .take = take_via },
	{ 't', FLAG, .fact = OPT_TOS, .take = take_tos },
	{ 'r', FLAG, .fact = OPT_REDIR, .flag = FW20_REDIR,
	  .take = take_redirect },
	{ 'm', FLAG, .fact = OPT_MASQ, .flag = FW20_MASQ },
	{ 'b', FLAG, .fact = OPT_BIDIR, .flag = FW20_BIDIR },
	{ 'o', FLAG, .fact = OPT_LOG, .flag = FW20_PRN },
	{ 'k', FLAG, .flag = FW20_TCPACK },
	{ 'y', FLAG, .flag = FW20_TCPSYN },
	{ 'e', FLAG, .show = IPFWADM_EXTENDED },
	{ 'n', FLAG, .show = IPFWADM_NUMERIC },
	{ 'x', FLAG, .show = IPFWADM_EXPAND },
	{ 'v', FLAG, .show = IPFWADM_VERBOSE },
};

/* The row of a letter out of @letters: each has one. */
static const struct option_row *find_option(int letter)
{
	const struct option_row *o = options;

	while (o->letter != letter)
		o++;
	return o;
}

static int set_category(struct ipfwadm_parse *p, int category)
{
	if (p->cmd->category != IPFWADM_NO_CATEGORY)
		return ipfwadm_fail(p, "multiple categories specified");
	p->cmd->category = (enum ipfwadm_category)category;
	return 0;
}

/* Only -l and -z go together. */
static int set_command(struct ipfwadm_parse *p, int command)
{
	int now = (int)p->cmd->command;

	if ((now == IPFWADM_LIST && command == IPFWADM_ZERO) ||
	    (now == IPFWADM_ZERO && command == IPFWADM_LIST))
		command = IPFWADM_LIST_ZERO;
	else if (now != IPFWADM_NO_COMMAND)
		return ipfwadm_fail(p, "multiple commands specified");
	p->cmd->command = (enum ipfwadm_command)command;
	return 0;
}

static int take_option(struct ipfwadm_parse *p, const struct option_row *o,
		       const char *arg)
{
	int status;

	if (o->class == CATEGORY)
		status = set_category(p, o->value);
	else if (o->class == COMMAND)
		status = set_command(p, o->value);
	else
		status = once(p, o->letter);
	if (status)
		return status;
	p->cmd->rule.flags |= o->flag;
	p->cmd->show |= o->show;
	p->facts |= o->fact;
	return o->take ? o->take(p, arg) : 0;
}

static int fail_scan(struct ipfwadm_parse *p, struct text *why)
{
	int status = ipfwadm_fail(p, "%s", why->s ? why->s : "out of memory");

	text_fini(why);
	return status;
}

static int take_words(struct ipfwadm_parse *p)
{
	struct text why = { 0 };
	const char *arg;
	int letter, status = 0;

	while (status == 0) {
		letter = optscan_next(&p->scan, letters, NULL, &arg, &why);
		if (letter == OPTSCAN_END)
			break;
		if (letter == OPTSCAN_BAD)
			return fail_scan(p, &why);
		if (letter == 'h') {
			p->cmd->command = IPFWADM_HELP;
			break;
		}
		if (letter == OPTSCAN_WORD)
			p->facts |= LEFTOVER;
		else
			status = take_option(p, find_option(letter), arg);
	}
	if (optscan_peek(&p->scan, 0))
		p->facts |= LEFTOVER;
	return status;
}

static int parse_side(struct ipfwadm_parse *p, const struct side_words *words,
		      struct ipfwadm_side *side, uint16_t *port)
{
	const char *addr = words->addr;

	if (!addr && !(p->facts & EDIT))
		return 0;
	if (ipfwadm_parse_address(p, addr ? addr : "0.0.0.0/0", side))
		return 2;
	return ipfwadm_parse_ports(p, words, port);
}

static int parse_sides(struct ipfwadm_parse *p)
{
	struct fw20_rule *r = &p->cmd->rule;
	int status;

	status = ipfwadm_check_source(p);
	if (status == 0)
		status = parse_side(p, &p->src, &p->cmd->src, r->port);
	if (status == 0)
		status = ipfwadm_check_destination(p);
	if (status == 0)
		status = parse_side(p, &p->dst, &p->cmd->dst,
				    r->port + p->src.ports);
	if (status)
		return status;
	r->n_src = (uint16_t)p->src.ports;
	r->n_dst = (uint16_t)p->dst.ports;
	r->flags |= (uint16_t)((p->src.range ? FW20_SRANGE : 0) |
			       (p->dst.range ? FW20_DRANGE : 0));
	return 0;
}

static int parse_redirect(struct ipfwadm_parse *p)
{
	struct fw20_rule *r = &p->cmd->rule;
	int used = r->n_src + r->n_dst;

	if (!(p->facts & OPT_REDIR))
		return 0;
	if (used >= FW20_PORTS)
		return ipfwadm_fail(
			p,
			"too many ports specified (maximum %d when using "
			"-r option)",
			FW20_PORTS - 1);
	return p->redirect ? ipfwadm_parse_port(p, p->redirect, &r->port[used])
			   : 0;
}

int ipfwadm_parse(int argc, char *const *argv, const struct resolver *names,
		  struct ipfwadm_cmd *cmd, struct text *why)
{
	struct ipfwadm_parse p = {
		.prog = argc > 0 ? argv[0] : "ipfwadm",
		.names = names,
		.cmd = cmd,
		.why = why,
	};
	int status;

	*cmd = (struct ipfwadm_cmd){
		.category = IPFWADM_NO_CATEGORY,
		.rule = { .tos_and = 0xFF },
	};
	optscan_init(&p.scan, argc, argv);
	status = take_words(&p);
	if (status || cmd->command == IPFWADM_HELP)
		return status;
	ipfwadm_derive_facts(&p);
	status = ipfwadm_check_options(&p);
	if (status == 0)
		status = parse_sides(&p);
	if (status == 0)
		status = parse_redirect(&p);
	cmd->policy =
		cmd->rule.flags & (FW20_ACCEPT | FW20_ICMPRPL | FW20_MASQ);
	return status;
}
