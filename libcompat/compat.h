/*
 * "The kernel" as the tools see it. A handle is opened, entered (one lock,
 * everything due is done), asked and changed, and left: by compat_commit()
 * everything since compat_enter() stays, by compat_close() alone nothing does.
 *
 * Calls return 0 or -errno with the number that the old kernel used; tools turn
 * these into the old words. What each refuses, and why, stands in
 * engine/chains.h, engine/lists.h, engine/masq_fwd.h and engine/modules.h.
 */
#ifndef LIBCOMPAT_COMPAT_H
#define LIBCOMPAT_COMPAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/era.h"
#include "core/live_counts.h"
#include "core/masq_row.h"
#include "core/rule.h"
#include "core/rule20.h"
#include "core/text.h"

struct compat;
struct masq_ctl;

/*
 * Opens the backend that libcompat/settings.h names (none: the engine) on its
 * state. Returns 0 and *@c, to be closed; or -errno, with a sentence for people
 * in compat_open_why(). -EPERM: not allowed (the old tools' "you must be
 * root").
 */
int compat_open(struct compat **c);
/* Whether that backend is this machine's, not a host of its own. */
bool compat_is_machine(void);
void compat_close(struct compat *c);

/* Why the last call on @c failed where errno says too little, e.g. an era's
 * refusal. Or "". */
const char *compat_why(const struct compat *c);
/* The same for a compat_open() that failed. Valid until the next compat_open().
 */
const char *compat_open_why(void);

/*
 * compat_enter() waits for whoever is inside. compat_commit() makes changes
 * final and stays inside; compat_leave() takes back what was not committed. All
 * calls below are for those inside; entering twice is entering once.
 */
int compat_enter(struct compat *c);
int compat_commit(struct compat *c);
void compat_leave(struct compat *c);

/* What follows is another process's doing, as $FWCOMPAT_TRACE is to tell it. */
void compat_trace_as(struct compat *c, pid_t pid);

/* What a tool of @tool's era may do with the state as it is. */
enum compat_claim {
	CLAIM_OK,      /* go on; the state is of that era now */
	CLAIM_WRAPPER, /* ipfwadm on a state of era 2.2 with rules: go through
			  chains */
	CLAIM_REFUSED, /* compat_why() names the way out */
};
/*
 * Settles the era of a state where no tool did so yet: with the transaction, so
 * that one who only reads, and does not commit, leaves the state unsettled.
 */
enum compat_claim compat_claim_era(struct compat *c, enum fw_era tool);
enum fw_era compat_era(struct compat *c);

/* "1.3", "2.0", "2.2", and back; -EINVAL. */
const char *compat_era_name(enum fw_era era);
int compat_era_parse(const char *name, enum fw_era *era);

/* Chains (2.2). Numbers of rules count from 1. */
int compat_append(struct compat *c, const char *chain,
		  const struct fw_rule *rule);
int compat_insert(struct compat *c, const char *chain, uint32_t num,
		  const struct fw_rule *rule);
int compat_replace(struct compat *c, const char *chain, uint32_t num,
		   const struct fw_rule *rule);
int compat_delete(struct compat *c, const char *chain,
		  const struct fw_rule *rule);
int compat_delete_num(struct compat *c, const char *chain, uint32_t num);
int compat_flush(struct compat *c, const char *chain);
int compat_zero(struct compat *c, const char *chain);
int compat_check(struct compat *c, const char *chain,
		 const struct fw_probe *probe);
int compat_new_chain(struct compat *c, const char *chain);
int compat_delete_chain(struct compat *c, const char *chain);
int compat_policy(struct compat *c, const char *chain, const char *policy);

/* Lists (2.0, 1.3). @era 1.3: rules find their own place, delete takes all that
 * match. */
int compat20_append(struct compat *c, enum fw20_list list,
		    const struct fw20_rule *rule);
int compat20_insert(struct compat *c, enum fw20_list list,
		    const struct fw20_rule *rule);
int compat20_delete(struct compat *c, enum fw20_list list,
		    const struct fw20_rule *rule);
int compat20_flush(struct compat *c, enum fw20_list list);
int compat20_zero(struct compat *c, enum fw20_list list);
int compat20_policy(struct compat *c, enum fw20_list list, int32_t policy);
/* @via_addr: the interface's own address, which 2.0 compares. */
int compat20_check(struct compat *c, enum fw20_list list,
		   const struct fw_probe *probe, uint32_t via_addr);

/* Masquerading. Timeouts in ticks: TCP, TCP after FIN, UDP; 0 leaves one as it
 * is. */
int compat_masq_timeouts(struct compat *c, const int32_t tcp_fin_udp[3]);
/* portfw, autofw, mfw, user: core/masq_ctl.h. A positive result is success, as
 * then. */
int compat_masq_ctl(struct compat *c, struct masq_ctl *ctl);

/* The entries, in the order of the old listings; free ports by protocol (0
 * where the backend does not know). */
void compat_masq_each(struct compat *c,
		      void (*row)(void *ctx, const struct masq_row *),
		      void *ctx);
void compat_masq_free(struct compat *c, int32_t free_ports[MASQ_PROTOS]);

/*
 * The text of an old /proc file, by its path below /proc, e.g.
 * "net/ip_fwchains", appended to @out. -ENOENT: this era or host has no such
 * file. @zero: it was opened for reading and writing, which clears rule
 * counters. A file of that path below $FWCOMPAT_PROC, where that is set, is
 * read instead.
 */
int compat_proc_read(struct compat *c, const char *path, bool zero,
		     struct text *out);
/* Whether there is such a file below $FWCOMPAT_PROC: it is listed whatever
 * kernel the host has. */
bool compat_proc_given(const char *path);
/* What `echo TEXT > /proc/PATH` does. -ENOENT, -EACCES, -EINVAL. */
int compat_proc_write(struct compat *c, const char *path, const char *text);
/* Calls @path for each old file that is there now, or was given. */
int compat_proc_each(struct compat *c,
		     void (*path)(void *ctx, const char *path), void *ctx);

/* Where the rows come from, for who needs them all. Valid while inside. */
struct proc_source;
void compat_source(struct compat *c, struct proc_source *src);

/* The modules of the old kernel: see engine/modules.h. */
int compat_module_load(struct compat *c, const char *name, char *const params[],
		       struct text *why);
int compat_module_unload(struct compat *c, const char *name);

/* The emulated host's interfaces and routes (engine backend). Host order. */
int compat_if_set(struct compat *c, const char *name, uint32_t addr,
		  uint32_t mask, bool ppp);
/* The other end of a point-to-point interface. -ENODEV. */
int compat_if_peer(struct compat *c, const char *name, uint32_t peer);
/* Down without its routes, or up with those to its own networks. -ENODEV. */
int compat_if_switch(struct compat *c, const char *name, bool up);
/* One more address of an interface that has one. -ENODEV. */
int compat_if_add(struct compat *c, const char *name, uint32_t addr,
		  uint32_t mask);
int compat_route_add(struct compat *c, uint32_t dst, uint32_t mask,
		     const char *ifname, uint32_t gateway);
int compat_route_del(struct compat *c, uint32_t dst, uint32_t mask,
		     const char *ifname);

/* An interface (.mask its own network) or a route of the emulated host. */
struct compat_host_row {
	bool is_route;
	bool ppp;  /* interface: point-to-point */
	bool down; /* interface */
	char ifname[FW_IFNAME + 1];
	uint32_t addr, mask; /* route: its destination */
	uint32_t gateway;    /* route: 0 is none */
	uint32_t peer;       /* interface: its other end, 0: not known */
};
void compat_host_each(struct compat *c,
		      void (*row)(void *ctx, const struct compat_host_row *),
		      void *ctx);

/* A freshly booted host: of that era, or (ERA_COUNT) of the first tool's. */
int compat_reset(struct compat *c, enum fw_era era);
/* Before compat_open(): empties a state that it would refuse as damaged. Fails
 * as it does. */
int compat_discard(void);

/* What `fwcompat status` shows. */
struct compat_status {
	const char *backend;
	char state[4096]; /* path of the state file, or "" */
	enum fw_era era;
	bool claimed;
	bool clock_virtual;
	ticks_t now;
	uint32_t user_chains, rules, rules20, entries, forwards;
	bool is_live; /* somebody carries live packets with it: */
	struct live_counts live;
};
void compat_status(struct compat *c, struct compat_status *status);

/* What a backend has to say of itself beyond that, line by line: a word, and
 * what there is to tell of it. A word may come more than once. */
typedef void compat_detail_fn(void *ctx, const char *word, const char *text);
void compat_details(struct compat *c, compat_detail_fn *line, void *ctx);

/*
 * Where `fwcompat run --where' is above: which command this is, with the
 * script's file and line as far as they can be known, for who reads that it
 * failed; nothing where @status is 0.
 */
void compat_where(int status, struct text *out);

#endif
