/*
 * ipmasqadm autofw, and ipautofw: ranges of ports that follow a control port.
 * Its reader is its own, with no getopt(), and speaks on standard output.
 */
#include <ctype.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "ipmasqadm/adm.h"
#include "libcompat/compat.h"

static const char usage[] =
	"Usage:\n"
	"    ipautofw <command> <options>\n"
	"\n"
	"Valid commands:\n"
	"    -A                           add new autoforward entry\n"
	"    -D                           delete an autoforward entry\n"
	"    -F                           flush the autoforward table\n"
	"\n"
	"Valid options:\n"
	"    -r <type> <low> <high>       forwarding on ports <low> to <high> "
	"using\n"
	"                                 protocol <type> (tcp or udp)\n"
	"\n"
	"    -h <host>                    IP address of host to receive "
	"forwarded\n"
	"                                 packets\n"
	"\n"
	"    -d <type> <low> <high>       specifies a set of ports which will "
	"not use\n"
	"                                 the default high range (60000+) "
	"masquerade\n"
	"                                 port area\n"
	"\n"
	"    -p <type> <visible> <host>:<hidden>\n"
	"                                 set up port bouncing from visible "
	"host port\n"
	"                                 to masqueraded host <host> on port "
	"<hidden>,\n"
	"                                 protocol <type> (currently not "
	"supported)\n"
	"\n"
	"    -c <type> <port>             specifies a control port and "
	"protocol\n"
	"\n"
	"    -u                           Do _not_ require that a host connect "
	"within\n"
	"                                 15 seconds of triggering the control "
	"port\n"
	"\n"
	"    -i                           Insecure mode; any host many connect "
	"after\n"
	"                                 implied by not using the -c option "
	"or implied\n"
	"                                 by using the -h option\n"
	"                                 once the control port has been "
	"triggered\n"
	"    -v                           Verbose mode\n"
	"\n";

enum { RANGE = 1, PORT, DIRECT };  /* types of rules */
enum { USE_TIME = 2, SECURE = 4 }; /* flags */
enum { NOTHING_DONE = 1 };         /* status */

struct line {
	struct adm_outcome *o;
	char *const *words; /* what is left to read; NULL at the end */
	char command;       /* 'A', 'D', 'F' */
	bool verbose;
	struct fwd_autofw_row rule;
	int16_t host[4]; /* quirk: no range check, and kept from option to
			    option */
};

static bool refuse(struct line *l, const char *text)
{
	text_printf(&l->o->out, "%s\n", text);
	l->o->status = NOTHING_DONE;
	return false;
}

/* An operand; the original did not look whether there is one, and died. */
static const char *operand(struct line *l)
{
	return *l->words ? *l->words++ : NULL;
}

/* scanf()'s "%hu", modulo 65536, where a long had 32 bits: no digits leave @v
 * as it is. Returns what is behind the number, or NULL. */
static const char *scan_short(const char *s, uint16_t *v)
{
	char *end;
	long long n = strtoll(s, &end, 10);

	if (end == s)
		return NULL;
	*v = n > UINT32_MAX || n < -(long long)UINT32_MAX ? UINT16_MAX
							  : (uint16_t)n;
	return end;
}

/* "A.B.C.D", up to where it can be read; what is behind it, or NULL. */
static const char *scan_host(struct line *l, const char *s)
{
	for (int i = 0; i < 4; i++) {
		const char *end;
		uint16_t v;

		if (i && *s++ != '.')
			return NULL;
		end = scan_short(s, &v);
		if (!end)
			return NULL;
		l->host[i] = (int16_t)adm_number(s);
		s = end;
	}
	return s;
}

/* Bytes are added, not put side by side: 300.1.1.1 is 44.2.1.1. */
static uint32_t host_of(const struct line *l)
{
	uint32_t v = 0, host = 0;

	for (int i = 0; i < 4; i++)
		v += (uint32_t)(int32_t)l->host[i] << 8 * i;
	for (int i = 0; i < 4; i++)
		host = host << 8 | (v >> 8 * i & 0xFF);
	return host;
}

static bool missing(struct line *l, char option, const char *operands)
{
	text_printf(&l->o->out, "Option -%c needs %s\n", option, operands);
	l->o->status = NOTHING_DONE;
	return false;
}

static bool take_proto(struct line *l, const char *word, uint16_t *proto,
		       const char *wrong)
{
	*proto = adm_proto(word);
	return *proto || refuse(l, wrong);
}

static bool take_type(struct line *l, uint16_t type, const char *taken)
{
	if (l->rule.type)
		return refuse(l, taken);
	l->rule.type = type;
	return true;
}

static bool take_range(struct line *l, char option)
{
	struct fwd_autofw_row *r = &l->rule;
	const char *type = operand(l), *low = operand(l), *high = operand(l);

	if (!high)
		return missing(l, option, "TYPE LOW HIGH");
	if (!take_proto(l, type, &r->proto,
			"protocol must be either tcp or udp"))
		return false;
	scan_short(low, &r->low);
	scan_short(high, &r->high);
	if (!r->low || !r->high || r->high < r->low)
		return refuse(l, "Illegal port numbers");
	if (option == 'r')
		return take_type(
			l, RANGE,
			"-r cannot be used in conjunction with -p or -d");
	return take_type(l, DIRECT,
			 "-d cannot be used in conjunction with -p or -r");
}

static bool take_port(struct line *l)
{
	struct fwd_autofw_row *r = &l->rule;
	const char *type = operand(l), *visible = operand(l),
		   *host = operand(l);

	if (!host)
		return missing(l, 'p', "TYPE VISIBLE HOST:HIDDEN");
	if (!take_proto(l, type, &r->proto,
			"protocol must be either tcp or udp"))
		return false;
	scan_short(visible, &r->visible);
	host = scan_host(l, host);
	if (host && *host == ':')
		scan_short(host + 1, &r->hidden);
	if (!r->visible || !r->hidden)
		return refuse(l, "Illegal port numbers");
	if (!take_type(l, PORT,
		       "-p cannot be used in conjunction with -r or -d"))
		return false;
	r->where = host_of(l);
	return true;
}

static bool take_host(struct line *l)
{
	const char *word = operand(l);

	if (!word)
		return missing(l, 'h', "HOST");
	if (!word[strspn(word, " \t\n\v\f\r")]) {
		text_printf(&l->o->out, "Invalid IP address: %s\n", word);
		l->o->status = NOTHING_DONE;
		return false;
	}
	scan_host(l, word);
	l->rule.where = host_of(l);
	l->rule.flags &= (uint16_t)~SECURE;
	return true;
}

static bool take_control(struct line *l)
{
	const char *type = operand(l), *port = operand(l);

	if (!port)
		return missing(l, 'c', "TYPE PORT");
	if (!take_proto(l, type, &l->rule.ctl_proto,
			"Control protocol must be either tcp or udp"))
		return false;
	scan_short(port, &l->rule.ctl_port);
	return true;
}

/* A word that is no option is named and passed over (quirk). */
static bool take(struct line *l, const char *word)
{
	switch (word[0] == '-' ? word[1] : '\0') {
	case 'r':
	case 'd':
		return take_range(l, word[1]);
	case 'p':
		return take_port(l);
	case 'h':
		return take_host(l);
	case 'c':
		return take_control(l);
	case 'u':
		l->rule.flags &= (uint16_t)~USE_TIME;
		return true;
	case 'i':
		l->rule.flags &= (uint16_t)~SECURE;
		return true;
	case 'v':
		return l->verbose = true;
	}
	text_printf(&l->o->out, "Invalid option: %s\n", word);
	if (word[0] != '-')
		return true;
	l->o->status = NOTHING_DONE;
	return false;
}

static bool has_control(const struct line *l)
{
	return l->rule.ctl_proto && l->rule.ctl_port;
}

static bool check(struct line *l)
{
	if (!has_control(l))
		l->rule.flags &= (uint16_t)~SECURE;
	else if (!(l->rule.flags & SECURE))
		text_puts(&l->o->out,
			  "-i cannot be specified with a control port\n");
	return l->rule.type ||
	       refuse(l, "You must select a type of forwarding (direct, port, "
			 "or range)");
}

static bool read_words(struct line *l, const char *word)
{
	l->command = word[0] ? word[1] : '\0';
	if (!l->command || !strchr("ADF", l->command))
		return refuse(l, "Command must be either -A, -D, or -F");
	if (l->command == 'F')
		return !*l->words ||
		       refuse(l, "The flush command does not take options");
	while ((word = operand(l)) != NULL)
		if (!take(l, word))
			return false;
	return check(l);
}

static const char *proto_name(uint16_t proto)
{
	return proto == IPPROTO_TCP ? "tcp" : "udp";
}

static void put_host(struct text *out, uint32_t a)
{
	text_printf(out, "%u.%u.%u.%u", a >> 24, a >> 16 & 255, a >> 8 & 255,
		    a & 255);
}

/* Quirk: nothing of a range that has both a fixed host and a control port
 * (masq/autofw_rules_1). */
static bool is_silent(const struct line *l)
{
	return l->rule.type == RANGE && l->rule.where && has_control(l);
}

static void talk(const struct line *l)
{
	const struct fwd_autofw_row *r = &l->rule;
	struct text *out = &l->o->out;

	text_puts(out,
		  l->command == 'A' ? "Adding autofwd " : "Deleteing autofwd ");
	if (r->type == DIRECT) {
		text_printf(out, "(direct) ports %u - %u\n", r->low, r->high);
	} else if (r->type == PORT) {
		text_printf(out, "%s port %u -> ", proto_name(r->proto),
			    r->visible);
		put_host(out, r->where);
		text_printf(out, ":%u ", r->hidden);
	} else {
		text_printf(out, "%s ports %u - %u ", proto_name(r->proto),
			    r->low, r->high);
		if (r->where) {
			text_puts(out, "to fixed host ");
			put_host(out, r->where);
			text_putc(out, ' ');
		}
	}
	if (has_control(l))
		text_printf(out, "via %s ctl port %u ",
			    proto_name(r->ctl_proto), r->ctl_port);
	text_puts(out, r->flags & USE_TIME ? "U" : "");
	text_puts(out, r->flags & SECURE ? "S\n" : "\n");
}

void adm_autofw_run(int argc, char *const *argv, enum masq_ctl_target target,
		    struct adm_outcome *o)
{
	struct line l = { .o = o, .words = argv + 2 };
	struct masq_ctl ctl = { .target = target, .module = "autofw" };
	struct compat *c;

	l.rule.flags = USE_TIME | SECURE;
	if (argc < 2) {
		text_puts(&o->out, usage);
		o->status = NOTHING_DONE;
		return;
	}
	if (!read_words(&l, argv[1]))
		return;
	if (l.verbose && !is_silent(&l))
		talk(&l);
	ctl.cmd = l.command == 'A'   ? MASQ_CMD_ADD
		  : l.command == 'D' ? MASQ_CMD_DEL
				     : MASQ_CMD_FLUSH;
	ctl.u.autofw = l.rule;
	c = adm_socket(o, "autofw", "socket(RAW)");
	if (!c)
		return;
	adm_ctl(o, "autofw", c, &ctl);
	compat_close(c);
}

void adm_autofw(int argc, char *const *argv, const struct resolver *names,
		struct adm_outcome *o)
{
	(void)names;
	adm_autofw_run(argc, argv, MASQ_CTL_MODULE, o);
}
