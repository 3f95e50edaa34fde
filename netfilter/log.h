/*
 * Packets that rules with the target NFLOG report, as the running kernel sends
 * them to who reads their group. The library for it is in the object
 * conntrack.so, from which nf_log_load() takes these calls.
 */
#ifndef NETFILTER_LOG_H
#define NETFILTER_LOG_H

#include <stddef.h>
#include <stdint.h>

#include "core/rule.h"

struct nf_log;

/* All borrowed for the length of the call. */
struct nf_log_packet {
	const char *prefix; /* of the rule; never NULL */
	uint32_t mark;
	struct fw_ifname via; /* where it leaves, or else where it came */
	uint8_t *data;        /* from the IP header on */
	uint32_t len;
};

/* A group to read, and how much of each packet. */
struct nf_log_group {
	uint16_t number;
	uint16_t bytes;
};

struct nf_log_calls {
	/* Reads @n groups of this network namespace. 0 or -errno, with a
	 * sentence in @why. */
	int (*open)(struct nf_log **log, const struct nf_log_group *groups,
		    int n, char *why, size_t room);
	void (*close)(struct nf_log *log);
	int (*fd)(const struct nf_log *log); /* readable: there are some */
	/*
	 * Hands on what came next. 0; -EAGAIN: nothing is there; -ENOBUFS: the
	 * kernel had more than there was room for, and some are lost; or
	 * -errno.
	 */
	int (*read)(struct nf_log *log,
		    void (*packet)(void *ctx, const struct nf_log_packet *),
		    void *ctx);
	/*
	 * Gives a packet of the read going on the source that it left with:
	 * rules of the mangle table see masqueraded packets as they were
	 * inside. It stays as it is if the kernel knows no connection of it,
	 * having dropped its first packet.
	 */
	void (*masquerade)(struct nf_log *log,
			   const struct nf_log_packet *packet);
};

/* What the object shows the world, under the name "nf_log_export". NULL: it is
 * of another @version than who asks. */
typedef const struct nf_log_calls *nf_log_export_fn(const char *version);

/* NULL, with a sentence in @why: this build has no such object, or another
 * version's. */
const struct nf_log_calls *nf_log_load(char *why, size_t room);

#endif
