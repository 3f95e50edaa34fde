/* ipportfw 1.11: port forwarding of a patched Linux 2.0. */
#include <ctype.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "ipmasqadm/adm.h"
#include "libcompat/compat.h"

enum { OPERAND_MAX = 22, PORT_HIGHEST = 60999 };

struct line {
	int command;   /* 'A', 'D', 'C', 'L'; 0: not given */
	uint8_t proto; /* IPPROTO_*; 0: not given */
	struct adm_peer local, remote;
};

static void usage(struct text *to, const char *name)
{
	text_printf(to,
		    "%s v1.11-mbv 2000/02/03\n"
		    "\n"
		    "Usage: %s -A -[t|u] l.l.l.l/lport -R r.r.r.r/rport  add "
		    "entry\n"
		    "       %s -D -[t|u] l.l.l.l/lport                   "
		    "delete entry\n"
		    "       %s -C                                        clear "
		    "table\n"
		    "       %s -L                                        list "
		    "table\n"
		    "\n"
		    "l.l.l.l is the local interface receiving packets to be "
		    "forwarded.\n"
		    "r.r.r.r is the remote address.\n"
		    "lport is the port being redirected.\n"
		    "rport is the port being redirected to.\n",
		    name, name, name, name, name);
}

/* A decimal number within bounds, up to @end, which is stepped over. */
static bool part(const char **s, char end, long low, long high, uint32_t *v)
{
	char *behind;
	long n = strtol(*s, &behind, 10);

	if (behind == *s || *behind != end || n < low || n > high)
		return false;
	*v = (uint32_t)n;
	*s = behind + (end != '\0');
	return true;
}

/* "A.B.C.D/PORT", cut off where the original's buffer ended. */
static bool take_peer(const char *word, struct adm_peer *peer)
{
	char text[OPERAND_MAX + 1] = "";
	const char *s = text;
	uint32_t v;

	memcpy(text, word, strnlen(word, OPERAND_MAX));
	peer->addr = 0;
	for (int i = 0; i < 4; i++) {
		if (!part(&s, i < 3 ? '.' : '/', 0, 255, &v))
			return false;
		peer->addr = peer->addr << 8 | v;
	}
	if (!part(&s, '\0', 1, PORT_HIGHEST, &v))
		return false;
	peer->port = (uint16_t)v;
	return true;
}

static bool take(struct adm *a, struct line *l, int letter, const char *arg)
{
	switch (letter) {
	case 'A':
	case 'D':
	case 'C':
	case 'L':
		return adm_take_command(a, &l->command, letter);
	case 't':
	case 'u':
		if (l->proto)
			return adm_refuse(a, "multiple protocols specified");
		l->proto = letter == 't' ? IPPROTO_TCP : IPPROTO_UDP;
		return take_peer(arg, &l->local) ||
		       adm_refuse(a, "illegal local address/port specified");
	default:
		if (l->remote.port)
			return adm_refuse(a, "multiple destinations specified");
		return take_peer(arg, &l->remote) ||
		       adm_refuse(a, "illegal destination specified");
	}
}

/* Whether the line as a whole makes sense. */
static bool check(struct adm *a, const struct line *l, const char *help)
{
	bool whole = l->proto && l->remote.addr;

	if (a->left_over || a->scan.next < a->scan.argc)
		return adm_refuse(a, "unknown arguments found on commandline");
	if (!l->command)
		return adm_usage(a, help);
	if ((l->command == 'A' && !whole) || (l->command == 'D' && !l->proto))
		return adm_refuse(a, "insufficient options specified");
	if ((l->command == 'D' && l->remote.port) ||
	    (strchr("CL", l->command) && (l->proto || l->remote.port)))
		return adm_refuse(a, "incompatible options specified");
	return true;
}

/* Quirk: an empty line behind every line. */
static void list(struct adm_outcome *o, struct compat *c)
{
	struct text file = { 0 };

	if (compat_proc_read(c, "net/ip_portfw", false, &file) < 0) {
		text_puts(&o->out, "Could not open /proc/net/ip_portfw\n"
				   "Are you sure you have Port Forwarding "
				   "installed?\n");
		o->status = 1;
	}
	for (const char *s = file.s; s && *s;) {
		size_t n = strcspn(s, "\n");

		text_add(&o->out, s, n);
		text_puts(&o->out, "\n\n");
		s += n + (s[n] == '\n');
	}
	text_fini(&file);
}

/* Quirk: its complaints about the kernel call the program ipfwadm. */
static void run(struct adm_outcome *o, const struct line *l)
{
	struct masq_ctl ctl = { .target = MASQ_CTL_PORTFW20,
				.cmd = l->command == 'A'   ? MASQ_CMD_ADD
				       : l->command == 'D' ? MASQ_CMD_DEL
							   : MASQ_CMD_FLUSH };
	struct compat *c;

	ctl.u.portfw = (struct fwd_portfw_row){ .proto = l->proto,
						.laddr = l->local.addr,
						.lport = l->local.port,
						.raddr = l->remote.addr,
						.rport = l->remote.port };
	c = adm_socket(o, "ipfwadm", "ipfwadm: socket creation failed");
	if (!c)
		return;
	if (l->command == 'L')
		list(o, c);
	else
		adm_ctl(o, "ipfwadm", c, &ctl);
	compat_close(c);
}

int main(int argc, char **argv)
{
	struct adm_outcome o = { 0 };
	struct line l = { 0 };
	struct text help = { 0 };
	struct adm a;
	const char *arg;
	int letter;

	adm_init(&a, argc, argv, NULL, &o);
	usage(&help, argv[0]);
	while ((letter = adm_next(&a, "ADCLt:u:R:h", help.s, &arg)) != 0) {
		if (letter == 'h')
			adm_usage(&a, help.s);
		else
			take(&a, &l, letter, arg);
	}
	if (!a.stop && check(&a, &l, help.s))
		run(&o, &l);
	text_fini(&help);
	return adm_finish(&o);
}
