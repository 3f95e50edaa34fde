/* ipmasqadm user: masquerade entries made, looked for and ended by hand. */
#include "core/ticks.h"
#include "ipmasqadm/adm.h"

/* Quirk: a second "Usage:", and -S is shown with the wrong words. */
static const char usage[] =
	"Usage: user -a -P PROTO -M MADDR MPORT -D DADDR DPORT -S DADDR DPORT "
	"add entry\n"
	"Usage: user -d -P PROTO -M MADDR MPORT -D DADDR DPORT -S DADDR DPORT "
	"del entry\n"
	"       user <args> -n             no names\n"
	"       user <args> -t <timeout>   with this timeout\n"
	"\n"
	"PROTO is the protocol, can be \"tcp\" or \"udp\"\n"
	"MADDR is the external interface address.\n"
	"MPORT is the external port.\n"
	"SADDR is the source address (internal).\n"
	"SPORT is the source port (internal).\n"
	"DADDR is the destination address (external).\n"
	"DPORT is the destination port (external).\n";

struct line {
	int command;   /* enum masq_ctl_cmd; 0: not given */
	uint8_t proto; /* IPPROTO_*; 0: not given */
	struct adm_peer masq, source, dest;
	int32_t timeout_s;
};

static bool take(struct adm *a, void *line, int letter, const char *arg)
{
	struct line *l = line;

	switch (letter) {
	case 'a':
		return adm_take_command(a, &l->command, MASQ_CMD_ADD);
	case 'd':
		return adm_take_command(a, &l->command, MASQ_CMD_DEL);
	case 's':
		return adm_take_command(a, &l->command, MASQ_CMD_SET);
	case 'g':
		return adm_take_command(a, &l->command, MASQ_CMD_GET);
	case 'n':
		return a->numeric = true;
	case 'P':
		return adm_take_proto(a, &l->proto, arg);
	case 'M':
		return adm_take_peer(a, &l->masq, PEER_BOTH,
				     "multiple [M]asq specified",
				     "illegal [M]asq address/port specified");
	case 'S':
		return adm_take_peer(a, &l->source, PEER_BOTH,
				     "multiple [S]ource specified",
				     "illegal destination specified");
	case 'D':
		return adm_take_peer(a, &l->dest, PEER_BOTH,
				     "multiple [D]estinations specified",
				     "illegal destination specified");
	case 't':
		l->timeout_s = adm_number(arg);
		return l->timeout_s ||
		       adm_refuse(a, "illegal timeout value specified");
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
	if (l->command == MASQ_CMD_NONE)
		return adm_usage(a, usage);
	if (!l->proto)
		return adm_refuse(a, "no protocol specified");
	return l->command != MASQ_CMD_DEL || (l->masq.addr && l->masq.port) ||
	       adm_refuse(a, "insufficient options specified");
}

static void act(struct adm *a, struct compat *c, const void *line)
{
	const struct line *l = line;
	struct masq_ctl ctl = { .target = MASQ_CTL_USER,
				.cmd = (enum masq_ctl_cmd)l->command };

	ctl.u.user = (struct masq_ctl_user){ .proto = l->proto,
					     .sport = l->source.port,
					     .saddr = l->source.addr,
					     .dport = l->dest.port,
					     .daddr = l->dest.addr,
					     .mport = l->masq.port,
					     .maddr = l->masq.addr,
					     .timeout = (uint32_t)l->timeout_s *
							HZ };
	adm_ctl(a->o, a->who, c, &ctl);
}

void adm_user(int argc, char *const *argv, const struct resolver *names,
	      struct adm_outcome *o)
{
	static const struct adm_module module = { "adsgnP:M:D:S:t:h", usage,
						  take, check, act };
	struct line l = { 0 };

	adm_run(&module, &l, argc, argv, names, o);
}
