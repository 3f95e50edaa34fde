/* The version line and the help texts, as ipchains 1.3.9 printed them: some of
 * the long options named do not exist, and "masqerading" lacks a letter. */
#include "ipchains/help.h"

#include "ipchains/icmp_names.h"

const char ipchains_version[] = "ipchains 1.3.9, 17-Mar-1999\n";

/* clang-format off */
static const char *const usage[] = {
	"-[ADC] chain rule-specification [options]",
	"-[RI] chain rulenum rule-specification [options]",
	"-D chain rulenum [options]",
	"-[LFZNX] [chain] [options]",
	"-P chain target [options]",
	"-M [ -L | -S ] [options]",
	"-h [icmp] (print this help information, or ICMP list)",
};

static const char details[] =
	"\n"
	"Commands:\n"
	"Either long or short options are allowed.\n"
	"  --add     -A chain\t\tAppend to chain\n"
	"  --delete  -D chain\t\tDelete matching rule from chain\n"
	"  --delete  -D chain rulenum\n"
	"\t\t\t\tDelete rule rulenum (1 = first) from chain\n"
	"  --insert  -I chain [rulenum]\n"
	"\t\t\t\tInsert in chain as rulenum (default 1=first)\n"
	"  --replace -R chain rulenum\n"
	"\t\t\t\tReplace rule rulenum (1 = first) in chain\n"
	"  --list    -L [chain]\t\tList the rules in a chain or all chains\n"
	"  --flush   -F [chain]\t\tDelete all rules in  chain or all chains\n"
	"  --zero    -Z [chain]\t\tZero counters in chain or all chains\n"
	"  --check   -C chain\t\tTest this packet on chain\n"
	"  --new     -N chain\t\tCreate a new user-defined chain\n"
	"  --delete-chain\n"
	"            -X chain\t\tDelete a user-defined chain\n"
	"  --policy  -P chain target\n"
	"\t\t\t\tChange policy on chain to target\n"
	"  --masquerade -M -L\t\tList current masqerading connections\n"
	"  --set\t-M -S tcp tcpfin udp\n"
	"\t\t\t\tSet masquerading timeout values\n"
	"\n"
	"Options:\n"
	"  --bidirectional -b\t\tinsert two rules: one with -s & -d reversed\n"
	"  --proto\t-p [!] proto\tprotocol: by number or name, eg. `tcp'\n"
	"  --source\t-s [!] address[/mask] [!] [port[:port]]\n"
	"\t\t\t\tsource specification\n"
	"  --source-port [!] [port[:port]]\n"
	"\t\t\t\tsource port specification\n"
	"  --destination -d [!] address[/mask] [!] [port[:port]]\n"
	"\t\t\t\tdestination specification\n"
	"  --destination-port [!] [port[:port]]\n"
	"\t\t\t\tdestination port specification\n"
	"  --icmp-type [!] typename\tspecify ICMP type\n"
	"  --interface\t-i [!] name[+]\n"
	"\t\t\t\tnetwork interface name ([+] for wildcard)\n"
	"  --jump\t-j target [port]\n"
	"\t\t\t\ttarget for rule ([port] for REDIRECT)\n"
	"  --mark\t-m [+-]mark\tnumber to mark on matching packet\n"
	"  --numeric\t-n\t\tnumeric output of addresses and ports\n"
	"  --log\t\t-l\t\tturn on kernel logging for matching packets\n"
	"  --output\t-o [maxsize]\toutput matching packet to netlink device\n"
	"  --TOS\t\t-t and xor\tand/xor masks for TOS field\n"
	"  --verbose\t-v\t\tverbose mode\n"
	"  --exact\t-x\t\texpand numbers (display exact values)\n"
	"[!] --fragment\t-f\t\tmatch second or further fragments only\n"
	"[!] --syn\t-y\t\tmatch TCP packets only when SYN set\n"
	"[!] --version\t-V\t\tprint package version.\n";
/* clang-format on */

void ipchains_print_help(struct text *out, const char *prog, bool icmp)
{
	text_printf(out, "%s\n", ipchains_version);
	if (icmp) {
		text_puts(out, "Valid ICMP Types:\n");
		icmp_names_list(out);
		return;
	}
	for (size_t i = 0; i < sizeof(usage) / sizeof(usage[0]); i++)
		text_printf(out, "%s %s %s\n", i == 0 ? "Usage:" : "      ",
			    prog, usage[i]);
	text_puts(out, details);
}
