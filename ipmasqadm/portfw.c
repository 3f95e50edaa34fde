/* ipmasqadm portfw: packets to a local address and port go to an inside host.
 */
#include "core/fields.h"
#include "ipmasqadm/adm.h"

static const char usage[] =
	"Usage: portfw -a -P PROTO -L LADDR LPORT -R RADDR RPORT [-p PREF] add "
	"entry\n"
	"       portfw -d -P PROTO -L LADDR LPORT [-R RADDR RPORT]         "
	"delete entry\n"
	"       portfw -f                                                  "
	"clear table\n"
	"       portfw -l                                                  "
	"list table\n"
	"       portfw <args> -n                                           no "
	"names\n"
	"\n"
	"PROTO is the protocol, can be \"tcp\" or \"udp\"\n"
	"LADDR is the local interface receiving packets to be forwarded.\n"
	"LPORT is the port being redirected.\n"
	"RADDR is the remote address.\n"
	"RPORT is the port being redirected to.\n"
	"PREF  is the preference level (load balancing, default=10)\n";

enum command {
	COMMAND_NONE,
	COMMAND_ADD,
	COMMAND_DEL,
	COMMAND_FLUSH,
	COMMAND_LIST
};

struct line {
	int command;   /* enum command */
	uint8_t proto; /* IPPROTO_*; 0: not given */
	struct adm_peer local, remote;
	int32_t pref;
};

static bool take(struct adm *a, void *line, int letter, const char *arg)
{
	struct line *l = line;

	switch (letter) {
	case 'a':
		return adm_take_command(a, &l->command, COMMAND_ADD);
	case 'd':
		return adm_take_command(a, &l->command, COMMAND_DEL);
	case 'f':
		return adm_take_command(a, &l->command, COMMAND_FLUSH);
	case 'l':
		return adm_take_command(a, &l->command, COMMAND_LIST);
	case 'n':
		return a->numeric = true;
	case 'P':
		return adm_take_proto(a, &l->proto, arg);
	case 'L':
		return adm_take_peer(a, &l->local, PEER_BOTH,
				     "multiple local address/port specified",
				     "illegal local address/port specified");
	case 'R':
		return adm_take_peer(a, &l->remote, PEER_BOTH,
				     "multiple destinations specified",
				     "illegal destination specified");
	case 'p':
		l->pref = adm_number(arg);
		return l->pref > 0 ||
		       adm_refuse(a, "illegal preference value specified");
	default:
		return adm_usage(a, usage);
	}
}

/* Whether the line as a whole makes sense. */
static bool check(struct adm *a, const void *line)
{
	const struct line *l = line;

	if (!adm_no_more(a))
		return false;
	if (l->command == COMMAND_NONE)
		return adm_usage(a, usage);
	if (l->command == COMMAND_ADD || l->command == COMMAND_DEL)
		return (l->proto && l->local.port) ||
		       adm_refuse(a, "insufficient options specified");
	return !(l->proto || l->local.port || l->remote.port ||
		 l->remote.addr) ||
	       adm_refuse(a, "incompatible options specified");
}

static void put_line(const struct adm *a, const char *line)
{
	struct fields f = { line };
	uint32_t laddr, raddr, lport, rport, counter, pref;
	char proto[5];

	if (!fields_word(&f, proto, sizeof(proto)) || !fields_hex(&f, &laddr) ||
	    !fields_dec(&f, &lport) || !adm_arrow(&f) ||
	    !fields_hex(&f, &raddr) || !fields_dec(&f, &rport) ||
	    !fields_dec(&f, &counter) || !fields_dec(&f, &pref))
		return;
	text_printf(&a->o->out, "%-4s", proto);
	adm_put_host(a, laddr);
	adm_put_host(a, raddr);
	adm_put_port(a, (uint16_t)lport);
	adm_put_port(a, (uint16_t)rport);
	text_printf(&a->o->out, " %5d %5d\n", (int32_t)counter, (int32_t)pref);
}

static void list(struct adm *a, struct compat *c)
{
	static const char head[] = "prot localaddr            rediraddr        "
				   "       lport    rport  pcnt  pref\n";

	adm_peek(a->o, a->who, c);
	if (adm_list(a, c, "net/ip_masq/portfw", head, put_line) ||
	    adm_list(a, c, "net/ip_portfw", head, put_line))
		return;
	text_puts(&a->o->err, "Check if you have enabled portforwarding\n");
	a->o->status = 1;
}

static void change(struct adm *a, struct compat *c, const struct line *l)
{
	static const enum masq_ctl_cmd cmds[] = {
		[COMMAND_ADD] = MASQ_CMD_ADD,
		[COMMAND_DEL] = MASQ_CMD_DEL,
		[COMMAND_FLUSH] = MASQ_CMD_FLUSH,
	};
	struct masq_ctl ctl = { .target = MASQ_CTL_MODULE,
				.cmd = cmds[l->command],
				.module = "portfw" };

	ctl.u.portfw = (struct fwd_portfw_row){ .proto = l->proto,
						.laddr = l->local.addr,
						.lport = l->local.port,
						.raddr = l->remote.addr,
						.rport = l->remote.port,
						.pref = l->pref };
	adm_ctl(a->o, a->who, c, &ctl);
}

static void act(struct adm *a, struct compat *c, const void *line)
{
	const struct line *l = line;

	if (l->command == COMMAND_LIST)
		list(a, c);
	else
		change(a, c, l);
}

void adm_portfw(int argc, char *const *argv, const struct resolver *names,
		struct adm_outcome *o)
{
	static const struct adm_module module = { "adflnP:R:L:p:h", usage, take,
						  check, act };
	struct line l = { .pref = 10 };

	adm_run(&module, &l, argc, argv, names, o);
}
