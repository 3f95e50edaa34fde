/* What today's netfilter does not do, or does otherwise. */
#include "netfilter/why.h"

const struct nf_reason nf_reasons[NF_WHYS] = {
	[NF_WHY_MARK_ADDED] = { "mark-added", true,
				"marks can be set, not added to the packet's" },
	[NF_WHY_MARK_BITS] = { "mark-bits", true,
			       "the mark has bits that the backend needs "
			       "itself" },
	[NF_WHY_LOOP] = { "loop", true,
			  "the chain jumps back into a chain that it is in" },
	[NF_WHY_SPORT_CUT] = { "source-port", true,
			       "output rules ask for so many parts of the "
			       "masquerade ports "
			       "that too few are left of which all rules say "
			       "the same; and "
			       "which one a conversation gets is not known yet "
			       "when its first "
			       "packet meets these rules" },
	[NF_WHY_ICMP_TYPES] = { "icmp-types", true,
				"ICMP types can be given one by one, not as "
				"that range" },
	[NF_WHY_NOT_SYN] = { "not-syn", true,
			     "its tests of TCP flags, protocol and direction "
			     "cannot be asked together" },
	[NF_WHY_TOO_MANY] = { "too-many", true,
			      "the rule would need too many rules" },
	[NF_WHY_REDIRECTS] = { "redirects", true,
			       "the backend's mark bits are too few for so "
			       "many different "
			       "ports of REDIRECT" },
	[NF_WHY_TURNS] = { "turns", true,
			   "one port or mark cannot go to several hosts in "
			   "turn" },
	[NF_WHY_AUTOFW] = { "autofw", true,
			    "a range of ports can go to one given host, not to "
			    "whichever "
			    "used a control port, and not directly" },
	[NF_WHY_HELPER] = { "helper", true,
			    "there is no such helper, only those of FTP and "
			    "IRC, by the "
			    "server's port" },
	[NF_WHY_FRAGMENTS] = { "fragments", false,
			       "fragments are put together before any rule "
			       "sees them while "
			       "conversations are tracked, so that no packet "
			       "is one" },
	[NF_WHY_MASQ_SOURCE] = { "masq-source", false,
				 "of masqueraded packets the source that the "
				 "output rules see "
				 "is the address that the interface had when "
				 "the rules last "
				 "changed" },
	[NF_WHY_FEWER_PORTS] = { "fewer-ports", false,
				 "masquerade ports are given out from fewer "
				 "than there were, "
				 "which are all inside or all outside the "
				 "source ports that the "
				 "rule asks for" },
	[NF_WHY_MASQ_LOG] = { "masq-log", false,
			      "in the log line of an output rule the first "
			      "packet of a masqueraded connection that is not "
			      "let out, or refused at once, has the inside "
			      "address and port" },
	[NF_WHY_INPUT_REJECT] = { "input-reject", false,
				  "what the input chain rejects is routed "
				  "first: without a route "
				  "the answer is that there is none" },
	[NF_WHY_REDIRECT] = { "redirect", false,
			      "the first packet decides for a whole "
			      "conversation, and its "
			      "destination is rewritten: the program that gets "
			      "it asks for "
			      "SO_ORIGINAL_DST" },
	[NF_WHY_FORWARD_TOS] = { "forward-tos", false,
				 "the log line of a forward or output rule "
				 "that changes the TOS "
				 "has the new one" },
	[NF_WHY_FIRST_PACKET] = { "first-packet", false,
				  "the first packet decides for a whole "
				  "conversation whether it is masqueraded, "
				  "until the "
				  "rules change and say otherwise" },
};

const struct nf_always nf_always[] = {
	{ "masq-ports", "masquerade ports are given out in no order, and a "
			"source port that is one is kept" },
	{ "udp-ports",
	  "UDP from one port of an inside host to the same port of several "
	  "hosts has a masquerade port for each of them; 2.2 gave it one until "
	  "the first of them answered" },
	{ "data-ports", "data connections of FTP and IRC keep the client's "
			"port where it is free" },
	{ "known", "answers of a translated conversation skip forward, and are "
		   "translated, whatever the rules say by then" },
	{ "own-redirect", "what the host sends to itself is not redirected" },
	{ "reject-masq", "a masqueraded packet that the output chain rejects "
			 "is answered to the inside host, not to the "
			 "masquerader" },
	{ "last-hop", "a packet with its last hop is told so before REJECT of "
		      "the input chain, or Linux 1.3's forward list, sees it" },
	{ "short", "a packet that is too short for ports or flags is dropped "
		   "by the first rule that asks for them, and there is no line "
		   "about suspect fragments" },
	{ "odd-mid", "a TCP packet that fits no window of its conversation is "
		     "dropped where it was to be masqueraded" },
	{ "merged", "packets that were merged on arrival count as one" },
	{ "others", "what is accepted meets no rule of others in that table "
		    "behind ours" },
	{ "fwmark", "the mark has bits of ours, so that a routing rule has to "
		    "ask for the others with a mask" },
	{ "martians",
	  "routing drops packets from or to a loopback address, and "
	  "from one of the host's own, as Linux 2.2 did; 2.0 and 1.3 "
	  "did not" },
	{ "pieces", "a piece of a packet that is rejected is not answered" },
	{ "old-errors",
	  "ICMP errors of masqueraded conversations come through, "
	  "which Linux 1.3 did not translate" },
	{ NULL, NULL },
};

void nf_finding_text(const struct nf_finding *found, struct text *out)
{
	if (found->chain && found->num)
		text_printf(out, "rule %u of %s: ", found->num, found->chain);
	else if (found->chain)
		text_printf(out, "policy of %s: ", found->chain);
	if (found->what)
		text_printf(out, "%s: ", found->what);
	text_puts(out, nf_reasons[found->why].text);
}
