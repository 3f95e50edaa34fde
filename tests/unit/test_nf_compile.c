/* Old rules, and what iptables would be told in their place. */
#include "netfilter/compile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "netfilter/iptables.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/nf_scene.h"

static struct nf_scene scene;

/* The rules of our chain @name, in table order, without "-A CHAIN ". */
static void put_chain(const struct nf_set *set, const char *name,
		      struct text *out)
{
	for (uint32_t i = 0; i < set->chains; i++) {
		const struct nf_chain *c = &set->chain[i];

		if (strcmp(c->name + strlen("fwc-"), name) != 0)
			continue;
		for (uint32_t k = 0; k < c->rules; k++) {
			struct text line = { 0 };
			size_t head = strlen("-A ") + strlen(c->name);

			nf_iptables_rule(set, c, &set->rule[c->first + k],
					 &line);
			assert_false(line.bad);
			text_puts(out, line.s[head] ? line.s + head + 1 : "");
			text_putc(out, '\n');
			text_fini(&line);
		}
	}
}

struct rule_case {
	const char *name;
	const char *old;   /* command lines */
	const char *chain; /* of ours */
	const char *want;  /* its rules */
};

static void check(enum fw_era era, const struct rule_case *c)
{
	struct text got = { 0 }, why = { 0 };
	struct nf_set set;
	int r;

	nf_scene_init(&scene, era);
	nf_scene_play(&scene, c->old);
	nf_set_init(&set);
	r = nf_compile(&scene.in, &nf_config_default, &set, &why, NULL);
	text_puts(&got, "");
	if (r == -EOPNOTSUPP && why.s)
		text_puts(&got, why.s);
	else if (r == 0)
		put_chain(&set, c->chain, &got);
	if (r && r != -EOPNOTSUPP)
		fail_msg("%s: %s", c->name, strerror(-r));
	if (strcmp(got.s, c->want) != 0)
		fail_msg("%s: got:\n%swant:\n%s", c->name, got.s, c->want);
	text_fini(&got);
	text_fini(&why);
	nf_set_fini(&set);
}

/* What every input chain of these begins and ends with. */
#define MARKED "-j MARK --set-xmark 0x0/0xff000000\n"
#define ACCEPTED "-j ACCEPT\n"
#define LISTED "-j CONNMARK --set-xmark 0x2000000/0xfe000000\n"
#define TO_TCP80                                                               \
	"-d 192.0.2.1/32 -p tcp -m tcp --dport 80 -m addrtype --dst-type "     \
	"LOCAL "

#define TCP_MARK5                                                              \
	"-p tcp -m tcp --tcp-flags SYN,ACK SYN -m mark --mark 0x5/0xffffff "   \
	"-m addrtype --dst-type LOCAL "
#define UDP_MARK5                                                              \
	"-p udp -m mark --mark 0x5/0xffffff -m addrtype --dst-type LOCAL "

static const struct rule_case chains[] = {
	{ "nothing", "ipchains -P input ACCEPT", "i-input", MARKED ACCEPTED },
	{ "policy", "ipchains -P input DENY", "i-input", MARKED "-j DROP\n" },
	{ "addresses", "ipchains -A input -s 10.0.0.0/8 -d ! 10.1.2.3 -j DENY",
	  "i-input",
	  MARKED "-s 10.0.0.0/8 ! -d 10.1.2.3/32 -j DROP\n" ACCEPTED },
	{ "mask with holes",
	  "ipchains -A input -s 10.0.0.1/255.0.0.255 -j DENY", "i-input",
	  MARKED "-s 10.0.0.1/255.0.0.255 -j DROP\n" ACCEPTED },
	{ "not anywhere is nowhere", "ipchains -A input -s ! 0/0 -j DENY",
	  "i-input", MARKED ACCEPTED },
	{ "interfaces",
	  "ipchains -A input -i eth0 -j DENY\n"
	  "ipchains -A input -i ! ppp+ -j DENY",
	  "i-input", MARKED "-i eth0 -j DROP\n! -i ppp+ -j DROP\n" ACCEPTED },
	{ "forward's is that of departure",
	  "ipchains -A forward -i ppp0 -j ACCEPT\n"
	  "ipchains -P forward DENY",
	  "f-forward", "-o ppp0 -j ACCEPT\n-j DROP\n" },
	{ "without a target", "ipchains -A input -s 10.0.0.1", "i-input",
	  MARKED "-s 10.0.0.1/32\n" ACCEPTED },
	{ "ports",
	  "ipchains -A input -p tcp -s 0/0 1024: -d 0/0 ! 80 -j DENY\n"
	  "ipchains -A input -p udp -d 0/0 53 -j DENY",
	  "i-input",
	  MARKED "-p tcp -m tcp --sport 1024:65535 ! --dport 80 -j DROP\n"
		 "-p udp -m udp --dport 53 -j DROP\n" ACCEPTED },
	{ "SYN and its opposite",
	  "ipchains -A input -p tcp -y -j DENY\n"
	  "ipchains -A input -p tcp ! -y -j DENY",
	  "i-input",
	  MARKED
	  "-p tcp -m tcp --tcp-flags SYN,RST,ACK SYN -j DROP\n"
	  "-p tcp -m tcp ! --tcp-flags SYN,RST,ACK SYN -j DROP\n" ACCEPTED },
	{ "fragments",
	  "ipchains -A input -f -j DENY\nipchains -A input ! -f -p tcp -j DENY",
	  "i-input", MARKED "-f -j DROP\n-p tcp ! -f -j DROP\n" ACCEPTED },
	{ "protocols",
	  "ipchains -A input -p 47 -j DENY\nipchains -A input -p ! icmp -j "
	  "DENY",
	  "i-input", MARKED "-p 47 -j DROP\n! -p icmp -j DROP\n" ACCEPTED },
	{ "ICMP types and codes",
	  "ipchains -A input -p icmp --icmp-type echo-request -j DENY\n"
	  "ipchains -A input -p icmp -s 0/0 3 -d 0/0 4 -j DENY\n"
	  "ipchains -A input -p icmp -s 0/0 ! 8 -j DENY\n"
	  "ipchains -A input -p icmp -s 0/0 3:5 -j DENY",
	  "i-input",
	  MARKED "-p icmp -m icmp --icmp-type 8 -j DROP\n"
		 "-p icmp -m icmp --icmp-type 3/4 -j DROP\n"
		 "-p icmp -m icmp ! --icmp-type 8 -j DROP\n"
		 "-p icmp -m icmp --icmp-type 3 -j DROP\n"
		 "-p icmp -m icmp --icmp-type 4 -j DROP\n"
		 "-p icmp -m icmp --icmp-type 5 -j DROP\n" ACCEPTED },
	{ "a user chain",
	  "ipchains -N mine\nipchains -A mine -s 10.0.0.1 -j RETURN\n"
	  "ipchains -A mine -j DENY\nipchains -A input -p tcp -j mine",
	  "i-mine", "-s 10.0.0.1/32 -j RETURN\n-j DROP\n" },
	{ "a jump",
	  "ipchains -N mine\nipchains -A mine -j DENY\n"
	  "ipchains -A input -p tcp -j mine",
	  "i-input", MARKED "-p tcp -j fwc-i-mine\n" ACCEPTED },
	{ "a user chain where it is not reached",
	  "ipchains -N mine\nipchains -A mine -j DENY\n"
	  "ipchains -A input -p tcp -j mine",
	  "f-mine", "" },
	{ "a name that others' syntax lacks",
	  "ipchains -N a#b\nipchains -A a#b -j DENY\nipchains -A input -j a#b",
	  "i-input", MARKED "-j fwc-i.3\n" ACCEPTED },
	{ "RETURN in a built-in chain goes to its policy",
	  "ipchains -P input DENY\nipchains -A input -p tcp -j RETURN",
	  "i-input", MARKED "-p tcp -g fwc-i0-input\n-j DROP\n" },
	{ "a log line goes before the decision",
	  "ipchains -A input -s 10.0.0.1 -j DENY -l", "i1-input",
	  "-j NFLOG --nflog-prefix fwc:2.2:1:0:5:input:DENY --nflog-group 22 "
	  "--nflog-size 80 --nflog-threshold 1\n-j DROP\n" },
	{ "what logs is one rule", "ipchains -A input -s 10.0.0.1 -j DENY -l",
	  "i-input", MARKED "-s 10.0.0.1/32 -g fwc-i1-input\n" ACCEPTED },
	{ "log, TOS, mark, then a jump",
	  "ipchains -N mine\n"
	  "ipchains -A input -p tcp -d 0/0 80 -j mine -l -m 7 -t 0x01 0x10",
	  "i1-input",
	  "-j NFLOG --nflog-prefix fwc:2.2:1:0:5:input:mine --nflog-group 22 "
	  "--nflog-size 80 --nflog-threshold 1\n"
	  "-j TOS --set-tos 0x10/0xfe\n"
	  "-j MARK --set-xmark 0x7/0xffffff\n"
	  "-g fwc-i-mine\n" },
	{ "one act needs no chain of its own",
	  "ipchains -A output -p tcp -d 0/0 23 -t 0x01 0x10", "o-output",
	  "-p tcp -m tcp --dport 23 -j TOS --set-tos 0x10/0xfe\n" ACCEPTED },
	{ "the TOS of forward is changed in mangle",
	  "ipchains -A forward -p tcp -t 0x01 0x10 -j ACCEPT", "t1-forward",
	  "-j TOS --set-tos 0x10/0xfe\n-j ACCEPT\n" },
	{ "and no sooner in filter",
	  "ipchains -A forward -p tcp -t 0x01 0x10 -j ACCEPT", "f-forward",
	  "-p tcp -j ACCEPT\n-j ACCEPT\n" },
	{ "the input chain's REJECT waits",
	  "ipchains -A input -p tcp -j REJECT", "i-input",
	  MARKED "-p tcp -g fwc-refusein\n" ACCEPTED },
	{ "and is carried out for the host",
	  "ipchains -A input -p tcp -j REJECT", "local",
	  "-m mark --mark 0x4000000/0xfe000000 -j REJECT --reject-with "
	  "icmp-port-unreachable\n" },
	{ "and for others",
	  "ipchains -A input -p tcp -j REJECT\nipchains -P forward DENY",
	  "f-forward",
	  "-m mark --mark 0x4000000/0xfe000000 -j REJECT --reject-with "
	  "icmp-port-unreachable\n-j DROP\n" },
	{ "forward rejects itself",
	  "ipchains -A forward -p tcp -j REJECT\nipchains -P forward REJECT",
	  "f-forward",
	  "-p tcp -j REJECT --reject-with icmp-host-unreachable\n"
	  "-j REJECT --reject-with icmp-host-unreachable\n" },
	{ "an output chain that rejects is in filter",
	  "ipchains -A output -p tcp -d 0/0 25 -j REJECT", "refuseout",
	  "-p tcp -m mark --mark 0x6000000/0xfe000000 -j REJECT "
	  "--reject-with icmp-port-unreachable\n"
	  "-m mark --mark 0x6000000/0xfe000000 -j DROP\n"
	  "-j REJECT --reject-with icmp-host-unreachable\n" },
	{ "where what is forwarded goes, too",
	  "ipchains -A output -p tcp -d 0/0 25 -j REJECT", "f-forward",
	  "-g fwc-o-output\n" },
	{ "MASQ in forward",
	  "ipchains -P forward DENY\nipchains -A forward -s 10.0.0.0/8 -j MASQ",
	  "f-forward",
	  "-m conntrack --ctstate SNAT --ctdir REPLY -j ACCEPT\n"
	  "-p icmp -m conntrack --ctstate RELATED -j fwc-errorsf\n"
	  "-s 10.0.0.0/8 -g fwc-masq\n-j DROP\n" },
	{ "MASQ marks what begins", "ipchains -A forward -s 10.0.0.0/8 -j MASQ",
	  "masq",
	  "-m conntrack --ctstate SNAT --ctdir ORIGINAL -j ACCEPT\n"
	  "-j MARK --set-xmark 0x2000000/0xfe000000\n"
	  "-p tcp -m conntrack ! --ctstate INVALID -j ACCEPT\n"
	  "-p udp -m conntrack ! --ctstate INVALID -j ACCEPT\n"
	  "-p icmp -m conntrack ! --ctstate INVALID -j ACCEPT\n"
	  "-p icmp -g fwc-stray\n-j DROP\n" },
	{ "and all, for an output chain that asks for the source",
	  "ipchains -A forward -s 10.0.0.0/8 -j MASQ\n"
	  "ipchains -A output -s 10.0.0.0/8 -j DENY",
	  "masq",
	  "-j MARK --set-xmark 0x2000000/0xfe000000\n"
	  "-p tcp -m conntrack ! --ctstate INVALID -j ACCEPT\n"
	  "-p udp -m conntrack ! --ctstate INVALID -j ACCEPT\n"
	  "-p icmp -m conntrack ! --ctstate INVALID -j ACCEPT\n"
	  "-p icmp -g fwc-stray\n-j DROP\n" },
	{ "an output chain that asks for no source is asked once",
	  "ipchains -P forward MASQ\n"
	  "ipchains -A output -p tcp -d 10.1.2.3 -j DENY",
	  "o-output", "-d 10.1.2.3/32 -p tcp -j DROP\n-j ACCEPT\n" },
	{ "what is marked is masqueraded", "ipchains -P forward MASQ", "from",
	  "-m mark --mark 0x2000000/0xfe000000 " LISTED
	  "-p tcp -m mark --mark 0x2000000/0xfe000000 -j MASQUERADE "
	  "--to-ports 61000-65095\n"
	  "-p udp -m mark --mark 0x2000000/0xfe000000 -j MASQUERADE "
	  "--to-ports 61000-65095\n"
	  "-p icmp -m mark --mark 0x2000000/0xfe000000 -j MASQUERADE "
	  "--to-ports 61000-65095\n" },
	{ "MASQ elsewhere is ACCEPT",
	  "ipchains -N mine\nipchains -A mine -j MASQ\n"
	  "ipchains -A input -j mine",
	  "i-mine", "-j ACCEPT\n" },
	{ "REDIRECT in forward denies",
	  "ipchains -N mine\nipchains -A mine -p tcp -j REDIRECT 80\n"
	  "ipchains -A forward -j mine",
	  "f-mine", "-p tcp -j DROP\n" },
	{ "REDIRECT", "ipchains -A input -p tcp -d 0/0 80 -j REDIRECT 3128",
	  "to",
	  "-p tcp -m mark --mark 0x8000000/0xfe000000 -j REDIRECT "
	  "--to-ports 3128\n"
	  "-p udp -m mark --mark 0x8000000/0xfe000000 -j REDIRECT "
	  "--to-ports 3128\n"
	  "-m mark --mark 0x8000000/0xfe000000 -j REDIRECT\n" },
	{ "of masqueraded packets the source is the interface's",
	  "ipchains -P forward MASQ\n"
	  "ipchains -A output -s 192.0.2.0/24 -p tcp -j DENY\n"
	  "ipchains -A output -s 172.16.0.0/12 -j DENY\n"
	  "ipchains -A output -i eth1 -s 10.0.0.1 -j DENY\n"
	  "ipchains -A output -s ! 192.0.2.1 -j DENY",
	  "m-output",
	  "-o eth0 -p tcp -j DROP\n-o eth1 -j DROP\n-o eth1 -j DROP\n"
	  "-j ACCEPT\n" },
	{ "and the source port a masquerade port",
	  "ipchains -P forward MASQ\n"
	  "ipchains -A output -p tcp -s 0/0 1024:65535 -d 0/0 80 -j DENY\n"
	  "ipchains -A output -p tcp -s 0/0 1024:4999 -j DENY",
	  "m-output", "-p tcp ! -f -m tcp --dport 80 -j DROP\n-j ACCEPT\n" },
	{ "of which there are as many as all rules agree about",
	  "ipchains -P forward MASQ\n"
	  "ipchains -A output -p tcp -s 0/0 1024:62000 -j DENY\n"
	  "ipchains -A output -p udp -s 0/0 ! 65000:65535 -j DENY",
	  "m-output", "-p udp ! -f -j DROP\n-j ACCEPT\n" },
	{ "and no others are given out",
	  "ipchains -P forward MASQ\n"
	  "ipchains -A output -p tcp -s 0/0 1024:62000 -j DENY\n"
	  "ipchains -A output -p udp -s 0/0 ! 65000:65535 -j DENY",
	  "from",
	  "-m mark --mark 0x2000000/0xfe000000 " LISTED
	  "-p tcp -m mark --mark 0x2000000/0xfe000000 -j MASQUERADE "
	  "--to-ports 62001-64999\n"
	  "-p udp -m mark --mark 0x2000000/0xfe000000 -j MASQUERADE "
	  "--to-ports 62001-64999\n"
	  "-p icmp -m mark --mark 0x2000000/0xfe000000 -j MASQUERADE "
	  "--to-ports 62001-64999\n" },
	{ "answers of what was forwarded in",
	  "portfw tcp 192.0.2.1 80 10.0.0.5 8080\n"
	  "ipchains -A output -p tcp -s 192.0.2.1 80 -j DENY",
	  "d-output",
	  "-p tcp -m conntrack --ctorigdst 192.0.2.1/32 --ctorigdstport 80 "
	  "-j DROP\n-j ACCEPT\n" },
	{ "portfw", "portfw tcp 192.0.2.1 80 10.0.0.5 8080", "to",
	  TO_TCP80 LISTED TO_TCP80 "-j DNAT --to-destination 10.0.0.5:8080\n" },
	{ "what portfw let in is not asked in forward",
	  "portfw tcp 192.0.2.1 80 10.0.0.5 8080", "comersf",
	  "-d 10.0.0.5/32 -p tcp -m tcp --dport 8080 -j ACCEPT\n" },
	{ "autofw to a fixed host", "autofw udp 6970 7170 10.0.0.5", "to",
	  "-p udp -m udp --dport 6970:7170 -m addrtype --dst-type LOCAL " LISTED
	  "-p udp -m udp --dport 6970:7170 -m addrtype --dst-type LOCAL "
	  "-j DNAT --to-destination 10.0.0.5\n" },
	{ "mfw", "ipchains -A input -m 5\nmfw 5 10.0.0.5 80", "to",
	  TCP_MARK5 LISTED TCP_MARK5
	  "-j DNAT --to-destination 10.0.0.5:80\n" UDP_MARK5 LISTED UDP_MARK5
	  "-j DNAT --to-destination 10.0.0.5:80\n" },
	{ "helpers", "helper ftp 21\nhelper irc 6667", "helpers",
	  "-p tcp -m tcp --dport 21 -j CT --helper ftp\n"
	  "-p tcp -m tcp --dport 6667 -j CT --helper irc\n" },
	{ "no helper", "helper raudio 7070", "",
	  "raudio: there is no such helper, only those of FTP and IRC, by the "
	  "server's port" },
	{ "turns",
	  "portfw tcp 192.0.2.1 80 10.0.0.5 80\n"
	  "portfw tcp 192.0.2.1 80 10.0.0.6 80",
	  "", "portfw: one port or mark cannot go to several hosts in turn" },
	{ "marks that are ours", "ipchains -A input -m 0x1000000", "",
	  "rule 1 of input: the mark has bits that the backend needs itself" },
	{ "marks that are added", "ipchains -A input -m +1", "",
	  "rule 1 of input: marks can be set, not added to the packet's" },
	{ "a loop",
	  "ipchains -N a\nipchains -N b\nipchains -A a -j b\n"
	  "ipchains -A b -j a\nipchains -A input -j a",
	  "", "rule 1 of b: the chain jumps back into a chain that it is in" },
	{ "a loop that nothing reaches",
	  "ipchains -N a\nipchains -N b\nipchains -A a -j b\n"
	  "ipchains -A b -j a",
	  "i-input", MARKED ACCEPTED },
};

static void chains_compile(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(chains) / sizeof(chains[0]); i++)
		check(ERA_2_2, &chains[i]);
}

#define PIECES                                                                 \
	"-p tcp -f -j ACCEPT\n-p udp -f -j ACCEPT\n-p icmp -f -j ACCEPT\n"

static const struct rule_case lists[] = {
	{ "nothing", "ipfwadm -I -p deny", "i-input",
	  MARKED PIECES "-j DROP\n" },
	{ "both directions and a list of ports",
	  "ipfwadm -I -a deny -P tcp -S 10.0.0.0/8 -D 10.1.2.3 80 443 -b",
	  "i-input",
	  MARKED PIECES
	  "-s 10.0.0.0/8 -d 10.1.2.3/32 -p tcp -m tcp --dport 80 -j DROP\n"
	  "-s 10.0.0.0/8 -d 10.1.2.3/32 -p tcp -m tcp --dport 443 -j DROP\n"
	  "-s 10.1.2.3/32 -d 10.0.0.0/8 -p tcp -m tcp --sport 80 -j DROP\n"
	  "-s 10.1.2.3/32 -d 10.0.0.0/8 -p tcp -m tcp --sport 443 -j "
	  "DROP\n" ACCEPTED },
	{ "an interface by its address", "ipfwadm -I -a deny -V 192.0.2.1",
	  "i-input", MARKED PIECES "-i eth0 -j DROP\n" ACCEPTED },
	{ "an address of no interface", "ipfwadm -I -a deny -V 192.0.2.9",
	  "i-input", MARKED PIECES ACCEPTED },
	{ "flags of TCP that all else passes", "ipfwadm -I -a deny -P all -y",
	  "i-input",
	  MARKED PIECES "-p tcp -m tcp --tcp-flags SYN,RST,ACK SYN -j DROP\n"
			"! -p tcp -j DROP\n" ACCEPTED },
	{ "ACK, or RST", "ipfwadm -I -a deny -P tcp -k", "i-input",
	  MARKED PIECES
	  "-p tcp -m tcp ! --tcp-flags RST,ACK NONE -j DROP\n" ACCEPTED },
	{ "SYN and ACK", "ipfwadm -I -a deny -P tcp -y -k", "i-input",
	  MARKED PIECES ACCEPTED },
	{ "ICMP types", "ipfwadm -I -a deny -P icmp -S 0/0 0 8", "i-input",
	  MARKED PIECES "-p icmp -m icmp --icmp-type 0 -j DROP\n"
			"-p icmp -m icmp --icmp-type 8 -j DROP\n" ACCEPTED },
	{ "masquerade", "ipfwadm -F -a masquerade -S 10.0.0.0/8", "f-forward",
	  "-m conntrack --ctstate SNAT --ctdir REPLY -j ACCEPT\n"
	  "-p icmp -m conntrack --ctstate RELATED -j fwc-errorsf\n"
	  "-s 10.0.0.0/8 -g fwc-masq\n-j ACCEPT\n" },
	{ "the log line", "ipfwadm -O -a deny -o -D 10.1.2.3", "o1-output",
	  "-j NFLOG --nflog-prefix fwc:2.0:0:0:6:fw-out:deny --nflog-group 22 "
	  "--nflog-size 80 --nflog-threshold 1\n-j DROP\n" },
	{ "accounting goes on", "ipfwadm -A in -a -S 10.0.0.0/8", "a-acct",
	  "-s 10.0.0.0/8\n" },
	{ "of what leaves, too", "ipfwadm -A out -a -S 10.0.0.0/8", "b-acct",
	  "-s 10.0.0.0/8\n" },
	{ "which passed the list", "ipfwadm -A out -a -S 10.0.0.0/8",
	  "o-output",
	  "-p tcp -f -g fwc-b-acct\n-p udp -f -g fwc-b-acct\n"
	  "-p icmp -f -g fwc-b-acct\n-g fwc-b-acct\n" },
	{ "and counts once", "ipfwadm -A in -a -P tcp -S 0/0 80 -D 0/0 80 -b",
	  "a-acct", "-j fwc-a1-acct\n" },
	{ "whichever way it matches",
	  "ipfwadm -A in -a -P tcp -S 0/0 80 -D 0/0 81 -b", "a1-acct",
	  "-p tcp -m tcp --sport 80 --dport 81 -j RETURN\n"
	  "-p tcp -m tcp --sport 81 --dport 80 -j RETURN\n" },
};

static void lists_compile(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		check(ERA_2_0, &lists[i]);
}

/* Rules that agree about few ports only. */
static void too_few_masquerade_ports(void **state)
{
	struct text why = { 0 };
	char rule[128];
	struct nf_set set;

	(void)state;
	nf_scene_init(&scene, ERA_2_2);
	nf_scene_play(&scene, "ipchains -P forward MASQ");
	for (int i = 0; i < 17; i++) {
		snprintf(rule, sizeof(rule),
			 "ipchains -A output -p tcp -s 0/0 %d:%d -j DENY",
			 61000 + 250 * i, 61000 + 250 * i + 124);
		nf_scene_play(&scene, rule);
	}
	nf_set_init(&set);
	assert_int_equal(
		nf_compile(&scene.in, &nf_config_default, &set, &why, NULL),
		-EOPNOTSUPP);
	assert_ptr_equal(strstr(why.s, "rule 1 of output: "), why.s);
	text_fini(&why);
	nf_set_fini(&set);
}

/* The old counters are sums over what was made of a rule. */
static void one_rule_counts(void **state)
{
	struct nf_set set;
	unsigned counting = 0;

	(void)state;
	nf_scene_init(&scene, ERA_2_2);
	nf_scene_play(&scene,
		      "ipchains -P forward MASQ\n"
		      "ipchains -A output -p tcp -t 0x01 0x10 -l -j REJECT");
	nf_set_init(&set);
	assert_int_equal(
		nf_compile(&scene.in, &nf_config_default, &set, NULL, NULL), 0);
	for (uint32_t i = 0; i < set.rules; i++) {
		const struct nf_origin *from = &set.rule[i].from;

		if (from->chain == 2 && from->num == 1 && from->counts)
			counting++;
	}
	nf_set_fini(&set);
	/* As the host sends it, and masqueraded. */
	assert_int_equal(counting, 2);
}

static void generations_differ(void **state)
{
	struct nf_config config = nf_config_default;
	struct nf_set set;

	(void)state;
	nf_scene_init(&scene, ERA_2_2);
	nf_scene_play(&scene, "ipchains -P forward MASQ");
	config.generation = 'B';
	nf_set_init(&set);
	assert_int_equal(nf_compile(&scene.in, &config, &set, NULL, NULL), 0);
	assert_string_equal(set.chain[0].name, "fwcB-i-input");
	assert_int_equal(set.rule[set.chain[0].first].u.mark.value, 0x1000000);
	assert_int_equal(nf_generation_mark(&config).value, 0x1000000);
	config.generation = 'A';
	assert_int_equal(nf_generation_mark(&config).value, 0);
	assert_int_equal(nf_generation_mark(&config).mask, 0x1000000);
	nf_set_fini(&set);
}

static void bad_configurations(void **state)
{
	struct nf_config few = nf_config_default, prefix = nf_config_default;
	struct nf_set set;

	(void)state;
	nf_scene_init(&scene, ERA_2_2);
	nf_set_init(&set);
	few.mark_mask = 3;
	prefix.prefix = "four";
	assert_int_equal(nf_compile(&scene.in, &few, &set, NULL, NULL),
			 -EINVAL);
	assert_int_equal(nf_compile(&scene.in, &prefix, &set, NULL, NULL),
			 -EINVAL);
	nf_set_fini(&set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chains_compile),
		cmocka_unit_test(lists_compile),
		cmocka_unit_test(too_few_masquerade_ports),
		cmocka_unit_test(one_rule_counts),
		cmocka_unit_test(generations_differ),
		cmocka_unit_test(bad_configurations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
