/* The command line of ipchains 1.3.9, word by word, left to right. */
#include "ipchains/options.h"

#include <netinet/in.h>
#include <string.h>
#include <strings.h>

#include "core/number.h"
#include "ipchains/help.h"
#include "ipchains/parse.h"

/* Numbers of the options that have no letter of their own. */
enum { LONG_SPORT = '1', LONG_DPORT = '2', LONG_LINES = '3', LONG_QUIET = '4' };

static const char letters[] =
	"A:C:D:R:I:L::F::Z::N:X::P:MS:Vh::o::p:s:d:j:i:fbvm:nlt:xy";

static const struct option longs[] = {
	{ "append", required_argument, NULL, 'A' },
	{ "delete", required_argument, NULL, 'D' },
	{ "insert", required_argument, NULL, 'I' },
	{ "replace", required_argument, NULL, 'R' },
	{ "list", optional_argument, NULL, 'L' },
	{ "flush", optional_argument, NULL, 'F' },
	{ "zero", optional_argument, NULL, 'Z' },
	{ "check", required_argument, NULL, 'C' },
	{ "new-chain", required_argument, NULL, 'N' },
	{ "delete-chain", required_argument, NULL, 'X' },
	{ "policy", required_argument, NULL, 'P' },
	{ "masquerading", no_argument, NULL, 'M' },
	{ "set", required_argument, NULL, 'S' },
	{ "bidirectional", no_argument, NULL, 'b' },
	{ "source", required_argument, NULL, 's' },
	{ "src", required_argument, NULL, 's' },
	{ "destination", required_argument, NULL, 'd' },
	{ "dst", required_argument, NULL, 'd' },
	{ "source-port", required_argument, NULL, LONG_SPORT },
	{ "sport", required_argument, NULL, LONG_SPORT },
	{ "icmp-type", required_argument, NULL, LONG_SPORT },
	{ "destination-port", required_argument, NULL, LONG_DPORT },
	{ "dport", required_argument, NULL, LONG_DPORT },
	{ "protocol", required_argument, NULL, 'p' },
	{ "interface", required_argument, NULL, 'i' },
	{ "jump", required_argument, NULL, 'j' },
	{ "TOS", required_argument, NULL, 't' },
	{ "mark", required_argument, NULL, 'm' },
	{ "numeric", no_argument, NULL, 'n' },
	{ "log", no_argument, NULL, 'l' },
	{ "output", optional_argument, NULL, 'o' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "exact", no_argument, NULL, 'x' },
	{ "fragments", no_argument, NULL, 'f' },
	{ "syn", no_argument, NULL, 'y' },
	{ "version", no_argument, NULL, 'V' },
	{ "help", no_argument, NULL, 'h' },
	{ "line-numbers", no_argument, NULL, LONG_LINES },
	{ "no-warnings", no_argument, NULL, LONG_QUIET },
	{ NULL, 0, NULL, 0 },
};

bool ipchains_fail(struct parse *p, const char *fmt, ...)
{
	va_list ap;

	p->end->status = END_USAGE;
	va_start(ap, fmt);
	text_vprintf(&p->end->why, fmt, ap);
	va_end(ap);
	return false;
}

/* Ends with the hint and nothing else. */
static bool fail_silently(struct parse *p)
{
	p->end->status = END_USAGE;
	return false;
}

/* Whether a word may be one that an option picks up itself. */
static bool is_operand(const char *word)
{
	return word && word[0] != '-' && word[0] != '!';
}

const char *ipchains_operand(struct parse *p)
{
	return is_operand(optscan_peek(&p->scan, 0)) ? optscan_take(&p->scan)
						     : NULL;
}

/*
 * The value of -p, -s, -d, -i and the port options: the whole word in which the
 * argument ended, even where it was attached ("-ptcp" is the protocol "-ptcp"),
 * or the word behind it if that is "!".
 */
static const char *take_value(struct parse *p, uint16_t inv)
{
	const char *word = optscan_last(&p->scan);

	if (strcmp(word, "!") != 0)
		return word;
	if (p->cmd->rule.inv & inv) {
		ipchains_fail(p, "Multiple `!' flags not allowed");
		return NULL;
	}
	p->cmd->rule.inv |= inv;
	word = optscan_take(&p->scan);
	if (!word)
		fail_silently(p);
	return word;
}

/*
 * The protocols that need no look-up. Any case will do once it is no name of
 * /etc/protocols; these exact names are no other protocols there, and are
 * spared the look-up.
 */
static bool known_protocol(const char *word,
			   int (*compare)(const char *, const char *),
			   uint16_t *proto)
{
	static const struct {
		const char *name;
		uint16_t proto;
	} known[] = {
		{ "all", 0 },
		{ "tcp", IPPROTO_TCP },
		{ "udp", IPPROTO_UDP },
		{ "icmp", IPPROTO_ICMP },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (compare(word, known[i].name) == 0) {
			*proto = known[i].proto;
			return true;
		}
	}
	return false;
}

static bool parse_protocol(struct parse *p, const char *word)
{
	uint16_t *proto = &p->cmd->rule.proto;
	int32_t decimal;
	int number;

	if (number_parse(word, 10, 0, UINT16_MAX, &decimal) == 0) {
		*proto = (uint16_t)decimal;
		return true;
	}
	if (known_protocol(word, strcmp, proto))
		return true;
	if (p->env->names->protocol(word, &number) == 0) {
		*proto = (uint16_t)number;
		return true;
	}
	if (known_protocol(word, strcasecmp, proto))
		return true;
	return ipchains_fail(p, "unknown protocol `%s' specified", word);
}

static bool take_protocol(struct parse *p, const char *arg)
{
	const char *word = take_value(p, FW_INV_PROTO);

	(void)arg;
	if (!word || !parse_protocol(p, word))
		return false;
	if (p->cmd->rule.proto == 0 && p->cmd->rule.inv & FW_INV_PROTO)
		return ipchains_fail(p, "rule would never match protocol");
	return true;
}

static bool record(struct parse *p, enum ipchains_option o);

/* The port that may follow an address: a port option of its own. */
static bool take_port_behind(struct parse *p, enum ipchains_option o,
			     const char **port)
{
	const char *word = optscan_peek(&p->scan, 0);
	bool inverted = word && strcmp(word, "!") == 0;

	if (!is_operand(inverted ? optscan_peek(&p->scan, 1) : word))
		return true;
	if (inverted)
		optscan_take(&p->scan);
	p->invert = inverted;
	if (!record(p, o))
		return false;
	*port = optscan_take(&p->scan);
	return true;
}

static bool take_src(struct parse *p, const char *arg)
{
	(void)arg;
	p->src = take_value(p, FW_INV_SRC);
	return p->src && take_port_behind(p, OPT_SPORT, &p->sport);
}

static bool take_dst(struct parse *p, const char *arg)
{
	(void)arg;
	p->dst = take_value(p, FW_INV_DST);
	return p->dst && take_port_behind(p, OPT_DPORT, &p->dport);
}

static bool take_sport(struct parse *p, const char *arg)
{
	(void)arg;
	p->sport = take_value(p, FW_INV_SPORT);
	return p->sport;
}

static bool take_dport(struct parse *p, const char *arg)
{
	(void)arg;
	p->dport = take_value(p, FW_INV_DPORT);
	return p->dport;
}

static bool take_target(struct parse *p, const char *arg)
{
	size_t len = strlen(arg);

	if (len == 0)
		return ipchains_fail(p, "Invalid target name (too short)");
	if (len > FW_LABEL_MAX)
		return ipchains_fail(
			p, "Invalid target name `%s' (8 chars max)", arg);
	if (strpbrk(arg, " \t\n\v\f\r"))
		return ipchains_fail(p, "Invalid target name `%s'", arg);
	memcpy(p->cmd->rule.target, arg, len + 1);
	if (strcmp(arg, "REDIRECT") == 0)
		p->redir = ipchains_operand(p);
	return true;
}

static bool take_interface(struct parse *p, const char *arg)
{
	const char *word = take_value(p, FW_INV_VIA);
	size_t len = word ? strlen(word) : 0;

	(void)arg;
	if (!word)
		return false;
	if (len > FW_IFNAME)
		return ipchains_fail(p,
				     "interface name `%s' must be shorter than "
				     "IFNAMSIZ (%d)",
				     word, FW_IFNAME);
	if (len == 0) {
		p->cmd->rule.flags |= FW_F_WILDIF;
	} else if (word[len - 1] == '+') {
		p->cmd->rule.flags |= FW_F_WILDIF;
		len--;
	}
	memcpy(p->cmd->rule.via.s, word, len);
	return true;
}

/* "N" sets the mark, "+N" and "-N" add to it. */
static bool take_mark(struct parse *p, const char *arg)
{
	bool plus = arg[0] == '+', minus = arg[0] == '-';
	uint32_t mark;

	if (number_parse_u32(plus || minus ? arg + 1 : arg, 0, &mark) != 0)
		return ipchains_fail(p, "Bad value `%s' for -m.\n", arg);
	if (!plus && !minus)
		p->cmd->rule.flags |= FW_F_MARKABS;
	p->cmd->rule.mark = minus ? -mark : mark;
	return true;
}

static bool take_output(struct parse *p, const char *arg)
{
	const char *word = arg ? arg : ipchains_operand(p);
	int32_t size = FW_PORT_MAX;

	if (word && number_parse(word, 10, 0, UINT16_MAX, &size) != 0)
		return ipchains_fail(p, "-o argument must be 0-65535, not `%s'",
				     word);
	p->cmd->rule.outsize = (uint16_t)size;
	return true;
}

static bool take_tos(struct parse *p, const char *arg)
{
	const char *word[2] = { arg, ipchains_operand(p) };
	int32_t byte[2];

	if (!word[1])
		return ipchains_fail(p, "-t requires 2 hexbyte arguments");
	for (int i = 0; i < 2; i++)
		if (number_parse(word[i], 16, 0, UINT8_MAX, &byte[i]) != 0)
			return ipchains_fail(
				p, "invalid hexbyte `%s' specified", word[i]);
	p->cmd->rule.tos_and = (uint8_t)byte[0];
	p->cmd->rule.tos_xor = (uint8_t)byte[1];
	return true;
}

static const struct option_row {
	int code;      /* what the scan gives */
	char letter;   /* what messages show */
	uint16_t inv;  /* enum fw_rule_inv; 0: no "!" before it */
	uint16_t flag; /* enum fw_rule_flag that it sets */
	bool (*take)(struct parse *p, const char *arg);
} options[] = {
	[OPT_NUMERIC] = { 'n', 'n', 0, 0, NULL },
	[OPT_SRC] = { 's', 's', FW_INV_SRC, 0, take_src },
	[OPT_DST] = { 'd', 'd', FW_INV_DST, 0, take_dst },
	[OPT_PROTO] = { 'p', 'p', FW_INV_PROTO, 0, take_protocol },
	[OPT_JUMP] = { 'j', 'j', 0, 0, take_target },
	[OPT_SYN] = { 'y', 'y', FW_INV_SYN, FW_F_SYN, NULL },
	[OPT_BIDIR] = { 'b', 'b', 0, 0, NULL },
	[OPT_VERBOSE] = { 'v', 'v', 0, 0, NULL },
	[OPT_LOG] = { 'l', 'l', 0, FW_F_LOG, NULL },
	[OPT_EXACT] = { 'x', 'x', 0, 0, NULL },
	[OPT_TOS] = { 't', 't', 0, 0, take_tos },
	[OPT_VIA] = { 'i', 'i', FW_INV_VIA, 0, take_interface },
	[OPT_FRAG] = { 'f', 'f', FW_INV_FRAG, FW_F_FRAG, NULL },
	[OPT_MARK] = { 'm', 'm', 0, 0, take_mark },
	[OPT_SPORT] = { LONG_SPORT, 's', FW_INV_SPORT, 0, take_sport },
	[OPT_DPORT] = { LONG_DPORT, 'd', FW_INV_DPORT, 0, take_dport },
	[OPT_OUTPUT] = { 'o', 'o', 0, FW_F_NETLINK, take_output },
	[OPT_LINES] = { LONG_LINES, '3', 0, 0, NULL },
};

char ipchains_option_letter(enum ipchains_option o)
{
	return options[o].letter;
}

/* Notes that the option was given, with the "!" before it. */
static bool record(struct parse *p, enum ipchains_option o)
{
	const struct option_row *row = &options[o];

	if (p->invert && o == OPT_LINES)
		return ipchains_fail(p, "cannot have ! before --line-numbers");
	if (cmd_has(p->cmd, o))
		return ipchains_fail(p, "multiple -%c flags not allowed\n",
				     row->letter);
	if (p->invert && !row->inv)
		return ipchains_fail(p, "cannot have ! before -%c\n",
				     row->letter);
	p->cmd->options |= 1u << o;
	p->cmd->rule.flags |= row->flag;
	if (p->invert)
		p->cmd->rule.inv |= row->inv;
	p->invert = false;
	return true;
}

static bool take_option(struct parse *p, enum ipchains_option o,
			const char *arg)
{
	return record(p, o) && (!options[o].take || options[o].take(p, arg));
}

/* Help and version end the run at once. */
static bool take_help(struct parse *p, const char *arg)
{
	const char *topic = arg ? arg : ipchains_operand(p);

	ipchains_print_help(p->out, p->env->prog,
			    topic && strcasecmp(topic, "icmp") == 0);
	p->end->status = END_OK;
	return false;
}

static bool take_version(struct parse *p)
{
	text_puts(p->out, p->invert ? "Not ipchains 2.0\n" : ipchains_version);
	p->end->status = END_OK;
	return false;
}

static bool take_word(struct parse *p, const char *word)
{
	if (strcmp(word, "!") != 0)
		return fail_silently(p);
	if (p->invert)
		return ipchains_fail(p, "multiple consecutive ! not allowed\n");
	p->invert = true;
	return true;
}

static bool take_quiet(struct parse *p)
{
	if (p->invert)
		return ipchains_fail(p, "cannot have ! before --no-warnings");
	p->no_warnings = true;
	return true;
}

static bool take(struct parse *p, int code, const char *arg)
{
	switch (code) {
	case OPTSCAN_BAD:
		return fail_silently(p);
	case OPTSCAN_WORD:
		return take_word(p, arg);
	case 'h':
		return take_help(p, arg);
	case 'V':
		return take_version(p);
	case LONG_QUIET:
		return take_quiet(p);
	default:
		break;
	}
	if (ipchains_is_command(code))
		return ipchains_take_command(p, code, arg);
	for (unsigned int o = 0; o < OPT_COUNT; o++)
		if (options[o].code == code)
			return take_option(p, o, arg);
	return fail_silently(p);
}

bool ipchains_parse(int argc, char *const *argv, const struct ipchains_env *env,
		    struct ipchains_cmd *cmd, struct text *out,
		    struct ipchains_end *end)
{
	struct parse p = { .env = env, .cmd = cmd, .end = end, .out = out };
	const char *arg;
	int code;

	memset(cmd, 0, offsetof(struct ipchains_cmd, src));
	cmd->src.n = cmd->dst.n = 0;
	cmd->rule.tos_and = 0xFF;
	optscan_init(&p.scan, argc, argv);
	for (;;) {
		code = optscan_next(&p.scan, letters, longs, &arg, &end->why);
		if (code == OPTSCAN_END)
			return ipchains_parse_check(&p);
		if (!take(&p, code, arg))
			return false;
	}
}

void ipchains_end_text(const struct ipchains_end *end, const char *prog,
		       struct text *err)
{
	if (end->why.s)
		text_printf(err, "%s: %s\n", end->who ? end->who : prog,
			    end->why.s);
	if (end->status == END_USAGE)
		text_printf(err,
			    "Try `%s -h' or '%s --help' for more "
			    "information.\n",
			    prog, prog);
	if (end->status == END_PROC)
		text_puts(err, "Perhaps ipchains or your kernel need to be "
			       "upgraded.\n");
}
