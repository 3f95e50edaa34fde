/*
 * The texts ipfw explains itself with. Quirks kept: the name it gives itself,
 * "l[ist] f[irewall]", which it does not understand, and "d[el]".
 */
#include "ipfw/usage.h"

static const char usage[] =
	"usage: ipfirewall [-n]\n"
	"\t\t  l[ist]  a[ccounting]\n"
	"\t\t| l[ist]  b[locking]\n"
	"\t\t| l[ist]  f[irewall]\n"
	"\t\t| f[lush] a[ccounting]\n"
	"\t\t| f[lush] b[locking]\n"
	"\t\t| f[lush] f[irewall]\n"
	"\t\t| c[heck] b[locking] <type> from <src> to <dst>\n"
	"\t\t| c[heck] f[orwarding] <type> from <src> to <dst>\n"
	"\t\t| p[olicy] b[locking] <accept|deny|reject>\n"
	"\t\t| p[olicy] f[orwarding] <accept|deny|reject>\n"
	"\t\t| a[dd]   a[ccounting] <type> [iface <addr>] from <src> to <dst>\n"
	"\t\t| a[dd]   b[locking]   <type> [iface <addr>] from <src> to <dst>\n"
	"\t\t| a[dd]   f[orwarding] <type> [iface <addr>] from <src> to <dst>\n"
	"\t\t| a[dd]   m[asquerade] <type> from <src> to <dst>\n"
	"\t\t| d[el]   a[ccounting] <type> [iface <addr>] from <src> to <dst>\n"
	"\t\t| d[el]   b[locking]   <type> [iface <addr>] from <src> to <dst>\n"
	"\t\t| d[el]   f[orwarding] <type> [iface <addr>] from <src> to <dst>\n"
	"\t\t| d[el]   m[asquerade] <type> from <src> to <dst>\n"
	"\t\t| zero[accounting]\n";

static const char where[] =
	"where:\n"
	"       <src> ::= <host> <port> /* for TCP or UDP */\n"
	"       <src> ::= <host>        /* for ICMP */\n"
	"      <host> ::= <byte>.<byte>.<byte>.<byte>[/<width>]\n"
	"               | <hostname>\n"
	"      <port> ::= <short> | <servicename>\n"
	"     <short> ::= an integer in the range 1-65535\n"
	"      <byte> ::= an integer in the range 0-255\n"
	"     <width> ::= an integer in the range 0-32\n";

void ipfw_usage(struct text *err)
{
	text_puts(err, usage);
}

void ipfw_usage_where(struct text *err)
{
	text_puts(err, where);
}
