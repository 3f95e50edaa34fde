/* ipmasqadm mfw: marked packets go to the hosts of their mark, in turn. */
#include "core/fields.h"
#include "ipmasqadm/adm.h"

static const char usage[] =
	"Usage: mfw -A -m FWMARK -r RADDR RPORT [-p PREF] add entry\n"
	"       mfw -D -m FWMARK [-r RADDR RPORT]         delete entry\n"
	"       mfw -E -m FWMARK [-r RADDR RPORT]         edit entry\n"
	"       mfw -S -m FWMARK                          force scheduling\n"
	"       mfw -F                                    clear table\n"
	"       mfw -L                                    list table\n"
	"       mfw <args> -n                             no names\n"
	"\n"
	"FWMARK is the fwmark being redirected.\n"
	"RADDR is the remote address.\n"
	"RPORT is the port being redirected to.\n"
	"PREF  is the preference level (load balancing, default=10)\n";

enum command {
	COMMAND_NONE,
	COMMAND_ADD,
	COMMAND_DEL,
	COMMAND_EDIT,
	COMMAND_SCHEDULE,
	COMMAND_FLUSH,
	COMMAND_LIST
};

struct line {
	int command; /* enum command */
	int32_t mark;
	struct adm_peer remote;
	int32_t pref;
};

static bool take(struct adm *a, void *line, int letter, const char *arg)
{
	struct line *l = line;

	switch (letter) {
	case 'A':
		return adm_take_command(a, &l->command, COMMAND_ADD);
	case 'D':
		return adm_take_command(a, &l->command, COMMAND_DEL);
	case 'E':
		return adm_take_command(a, &l->command, COMMAND_EDIT);
	case 'S':
		return adm_take_command(a, &l->command, COMMAND_SCHEDULE);
	case 'F':
		return adm_take_command(a, &l->command, COMMAND_FLUSH);
	case 'L':
		return adm_take_command(a, &l->command, COMMAND_LIST);
	case 'n':
		return a->numeric = true;
	case 'm':
		l->mark = adm_number(arg);
		return true;
	case 'r':
		return adm_take_peer(a, &l->remote, PEER_ADDR,
				     "multiple destinations specified",
				     "illegal destination specified");
	case 'p':
		l->pref = adm_number(arg);
		return l->pref >= 0 ||
		       adm_refuse(a, "illegal preference value specified");
	default:
		return adm_usage(a, usage);
	}
}

/* Whether the line as a whole makes sense; edit and schedule are not asked. */
static bool check(struct adm *a, const void *line)
{
	const struct line *l = line;

	if (!adm_no_more(a))
		return false;
	switch (l->command) {
	case COMMAND_NONE:
		return adm_usage(a, usage);
	case COMMAND_ADD:
	case COMMAND_DEL:
		return l->mark ||
		       adm_refuse(a, "insufficient options specified");
	case COMMAND_FLUSH:
	case COMMAND_LIST:
		return !(l->mark || l->remote.port || l->remote.addr) ||
		       adm_refuse(a, "incompatible options specified");
	case COMMAND_EDIT:
	case COMMAND_SCHEDULE:
		break;
	}
	return true;
}

/* "0x" and hexadecimal digits. */
static bool take_mark(struct fields *f, uint32_t *mark)
{
	return fields_hex(f, mark) &&
	       (!fields_char(f, 'x') || fields_hex(f, mark));
}

static void put_line(const struct adm *a, const char *line)
{
	struct fields f = { line };
	uint32_t mark, raddr, rport, counter, pref;

	if (!take_mark(&f, &mark) || !adm_arrow(&f) ||
	    !fields_hex(&f, &raddr) || !fields_dec(&f, &rport) ||
	    !fields_dec(&f, &counter) || !fields_dec(&f, &pref))
		return;
	text_printf(&a->o->out, "%-8d", (int32_t)mark);
	adm_put_host(a, raddr);
	adm_put_port(a, (uint16_t)rport);
	text_printf(&a->o->out, " %5d %5d\n", (int32_t)counter, (int32_t)pref);
}

static void list(struct adm *a, struct compat *c)
{
	adm_peek(a->o, a->who, c);
	if (adm_list(a, c, "net/ip_masq/mfw",
		     "fwmark   rediraddr               rport  pcnt  pref\n",
		     put_line))
		return;
	text_puts(&a->o->err, "Check if you have enabled fwmark-forwarding\n");
	a->o->status = 1;
}

static void change(struct adm *a, struct compat *c, const struct line *l)
{
	static const enum masq_ctl_cmd cmds[] = {
		[COMMAND_ADD] = MASQ_CMD_ADD,
		[COMMAND_DEL] = MASQ_CMD_DEL,
		[COMMAND_EDIT] = MASQ_CMD_SET,
		[COMMAND_SCHEDULE] = MASQ_CMD_SET,
		[COMMAND_FLUSH] = MASQ_CMD_FLUSH,
	};
	struct masq_ctl ctl = { .target = MASQ_CTL_MODULE,
				.cmd = cmds[l->command],
				.module = "mfw",
				.mfw_flags = l->command == COMMAND_SCHEDULE };

	ctl.u.mfw = (struct fwd_mfw_row){ .mark = (uint32_t)l->mark,
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

void adm_mfw(int argc, char *const *argv, const struct resolver *names,
	     struct adm_outcome *o)
{
	static const struct adm_module module = { "AEDFSLnm:r:p:h", usage, take,
						  check, act };
	struct line l = { .pref = 10 };

	adm_run(&module, &l, argc, argv, names, o);
}
