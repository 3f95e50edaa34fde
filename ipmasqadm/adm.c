/* What the modules of ipmasqadm share. */
#include "ipmasqadm/adm.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/addr.h"
#include "core/fields.h"
#include "libcompat/compat.h"

enum { NAME_MAX_SHOWN = 79 };

int adm_finish(struct adm_outcome *o)
{
	int status = o->status;

	compat_where(status, &o->err);
	if (o->out.len)
		fwrite(o->out.s, 1, o->out.len, stdout);
	fflush(stdout);
	if (o->err.len)
		fwrite(o->err.s, 1, o->err.len, stderr);
	text_fini(&o->out);
	text_fini(&o->err);
	return status;
}

void adm_complain(struct adm_outcome *o, const char *who, int status,
		  const char *text)
{
	text_printf(&o->err, "%s: %s\n", who, text);
	o->status = status;
}

void adm_init(struct adm *a, int argc, char *const *argv,
	      const struct resolver *names, struct adm_outcome *o)
{
	*a = (struct adm){
		.names = names, .o = o, .who = argv[0], .last = argv[0]
	};
	optscan_init(&a->scan, argc, argv);
}

bool adm_refuse(struct adm *a, const char *text)
{
	adm_complain(a->o, a->who, ADM_USAGE, text);
	a->stop = true;
	return false;
}

bool adm_usage(struct adm *a, const char *usage)
{
	text_puts(&a->o->out, usage);
	a->o->status = 0;
	a->stop = true;
	return false;
}

/* Words of no option are passed over, to be complained of at the end. */
int adm_next(struct adm *a, const char *letters, const char *usage,
	     const char **arg)
{
	struct text why = { 0 };
	int taken, c;

	if (a->stop)
		return 0;
	do {
		taken = a->scan.next;
		c = optscan_next(&a->scan, letters, NULL, arg, &why);
		a->left_over += c == OPTSCAN_WORD;
	} while (c == OPTSCAN_WORD);
	if (a->scan.next != taken)
		a->last = optscan_last(&a->scan);
	if (c == OPTSCAN_BAD) {
		adm_complain(a->o, a->who, 0, why.s ? why.s : "");
		adm_usage(a, usage);
	}
	text_fini(&why);
	return c == OPTSCAN_BAD || c == OPTSCAN_END ? 0 : c;
}

/* Quirk: the word named is the one before the first left over. */
bool adm_no_more(struct adm *a)
{
	int left = a->left_over + a->scan.argc - a->scan.next;

	if (!left)
		return true;
	text_printf(&a->o->out, "optind=%d (%s) argc=%d\n", a->scan.argc - left,
		    a->last, a->scan.argc);
	return adm_refuse(a, "unknown arguments found on commandline");
}

int32_t adm_number(const char *word)
{
	long long v = strtoll(word, NULL, 10);

	return v > INT32_MAX   ? INT32_MAX
	       : v < INT32_MIN ? INT32_MIN
			       : (int32_t)v;
}

uint8_t adm_proto(const char *word)
{
	return *word == 't' ? IPPROTO_TCP : *word == 'u' ? IPPROTO_UDP : 0;
}

static bool take_addr(struct adm *a, const char *word, uint32_t *addr)
{
	struct in_addr in;

	if (inet_aton(word, &in)) {
		*addr = ntohl(in.s_addr);
		return true;
	}
	if (a->numeric)
		return false;
	if (a->names->host(word, addr, 1) > 0)
		return true;
	text_printf(&a->o->err, "%s: Unknown host\n", word);
	return false;
}

/* strtoul() on 32 bits, then modulo 65536; what is behind it is passed over. */
static bool port_number(const char *word, uint16_t *port)
{
	const char *digits = word + strspn(word, " \t\n\v\f\r");
	bool minus = *digits == '-';
	unsigned long long v;

	digits += *digits == '-' || *digits == '+';
	if (!isdigit((unsigned char)*digits))
		return false;
	v = strtoull(digits, NULL, 10);
	if (v > UINT32_MAX)
		*port = UINT16_MAX;
	else
		*port = (uint16_t)(minus ? 0 - v : v);
	return true;
}

static bool take_port(const struct adm *a, const char *word, uint16_t *port)
{
	if (port_number(word, port))
		return true;
	return !a->numeric && (a->names->service(word, "tcp", port) == 0 ||
			       a->names->service(word, "udp", port) == 0);
}

static enum adm_peer_found take_peer(struct adm *a, struct adm_peer *peer)
{
	const char *word;

	if (!take_addr(a, optscan_last(&a->scan), &peer->addr))
		return PEER_NONE;
	word = optscan_peek(&a->scan, 0);
	if (!word || !take_port(a, word, &peer->port))
		return PEER_ADDR;
	a->last = optscan_take(&a->scan);
	return PEER_BOTH;
}

bool adm_take_command(struct adm *a, int *command, int value)
{
	if (*command)
		return adm_refuse(a, "multiple commands specified");
	*command = value;
	return true;
}

bool adm_take_proto(struct adm *a, uint8_t *proto, const char *word)
{
	if (*proto)
		return adm_refuse(a, "multiple protocols specified");
	*proto = adm_proto(word);
	return *proto || adm_refuse(a, "invalid protocol specified");
}

bool adm_take_peer(struct adm *a, struct adm_peer *peer,
		   enum adm_peer_found least, const char *twice,
		   const char *illegal)
{
	if (peer->addr || peer->port)
		return adm_refuse(a, twice);
	return take_peer(a, peer) >= least || adm_refuse(a, illegal);
}

bool adm_arrow(struct fields *f)
{
	char word[2];

	return fields_word(f, word, sizeof(word)) && word[0] == '>';
}

void adm_put_host(const struct adm *a, uint32_t addr)
{
	char quad[ADDR_TEXT], name[1025];

	if (a->numeric || a->names->host_name(addr, name, sizeof(name)))
		text_printf(&a->o->out, " %-20s", addr_format(addr, quad));
	else
		text_printf(&a->o->out, " %-20.*s", NAME_MAX_SHOWN, name);
}

/* Quirk: as a TCP port, whatever the protocol is (masqadm/portfw-names). */
void adm_put_port(const struct adm *a, uint16_t port)
{
	char name[256];

	if (a->numeric || !port ||
	    a->names->service_name(port, "tcp", name, sizeof(name)))
		text_printf(&a->o->out, " %8u", port);
	else
		text_printf(&a->o->out, " %8s", name);
}

struct compat *adm_socket(struct adm_outcome *o, const char *who,
			  const char *failed)
{
	struct compat *c = NULL;
	const char *why = "";
	int r = compat_open(&c);

	if (r)
		why = compat_open_why();
	else if ((r = compat_enter(c)) != 0)
		why = compat_why(c);
	else
		return c;
	if (r == -EPERM || !*why)
		text_printf(&o->err, "%s: %s\n", failed, strerror(-r));
	else
		text_printf(&o->err, "%s: %s\n", who, why);
	compat_close(c);
	o->status = ADM_SOCKET;
	return NULL;
}

/* What a call that fails has done, such as loading a module, stays too. */
static int control(struct compat *c, struct masq_ctl *ctl)
{
	int r = compat_masq_ctl(c, ctl), err = compat_commit(c);

	return r < 0 ? r : err;
}

static bool is_20(const struct masq_ctl *ctl)
{
	return ctl->target == MASQ_CTL_PORTFW20 ||
	       ctl->target == MASQ_CTL_AUTOFW20;
}

/* A backend that cannot do it has a sentence to say, unlike the old kernels. */
static bool report(struct adm_outcome *o, const char *who, struct compat *c,
		   int r)
{
	const char *why = r == -EOPNOTSUPP ? compat_why(c) : "";

	if (r >= 0)
		return true;
	text_printf(&o->err, "%s: setsockopt failed: %s\n", who,
		    *why ? why : strerror(-r));
	o->status = ADM_SETSOCKOPT;
	return false;
}

/* A kernel of another era has no such option: that is what it says then. */
bool adm_ctl(struct adm_outcome *o, const char *who, struct compat *c,
	     struct masq_ctl *ctl)
{
	compat_claim_era(c, is_20(ctl) ? ERA_2_0 : ERA_2_2);
	return report(o, who, c, control(c, ctl));
}

void adm_peek(struct adm_outcome *o, const char *who, struct compat *c)
{
	struct masq_ctl ctl = { .target = MASQ_CTL_MODULE,
				.cmd = MASQ_CMD_NONE };

	snprintf(ctl.module, sizeof(ctl.module), "%s", who);
	report(o, who, c, control(c, &ctl));
}

bool adm_list(struct adm *a, struct compat *c, const char *path,
	      const char *head,
	      void (*line)(const struct adm *a, const char *line))
{
	struct text file = { 0 };

	if (compat_proc_read(c, path, false, &file) < 0) {
		text_printf(&a->o->err, "Could not open \"/proc/%s\"\n", path);
		text_fini(&file);
		return false;
	}
	text_puts(&a->o->out, head);
	for (char *s = file.s ? strchr(file.s, '\n') : NULL; s;
	     s = strchr(s + 1, '\n'))
		if (s[1])
			line(a, s + 1);
	a->o->status = 0;
	text_fini(&file);
	return true;
}

void adm_run(const struct adm_module *m, void *line, int argc,
	     char *const *argv, const struct resolver *names,
	     struct adm_outcome *o)
{
	char failed[64];
	struct compat *c;
	struct adm a;
	const char *arg;
	int letter;

	adm_init(&a, argc, argv, names, o);
	while ((letter = adm_next(&a, m->letters, m->usage, &arg)) != 0)
		m->take(&a, line, letter, arg);
	if (a.stop || !m->check(&a, line))
		return;
	snprintf(failed, sizeof(failed), "%s: socket creation failed", a.who);
	c = adm_socket(o, a.who, failed);
	if (!c)
		return;
	m->act(&a, c, line);
	compat_close(c);
}
