/*
 * What becomes of connections when rules change. The old kernel asked its rules
 * about every packet; netfilter decides with the first one whether a connection
 * is translated, for all of its life. So a connection about which the rules now
 * say otherwise is forgotten: its next packet is a first one again.
 *
 * - What was masqueraded and is not to be any more.
 * - What is to be masqueraded and was not.
 * - What went to the host itself, at a port that is now forwarded.
 *
 * A forwarded port's connections outlive its rule, as they did then. 1.3 is
 * left as it is: its rules cannot be asked whether they masquerade.
 */
#ifndef NETFILTER_SETTLE_H
#define NETFILTER_SETTLE_H

struct fw;
struct nf_masq;

/* To be called when the kernel has the rules of the state @fw. The number of
 * connections that were forgotten, or -errno. */
int nf_settle(struct nf_masq *masq, struct fw *fw);

#endif
